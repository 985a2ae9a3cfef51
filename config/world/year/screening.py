"""Screening: item by item, returned with remarks, found eligible or not by two people, looked at again."""

from __future__ import annotations

from typing import Any

from config.world.content.model import Flaw, ProposalCard
from config.world.year.applying import admin_of, communities_answer
from config.world.year.stage import Stage
from grants.proposals import services as proposals
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds import services as rounds

READ = "已核对章程、登记证书和盖章页原件"


def screen_everything(stage: Stage) -> None:
    """Play screening from the day after the deadline to the end of rechecks."""
    stage.at(stage.when("2026-04-29", "10:00:00"))
    communities_answer(stage)
    record_what_is_known(stage)
    withdraw(stage, "before_screening")
    stage.at(stage.when("2026-05-06", "09:30:00"))
    stage.scene("资格审查")
    send_back(stage)
    judge(stage)
    stage.at(stage.when("2026-05-13", "15:00:00"))
    communities_answer(stage)
    judge(stage)
    recheck(stage)
    optimise(stage)
    withdraw(stage, "after_eligible")
    own = Proposal.objects.filter(round=stage.round)
    counts = {state: own.filter(state=state).count() for state in (P.ELIGIBLE, P.INELIGIBLE)}
    stage.scene(f"资格审查结束：通过 {counts[P.ELIGIBLE]}，未通过 {counts[P.INELIGIBLE]}")


def _proposal(stage: Stage, key: str) -> Proposal:
    return Proposal.objects.get(pk=stage.proposals[key])


def record_what_is_known(stage: Stage) -> None:
    """Enter what other funders and earlier years paid for, so that the rules can read it."""
    for flaw in stage.world.flaws_like("ineligible:double_funding"):
        card = stage.world.proposal[flaw.proposal]
        proposals.record_prior_funding(
            applicant=stage.bodies[card.applicant],
            title=card.title,
            year=int(flaw.detail["year"]),
            funder=str(flaw.detail["funder"]),
            is_ours=False,
            report_filed=False,
            settled=False,
            same_content=True,
            by=stage.actor("clerk_1"),
            now=stage.tick(60),
        )


def withdraw(stage: Stage, when: str) -> None:
    """Let those who changed their mind take their application back."""
    for flaw in stage.world.flaws_like(f"withdrawn:{when}"):
        card = stage.world.proposal[flaw.proposal]
        proposals.withdraw_proposal(
            proposal_id=stage.proposals[card.key],
            reason=str(flaw.detail["reason"]),
            by=stage.actor(admin_of(stage, card)),
            now=stage.tick(60),
        )


def send_back(stage: Stage) -> None:
    """Return some applications with remarks at their fields; the applicants mend them within five days."""
    returned = stage.world.flaws_like("returned")
    for flaw in returned:
        remarks = {path.split(".")[1]: text for path, text in flaw.detail["remarks"]}
        proposals.return_proposal(
            proposal_id=stage.proposals[flaw.proposal],
            remarks=remarks,
            by=stage.actor("operator_1"),
            now=stage.tick(120),
        )
    stage.at(stage.when("2026-05-11", "10:00:00"))
    for flaw in returned:
        card = stage.world.proposal[flaw.proposal]
        by = stage.actor(admin_of(stage, card))
        for section, data in card.answers.items():
            if data != (card.first_answers or {}).get(section):
                proposals.save_section(
                    proposal_id=stage.proposals[card.key], section=section, data=data, by=by, now=stage.now
                )
        proposals.resubmit_proposal(
            proposal_id=stage.proposals[card.key],
            by=by,
            now=stage.tick(240),
            key=stage.key("resubmit", card.key),
        )


def judge(stage: Stage) -> None:
    """The operator checks first, a clerk judges and confirms; what fails goes to the section chief."""
    waiting = Proposal.objects.filter(round=stage.round, state=P.SUBMITTED).order_by("number")
    keys = {pk: key for key, pk in stage.proposals.items()}
    for proposal in list(waiting):
        card = stage.world.proposal[keys[proposal.pk]]
        judge_one(stage, card, proposal)


def judge_one(stage: Stage, card: ProposalCard, proposal: Proposal) -> None:
    """Screen one application to its finding."""
    clerk = stage.actor("clerk_1")
    proposals.screen_proposal(proposal_id=proposal.pk, by=stage.actor("operator_2"), now=stage.tick(45))
    for flaw in stage.world.flaws_of(card.key):
        if verdict := by_hand(flaw):
            code, says = verdict
            proposals.judge_check(
                proposal_id=proposal.pk, code=code, passed=False, says=says, by=clerk, now=stage.tick(20)
            )
    proposals.pass_manual_checks(proposal_id=proposal.pk, says=READ, by=clerk, now=stage.tick(20))
    failed = list(proposal.checks.filter(version_no=proposal.version_no, verdict="fail"))
    if not failed:
        proposals.find_eligible(proposal_id=proposal.pk, by=clerk, now=stage.tick(20))
        return
    reason = "；".join(check.says for check in failed)
    proposals.advise_ineligible(proposal_id=proposal.pk, reason=reason, by=clerk, now=stage.tick(20))
    proposals.find_ineligible(proposal_id=proposal.pk, by=stage.actor("section_chief"), now=stage.tick(60))


def by_hand(flaw: Flaw) -> tuple[str, str] | None:
    """Return the item and the words where a person must see what no register knows."""
    if flaw.code == "ineligible:implemented_elsewhere":
        return "H2", f"活动计划写明在{flaw.detail['place']}实施"
    if flaw.code == "recheck:overturned":
        return "H1", str(flaw.detail["found"])
    return None


def recheck(stage: Stage) -> None:
    """Two applicants ask for a recheck; another clerk upholds one finding and overturns the other."""
    stage.at(stage.when("2026-05-18", "09:00:00"))
    for flaw in stage.world.flaws_like("recheck:"):
        card = stage.world.proposal[flaw.proposal]
        pk, detail = stage.proposals[card.key], flaw.detail
        by = stage.actor(admin_of(stage, card))
        proposals.request_recheck(proposal_id=pk, reason=str(detail["asks"]), by=by, now=stage.tick(60))
        answer = proposals.uphold_recheck if flaw.code.endswith("upheld") else proposals.overturn_recheck
        answer(proposal_id=pk, reason=str(detail["reply"]), by=stage.actor("clerk_2"), now=stage.tick(3600))


def optimise(stage: Stage) -> None:
    """The operator sends some eligible applications to improve one answer; the improved version is frozen."""
    for flaw in stage.world.flaws_like("optimised"):
        card = stage.world.proposal[flaw.proposal]
        improve(stage, card, flaw.detail)


def improve(stage: Stage, card: ProposalCard, detail: Any) -> None:
    """Play one optimisation: advice, a new text, a new version."""
    pk = stage.proposals[card.key]
    if _proposal(stage, card.key).state != P.ELIGIBLE:
        return
    proposals.send_to_optimise(
        proposal_id=pk, advice=str(detail["note"]), by=stage.actor("operator_1"), now=stage.tick(300)
    )
    by = stage.actor(admin_of(stage, card))
    section, name = str(detail["field"]).split(".")
    data = {**card.answers[section], name: detail["value"]}
    proposals.save_section(proposal_id=pk, section=section, data=data, by=by, now=stage.tick(600))
    proposals.finish_optimise(proposal_id=pk, by=by, now=stage.tick(600))


def start_selection(stage: Stage) -> None:
    """The section chief moves the round into selection."""
    stage.at(stage.when("2026-05-27", "09:00:00"))
    rounds.start_selection(round_id=stage.round.pk, by=stage.actor("section_chief"), now=stage.now)
