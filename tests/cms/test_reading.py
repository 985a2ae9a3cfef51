"""Reading changes nothing: pages about one thing, which the crawl of plain addresses cannot reach."""

from __future__ import annotations

import re

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.mailroom.models import InboxMessage
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors import consent_token
from tests.cms.builders import OPEN, Scene, browser, deliver

WRITES = re.compile(r"(?i)^\s*(insert|update|delete)\b(?!.*django_session)")


def test_no_page_about_one_thing_writes(scene: Scene) -> None:
    scene.submitted()
    deliver()
    message = InboxMessage.objects.get(recipient_id=scene.applicant.user_id)
    with time_machine.travel(OPEN, tick=False):
        token = consent_token(PlaceConsent.objects.get())
        pages = [
            reverse("public_round", args=[scene.round.code]),
            reverse("inbox_message", args=[message.public_id]),
            reverse("answer_consent", args=[token]),
            "/desk/",
            "/inbox/?export=xlsx",
        ]
        visitors = [Client(), browser(scene.applicant), browser(scene.rival), browser(scene.office.clerk)]
        wrote = []
        for client in visitors:
            for page in pages:
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(page).status_code in (200, 302, 404)
                wrote += [f"{page} {query['sql'][:80]}" for query in queries if WRITES.match(query["sql"])]
    assert wrote == []
