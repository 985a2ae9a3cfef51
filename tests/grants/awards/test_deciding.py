"""The list, the meeting, and money that is never lost or spent twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from core.audit import verify
from core.audit.models import Entry
from core.errors import Forbidden, NotNow, Refused, RulesBroken
from grants.awards import rules, selectors, services
from grants.awards.models import Allotment, Decision, DecisionLine
from grants.proposals.models import Proposal
from grants.proposals.services import withdraw_proposal
from tests.grants.awards.conftest import (
    ELDERLY,
    LISTED,
    MEETING,
    MINUTES,
    PLACES,
    YOUTH,
    a_scan,
)
from tests.grants.builders import a_scored_proposal, head_of

pytestmark = pytest.mark.django_db
FULL = [
    (ELDERLY, "92.00", 20_000),
    (ELDERLY, "88.00", 15_000),
    (ELDERLY, "71.00", 8_000),
    (ELDERLY, "55.00", 9_000),
    (YOUTH, "85.00", 20_000),
    (YOUTH, "80.00", 12_000),
    (PLACES, "83.00", 18_000),
]


def outcomes(decision: Decision) -> list[tuple[str, int, str, int]]:
    lines = decision.lines.order_by("category", "rank")
    return [(one.category.code, one.rank, one.outcome, one.amount_fen // 100) for one in lines]


def why_left(play) -> list[tuple[str, int, str]]:
    return [(row.category, row.amount_fen // 100, row.why) for row in selectors.explain_left(play.round)]


def change(line: DecisionLine, outcome: str, **more) -> services.Change:
    return services.Change(line.proposal_id, outcome, **more)


def line_of(decision: Decision, category: str, rank: int) -> DecisionLine:
    return decision.lines.get(category__code=category, rank=rank)


class TestTheList:
    def test_rank_line_and_rest_of_each_category(self, play):
        play.scored(*FULL)
        decision = play.draft()
        assert outcomes(decision) == [
            (ELDERLY, 1, "propose", 20_000),
            (ELDERLY, 2, "propose", 15_000),
            (ELDERLY, 3, "waitlist", 0),
            (ELDERLY, 4, "decline", 0),
            (YOUTH, 1, "propose", 20_000),
            (YOUTH, 2, "waitlist", 0),
            (PLACES, 1, "propose", 18_000),
        ]
        assert [(x["category"], x["amount_fen"] // 100, x["why"]) for x in decision.left] == [
            (PLACES, 12_000, "no_more_passing"),
            (ELDERLY, 5_000, "next_asks_more"),
            (YOUTH, 10_000, "cut_needs_consent"),
        ]

    def test_it_waits_for_the_last_panel_and_for_something_to_decide(self, play):
        with pytest.raises(Refused, match="没有待决定"):
            play.draft()
        a_scored_proposal(play.round)
        a_scored_proposal(play.round, state="in_review")
        with pytest.raises(Refused, match="1 份申报"):
            play.draft()

    def test_there_is_one_open_list(self, play):
        play.scored(*FULL)
        play.draft()
        with pytest.raises(Refused, match="尚未决定"):
            play.draft()

    def test_ties_are_broken_down_the_chain_of_the_terms(self, play):
        low, high = {"needs": "15.00", "design": "16.00"}, {"needs": "15.00", "design": "17.00"}
        second = a_scored_proposal(play.round, criteria=low)
        first = a_scored_proposal(play.round, criteria=high)
        lines = {one.proposal_id: one for one in play.draft().lines.all()}
        assert (lines[first.pk].rank, lines[second.pk].rank) == (1, 2)
        assert {one.decided_by for one in lines.values()} == {"design"}

    def test_consent_and_moves_are_recorded_and_change_the_line(self, play):
        play.scored(*FULL)
        decision = play.draft()
        second = line_of(decision, YOUTH, 2).proposal_id
        move = rules.Move(PLACES, YOUTH, 2_000_00, "社区治理类合格申报不足")
        services.recompute_decision(decision_id=decision.pk, moves=[move], by=play.office.clerk, now=LISTED)
        decision.refresh_from_db()
        assert line_of(decision, YOUTH, 2).amount_fen == 12_000_00
        services.recompute_decision(
            decision_id=decision.pk, consents={second: "同意函 2026-06-04"}, by=play.office.clerk, now=LISTED
        )
        cut = line_of(decision, YOUTH, 2)
        assert (cut.amount_fen, cut.cut_consent) == (10_000_00, "同意函 2026-06-04")
        assert decision.moves.count() == 0

    @pytest.mark.parametrize(
        ("move", "code"),
        [
            ((PLACES, YOUTH, 3_000_01), "L2"),
            ((ELDERLY, YOUTH, 5_000_01), "L2"),
            ((YOUTH, PLACES, 3_000_01), "L2"),
        ],
    )
    def test_no_more_than_a_tenth_of_a_category_moves(self, play, move, code):
        play.scored(*FULL)
        with pytest.raises(RulesBroken) as refused:
            play.draft(moves=[rules.Move(*move, "调剂")])
        assert code in {violation.code for violation in refused.value.violations}

    def test_each_award_has_one_source_and_no_source_gives_more_than_it_has(self, play):
        play.scored(*FULL)
        spent: dict[str, int] = {}
        for one in play.draft().lines.filter(outcome="propose").select_related("source"):
            spent[one.source.code] = spent.get(one.source.code, 0) + one.amount_fen
        assert spent == {"charity": 20_000_00, "welfare_lottery": 53_000_00}

    def test_a_second_list_spends_only_what_the_first_left(self, play):
        play.decide((ELDERLY, "90.00", 20_000), (ELDERLY, "89.00", 15_000))
        a_scored_proposal(play.round, score="95.00", yuan=8_000)
        a_scored_proposal(play.round, score="70.00", yuan=5_000)
        second = play.draft()
        assert outcomes(second)[0] == (ELDERLY, 1, "waitlist", 0)
        left = {one["category"]: one["amount_fen"] for one in second.left}
        assert left == {ELDERLY: 5_000_00, YOUTH: 30_000_00, PLACES: 30_000_00}


class TestTheMeeting:
    def test_a_departure_has_its_reason_and_every_fen_stays_explained(self, play):
        play.scored(*FULL)
        decision = play.draft()
        second, third = line_of(decision, ELDERLY, 2), line_of(decision, ELDERLY, 3)
        swap = [
            change(second, "waitlist", reason="与街道在建项目重复"),
            change(third, "propose", amount_fen=8_000_00, reason="递补上一名"),
        ]
        services.amend_decision(decision_id=decision.pk, changes=swap, by=play.office.clerk, now=LISTED)
        assert outcomes(decision)[:3] == [
            (ELDERLY, 1, "propose", 20_000),
            (ELDERLY, 2, "waitlist", 0),
            (ELDERLY, 3, "propose", 8_000),
        ]
        decision = play.resolve(Decision.objects.get(pk=decision.pk))
        assert (ELDERLY, 12_000, "by_decision") in why_left(play)
        assert verify.problems("invariants", "ledger") == []

    def test_a_departure_without_a_reason_is_refused_and_nothing_changes(self, play):
        play.scored(*FULL)
        decision = play.draft()
        quiet = [change(line_of(decision, ELDERLY, 1), "decline")]
        with pytest.raises(RulesBroken, match="第 1 名"):
            services.amend_decision(decision_id=decision.pk, changes=quiet, by=play.office.clerk, now=LISTED)
        assert line_of(decision, ELDERLY, 1).outcome == "propose"

    def test_the_database_knows_it_too(self, play):
        play.scored(*FULL)
        line = line_of(play.draft(), ELDERLY, 1)
        for wrong in (
            {"outcome": "decline", "amount_fen": 0, "source": None},
            {"amount_fen": 30_000_00, "departure_reason": "加额", "cut_consent": "函"},
            {"amount_fen": 18_000_00, "departure_reason": "核减"},
            {"source": None},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                DecisionLine.objects.filter(pk=line.pk).update(**wrong)

    @pytest.mark.parametrize(
        ("rank", "change_", "code"),
        [
            (4, {"outcome": "propose", "amount_fen": 5_000_00, "reason": "特殊", "consent": "函"}, "L5"),
            (1, {"outcome": "propose", "amount_fen": 15_000_00, "reason": "核减", "consent": "函"}, "L6"),
            (1, {"outcome": "propose", "amount_fen": 18_000_00, "reason": "核减"}, "L7"),
            (3, {"outcome": "propose", "amount_fen": 8_000_00, "reason": "加入"}, "L9"),
        ],
    )
    def test_no_reason_lifts_the_other_bounds(self, play, rank, change_, code):
        play.scored(*FULL)
        decision = play.draft()
        wanted = services.Change(line_of(decision, ELDERLY, rank).proposal_id, **change_)
        with pytest.raises(RulesBroken) as refused:
            services.amend_decision(
                decision_id=decision.pk, changes=[wanted], by=play.office.clerk, now=LISTED
            )
        assert code in {violation.code for violation in refused.value.violations}

    def test_three_people_bring_a_list_to_its_decision(self, play):
        play.scored(*FULL)
        decision = play.draft()
        every = replace(
            play.office.clerk,
            grants=play.office.clerk.grants + play.office.section_chief.grants + play.office.leader.grants,
        )
        with pytest.raises(Forbidden):
            services.table_decision(decision_id=decision.pk, by=every, now=LISTED)
        chief = replace(
            play.office.section_chief,
            grants=play.office.section_chief.grants + play.office.leader.grants,
        )
        services.table_decision(decision_id=decision.pk, by=chief, now=LISTED)
        with pytest.raises(Forbidden):
            services.resolve_decision(
                decision_id=decision.pk, by=chief, now=MEETING, scan=a_scan(), **MINUTES
            )

    @pytest.mark.parametrize("missing", ["minutes_no", "money_reply_no", "attendees", "scan"])
    def test_the_meeting_leaves_all_its_papers(self, play, missing):
        play.scored(*FULL)
        papers = {missing: None if missing == "scan" else [] if missing == "attendees" else " "}
        with pytest.raises(NotNow, match="会议纪要文号"):
            play.resolve(play.draft(), **papers)
        assert not Allotment.objects.exists()

    def test_it_is_carried_out_for_every_application_in_one_transaction(self, play):
        proposals = play.scored(*FULL)
        decision = play.resolve(play.draft())
        states = dict(Proposal.objects.values_list("pk", "state"))
        assert [states[one.pk] for one in proposals] == [
            "proposed",
            "proposed",
            "waitlisted",
            "declined",
            "proposed",
            "waitlisted",
            "proposed",
        ]
        assert Allotment.objects.count() == 4
        resolved = Entry.objects.get(verb="resolve", object_type="awards.decision")
        assert resolved.payload["lines_digest"] == decision.lines_digest
        assert resolved.reason.document == MINUTES["minutes_no"]
        assert "方局长" not in str(resolved.payload)

    def test_one_application_that_cannot_be_decided_stops_all(self, play):
        first, *_rest = play.scored(*FULL)
        friend = replace(play.office.leader, interests=frozenset({first.applicant_id}))
        with pytest.raises(Forbidden, match="利害关系"):
            play.resolve(play.draft(), by=friend)
        assert set(Proposal.objects.values_list("state", flat=True)) == {"scored"}
        assert not Allotment.objects.exists()

    def test_who_left_before_the_meeting_is_declined_first(self, play):
        first, *_rest = play.scored(*FULL)
        decision = play.draft()
        withdraw_proposal(proposal_id=first.pk, reason="无法实施", by=head_of(first.applicant), now=LISTED)
        with pytest.raises(Refused, match="已经撤回"):
            play.resolve(decision)
        gone = [services.Change(first.pk, "decline", reason="申报单位撤回")]
        services.amend_decision(decision_id=decision.pk, changes=gone, by=play.office.clerk, now=LISTED)
        services.resolve_decision(
            decision_id=decision.pk, by=play.office.leader, now=MEETING, scan=a_scan(), **MINUTES
        )
        assert Proposal.objects.get(pk=first.pk).state == "withdrawn"
        assert verify.problems("invariants", "ledger", "states", "rows") == []

    def test_a_line_changed_behind_the_back_breaks_the_seal(self, play):
        play.scored(*FULL)
        decision = play.draft()
        DecisionLine.objects.filter(decision=decision, rank=1, category__code=YOUTH).update(
            score=Decimal("99")
        )
        with pytest.raises(Refused) as refused:
            play.resolve(decision)
        assert refused.value.code == "seal_is_broken"
        assert [p.says for p in verify.problems("I6d")] == ["名单内容与其摘要不符"]

    def test_pressing_twice_resolves_once(self, play):
        play.scored(*FULL)
        decision = play.draft()
        services.table_decision(decision_id=decision.pk, by=play.office.section_chief, now=LISTED)
        press = {"decision_id": decision.pk, "by": play.office.leader, "now": MEETING, "key": uuid4()}
        papers = {**MINUTES, "scan": a_scan()}
        first = services.resolve_decision(**press, **papers)
        assert services.resolve_decision(**press, **papers) == first
        assert Allotment.objects.count() == 4


class TestMoney:
    def test_the_picture_adds_up_at_every_station(self, play):
        def total():
            picture = selectors.money_picture(play.round)
            for rows in (picture.by_category, picture.by_source):
                for name in ("proposed_fen", "awarded_fen", "released_fen", "left_fen", "budget_fen"):
                    assert sum(getattr(row, name) for row in rows) == getattr(picture.total, name)
            row = picture.total
            return tuple(
                fen // 100 for fen in (row.proposed_fen, row.awarded_fen, row.released_fen, row.left_fen)
            )

        play.scored(*FULL)
        assert total() == (0, 0, 0, 100_000)
        notice = play.publish(play.resolve(play.draft()))
        assert total() == (73_000, 0, 0, 27_000)
        play.objects(notice, 2)
        assert total() == (58_000, 0, 15_000, 42_000)
        play.end(notice)
        awards = play.award(notice)
        assert total() == (0, 58_000, 15_000, 42_000)
        play.lapse(awards[0])
        assert total()[1:] == (total()[1], 15_000 + awards[0].amount_fen // 100, total()[3])
        assert sum(row.amount_fen for row in selectors.explain_left(play.round)) // 100 == total()[3]
        assert verify.problems("invariants", "ledger") == []

    def test_moved_money_shows_on_both_sides(self, play):
        move = rules.Move(PLACES, YOUTH, 2_000_00, "合格申报不足")
        play.decide(*FULL, moves=[move])
        rows = {row.code: row for row in selectors.money_picture(play.round).by_category}
        assert (rows[PLACES].moved_fen, rows[YOUTH].moved_fen) == (-2_000_00, 2_000_00)
        assert (rows[PLACES].left_fen, rows[YOUTH].left_fen) == (10_000_00, 0)
        assert verify.problems("I8b") == []

    def test_verify_finds_money_that_was_written_past_the_door(self, play):
        play.decide(*FULL)
        Allotment.objects.filter(line__rank=1, category__code=YOUTH).update(amount_fen=35_000_00)
        found = {problem.says for problem in verify.problems("I8b", "rows")}
        assert any("超支" in says for says in found)
        assert any("摘要不符" in says for says in found)
