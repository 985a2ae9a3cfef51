"""Every state times every verb of application and consent; every row times every role."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from core.lifecycle import creating
from core.policy import SYSTEM, Actor, Grant, Role, check
from evaluations.experts.models import Expert
from evaluations.panels.models import Panel, PanelSeat
from grants.proposals.lifecycle import C, P
from grants.proposals.models import PlaceConsent, Proposal, Remark, ScreeningCheck
from grants.proposals.permissions import PERMISSIONS
from grants.proposals.selectors import link_bearer
from tests.grants.applying import COMMUNITY, OPEN, RECHECK, STREET, Call
from tests.grants.builders import a_scored_proposal, head_of
from tests.grants.tables import FORBIDDEN, NOT_NOW, admitted, answers, edges, force, outcome, spelled
from tests.orgs.builders import a_user, actor, seat

pytestmark = pytest.mark.django_db

# decisions 9: a withdrawal is open until the award
PROPOSAL = {
    "draft": "submit submitted",
    "submitted": "send_back returned, find_eligible eligible, find_ineligible ineligible",
    "returned": "resubmit submitted",
    "ineligible": "request_recheck rechecking",
    "rechecking": "uphold ineligible, overturn eligible",
    "eligible": "send_to_optimise optimising, open_review in_review",
    "optimising": "finish_optimise eligible",
    "in_review": "record_verdict scored",
    "scored": "propose proposed, waitlist waitlisted, decline declined",
    "waitlisted": "promote proposed",
    "proposed": "award awarded, strike struck",
    "awarded": "lapse lapsed",
}
UNTIL_AWARDED = (
    "draft submitted returned eligible ineligible rechecking optimising in_review scored proposed waitlisted"
)
PROPOSAL |= {UNTIL_AWARDED: "withdraw withdrawn"}
CONSENT = {"asked": "confirm confirmed, refuse refused"}
FINAL = {"declined", "struck", "lapsed", "withdrawn"}
VERBS = sorted({verb for _s, verb, _t in spelled(PROPOSAL)})


def test_the_tables_are_those_that_were_decided():
    assert edges(Proposal) == spelled(PROPOSAL)
    assert edges(PlaceConsent) == spelled(CONSENT)
    assert {source for source, _v, _t in spelled(PROPOSAL)} | FINAL == set(P.values)


@pytest.fixture
def call():
    return Call()


@pytest.fixture
def ripe(call):
    """An application in place, of which every guard says yes."""
    made = a_scored_proposal(call.round)
    force(made, community=call.place, advised_version=1)
    Remark.objects.create(proposal=made, version_no=1, field="goals", text="目标", made_at=OPEN, role="clerk")
    ScreeningCheck.objects.create(proposal=made, version_no=1, code="E1", verdict="pass")
    return Proposal.objects.get(pk=made.pk)


@pytest.fixture
def secretary(call):
    user = a_user("秘书")
    seat(user, call.office.section, "expert")
    expert = Expert(person=user.person, code="ZJ1")
    creating(expert, by=SYSTEM, now=RECHECK, permission="experts.register")
    panel = Panel(round_code=call.round.code, stage="application", name="评审组", rule={})
    creating(panel, by=call.office.clerk, now=RECHECK, permission="panels.form")
    place = PanelSeat(panel=panel, person=user.person, expert=expert, kind="secretary", position=1)
    creating(place, by=SYSTEM, now=RECHECK, permission="panels.seat")
    return actor(user)


def people(call, proposal, secretary) -> dict[str, Actor]:
    head, office = head_of(proposal.applicant), call.office
    leader = dict.fromkeys(("propose", "waitlist", "decline", "promote", "award"), office.leader)
    clerk = dict.fromkeys(("find_eligible", "uphold", "overturn"), office.second_clerk)
    operator = dict.fromkeys(("send_back", "send_to_optimise"), call.operator)
    chief = dict.fromkeys(("find_ineligible", "lapse"), office.section_chief)
    kernel = dict.fromkeys(("record_verdict", "strike"), SYSTEM)
    others = dict.fromkeys(VERBS, head)
    return {**others, **leader, **clerk, **operator, **chief, **kernel, "open_review": secretary}


def test_an_application_in_each_state_asked_each_verb(call, ripe, secretary):
    by = people(call, ripe, secretary)
    found: dict[str, dict[str, str]] = {}
    for state in P.values:
        force(ripe, state=state)
        for verb in VERBS:
            found.setdefault(state, {})[verb] = outcome(ripe, verb, by[verb])
            assert outcome(ripe, verb, call.office.stranger) == FORBIDDEN
    assert found == answers(spelled(PROPOSAL), P.values, VERBS)


@pytest.mark.parametrize(
    ("state", "verb", "lacking"),
    [
        ("submitted", "send_back", {"version_no": 2}),
        ("submitted", "find_eligible", {"version_no": 2}),
        ("submitted", "find_ineligible", {"advised_version": 0}),
        ("submitted", "find_ineligible", {"version_no": 2}),
        ("optimising", "finish_optimise", {"optimised_from": 1}),
        ("in_review", "record_verdict", {"dossier": None}),
        ("scored", "propose", {"dossier": None}),
        ("scored", "waitlist", {"dossier": None}),
    ],
)
def test_guards_refuse_what_the_table_would_allow(call, ripe, secretary, state, verb, lacking):
    by = people(call, ripe, secretary)[verb]
    force(ripe, state=state)
    assert outcome(ripe, verb, by) != NOT_NOW
    force(ripe, **lacking)
    assert outcome(ripe, verb, by) == NOT_NOW


@pytest.mark.parametrize("verdict", ["fail", "human"])
def test_one_item_that_did_not_pass_is_enough(call, ripe, verdict):
    force(ripe, state="submitted")
    ScreeningCheck.objects.create(proposal=ripe, version_no=1, code="H1", verdict=verdict)
    assert outcome(ripe, "find_eligible", call.office.clerk) == NOT_NOW


def test_a_failed_review_is_never_proposed(call, ripe):
    type(ripe.dossier).objects.update(verdict="fail")
    leader = call.office.leader
    found = {verb: outcome(ripe, verb, leader) for verb in ("propose", "waitlist", "decline")}
    assert found == {"propose": NOT_NOW, "waitlist": NOT_NOW, "decline": "declined"}


def a_consent(call, proposal) -> PlaceConsent:
    consent = PlaceConsent(proposal=proposal, community=call.place, version_no=1)
    head = head_of(proposal.applicant)
    return creating(consent, by=head, now=OPEN, permission="proposals.ask_consent", verb="ask")


def test_a_consent_in_each_state_asked_each_verb(call, ripe):
    consent = a_consent(call, ripe)
    found: dict[str, dict[str, str]] = {}
    for state in C.values:
        force(consent, state=state)
        for verb in ("confirm", "refuse"):
            found.setdefault(state, {})[verb] = outcome(consent, verb, link_bearer(consent))
            assert outcome(consent, verb, call.office.stranger) == FORBIDDEN
    assert found == answers(spelled(CONSENT), C.values, ("confirm", "refuse"))


@pytest.mark.parametrize("change", [{"state": "lost"}, {"requested_fen": -1}, {"number": None}])
def test_the_database_refuses_what_no_application_may_be(ripe, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        force(ripe, **change)


def test_the_database_keeps_one_live_application_per_place_of_an_applicant(call, ripe):
    second = a_scored_proposal(call.round, state="withdrawn", applicant=ripe.applicant)
    with pytest.raises(IntegrityError), transaction.atomic():
        force(second, state="scored")
    force(second, state="struck")


WATCH = {"clerk", "section_chief", "leader", "supervisor", "auditor", "operator"}
FINANCE = {"finance_clerk", "finance_approver", "cashier"}
APPLICANTS = {"applicant_admin", "applicant_editor", "applicant_finance"}
PLACES = {"street_officer", "community_worker"}
SCREENERS = {"operator", "clerk"}
ROWS = {
    "proposals.view": WATCH,
    "proposals.read_files": WATCH,
    "proposals.list": WATCH | FINANCE | PLACES | APPLICANTS | {"coach"},
    "proposals.view_screening": WATCH,
    "proposals.list_screening": WATCH,
    "proposals.screen": SCREENERS,
    "proposals.lay_before": {"expert", "clerk", "section_chief"},
    "proposals.judge_check": {"clerk"},
    "proposals.return": SCREENERS,
    "proposals.find_eligible": {"clerk"},
    "proposals.advise_ineligible": {"clerk"},
    "proposals.find_ineligible": {"section_chief"},
    "proposals.recheck": {"clerk"},
    "proposals.optimise": SCREENERS,
    "proposals.decide": {"leader"},
    "proposals.promote": {"leader"},
    "proposals.award": {"leader"},
    "proposals.lapse": {"section_chief"},
    "proposals.record_prior_funding": {"clerk"},
}
OWN = {
    "proposals.view": APPLICANTS,
    "proposals.read_files": APPLICANTS,
    "proposals.draft": {"applicant_admin", "applicant_editor"},
    "proposals.edit": APPLICANTS,
    "proposals.submit": {"applicant_admin"},
    "proposals.withdraw": {"applicant_admin"},
    "proposals.request_recheck": {"applicant_admin"},
}
OF_CONSENT = {
    f"proposals.{verb}" for verb in ("ask_consent", "answer_consent", "view_consent", "list_consents")
}
KERNEL = {"proposals.record_verdict", "proposals.strike"}


def test_every_row_admits_exactly_these_roles(call, ripe):
    for name in set(PERMISSIONS) - OF_CONSENT:
        outside = admitted(name, ripe)
        assert outside == ROWS.get(name, set()), name
        assert admitted(name, ripe, body_id=ripe.applicant_id) - outside == OWN.get(name, set()), name
        assert bool(check(SYSTEM, name, ripe)) is (name in KERNEL), name
        assert check(call.office.stranger, name, ripe) is None, name


def test_the_host_stands_behind_the_group(call, ripe):
    force(ripe, host=call.house.body)
    hosted = Proposal.objects.get(pk=ripe.pk)
    assert check(call.applicant, "proposals.submit", hosted)
    assert not check(call.applicant, "proposals.submit", ripe)


def test_a_consent_is_asked_by_the_applicant_and_answered_by_the_place(call, ripe):
    consent = a_consent(call, ripe)
    own = ripe.applicant_id
    assert admitted("proposals.ask_consent", consent) == set()
    assert admitted("proposals.ask_consent", consent, body_id=own) == {"applicant_admin"}
    assert admitted("proposals.answer_consent", consent, body_id=own) == set()
    assert {
        r for r, who in in_area(COMMUNITY).items() if check(who, "proposals.answer_consent", consent)
    } == {"community_worker"}
    assert not any(check(who, "proposals.answer_consent", consent) for who in in_area(STREET).values())
    for name in ("view_consent", "list_consents"):
        assert {
            r for r, who in in_area(COMMUNITY).items() if check(who, f"proposals.{name}", consent)
        } == WATCH | PLACES


def in_area(code, round_code="") -> dict[str, Actor]:
    return {
        role: Actor(n, n, (Grant(role, area_code=code, round_code=round_code),))
        for n, role in enumerate(Role.values, 700_001)
    }


def test_what_is_seen_depends_on_place_round_state_and_interest(call, ripe):
    def seers(proposal, code="", round_code=""):
        return {r for r, who in in_area(code, round_code).items() if check(who, "proposals.view", proposal)}

    assert seers(ripe, COMMUNITY) == seers(ripe, STREET) == WATCH | PLACES
    assert seers(ripe, "420106002") == WATCH
    assert seers(ripe, round_code="WCCT-2025") == WATCH - {"operator"}
    force(ripe, state="awarded")
    assert seers(Proposal.objects.get(pk=ripe.pk)) == WATCH | FINANCE
    force(ripe, state="draft", version_no=0)
    assert seers(Proposal.objects.get(pk=ripe.pk), COMMUNITY) == set()
    clerk = call.office.clerk
    friend = Actor(clerk.user_id, clerk.person_id, clerk.grants, frozenset({ripe.applicant_id}))
    assert all(check(friend, name, ripe) is None for name in set(PERMISSIONS) - OF_CONSENT)
