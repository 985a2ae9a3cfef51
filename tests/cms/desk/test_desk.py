"""The desk: everybody's own work, most urgent first, in a bounded number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.desk import rules
from cms.desk.selectors import handed_on, title_path, waiting_for
from core.audit.models import Entry
from core.lifecycle import Stateful
from core.policy import Role
from core.todo import Todo
from grants.proposals import services as proposals
from grants.proposals.models import Proposal
from tests.cms.builders import OPEN, Scene, browser
from tests.orgs.builders import a_body, a_user, actor, seat

DAY = timedelta(days=1)


def page_of(who, at=OPEN) -> str:
    with time_machine.travel(at, tick=False):
        answer = browser(who).get("/desk/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_is_sent_to_sign_in() -> None:
    answer = Client().get("/desk/")
    assert answer.status_code == 302 and "/accounts/login/?next=/desk/" in answer["Location"]


def test_it_greets_by_name_and_role(scene: Scene) -> None:
    page = page_of(scene.applicant)
    assert "陈申报，您好" in page
    assert "武昌区银龄助老服务中心 申报负责人" in page


def test_each_finds_what_waits_for_them(scene: Scene) -> None:
    scene.submitted()
    assert "待资格审查的申报" in page_of(scene.office.clerk)
    assert "待确认落地意见的申报" in page_of(scene.worker)
    assert "待资格审查的申报" not in page_of(scene.rival)


def test_what_is_late_says_so_in_words(scene: Scene) -> None:
    proposal = scene.submitted()
    proposals.return_proposal(
        proposal_id=proposal.pk, remarks={"goals": "请补充"}, by=scene.office.clerk, now=OPEN
    )
    assert "已逾期" not in page_of(scene.applicant)
    late = page_of(scene.applicant, OPEN + 30 * DAY)
    assert "1 项已逾期" in late and "todo--late" in late


def test_the_most_urgent_comes_first(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    todos = [
        Todo("没有期限", 9),
        Todo("后天", 1, OPEN + 2 * DAY),
        Todo("昨天", 1, OPEN - DAY),
        Todo("没有", 0, OPEN),
    ]
    monkeypatch.setattr("cms.desk.selectors._collectors", lambda: [lambda actor, now: todos])
    found = waiting_for(scene.applicant, now=OPEN)
    assert [(row.todo.label, row.is_late) for row in found] == [
        ("昨天", True),
        ("后天", False),
        ("没有期限", False),
    ]


def test_what_i_handed_on_shows_where_it_is_now(scene: Scene) -> None:
    proposal = scene.submitted()
    proposals.return_proposal(
        proposal_id=proposal.pk, remarks={"goals": "请补充"}, by=scene.office.clerk, now=OPEN + DAY
    )
    mine = handed_on(scene.applicant)
    assert [(one.title, one.state) for one in mine if one.kind == "申报"] == [
        ("银龄守望互助行动", "退回补正")
    ]
    assert "银龄守望互助行动" in page_of(scene.office.clerk)
    assert handed_on(scene.rival) == []


def test_nobody_is_led_to_a_page_that_is_closed_to_them(scene: Scene) -> None:
    proposal = scene.submitted()
    consent = proposal.consents.get()
    mine = {one.kind: one.address for one in handed_on(scene.applicant)}
    assert mine["申报"] == proposal.get_absolute_url() and mine[str(consent._meta.verbose_name)] == ""
    signed_in = browser(scene.applicant)
    with time_machine.travel(OPEN, tick=False):
        assert [signed_in.get(one).status_code for one in mine.values() if one] == [200] * (len(mine) - 1)


def moved_on(proposal: Proposal, state: str) -> None:
    """Let an application stand in a state as if officers had brought it there."""
    Proposal.objects.filter(pk=proposal.pk).update(state=state)
    last = Entry.objects.order_by("-seq").first()
    last.seq, last.hash, last.actor_id, last.target = last.seq + 1, f"hash {state}", None, state
    last.object_type, last.object_id = "proposals.proposal", proposal.pk
    last.save(force_insert=True)


def test_an_applicant_reads_only_public_states(scene: Scene) -> None:
    proposal = scene.submitted()
    for state in ("in_review", "scored", "proposed", "declined", "waitlisted"):
        moved_on(proposal, state)
        assert {one.state for one in handed_on(scene.applicant) if one.kind == "申报"} == {"评审中"}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_an_empty_desk_tells_each_role_what_comes_next(role: Role) -> None:
    assert rules.nothing_waits([role]) == [rules.NOTHING_WAITS[role]]


def test_somebody_without_a_role_is_told_whom_to_ask(scene: Scene) -> None:
    nobody = actor(a_user("无岗位"))
    page = page_of(nobody)
    assert "您的账号目前没有有效岗位" in page


def test_only_editors_see_the_way_to_the_editor(scene: Scene) -> None:
    editor = a_user("余编辑")
    seat(editor, scene.office.committee, "editor")
    assert 'href="/editor/"' in page_of(actor(editor))
    for who in (scene.applicant, scene.office.clerk, scene.office.leader, scene.office.system_admin):
        assert "/editor/" not in page_of(who)


def test_a_stand_in_is_reminded(scene: Scene) -> None:
    from orgs.people import services as people
    from orgs.people.models import Membership

    held = Membership.objects.get(user_id=scene.office.leader.user_id, role="leader")
    people.delegate_role(
        membership_id=held.pk,
        delegate_id=scene.office.second_chief.user_id,
        valid_from=OPEN.date(),
        valid_to=(OPEN + 5 * DAY).date(),
        document="武民委授〔2026〕3号",
        by=scene.office.leader,
        now=OPEN,
    )
    page = page_of(scene.office.second_chief)
    assert "方局长" in page and "武民委授〔2026〕3号" in page
    assert "授权文书" not in page_of(scene.office.second_chief, OPEN + 9 * DAY)


def test_a_name_cannot_carry_markup(scene: Scene) -> None:
    house = a_body("social_organisation", "<img src=x onerror=alert(1)>社")
    mallory = scene.member("<script>alert(1)</script>", house, "applicant_admin")
    page = page_of(mallory)
    assert "<script>alert(1)" not in page and "<img src=x" not in page


def test_pages_of_a_person_are_kept_out_of_caches(scene: Scene) -> None:
    answer = browser(scene.applicant).get("/desk/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]
    policy = answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy and "nonce-" in policy


def queries_of(who) -> int:
    client = browser(who)
    client.get("/desk/")
    with time_machine.travel(OPEN + DAY, tick=False), CaptureQueriesContext(connection) as queries:
        client.get("/desk/")
    return len(queries)


def test_more_work_asks_no_more_and_twelve_are_enough(scene: Scene) -> None:
    scene.submitted()
    before = {who: queries_of(who) for who in (scene.applicant, scene.office.clerk, scene.office.leader)}
    for number in range(4):
        house = a_body("social_organisation", f"第{number}家服务中心")
        who = scene.member(f"申报{number}", house, "applicant_admin")
        draft = scene.draft(who, house)
        proposals.submit_proposal(proposal_id=draft.pk, by=who, now=OPEN)
    after = {who: queries_of(who) for who in before}
    assert after == before
    assert max(after.values()) <= 12


@pytest.mark.django_db
def test_whatever_one_works_on_is_called_by_a_name() -> None:
    """Things handed on are told apart: by a title, a number, or what they belong to."""
    ours = [m for m in apps.get_models() if issubclass(m, Stateful) and m._meta.app_label != "specimen"]
    assert len(ours) > 30 and [m._meta.label for m in ours if not title_path(m)] == []
    for model in ours:
        list(
            model._default_manager.values_list(title_path(model))[:1]
        )  # FieldError where a path leads nowhere
