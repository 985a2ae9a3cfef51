"""The inbox: mine only, filtered, sorted, paged, and marked read by a button."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.mailroom.models import InboxMessage
from cms.mailroom.selectors import unread_count
from core.policy import Actor
from tests.cms.builders import OPEN, Scene, browser


def put(who: Actor, subject: str, number: int = 0, **fields: object) -> InboxMessage:
    return InboxMessage.objects.create(
        recipient_id=who.user_id,
        outbox_id=number,
        letter="submitted",
        subject=subject,
        body="正文",
        created_at=OPEN,
        **fields,
    )


def test_somebody_elses_message_does_not_exist(scene: Scene) -> None:
    mine = put(scene.applicant, "给申报人")
    other = browser(scene.rival)
    assert other.get(reverse("inbox_message", args=[mine.public_id])).status_code == 404
    assert other.post(reverse("inbox_read", args=[mine.public_id])).status_code == 404
    assert "给申报人" not in other.get(reverse("inbox")).content.decode()
    assert Client().get(reverse("inbox")).status_code == 302


def test_reading_is_a_button(scene: Scene) -> None:
    message, me = put(scene.applicant, "看我", link="/desk/"), browser(scene.applicant)
    me.get(reverse("inbox_message", args=[message.public_id]))
    message.refresh_from_db()
    assert message.read_at is None
    answer = me.post(reverse("inbox_read", args=[message.public_id]), {"go": "1"})
    message.refresh_from_db()
    assert message.read_at is not None
    assert answer["Location"] == "/desk/"
    assert me.get(reverse("inbox_read", args=[message.public_id])).status_code == 405


def test_all_are_marked_at_once_and_only_mine(scene: Scene) -> None:
    for number in range(3):
        put(scene.applicant, f"第{number}条", number)
    theirs = put(scene.rival, "别人的")
    browser(scene.applicant).post(reverse("inbox_all_read"))
    assert unread_count(scene.applicant) == 0
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_unread_ones_are_found(scene: Scene) -> None:
    put(scene.applicant, "旧消息", 1, read_at=OPEN)
    put(scene.applicant, "新消息", 2)
    page = browser(scene.applicant).get(reverse("inbox"), {"read": "unread"}).content.decode()
    assert "新消息" in page and "旧消息" not in page


@pytest.mark.parametrize("query", [{"page": "999"}, {"q": "'\" OR 1=1 --"}, {"q": "\x00"}, {"sort": "x"}])
def test_odd_questions_get_a_page(scene: Scene, query: dict[str, str]) -> None:
    put(scene.applicant, "消息")
    assert browser(scene.applicant).get(reverse("inbox"), query).status_code == 200


def test_a_longer_inbox_asks_no_more(scene: Scene) -> None:
    me, counts = browser(scene.applicant), []
    me.get(reverse("inbox"))
    for number in range(1, 31):
        put(scene.applicant, f"消息{number}", number)
        if number in (1, 30):
            with CaptureQueriesContext(connection) as queries:
                me.get(reverse("inbox"))
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_subject_cannot_carry_markup(scene: Scene) -> None:
    message = put(scene.applicant, "<script>alert(1)</script>")
    for address in (reverse("inbox"), reverse("inbox_message", args=[message.public_id])):
        page = browser(scene.applicant).get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
