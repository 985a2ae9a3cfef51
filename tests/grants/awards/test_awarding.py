"""From the notice to the award, and what happens to money that becomes free."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core.audit import verify
from core.audit.models import Entry
from core.errors import Forbidden, NotFound, NotNow, Refused
from core.policy import SYSTEM
from core.workdays import SHANGHAI
from grants.awards import selectors, services
from grants.awards.models import Allotment, Award, Decision
from grants.awards.subscribers import refuse_before_the_selection_is_over, refuse_while_money_waits
from grants.proposals.models import Proposal
from grants.proposals.services import withdraw_proposal
from grants.publicity import services as publicity
from grants.publicity.models import Notice
from grants.rounds.events import ExecutionStarted, RoundClosed
from tests.grants.awards.conftest import (
    AWARDED,
    ELDERLY,
    LISTED,
    MEETING,
    OUT,
    OVER,
    OVERDUE,
    PLACES,
    RUNNING,
    YOUTH,
)
from tests.grants.builders import head_of

pytestmark = pytest.mark.django_db
FOUR = [
    (ELDERLY, "92.00", 20_000),
    (ELDERLY, "88.00", 15_000),
    (ELDERLY, "71.00", 18_000),
    (YOUTH, "85.00", 10_000),
]


def state_of(title: str) -> str:
    return Proposal.objects.values_list("state", flat=True).get(title=title)


class TestTheNotice:
    def test_it_lists_what_the_meeting_proposed_with_place_and_amount(self, play):
        notice = play.publish(play.decide(*FOUR))
        assert notice.title == "关于2026年武昌区公益创投大赛拟立项项目的公示"
        items = list(notice.items.order_by("position").values_list("title", "amount_fen", "category"))
        assert items == [
            (f"{ELDERLY}1", 20_000_00, "养老助残"),
            (f"{ELDERLY}2", 15_000_00, "养老助残"),
            (f"{YOUTH}4", 10_000_00, "青少年帮扶"),
        ]

    def test_nothing_is_announced_twice_and_nothing_before_the_decision(self, play):
        play.scored(*FOUR)
        decision = play.draft()
        with pytest.raises(NotFound):
            play.publish(decision)
        play.publish(play.resolve(decision))
        with pytest.raises(Refused, match="没有需要公示"):
            play.publish(decision)


class TestAwarding:
    def test_what_passed_its_notice_is_awarded_with_number_source_and_deadline(self, play):
        first, second, third = play.all_the_way(*FOUR)
        assert [one.project_no for one in (first, second, third)] == [
            "WCCT-2026-QS-001",
            "WCCT-2026-YL-001",
            "WCCT-2026-YL-002",
        ]
        assert (second.amount_fen, second.cut_fen) == (20_000_00, 0)
        assert second.sign_by == date(2026, 6, 30)
        assert state_of(f"{ELDERLY}1") == "awarded"
        facts = Entry.objects.filter(object_type="awards.award").values_list("fact", flat=True)
        assert set(facts) == {"awards.Awarded"}
        assert verify.problems("invariants", "ledger", "states", "rows", "chain") == []

    def test_nothing_is_awarded_before_the_notice_has_ended(self, play):
        notice = play.publish(play.decide(*FOUR))
        for moment in (OUT, OVER - timedelta(seconds=1), OVER):
            with pytest.raises(Refused) as refused:
                play.award(notice, moment)
            assert refused.value.code == "notice_not_ended"

    def test_nothing_is_awarded_twice(self, play):
        play.all_the_way(*FOUR)
        with pytest.raises(Refused) as refused:
            play.award(Notice.objects.get())
        assert refused.value.code == "nothing_to_award"

    def test_the_maker_of_the_notice_does_not_award(self, play):
        from dataclasses import replace

        decision = play.decide(*FOUR)
        both = replace(play.office.leader, grants=play.office.leader.grants + play.office.clerk.grants)
        notice = services.draft_award_notice(decision_id=decision.pk, contact="科室", by=both, now=MEETING)
        publicity.publish_notice(notice_id=notice.pk, by=play.office.second_leader, now=OUT)
        play.end(notice)
        with pytest.raises(Forbidden):
            services.award_cleared(notice_id=notice.pk, by=both, now=AWARDED)
        assert not Award.objects.exists()
        services.award_cleared(notice_id=notice.pk, by=play.office.second_leader, now=AWARDED)

    def test_a_held_one_follows_once_its_objection_is_dismissed(self, play):
        notice = play.publish(play.decide(*FOUR))
        objection = publicity.lodge_objection(
            item_id=notice.items.get(position=1).pk,
            kind="person",
            objector="王小明",
            contact="027-1",
            statement="重复申报",
            by=SYSTEM,
            now=RUNNING,
        )
        play.end(notice)
        assert len(play.award(notice)) == 2
        by = play.office.second_chief
        publicity.investigate_objection(objection_id=objection.pk, by=by, now=AWARDED)
        publicity.dismiss_objection(objection_id=objection.pk, finding="无", reply="无", by=by, now=AWARDED)
        assert len(play.award(notice)) == 3


class TestFallingOut:
    def test_an_upheld_objection_strikes_and_frees_the_money(self, play):
        notice = play.publish(play.decide(*FOUR))
        play.objects(notice, 1)
        assert state_of(f"{ELDERLY}1") == "struck"
        freed = Allotment.objects.get(proposal__title=f"{ELDERLY}1")
        assert (freed.state, freed.released_why) == ("released", "struck")
        play.end(notice)
        assert len(play.award(notice)) == 2
        assert verify.problems("invariants", "ledger") == []

    def test_a_dismissed_one_changes_nothing(self, play):
        notice = play.publish(play.decide(*FOUR))
        play.objects(notice, 1, "dismiss")
        play.end(notice)
        assert len(play.award(notice)) == 3

    @pytest.mark.parametrize("moment", ["before the notice", "during the notice", "after the notice"])
    def test_an_applicant_who_leaves_is_off_the_notice_and_frees_the_money(self, play, moment):
        decision = play.decide(*FOUR)
        leaver = Proposal.objects.get(title=f"{ELDERLY}1")
        leave = {"proposal_id": leaver.pk, "reason": "无力实施", "by": head_of(leaver.applicant)}
        if moment == "before the notice":
            withdraw_proposal(**leave, now=MEETING)
            notice = play.publish(decision)
            play.end(notice)
        else:
            notice = play.publish(decision)
            if moment == "during the notice":
                withdraw_proposal(**leave, now=RUNNING)
                play.end(notice)
            else:
                play.end(notice)
                withdraw_proposal(**leave, now=OVER)
        assert len(play.award(notice)) == 2
        assert Allotment.objects.get(proposal=leaver).released_why == "withdrawn"
        assert verify.problems("invariants", "ledger") == []

    def test_not_signed_in_time_it_lapses(self, play):
        award = play.all_the_way(*FOUR)[1]
        with pytest.raises(Refused) as refused:
            services.lapse_award(
                award_id=award.pk,
                reason="未签约",
                by=play.office.section_chief,
                now=datetime(2026, 6, 30, 23, 59, tzinfo=SHANGHAI),
            )
        assert refused.value.code == "not_overdue"
        services.lapse_award(
            award_id=award.pk,
            reason="未签约",
            by=play.office.section_chief,
            now=datetime(2026, 7, 1, 0, 0, tzinfo=SHANGHAI),
        )
        award.refresh_from_db()
        assert (award.state, state_of(award.proposal.title)) == ("lapsed", "lapsed")
        assert Allotment.objects.get(proposal_id=award.proposal_id).released_why == "lapsed"

    def test_renounced_in_writing_it_lapses_at_once_and_never_without_a_reason(self, play):
        award = play.all_the_way(*FOUR)[0]
        by = play.office.section_chief
        with pytest.raises(Refused, match="理由"):
            services.lapse_award(award_id=award.pk, reason=" ", renounced=True, by=by, now=AWARDED)
        services.lapse_award(award_id=award.pk, reason="书面放弃", renounced=True, by=by, now=AWARDED)
        assert Award.objects.get(pk=award.pk).state == "lapsed"


class TestTheWaitingList:
    def test_the_next_in_rank_gets_what_became_free_after_a_notice_of_its_own(self, play):
        award = next(one for one in play.all_the_way(*FOUR) if one.amount_fen == 20_000_00)
        services.lapse_award(
            award_id=award.pk, reason="放弃", renounced=True, by=play.office.section_chief, now=OVERDUE
        )
        promoted = play.promote()
        assert (promoted.proposal.title, promoted.amount_fen) == (f"{ELDERLY}3", 18_000_00)
        assert state_of(f"{ELDERLY}3") == "proposed"
        notice = services.draft_supplement_notice(
            round_id=play.round.pk, contact="科室", by=play.office.clerk, now=OVERDUE
        )
        assert notice.kind == "supplement"
        publicity.publish_notice(
            notice_id=notice.pk, by=play.office.leader, now=datetime(2026, 7, 1, 8, 0, tzinfo=SHANGHAI)
        )
        with pytest.raises(Refused):
            play.award(notice)
        over = datetime(2026, 7, 8, 0, 0, tzinfo=SHANGHAI)
        play.end(notice, over)
        (late,) = play.award(notice, over)
        assert (late.project_no, late.amount_fen) == ("WCCT-2026-YL-003", 18_000_00)
        told = [
            (r.why, r.amount_fen // 100) for r in selectors.explain_left(play.round) if r.category == ELDERLY
        ]
        assert told == [("next_asks_more", 5_000), ("promoted", -18_000), ("lapsed", 20_000)]
        assert verify.problems("invariants", "ledger") == []

    def test_a_cut_by_at_most_a_fifth_needs_consent(self, play):
        notice = play.publish(
            play.decide((ELDERLY, "92.00", 25_000), (ELDERLY, "88.00", 10_000), (ELDERLY, "71.00", 18_000))
        )
        play.objects(notice, 2)
        with pytest.raises(Refused) as refused:
            play.promote()
        assert refused.value.code == "needs_consent"
        third = Proposal.objects.get(title=f"{ELDERLY}3")
        got = play.promote(consents={third.pk: "同意函"})
        assert (got.amount_fen, got.cut_consent) == (15_000_00, "同意函")
        play.end(notice)

    def test_money_that_does_not_reach_is_not_given(self, play):
        play.decide(*FOUR)
        with pytest.raises(Refused) as refused:
            play.promote()
        assert refused.value.code == "does_not_reach"

    def test_going_past_somebody_needs_a_reason_that_is_kept(self, play):
        notice = play.publish(play.decide(*FOUR, (ELDERLY, "70.00", 12_000)))
        play.objects(notice, 2)
        third = Proposal.objects.get(title=f"{ELDERLY}3")
        got = play.promote(pass_over={third.pk: "电话核实：不再实施"})
        assert got.proposal.title == f"{ELDERLY}5"
        assert got.passed_over == [{"proposal_id": third.pk, "reason": "电话核实：不再实施"}]

    def test_where_nobody_waits_it_says_so(self, play):
        play.decide(*FOUR)
        with pytest.raises(Refused) as refused:
            play.promote(PLACES)
        assert refused.value.code == "nobody_waits"
        with pytest.raises(NotFound):
            play.promote("no_such_category")


class TestWhatTheRoundAsks:
    def test_execution_waits_for_decision_and_notice(self, play):
        def ask() -> None:
            refuse_before_the_selection_is_over(ExecutionStarted(play.round.pk), by=SYSTEM, now=OVER)

        play.scored(*FOUR)
        with pytest.raises(Refused, match="决定尚未作出"):
            ask()
        decision = play.draft()
        with pytest.raises(Refused, match="决定尚未作出"):
            ask()
        notice = play.publish(play.resolve(decision))
        with pytest.raises(Refused, match="没有结束"):
            ask()
        play.end(notice)
        ask()

    def test_it_does_not_close_over_money_that_waits(self, play):
        closing = RoundClosed(play.round.pk)
        notice = play.publish(play.decide(*FOUR))
        with pytest.raises(Refused, match="3 个拟立项"):
            refuse_while_money_waits(closing, by=SYSTEM, now=OVER)
        play.end(notice)
        play.award(notice)
        refuse_while_money_waits(closing, by=SYSTEM, now=OVER)


class TestDesk:
    def test_each_sees_the_step_that_is_theirs(self, play):
        def seen(who) -> list[str]:
            return [str(todo.label) for todo in selectors.todo_for(who, LISTED) if todo.count]

        play.scored(*FOUR)
        assert seen(play.office.clerk) == ["评审完毕待拟立项名单的届次"]
        decision = play.draft()
        assert seen(play.office.clerk) == []
        assert seen(play.office.section_chief) == ["待提请会议的立项名单"]
        services.table_decision(decision_id=decision.pk, by=play.office.section_chief, now=LISTED)
        assert seen(play.office.leader) == ["待会议决定的立项名单"]
        assert seen(play.office.stranger) == []

    def test_the_clerk_announces_and_the_leader_awards(self, play):
        notice_at = play.decide(*FOUR)
        todos = {str(t.label): t.count for t in selectors.todo_for(play.office.clerk, LISTED) if t.count}
        assert todos == {"待公示的拟立项项目": 3}
        notice = play.publish(notice_at)
        play.end(notice)
        waiting = selectors.todo_for(play.office.leader, LISTED)
        todos = {str(t.label): t.count for t in waiting if t.count}
        assert todos == {"公示无异议待立项的项目": 3}


class TestVerify:
    def test_an_award_before_its_time_is_found(self, play):
        award = play.all_the_way(*FOUR)[0]
        Award.objects.filter(pk=award.pk).update(created_at=OUT)
        assert [p.says for p in verify.problems("I6")] == ["立项早于公示期满"]

    def test_an_award_without_its_application_is_found(self, play):
        award = play.all_the_way(*FOUR)[0]
        state = {"state": "proposed"}
        Proposal.objects.filter(pk=award.proposal_id).update(**state)
        assert [p.says for p in verify.problems("I6w")] == ["申报状态与立项记录不符"]

    def test_money_nobody_holds_is_found(self, play):
        play.decide(*FOUR)
        gone = {"state": "released", "released_why": "lapsed"}
        Allotment.objects.filter(proposal__title=f"{ELDERLY}1").update(**gone)
        assert "拟立项或已立项，却没有安排资金" in {p.says for p in verify.problems("I6p")}


def test_a_decision_is_taken_once(play):
    decision = play.decide(*FOUR)
    for again in (
        lambda: services.table_decision(decision_id=decision.pk, by=play.office.second_chief, now=OVERDUE),
        lambda: services.recompute_decision(decision_id=decision.pk, by=play.office.clerk, now=OVERDUE),
        lambda: services.amend_decision(
            decision_id=decision.pk, changes=[], by=play.office.clerk, now=OVERDUE
        ),
    ):
        with pytest.raises((Refused, NotNow)):
            again()
    assert Decision.objects.get().state == "resolved"
