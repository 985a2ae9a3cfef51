"""Screening: items, returns with remarks and working days, two signatures, rechecks, optimisation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from core.errors import Forbidden, Late, NotNow, Refused, RulesBroken
from core.policy import Actor, Grant
from grants.proposals import services
from grants.proposals.models import Remark
from grants.proposals.selectors import eligibility_case, latest_version, todo_for
from orgs.registry import services as registry
from tests.grants.applying import (
    NEXT_DOOR,
    OPEN,
    RECHECK,
    SCREENING,
    SECOND,
    answers,
    at,
    fresh,
    line,
)
from tests.grants.tables import force

pytestmark = pytest.mark.django_db


def verdicts(proposal, verdict="fail"):
    return set(
        proposal.checks.filter(version_no=proposal.version_no, verdict=verdict).values_list("code", flat=True)
    )


def give_back(call, proposal, *, remarks=None, by=None, now=SCREENING):
    remarks = {"goals": "目标无法核对"} if remarks is None else remarks
    services.return_proposal(proposal_id=proposal.pk, remarks=remarks, by=by or call.operator, now=now)
    return fresh(proposal)


def resubmit(call, proposal, *, now=SCREENING + timedelta(days=1)):
    services.resubmit_proposal(proposal_id=proposal.pk, by=call.applicant, now=now)
    return fresh(proposal)


def advise(call, proposal, *, by=None):
    by = by or call.office.clerk
    services.advise_ineligible(proposal_id=proposal.pk, reason="社区未同意", by=by, now=SCREENING)


class TestItems:
    def test_a_sound_applicant_fails_only_for_want_of_consent(self, call):
        made = call.submitted()
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        assert verdicts(made) == {"E14"} and verdicts(made, "human") == {"H1", "H2", "H3"}
        assert len(verdicts(made, "pass")) == 14

    def test_the_facts_are_those_of_the_register_on_the_closing_day(self, call):
        made = call.submitted()
        registry.list_credit(
            organisation_id=call.house.entry.pk, kind="serious", from_date=at("2026-04-27 09:00").date(),
            why="失信", by=call.office.clerk, now=OPEN,
        )  # fmt: skip
        case = eligibility_case(made)
        assert case.on == at("2026-04-28 12:00").date() and case.applicant.listings[0].list == "serious"
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        assert verdicts(made) == {"E6", "E14"}

    def test_screening_again_renews_the_machine_and_leaves_the_person(self, call):
        made = call.submitted()
        call.screen(made)
        services.judge_check(
            proposal_id=made.pk,
            code="H2",
            passed=False,
            says="在汉阳实施",
            by=call.office.clerk,
            now=SCREENING,
        )
        call.confirm(made)
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        assert verdicts(made) == {"H2"}
        assert made.checks.get(code="H2").says == "在汉阳实施"
        assert made.checks.count() == 18

    def test_a_person_gives_grounds_for_a_known_item(self, call):
        made = call.submitted()
        call.screen(made)
        for code, says in (("H1", " "), ("E99", "查无此项")):
            with pytest.raises(Refused):
                services.judge_check(
                    proposal_id=made.pk,
                    code=code,
                    passed=True,
                    says=says,
                    by=call.office.clerk,
                    now=SCREENING,
                )
        with pytest.raises(Forbidden):
            services.judge_check(
                proposal_id=made.pk, code="H1", passed=True, says="可", by=call.operator, now=SCREENING
            )

    def test_nothing_is_screened_before_it_is_handed_in_or_after_it_is_found(self, call):
        made, office = call.submitted(), call.office
        call.screen(made)
        for state in ("draft", "returned", "eligible", "ineligible", "in_review", "awarded"):
            force(made, state=state)
            with pytest.raises(NotNow):
                services.screen_proposal(proposal_id=made.pk, by=office.clerk, now=SCREENING)
            with pytest.raises(NotNow):
                services.pass_manual_checks(proposal_id=made.pk, says="可", by=office.clerk, now=SCREENING)
            with pytest.raises(NotNow):
                advise(call, made)

    def test_an_operator_screens_the_own_round_only(self, call):
        made = call.submitted()
        other = Actor(7001, 7001, (Grant("operator", round_code="WCCT-2025"),))
        with pytest.raises(Forbidden):
            services.screen_proposal(proposal_id=made.pk, by=other, now=SCREENING)

    def test_eligible_needs_every_item_and_the_consent_of_the_place(self, call):
        made = call.submitted()
        with pytest.raises(NotNow):  # nothing was checked
            services.find_eligible(proposal_id=made.pk, by=call.office.clerk, now=SCREENING)
        call.screen(made)
        with pytest.raises(NotNow):  # the place has not agreed
            services.find_eligible(proposal_id=made.pk, by=call.office.clerk, now=SCREENING)
        call.confirm(made)
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        services.find_eligible(proposal_id=made.pk, by=call.office.clerk, now=SCREENING)
        assert fresh(made).state == "eligible"


class TestReturning:
    def test_a_return_without_a_remark_is_refused_and_leaves_nothing(self, call):
        made = call.submitted()
        for remarks in ({}, {"goals": "  "}):
            with pytest.raises(NotNow):
                give_back(call, made, remarks=remarks)
        assert fresh(made).correction_due is None and not Remark.objects.exists()

    def test_five_working_days_reach_over_labour_day_to_the_saturday_that_is_worked(self, call):
        made = give_back(call, call.submitted(), now=at("2026-04-29 16:00"))
        assert made.correction_due == at("2026-05-10 00:00")  # 30 April, 6, 7, 8 and 9 May
        assert [(r.field, r.text, r.role) for r in made.remarks.all()] == [
            ("goals", "目标无法核对", "operator")
        ]

    @pytest.mark.parametrize("late", [False, True])
    def test_a_correction_counts_to_its_last_second(self, call, late):
        made = give_back(call, call.submitted())
        if not late:
            made = resubmit(call, made, now=made.correction_due)
            assert (made.state, made.version_no, made.correction_due) == ("submitted", 2, None)
            return
        with pytest.raises(Late):
            resubmit(call, made, now=made.correction_due + SECOND)
        assert (fresh(made).state, fresh(made).version_no) == ("returned", 1)

    def test_a_correction_is_checked_like_the_first_and_keeps_number_and_consent(self, call):
        first = call.submitted()
        call.confirm(first)
        made = give_back(call, first)
        services.set_budget(proposal_id=made.pk, lines=[line(yuan=20_001)], by=call.applicant, now=SCREENING)
        with pytest.raises(RulesBroken):
            resubmit(call, made)
        services.set_budget(proposal_id=made.pk, lines=[line(yuan=9_000)], by=call.applicant, now=SCREENING)
        made = resubmit(call, made)
        assert (made.number, made.submitted_at) == (first.number, first.submitted_at)
        amounts = [version.snapshot["requested_fen"] for version in made.versions.all()]
        assert amounts == [1_000_000, 900_000]
        assert made.consents.get().state == "confirmed"

    def test_officers_read_the_lists_as_handed_in_until_the_correction_is(self, call):
        made = give_back(call, call.submitted())
        was = (made.title, made.requested_fen, made.category_id, made.community_id)
        section = made.sections.get(data__has_key="title")
        services.save_section(
            proposal_id=made.pk, section=section.section, by=call.applicant, now=SCREENING,
            data={**section.data, "title": "还没有交上来的新名称"},
        )  # fmt: skip
        services.set_budget(proposal_id=made.pk, lines=[line(yuan=9_000)], by=call.applicant, now=SCREENING)
        kept = fresh(made)
        assert (kept.title, kept.requested_fen, kept.category_id, kept.community_id) == was
        made = resubmit(call, made)
        assert (made.title, made.requested_fen) == ("还没有交上来的新名称", 900_000)

    def test_what_was_checked_of_the_old_version_says_nothing_of_the_new(self, call):
        made = call.submitted()
        call.confirm(made)
        call.screen(made)
        resubmit(call, give_back(call, made))
        with pytest.raises(NotNow):
            services.find_eligible(proposal_id=made.pk, by=call.office.clerk, now=SCREENING)

    def test_a_remark_is_never_rewritten(self, call):
        give_back(call, call.submitted())
        with pytest.raises(DatabaseError), transaction.atomic():
            Remark.objects.update(text="改口")


class TestTwoSignatures:
    def test_the_chief_confirms_only_what_a_clerk_advised_for_this_version(self, call):
        made, chief = call.submitted(), call.office.section_chief
        call.screen(made)
        with pytest.raises(NotNow):
            services.find_ineligible(proposal_id=made.pk, by=chief, now=SCREENING)
        advise(call, made)
        resubmit(call, give_back(call, made))
        with pytest.raises(NotNow):
            services.find_ineligible(proposal_id=made.pk, by=chief, now=SCREENING)

    def test_nobody_signs_twice(self, call):
        made = call.submitted()
        call.screen(made)
        both = Actor(4711, 4711, (Grant("clerk"), Grant("section_chief")))
        advise(call, made, by=both)
        with pytest.raises(Forbidden):
            services.find_ineligible(proposal_id=made.pk, by=both, now=SCREENING)
        services.find_ineligible(proposal_id=made.pk, by=call.office.section_chief, now=SCREENING)
        assert fresh(made).state == "ineligible"

    def test_advice_needs_a_reason_and_a_failed_item(self, call):
        made = call.submitted()
        call.confirm(made)
        call.screen(made)
        with pytest.raises(Refused):
            advise(call, made)
        with pytest.raises(Refused) as refused:
            services.advise_ineligible(proposal_id=made.pk, reason=" ", by=call.office.clerk, now=SCREENING)
        assert refused.value.field == "reason" and fresh(made).advised_version == 0

    def test_the_desk_shows_advice_to_the_chief_and_a_new_version_to_the_clerk(self, call):
        def waiting():
            found = {}
            for who in (call.office.clerk, call.office.section_chief):
                found |= {str(todo.label): todo.count for todo in todo_for(who, SCREENING)}
            return found["待资格审查的申报"], found["待确认的不通过意见"]

        made = call.submitted()
        assert waiting() == (1, 0)
        call.screen(made)
        advise(call, made)
        assert waiting() == (0, 1)
        resubmit(call, give_back(call, made))
        assert waiting() == (1, 0)


class TestRechecks:
    def ask(self, call, made, now=RECHECK, reason="章程已含该业务"):
        services.request_recheck(proposal_id=made.pk, reason=reason, by=call.applicant, now=now)

    @pytest.mark.parametrize(
        ("answer", "state"), [("uphold_recheck", "ineligible"), ("overturn_recheck", "eligible")]
    )
    def test_another_clerk_answers(self, call, answer, state):
        made = call.ineligible()
        self.ask(call, made)
        press = getattr(services, answer)
        for by in (call.office.clerk, call.office.section_chief, call.office.leader, call.operator):
            with pytest.raises(Forbidden):
                press(proposal_id=made.pk, reason="已复核", by=by, now=RECHECK)
        press(proposal_id=made.pk, reason="已复核", by=call.office.second_clerk, now=RECHECK)
        assert fresh(made).state == state

    def test_a_recheck_is_asked_for_with_a_reason_until_the_day_of_the_terms(self, call):
        made = call.ineligible()
        with pytest.raises(Refused):
            self.ask(call, made, reason="")
        with pytest.raises(Late):
            self.ask(call, made, now=at("2026-05-27 00:00"))
        self.ask(call, made, now=at("2026-05-26 23:59"))
        assert fresh(made).state == "rechecking"

    def test_no_recheck_while_another_application_took_the_place(self, call):
        made = call.ineligible(now=OPEN)
        second = call.submitted(title="第二个项目：邻里食堂")
        with pytest.raises(Refused) as refused:
            self.ask(call, made)
        assert refused.value.code == "one_proposal_per_applicant" and fresh(made).state == "ineligible"
        services.withdraw_proposal(proposal_id=second.pk, by=call.applicant, now=RECHECK)
        self.ask(call, made)
        assert fresh(made).state == "rechecking"


class TestOptimising:
    def test_the_improved_version_is_frozen_and_a_bare_return_is_not_enough(self, call):
        made = call.eligible()
        services.send_to_optimise(proposal_id=made.pk, advice="量化产出", by=call.operator, now=RECHECK)
        made = fresh(made)
        assert (made.state, made.optimised_from) == ("optimising", 1)
        better = {**answers()["design"], "outputs": "受益" * 40}
        services.save_section(
            proposal_id=made.pk, section="design", data=better, by=call.applicant, now=RECHECK
        )
        services.finish_optimise(proposal_id=made.pk, by=call.applicant, now=RECHECK)
        made = fresh(made)
        assert (made.state, made.version_no) == ("eligible", 2)
        assert latest_version(made).snapshot["answers"]["outputs"] == "受益" * 40

    def test_the_place_that_agreed_is_not_exchanged(self, call):
        made = call.eligible()
        services.send_to_optimise(proposal_id=made.pk, advice="量化产出", by=call.operator, now=RECHECK)
        moved = answers(community=NEXT_DOOR)["basics"]
        services.save_section(
            proposal_id=made.pk, section="basics", data=moved, by=call.applicant, now=RECHECK
        )
        with pytest.raises(Refused) as refused:
            services.finish_optimise(proposal_id=made.pk, by=call.applicant, now=RECHECK)
        assert refused.value.field == "community" and fresh(made).version_no == 1


def test_what_others_paid_for_counts_and_is_corrected_with_a_paper(call):
    record = services.record_prior_funding(
        applicant=call.house.body, title="旧项目", year=2025, funder="区民政委", is_ours=True,
        report_filed=False, settled=False, by=call.office.clerk, now=OPEN,
    )  # fmt: skip
    made = call.submitted()
    services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
    assert verdicts(made) == {"E8", "E14"}
    change = {"report_filed": True, "settled": True, "failed": False, "now": SCREENING}
    for by, reason, error in (
        (call.office.clerk, "", Refused),
        (call.applicant, "结算单", Forbidden),
    ):
        with pytest.raises(error):
            services.update_prior_funding(record_id=record.pk, reason=reason, by=by, **change)
    services.update_prior_funding(
        record_id=record.pk, reason="结算单〔2026〕3号", by=call.office.clerk, **change
    )
    services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
    assert verdicts(made) == {"E14"}
