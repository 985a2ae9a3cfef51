"""The link in the letter to the residents' committee: no account, one tap, nobody else's."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse

from core.audit.selectors import entries_of
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors import consent_token
from tests.cms.builders import OPEN, Scene


def address(consent: PlaceConsent) -> str:
    return reverse("answer_consent", args=[consent_token(consent)])


def test_one_tap_confirms(scene: Scene) -> None:
    scene.submitted()
    consent = PlaceConsent.objects.get()
    with time_machine.travel(OPEN, tick=False):
        page, link = Client(enforce_csrf_checks=False), address(consent)
        assert "银龄守望互助行动" in page.get(link).content.decode()
        assert "社区已同意" in page.post(link, {"answer": "confirm"}).content.decode()
        again = page.post(link, {"answer": "confirm"})
    consent.refresh_from_db()
    assert consent.state == "confirmed"
    assert again.status_code == 409
    entry = entries_of(consent).last()
    assert (entry.actor_id, entry.actor_kind, entry.role) == (None, "link", "community_worker")


def test_a_refusal_needs_its_reason(scene: Scene) -> None:
    scene.submitted()
    consent = PlaceConsent.objects.get()
    with time_machine.travel(OPEN, tick=False):
        bare = Client().post(address(consent), {"answer": "refuse", "reason": " "})
        assert bare.status_code == 422 and "error-summary" in bare.content.decode()
        done = Client().post(address(consent), {"answer": "refuse", "reason": "<b>场地维修</b>"})
    assert "&lt;b&gt;场地维修&lt;/b&gt;" in done.content.decode()
    consent.refresh_from_db()
    assert consent.state == "refused"


def test_a_forged_or_old_link_leads_nowhere(scene: Scene) -> None:
    scene.submitted()
    consent = PlaceConsent.objects.get()
    with time_machine.travel(OPEN, tick=False):
        link = address(consent)
        assert Client().get(link[:-3] + "xx/").status_code == 404
        assert Client().get(reverse("answer_consent", args=["x"])).status_code == 404
    with time_machine.travel(OPEN + timedelta(days=61), tick=False):
        assert Client().get(link).status_code == 404


def test_the_link_stays_out_of_caches_referrers_and_logs(scene: Scene, caplog, capsys) -> None:
    scene.submitted()
    consent = PlaceConsent.objects.get()
    with time_machine.travel(OPEN, tick=False), caplog.at_level("INFO"):
        link = address(consent)
        answer = Client().get(link)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    written = caplog.text + "".join(capsys.readouterr())
    assert "consent/<str:token>/" in written and link not in written
