"""Every state times every verb of a round; every row times every role."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from core.policy import SYSTEM, Actor, Grant, Role, check
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from grants.rounds.permissions import PERMISSIONS
from tests.grants.awards.conftest import ELDERLY, Play
from tests.grants.builders import Office, a_round
from tests.grants.tables import FORBIDDEN, NOT_NOW, admitted, answers, edges, force, outcome, spelled

pytestmark = pytest.mark.django_db

ROUND = {
    "drafting": "publish published, cancel cancelled",
    "published": "start_selection selecting, cancel cancelled",
    "selecting": "start_execution executing",
    "executing": "close closed",
    "closed": "archive archived",
}
VERBS = sorted({verb for _s, verb, _t in spelled(ROUND)})


def test_the_table_is_the_one_that_was_decided():
    assert edges(Round) == spelled(ROUND)
    assert set(ROUND) | {"archived", "cancelled"} == set(R.values)


@pytest.fixture
def office():
    return Office()


def by(office, verb) -> Actor:
    known = {"publish": office.leader, "cancel": office.leader, "archive": office.clerk}
    return known.get(verb, office.section_chief)


def test_a_round_in_each_state_asked_each_verb():
    play = Play()
    play.decide((ELDERLY, "50.00", 20_000))  # the meeting decided, and nothing is left open
    office, decided = play.office, play.round
    unpublished = a_round(office, state="equipped", code="WCCT-2027")
    found: dict[str, dict[str, str]] = {}
    for state in R.values:
        for verb in VERBS:
            round_ = unpublished if verb == "publish" else decided
            force(round_, state=state)
            found.setdefault(state, {})[verb] = outcome(round_, verb, by(office, verb))
            assert outcome(round_, verb, office.stranger) == FORBIDDEN
    assert found == answers(spelled(ROUND), R.values, VERBS)


@pytest.mark.parametrize("change", [{"form": None}, {"budget_fen": 1}])
def test_an_incomplete_round_is_not_published(office, change):
    round_ = a_round(office, state="equipped")
    force(round_, state="drafting", **change)
    assert outcome(round_, "publish", office.leader) == NOT_NOW


@pytest.mark.parametrize("change", [{"state": "open"}, {"budget_fen": 0}, {"instrument": "gift"}])
def test_the_database_refuses_what_no_round_may_be(office, change):
    round_ = a_round(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        force(round_, **change)


STAFF = {
    "clerk", "section_chief", "leader", "supervisor", "finance_clerk", "finance_approver", "cashier",
    "auditor", "operator", "evaluator",
}  # fmt: skip
PUBLIC = {
    "applicant_admin", "applicant_editor", "applicant_finance", "expert", "street_officer",
    "community_worker", "coach",
}  # fmt: skip
ROWS = {
    "rounds.list": STAFF,
    "rounds.view_staffing": {"clerk", "section_chief", "leader", "supervisor"},
    "rounds.create": {"clerk"},
    "rounds.edit": {"clerk"},
    "rounds.publish": {"leader"},
    "rounds.extend": {"section_chief"},
    "rounds.start_selection": {"section_chief"},
    "rounds.start_execution": {"section_chief"},
    "rounds.close": {"section_chief"},
    "rounds.archive": {"clerk"},
    "rounds.cancel": {"leader"},
}


def test_every_row_admits_exactly_these_roles(office):
    assert set(PERMISSIONS) == {*ROWS, "rounds.view"}
    round_ = a_round(office)
    for name, roles in ROWS.items():
        assert admitted(name, round_) == roles, name
        assert check(SYSTEM, name, round_) is None, name
        assert check(office.stranger, name, round_) is None, name


@pytest.mark.parametrize("state", R.values)
def test_a_round_is_seen_by_all_once_it_was_public(office, state):
    round_ = a_round(office)
    force(round_, state=state)
    round_ = Round.objects.get(pk=round_.pk)
    shown = set() if state in ("drafting", "cancelled") else PUBLIC
    assert admitted("rounds.view", round_) == STAFF | shown


def test_who_works_for_another_round_does_not_see_this_one(office):
    round_ = a_round(office)
    for n, role in enumerate(Role.values, 700_001):
        elsewhere = Actor(n, n, (Grant(role, round_code="WCCT-2025"),))
        wanted = role in STAFF - {"operator", "evaluator"}
        assert bool(check(elsewhere, "rounds.view", round_)) is wanted, role
