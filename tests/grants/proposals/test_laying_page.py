"""The page on which the secretary lays every eligible application of a round before the panel."""

from __future__ import annotations

import re

import pytest

from core.jobs.queue import drain
from core.todo import counted
from evaluations.panels.models import Dossier
from evaluations.panels.services import form_panel, seat_officer
from grants.proposals.lifecycle import P
from grants.proposals.permissions import PERMISSIONS
from grants.proposals.selectors import todo_for
from grants.rounds.lifecycle import R
from grants.rounds.selectors import stage_rule
from tests.grants.applying import RECHECK, fresh
from tests.grants.tables import force
from tests.grants.visiting import browser_of, stop_clock
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
PAGE = "/screening/panel/"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    stop_clock(monkeypatch, RECHECK)


@pytest.fixture
def chosen(call):
    """Two eligible applications of a round in selection."""
    found = [call.eligible(), call.eligible(call.an_organisation("武昌区第二服务中心"))]
    force(call.round, state=R.SELECTING)
    return found


@pytest.fixture
def panel(call, chosen):
    """A panel that is being formed, with a clerk as its secretary."""
    rule = {**stage_rule(call.round, "application")}
    made = form_panel(
        round_code=call.round.code, stage="application", name="申报评审组", rule=rule,
        by=call.office.clerk, now=RECHECK,
    )  # fmt: skip
    person_id = call.office.second_clerk.person_id
    seat_officer(panel_id=made.pk, person_id=person_id, kind="secretary", by=call.office.clerk, now=RECHECK)
    return made


def send(client, panel, **data):
    """Send the form as the page shows it."""
    page = client.get(PAGE).content.decode()
    assert f'value="{panel.public_id}"' in page
    key = re.search(r'name="key" value="([^"]*)"', page)[1]
    return client.post(PAGE, {"key": key, "panel": panel.public_id, "seed": "0528", **data})


class TestLaying:
    def test_the_secretary_sends_all_that_is_eligible(self, call, chosen, panel):
        client = browser(call.office.second_clerk)
        assert "申报评审组（待送评审 2 份）" in client.get(PAGE).content.decode()
        assert send(client, panel).url == panel.get_absolute_url()
        assert {fresh(one).state for one in chosen} == {P.IN_REVIEW}
        assert Dossier.objects.filter(panel=panel).count() == 2
        assert "现在没有可以编入的评审组" in client.get(PAGE).content.decode()

    def test_without_a_seed_nothing_is_sent(self, call, chosen, panel):
        client = browser(call.office.second_clerk)
        assert send(client, panel, seed="").status_code == 422
        assert {fresh(one).state for one in chosen} == {P.ELIGIBLE}

    def test_somebody_else_is_offered_no_panel_and_cannot_name_one(self, call, chosen, panel):
        client = browser(call.office.clerk)
        assert "现在没有可以编入的评审组" in client.get(PAGE).content.decode()
        answer = client.post(PAGE, {"panel": panel.public_id, "seed": "0528"})
        assert answer.status_code == 422
        assert {fresh(one).state for one in chosen} == {P.ELIGIBLE}

    def test_who_may_come_here(self, call):
        for role in ("clerk", "section_chief", "expert", "operator", "applicant_admin", "leader"):
            admitted = role in PERMISSIONS["proposals.lay_before"].roles()
            assert browser_of(role).get(PAGE).status_code == (200 if admitted else 403), role

    def test_it_waits_on_the_desk_of_clerks(self, call, chosen):
        todos = {str(one.label): one for one in counted(todo_for(call.office.clerk, now=RECHECK))}
        assert (todos["待送专家评审的申报"].count, todos["待送专家评审的申报"].url_name) == (2, "lay_before")


class TestManyAtOnce:
    def test_the_worker_lays_them_and_one_may_leave(self, call, chosen, panel, monkeypatch):
        monkeypatch.setattr("grants.proposals.views.laying.AT_ONCE", 1)
        client = browser(call.office.second_clerk)
        page = send(client, panel).url
        assert "/jobs/" in page and {fresh(one).state for one in chosen} == {P.ELIGIBLE}
        drain(now=lambda: RECHECK)
        assert "已编入评审组 2 份" in client.get(page).content.decode()
        assert {fresh(one).state for one in chosen} == {P.IN_REVIEW}

    def test_who_is_no_longer_secretary_lays_nothing(self, call, chosen, panel, monkeypatch):
        monkeypatch.setattr("grants.proposals.views.laying.AT_ONCE", 1)
        client = browser(call.office.second_clerk)
        page = send(client, panel).url
        seat = panel.seats.get(kind="secretary")
        force(seat, left_at=RECHECK)
        drain(now=lambda: RECHECK)
        assert "没有送审" in client.get(page).content.decode()
        assert {fresh(one).state for one in chosen} == {P.ELIGIBLE}
