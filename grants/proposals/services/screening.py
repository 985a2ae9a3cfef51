"""Screening: check item by item, return with remarks, find eligible or not, look again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import NotNow, Refused
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor, require
from core.rulebook import rule_of
from grants.proposals.lifecycle import P
from grants.proposals.models import PriorFunding, Proposal, Remark, ScreeningCheck
from grants.proposals.rules.eligibility import ELIGIBILITY_RULES, MANUAL_ITEMS
from grants.proposals.selectors import eligibility_case
from orgs.people.models import Body


@button
def screen_proposal(
    *,
    proposal_id: int,
    outcomes: Sequence[ScreeningCheck] = (),
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Check the version at hand against every eligibility rule and keep the answers, item by item.

    May be repeated (the consent of the place may have come meanwhile); what a person judged stays.
    ``outcomes`` were worked out a moment ago by `outcomes_of`; those of another version are not used.
    """
    with changing(
        Proposal,
        proposal_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="screen",
        permission="proposals.screen",
    ) as proposal:
        _at_screening(proposal, "screen", P.SUBMITTED, P.RECHECKING)
        judged = set(_checks(proposal).filter(by_person=True).values_list("code", flat=True))
        _checks(proposal).filter(by_person=False).delete()
        fitting = [row for row in outcomes if row.version_no == proposal.version_no]
        rows = [row for row in fitting or outcomes_of(proposal) if row.code not in judged]
        ScreeningCheck.objects.bulk_create(rows)
        proposal.note(
            version=proposal.version_no, failed=sorted(row.code for row in rows if row.verdict == "fail")
        )
    return proposal.receipt


def _at_screening(proposal: Proposal, verb: str, *states: P) -> None:
    if proposal.state not in states:
        raise NotNow(verb=verb, state=proposal.state)


def _checks(proposal: Proposal) -> Any:
    return proposal.checks.filter(version_no=proposal.version_no)


def outcomes_of(proposal: Proposal) -> list[ScreeningCheck]:
    """Work out every item for the version at hand; nothing is kept."""
    case, terms = eligibility_case(proposal), proposal.round.parsed_terms()
    rows = []
    for check in ELIGIBILITY_RULES:
        clause = rule_of(check)
        broken = clause.broken(case, terms)
        rows.append(
            ScreeningCheck(
                proposal=proposal,
                version_no=proposal.version_no,
                code=clause.code,
                verdict="fail" if broken else "pass",
                says="；".join(str(violation) for violation in broken)[:300],
            )
        )
    for code, says in MANUAL_ITEMS.items():
        rows.append(
            ScreeningCheck(
                proposal=proposal, version_no=proposal.version_no, code=code, verdict="human", says=says
            )
        )
    return rows


@button
def judge_check(
    *,
    proposal_id: int,
    code: str,
    passed: bool,
    says: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Set one item by a person's judgement, with the reason; the machine no longer overwrites it."""
    if not says.strip():
        raise Refused(_("人工判断须写明依据。"), field="says")
    with changing(
        Proposal,
        proposal_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=says,
        verb="judge_check",
        permission="proposals.judge_check",
    ) as proposal:
        _at_screening(proposal, "judge_check", P.SUBMITTED, P.RECHECKING)
        row = _checks(proposal).filter(code=code).first()
        if row is None:
            raise Refused(_("没有这一审查项，请先进行资格审查。"), field="code")
        row.verdict, row.says, row.by_person = "pass" if passed else "fail", says.strip()[:300], True
        row.save()
        proposal.note(code=code, verdict=row.verdict)
    return proposal.receipt


@button
def pass_manual_checks(
    *,
    proposal_id: int,
    says: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Pass in one go every item that still waits for a person; those already judged stay as they are."""
    if not says.strip():
        raise Refused(_("人工判断须写明依据。"), field="says")
    with changing(
        Proposal,
        proposal_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=says,
        verb="judge_check",
        permission="proposals.judge_check",
    ) as proposal:
        _at_screening(proposal, "judge_check", P.SUBMITTED, P.RECHECKING)
        waiting = list(_checks(proposal).filter(verdict="human"))
        for row in waiting:
            row.verdict, row.says, row.by_person = "pass", says.strip()[:300], True
        ScreeningCheck.objects.bulk_update(waiting, ["verdict", "says", "by_person"])
        proposal.note(codes=[row.code for row in waiting], verdict="pass")
    return proposal.receipt


@button
def return_proposal(
    *,
    proposal_id: int,
    remarks: Mapping[str, str],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Send the application back for correction; ``remarks`` maps a field to what is wrong with it.

    The applicant has the working days of the terms, ending at 24:00 Shanghai time; the first day is not
    counted. Raises NotNow without a remark.
    """
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        grant = require(by, "proposals.return", proposal)
        Remark.objects.bulk_create(
            Remark(
                proposal=proposal,
                version_no=proposal.version_no,
                field=field,
                text=text.strip()[:300],
                made_at=now,
                role=grant.role,
            )
            for field, text in remarks.items()
            if text.strip()
        )
        days = proposal.round.parsed_terms().number("correction_working_days")
        proposal.correction_due = (
            working_calendar().period(clock.day_of(now), days, counts_first=False).ends_at
        )
        proposal.send_back(by=by)
        proposal.note(fields=sorted(remarks), version=proposal.version_no)
    return proposal.receipt


@button
def find_eligible(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Confirm that every item passed; NotNow otherwise."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        proposal.find_eligible(by=by)
        proposal.note(version=proposal.version_no)
    return proposal.receipt


@button
def advise_ineligible(
    *,
    proposal_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """First signature: a clerk advises to find the application ineligible, with the reason."""
    if not reason.strip():
        raise Refused(_("请写明不通过的理由，申报方会看到。"), field="reason")
    with changing(
        Proposal,
        proposal_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        verb="advise_ineligible",
        permission="proposals.advise_ineligible",
    ) as proposal:
        _at_screening(proposal, "advise_ineligible", P.SUBMITTED)
        if not _checks(proposal).filter(verdict="fail").exists():
            raise Refused(_("资格审查没有不通过的项目，不能提出不通过意见。"))
        proposal.advised_version = proposal.version_no
    return proposal.receipt


@button
def find_ineligible(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Second signature: the section chief confirms the advice of another person."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        proposal.find_ineligible(by=by)
        codes = sorted(_checks(proposal).filter(verdict="fail").values_list("code", flat=True))
        proposal.note(version=proposal.version_no, failed=codes)
    return proposal.receipt


@button
def uphold_recheck(
    *,
    proposal_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Answer a recheck: the finding stands."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version, reason=reason) as proposal:
        proposal.uphold(by=by)
    return proposal.receipt


@button
def overturn_recheck(
    *,
    proposal_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Answer a recheck: the finding was wrong, the application is eligible."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version, reason=reason) as proposal:
        proposal.overturn(by=by)
    return proposal.receipt


@button
def send_to_optimise(
    *,
    proposal_id: int,
    advice: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Hand the application to coach and applicant for improvement, with what should be improved."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version, reason=advice) as proposal:
        proposal.optimised_from = proposal.version_no
        proposal.send_to_optimise(by=by)
    return proposal.receipt


@button
def record_prior_funding(
    *,
    applicant: Body,
    title: str,
    year: int,
    funder: str,
    is_ours: bool,
    report_filed: bool,
    settled: bool,
    failed: bool = False,
    same_content: bool = False,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> PriorFunding:
    """Enter a project that was funded before this system or by somebody else."""
    record = PriorFunding(
        applicant=applicant,
        title=title,
        year=year,
        funder=funder,
        is_ours=is_ours,
        report_filed=report_filed,
        settled=settled,
        failed=failed,
        same_content=same_content,
    )
    return creating(
        record, by=by, now=now, key=key, permission="proposals.record_prior_funding", verb="record"
    )


@button
def update_prior_funding(
    *,
    record_id: int,
    report_filed: bool,
    settled: bool,
    failed: bool,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Bring a record of earlier funding up to date, with the paper that says so."""
    if not reason.strip():
        raise Refused(_("请写明依据，例如结算单文号。"), field="reason")
    if settled and not report_filed:
        raise Refused(_("已结算的项目须先提交结项报告。"), field="report_filed")
    with changing(
        PriorFunding,
        record_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        verb="update",
        permission="proposals.record_prior_funding",
    ) as record:
        record.report_filed, record.settled, record.failed = report_filed, settled, failed
    return record.receipt
