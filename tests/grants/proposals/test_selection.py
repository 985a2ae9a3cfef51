"""What the panel sees, what it answers, and who may see what of an application."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal

import pytest

from core.audit.verify import problems
from core.errors import NotNow
from core.lifecycle import changing, creating
from core.policy import SYSTEM, Actor, Grant, Role, check
from evaluations.experts.models import Expert
from evaluations.panels.models import Dossier, Panel, PanelSeat
from grants.proposals import selectors, services
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.selectors import rubric_of
from orgs.registry import services as registry
from tests.grants.applying import COMMUNITY, NEXT_DOOR, OPEN, RECHECK, STREET, at, fresh
from tests.grants.tables import force
from tests.orgs.builders import a_body, a_user, actor, seat

pytestmark = pytest.mark.django_db
JUDGED, MEETING = at("2026-06-04 17:00"), at("2026-06-05 15:00")


def before_a_panel(call, *proposals):
    """Lay applications before a panel whose secretary is an expert; return their dossiers."""
    user = a_user("秘书")
    seat(user, call.office.section, "expert")
    expert = Expert(person=user.person, code="ZJ1")
    creating(expert, by=SYSTEM, now=RECHECK, permission="experts.register")
    panel = Panel(round_code=call.round.code, stage="application", name="评审组", rule={})
    creating(panel, by=call.office.clerk, now=RECHECK, permission="panels.form")
    place = PanelSeat(panel=panel, person=user.person, expert=expert, kind="secretary", position=1)
    creating(place, by=SYSTEM, now=RECHECK, permission="panels.seat")
    dossiers = []
    for n, proposal in enumerate(proposals, start=1):
        blind, shown = selectors.review_snapshot(proposal)
        a_dossier = Dossier(
            state="waiting", round_code=call.round.code, stage="application", code=f"YL{n:03d}",
            title=proposal.title, category="elderly_disability", snapshot=blind, open_part=shown,
            snapshot_digest="0" * 64, rubric_version=rubric_of(call.round, "application"),
        )  # fmt: skip
        dossiers.append(creating(a_dossier, by=SYSTEM, now=RECHECK, permission="panels.open_dossier"))
        services.open_review(proposal_id=proposal.pk, dossier=a_dossier, by=actor(user), now=RECHECK)
    return dossiers


def give(dossier, score="81.50", verdict="pass"):
    with changing(Dossier, dossier.pk, by=SYSTEM, now=JUDGED) as held:
        held.official_score, held.verdict = Decimal(score), verdict
        held.give_verdict(by=SYSTEM)


class TestTheReview:
    def test_the_first_part_names_no_applicant(self, call):
        made = call.eligible()
        blind, shown = selectors.review_snapshot(made)
        words = json.dumps([blind, shown], ensure_ascii=False)
        for name in (call.house.body.name, call.house.body.public_id, call.house.entry.uscc, made.number):
            assert name not in words
        assert "title" not in blind and not {"team", "pledge", "experience"} & blind.keys()
        assert {"goals", "activities", "budget", "requested_fen", "version"} <= blind.keys()
        assert blind["community"] == made.community.display_name
        assert (shown["consent"], blind["version"]) == ("confirmed", 1)
        assert "team" in shown

    def test_the_panel_sees_the_frozen_version_and_not_what_was_saved_since(self, call):
        made = call.eligible()
        made.sections.filter(section="design").update(data={"goals": "改过"})
        assert selectors.review_snapshot(made)[0]["goals"] != "改过"

    def test_a_verdict_is_taken_over_with_the_score(self, call):
        made = call.eligible()
        (dossier,) = before_a_panel(call, made)
        assert fresh(made).state == "in_review"
        give(dossier)
        made = fresh(made)
        assert (made.state, made.official_score) == ("scored", Decimal("81.50"))
        assert problems("I4p") == []
        force(made, official_score=Decimal("99.00"))
        assert [p.where for p in problems("I4p")] == [f"proposals.proposal:{made.pk}"]

    def test_only_the_secretary_of_this_round_opens_the_review(self, call):
        made = call.eligible()
        before_a_panel(call)
        secretary = PanelSeat.objects.get().person_id
        Panel.objects.update(round_code="WCCT-2025")
        for by in (Actor(1, secretary, (Grant(Role.EXPERT),)), call.office.clerk, call.office.leader):
            assert check(by, "proposals.open_review", made) is None
        Panel.objects.update(round_code=call.round.code)
        assert check(Actor(1, secretary, (Grant(Role.EXPERT),)), "proposals.open_review", made)

    def test_an_application_withdrawn_meanwhile_does_not_stop_the_panel(self, call):
        made = call.eligible()
        (dossier,) = before_a_panel(call, made)
        services.withdraw_proposal(proposal_id=made.pk, by=call.applicant, now=RECHECK)
        give(dossier)
        assert (fresh(made).state, fresh(made).official_score) == ("withdrawn", None)
        assert Dossier.objects.get(pk=dossier.pk).state == "judged"
        assert problems("I4p") == []

    def test_who_did_not_pass_is_declined_and_nothing_else(self, call):
        made = call.eligible()
        (dossier,) = before_a_panel(call, made)
        give(dossier, "59.99", "fail")
        leader = call.office.leader
        with pytest.raises(NotNow):
            services.propose_proposal(proposal_id=made.pk, amount_fen=1, by=leader, now=MEETING)
        with pytest.raises(NotNow):
            services.waitlist_proposal(proposal_id=made.pk, by=leader, now=MEETING)
        services.decline_proposal(proposal_id=made.pk, reason="未达合格线", by=leader, now=MEETING)
        assert fresh(made).state == "declined"


HIDDEN = {"in_review", "scored", "proposed", "waitlisted", "declined"}
SHOWN_BY_NOTICE = {"proposed", "waitlisted", "declined"}


@pytest.mark.parametrize("state", P.values)
def test_the_applicant_sees_no_result_before_the_notice(state):
    proposal = Proposal(state=state)
    before, after = (str(selectors.public_state(proposal, noticed=noticed)) for noticed in (False, True))
    own = str(P(state).label)
    assert before == ("评审中" if state in HIDDEN else own)
    assert after == ("评审中" if state in HIDDEN - SHOWN_BY_NOTICE else own)


def every_kind(call):
    """Return applications of several kinds, and the bodies grants may be held in."""
    host = a_body("residents_committee", "尚隆苑社区居委会")
    group = registry.register_group(
        name="尚隆苑夕阳互助队", filing_no="WCBA-2026-001", host_id=host.pk, community_code=COMMUNITY,
        by=call.office.clerk, now=OPEN,
    )  # fmt: skip
    rival = call.an_organisation("武昌区向阳青少年服务社")
    call.submitted()
    withdrawn_draft = call.draft(title="第二个项目：邻里食堂")
    services.withdraw_proposal(proposal_id=withdrawn_draft.pk, by=call.applicant, now=OPEN)
    call.draft(rival, community=NEXT_DOOR)
    awarded = call.submitted(rival, community=NEXT_DOOR)
    force(awarded, state="awarded")
    lapsed = call.draft(call.an_organisation("武昌区第三服务中心"), community="汉阳区某社区")
    force(lapsed, state="lapsed", version_no=1, number="SQ-1", applicant=group.body, host=host)
    return host.pk, group.body.pk, rival.body.pk, call.house.body.pk


def test_the_list_holds_exactly_the_applications_whose_pages_open(call):
    bodies = every_kind(call)
    rows = list(Proposal.objects.select_related("round", "community"))
    areas = ["", STREET, COMMUNITY, NEXT_DOOR, "420106002"]
    sizes = set()
    for role, body, area, round_code, interest in itertools.product(
        Role.values, (None, *bodies), areas, ("", call.round.code, "WCCT-2025"), (None, bodies[0])
    ):
        grant = Grant(role, body_id=body, area_code=area, round_code=round_code)
        who = Actor(7, 7, (grant,), frozenset({interest} if interest else ()))
        listed = set(selectors.visible_to(who).values_list("pk", flat=True))
        assert listed == {row.pk for row in rows if check(who, "proposals.view", row)}, grant
        sizes.add(len(listed))
    assert len(rows) == 5 and {0, 1, 2, 3} <= sizes


def test_grants_add_up(call):
    every_kind(call)
    rows = list(Proposal.objects.select_related("round", "community"))
    both = Actor(7, 7, (Grant("cashier"), Grant("community_worker", area_code=COMMUNITY)))
    listed = set(selectors.visible_to(both).values_list("pk", flat=True))
    assert listed == {row.pk for row in rows if check(both, "proposals.view", row)} and len(listed) == 3
    assert not selectors.visible_to(call.office.stranger).exists()
