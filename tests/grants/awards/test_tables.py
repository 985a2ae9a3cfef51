"""Every state times every verb, every permission times every role, and how sure the line is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import NotNow
from core.lifecycle import changing, creating
from core.policy import SYSTEM, Actor, Grant, Role, check
from evaluations.experts.models import Expert
from evaluations.panels.models import Panel, PanelSeat, Sheet
from grants.awards import selectors, services
from grants.awards.models import Allotment, Award, Decision
from grants.awards.permissions import PERMISSIONS
from grants.proposals.models import Proposal
from orgs.areas.models import Community
from tests.grants.awards.conftest import ELDERLY, LISTED, MEETING, MINUTES, OVERDUE, a_scan
from tests.grants.builders import head_of
from tests.orgs.builders import a_user, load_places

pytestmark = pytest.mark.django_db
ROWS = [(ELDERLY, "92.00", 20_000), (ELDERLY, "88.00", 15_000), (ELDERLY, "71.00", 18_000)]


def expect(obj, verb, by, target):
    """Press a verb at the bare door; the state must be the target, or stay as it was."""
    if target is None:
        with pytest.raises(NotNow), changing(type(obj), obj.pk, by=by, now=OVERDUE) as held:
            getattr(held, verb)(by=by)
        assert type(obj).objects.get(pk=obj.pk).state == obj.state
        return
    with changing(type(obj), obj.pk, by=by, now=OVERDUE) as held:
        getattr(held, verb)(by=by)
        for name, value in {"released_why": "lapsed", "lapse_reason": "放弃"}.items():
            if hasattr(held, name):
                setattr(held, name, value)
    assert type(obj).objects.get(pk=obj.pk).state == target


DECISION = {("drafted", "table"): "tabled", ("tabled", "resolve"): "resolved"}


@pytest.mark.parametrize("verb", ["table", "resolve"])
@pytest.mark.parametrize("state", ["drafted", "tabled", "resolved"])
def test_decision(play, state, verb):
    play.scored(*ROWS)
    decision = play.draft()
    if state == "resolved":
        play.resolve(decision)
    elif state == "tabled":
        services.table_decision(decision_id=decision.pk, by=play.office.section_chief, now=LISTED)
    decision = Decision.objects.get(pk=decision.pk)
    by = {"table": play.office.second_chief, "resolve": play.office.second_leader}[verb]
    if DECISION.get((state, verb)) == "resolved":
        services.resolve_decision(decision_id=decision.pk, by=by, now=MEETING, scan=a_scan(), **MINUTES)
        assert Decision.objects.get(pk=decision.pk).state == "resolved"
    else:
        expect(decision, verb, by, DECISION.get((state, verb)))


@pytest.mark.parametrize(("state", "target"), [("reserved", "released"), ("released", None)])
def test_allotment(play, state, target):
    play.decide(*ROWS)
    allotment = Allotment.objects.get(line__rank=1)
    if state == "released":
        services.release_money(proposal_id=allotment.proposal_id, why="struck", by=SYSTEM, now=MEETING)
    expect(Allotment.objects.get(pk=allotment.pk), "release", SYSTEM, target)


@pytest.mark.parametrize(("state", "target"), [("granted", "lapsed"), ("lapsed", None)])
def test_award(play, state, target):
    award = play.all_the_way(*ROWS)[0]
    if state == "lapsed":
        play.lapse(award)
    expect(Award.objects.get(pk=award.pk), "lapse", play.office.section_chief, target)


BUREAU = {"clerk", "section_chief", "leader"}
WATCH = BUREAU | {"supervisor", "auditor"}
FINANCE = {"finance_clerk", "finance_approver", "cashier"}
APPLICANTS = {"applicant_admin", "applicant_editor", "applicant_finance"}
# permission -> (roles admitted, does the kernel pass); "view" is asked of a decision here
TABLE = {
    "awards.view": (WATCH, False),
    "awards.list": (
        WATCH | FINANCE | {"operator", "evaluator", "street_officer", "community_worker"} | APPLICANTS,
        False,
    ),
    "awards.list_decisions": (WATCH, False),
    "awards.draft": ({"clerk"}, False),
    "awards.amend": ({"clerk"}, False),
    "awards.table": ({"section_chief"}, False),
    "awards.resolve": ({"leader"}, False),
    "awards.allot": ({"leader"}, False),
    "awards.release": (set(), True),
    "awards.award": ({"leader"}, False),
    "awards.lapse": ({"section_chief"}, False),
}


def newcomers(**grant) -> dict[str, Actor]:
    return {
        role: Actor(700_000 + n, 700_000 + n, (Grant(role, **grant),)) for n, role in enumerate(Role.values)
    }


def test_the_permission_table_is_exactly_this_one(play):
    assert set(TABLE) == set(PERMISSIONS)
    award = play.all_the_way(*ROWS)[0]
    decision = Decision.objects.get()
    for name, (roles, kernel) in TABLE.items():
        about = award if name in ("awards.award", "awards.lapse") else decision
        admitted = {role for role, who in newcomers().items() if check(who, name, about)}
        assert admitted == roles, name
        assert bool(check(SYSTEM, name, about)) is kernel, name
        assert check(play.office.stranger, name, about) is None, name


def test_an_award_is_seen_by_its_own_its_place_and_those_who_work_with_it(play):
    load_places("420106001")
    award = play.all_the_way(*ROWS)[0]
    place = Community.objects.filter(code__startswith="420106001").first()
    Proposal.objects.filter(pk=award.proposal_id).update(community=place)
    award = Award.objects.get(pk=award.pk)

    def seers(**grant) -> set[str]:
        return {role for role, who in newcomers(**grant).items() if check(who, "awards.view", award)}

    everywhere = WATCH | FINANCE | {"operator", "evaluator"}
    assert seers() == everywhere
    assert seers(round_code="WCCT-2025") == everywhere - {"operator", "evaluator"}
    assert seers(body_id=award.proposal.applicant_id) == everywhere | APPLICANTS
    assert seers(area_code="420106001") == everywhere | {"street_officer", "community_worker"}
    assert seers(area_code="420106002") == everywhere
    assert check(head_of(award.proposal.applicant), "awards.view", Decision.objects.get()) is None


class TestHowSureTheLineIs:
    """Three reviewers agree on the first two and quarrel about the third and fourth."""

    SCORES = {1: (95, 94, 96), 2: (91, 90, 92), 3: (84, 72, 81), 4: (70, 82, 80), 5: (61, 60, 62)}

    def judged(self, play) -> dict[int, Proposal]:
        panel = Panel(round_code=play.round.code, stage="application", name="评审组", rule={})
        creating(panel, by=play.office.clerk, now=LISTED, permission="panels.form")
        reviewers = [self.reviewer(panel, n) for n in range(3)]
        found = {}
        for n, totals in self.SCORES.items():
            mean = f"{sum(totals) / 3:.2f}"
            (found[n],) = play.scored((ELDERLY, mean, 13_000))
            for seat, total in zip(reviewers, totals, strict=True):
                sheet = Sheet(
                    state="locked",
                    panel=panel,
                    dossier=found[n].dossier,
                    seat=seat,
                    reviewer=seat.person,
                    total=Decimal(total),
                    locked_at=LISTED,
                    attested_at=LISTED,
                )
                creating(sheet, by=SYSTEM, now=LISTED, permission="panels.assign")
        return found

    def reviewer(self, panel: Panel, n: int) -> PanelSeat:
        person = a_user(f"专家{n}").person
        expert = Expert(person=person, code=f"ZJ{n}")
        creating(expert, by=SYSTEM, now=LISTED, permission="experts.register")
        seat = PanelSeat(panel=panel, person=person, expert=expert, kind="reviewer", position=n)
        return creating(seat, by=SYSTEM, now=LISTED, permission="panels.seat")

    def test_the_clear_ones_are_in_or_out_and_the_close_ones_are_to_be_discussed(self, play):
        found = self.judged(play)
        decision = play.draft()
        lines = {line.proposal_id: line for line in decision.lines.all()}
        bands = {n: lines[found[n].pk].band for n in self.SCORES}
        assert bands == {1: "in", 2: "in", 3: "discuss", 4: "discuss", 5: "out"}
        assert lines[found[1].pk].chance_percent == 100
        assert lines[found[3].pk].chance_percent > lines[found[4].pk].chance_percent > 10

    def test_without_sheets_nothing_is_claimed(self, play):
        play.scored(*ROWS)
        assert {line.band for line in play.draft().lines.all()} == {""}
        assert selectors.chances(play.round, {}, {}) == {}
