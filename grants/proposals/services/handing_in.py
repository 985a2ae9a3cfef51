"""The applicant's decisions: hand in, hand in again, take back, ask for a recheck."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from core import clock
from core.audit.digest import canonical, sha256
from core.errors import Late, Refused, RulesBroken
from core.lifecycle import Receipt, button, changing
from core.policy import Actor, require
from grants.proposals.lifecycle import OVER, P
from grants.proposals.models import Proposal, ProposalVersion
from grants.proposals.selectors import broken_rules, latest_version, snapshot_of
from grants.proposals.services.consent import ask_consent
from grants.proposals.services.drafting import lift, lift_request
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from grants.rounds.selectors import application_window
from grants.rounds.services import application_number, take_number


@button
def submit_proposal(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Hand in a draft; ``now`` is the instant at which the request arrived.

    Raises Late (by as little as a second, the deadline itself being in time), RulesBroken with every
    violation, Refused when the applicant has no place left in this round, Stale, Forbidden, NotNow.
    """
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        require(by, "proposals.submit", proposal)
        _admit(proposal, now)
        _complete(proposal)
        proposal.slot = _free_slot(proposal)
        if proposal.slot is None:
            limit = proposal.round.parsed_terms().limits.proposals_per_applicant
            raise Refused(
                _("每个申报主体本届最多申报 %(limit)s 个项目，贵单位已有在办申报；这份草稿已保留。")
                % {"limit": limit},
                code="one_proposal_per_applicant",
            )
        if proposal.number is None:
            proposal.number = application_number(
                proposal.round, take_number(proposal.round_id, "application")
            )
        proposal.submitted_at = now
        frozen = _freeze(proposal, by, now)
        proposal.submit(by=by)
        proposal.note(version=frozen.no, sha256=frozen.digest)
    ask_consent(proposal_id=proposal.pk, by=by, now=now)
    return proposal.receipt


def _admit(proposal: Proposal, now: datetime) -> None:
    proposal.round = Round.objects.select_related("form").get(pk=proposal.round_id)
    window = application_window(proposal.round)
    if window.is_over(now):
        closed = clock.local(window.closes)
        raise Late(
            _("申报已于%(closed)s截止，服务器收到时间为%(arrived)s，未能受理；草稿已保留。")
            % {"closed": f"{closed:%Y-%m-%d %H:%M:%S}", "arrived": f"{clock.local(now):%Y-%m-%d %H:%M:%S}"}
        )
    if proposal.round.state != R.PUBLISHED or now < window.opens:
        raise Refused(_("本届申报尚未开放，草稿已保留。"), code="not_open")


def _complete(proposal: Proposal) -> None:
    prefetch_related_objects([proposal], "sections", "budget")
    if proposal.state != P.DRAFT:  # a draft is lifted as it is written
        lift(proposal, proposal.answers())
        lift_request(proposal, proposal.budget.all())
    if broken := broken_rules(proposal):
        raise RulesBroken(broken)


def _free_slot(proposal: Proposal) -> int | None:
    limit = proposal.round.parsed_terms().limits.proposals_per_applicant
    others = Proposal.objects.filter(round_id=proposal.round_id, applicant_id=proposal.applicant_id)
    taken = set(others.exclude(pk=proposal.pk).exclude(state__in=OVER).values_list("slot", flat=True))
    for slot in range(1, limit + 1):
        if slot not in taken:
            return slot
    return None


def _freeze(proposal: Proposal, by: Actor, now: datetime) -> ProposalVersion:
    proposal.version_no += 1
    snapshot = snapshot_of(proposal)
    return ProposalVersion.objects.create(
        proposal=proposal,
        no=proposal.version_no,
        snapshot=snapshot,
        digest=sha256(canonical(snapshot)),
        submitted_at=now,
        submitted_by_id=by.user_id,
    )


@button
def resubmit_proposal(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Hand in a corrected version within the time given for the correction."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        require(by, "proposals.submit", proposal)
        if proposal.correction_due and now > proposal.correction_due:
            due = clock.local(proposal.correction_due)
            raise Late(
                _("补正期限已于%(due)s届满，未能受理；修改内容已保留。") % {"due": f"{due:%Y-%m-%d %H:%M}"}
            )
        _complete(proposal)
        frozen = _freeze(proposal, by, now)
        proposal.correction_due = None
        proposal.resubmit(by=by)
        proposal.note(version=frozen.no, sha256=frozen.digest)
    ask_consent(proposal_id=proposal.pk, by=by, now=now)
    return proposal.receipt


@button
def finish_optimise(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Freeze the improved version; it goes to the panel. The place that agreed stays the place."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version) as proposal:
        require(by, "proposals.submit", proposal)
        _complete(proposal)
        place = proposal.community.code if proposal.community else None
        if proposal.version_no and place != latest_version(proposal).snapshot["community"]:
            raise Refused(_("优化期间不能更换落地社区，请改回已同意的社区。"), field="community")
        frozen = _freeze(proposal, by, now)
        proposal.finish_optimise(by=by)
        proposal.note(version=frozen.no, sha256=frozen.digest)
    return proposal.receipt


@button
def withdraw_proposal(
    *,
    proposal_id: int,
    reason: str = "",
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Take the application back, at any time before the award; its place is free again."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version, reason=reason) as proposal:
        proposal.withdraw(by=by)
    return proposal.receipt


@button
def request_recheck(
    *,
    proposal_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Ask that other people look again; only until the date the terms give."""
    if not reason.strip():
        raise Refused(_("请写明申请复核的理由。"), field="reason")
    with changing(Proposal, proposal_id, by=by, now=now, key=key, version=version, reason=reason) as proposal:
        require(by, "proposals.request_recheck", proposal)
        if clock.day_of(now) > proposal.round.parsed_terms().day("recheck_until"):
            raise Late(_("申请复核的期限已过。"))
        proposal.slot = _free_slot(proposal)
        if proposal.slot is None:
            raise Refused(
                _("贵单位本届已另有在办申报，不能再申请复核这一份。"), code="one_proposal_per_applicant"
            )
        proposal.request_recheck(by=by)
    return proposal.receipt
