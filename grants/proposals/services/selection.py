"""What selection makes of an application: review, verdict, decision, award; called by the rooms around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from core.lifecycle import Receipt, button, changing
from core.policy import Actor
from evaluations.panels.models import Dossier
from grants.proposals.models import Proposal


def _step(verb: str, proposal_id: int, by: Actor, now: datetime, reason: str = "", **note: Any) -> Receipt:
    with changing(Proposal, proposal_id, by=by, now=now, reason=reason) as proposal:
        getattr(proposal, verb)(by=by)
        if note:
            proposal.note(**note)
    return proposal.receipt


@button
def open_review(
    *, proposal_id: int, dossier: Dossier, by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Lay the application before a panel under the code of its dossier."""
    with changing(Proposal, proposal_id, by=by, now=now, key=key) as proposal:
        proposal.dossier = dossier
        proposal.open_review(by=by)
        proposal.note(dossier_id=dossier.pk, version=proposal.version_no)
    return proposal.receipt


@button
def record_verdict(*, proposal_id: int, by: Actor, now: datetime) -> Receipt:
    """Take over the panel's official score; the kernel acts on the fact that a verdict was given."""
    with changing(Proposal, proposal_id, by=by, now=now) as proposal:
        assert proposal.dossier is not None  # noqa: S101 - a verdict belongs to a dossier
        proposal.official_score = proposal.dossier.official_score
        proposal.record_verdict(by=by)
        proposal.note(score=str(proposal.official_score), verdict=proposal.dossier.verdict)
    return proposal.receipt


@button
def propose_proposal(
    *, proposal_id: int, amount_fen: int, by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Put the application on the proposed list with an amount (decision of the meeting)."""
    return _step("propose", proposal_id, by, now, amount_fen=amount_fen)


@button
def waitlist_proposal(*, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Put the application on the waiting list (decision of the meeting)."""
    return _step("waitlist", proposal_id, by, now)


@button
def decline_proposal(
    *, proposal_id: int, reason: str = "", by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Do not fund the application (decision of the meeting)."""
    return _step("decline", proposal_id, by, now, reason)


@button
def promote_proposal(
    *, proposal_id: int, reason: str = "", by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Move the application up from the waiting list."""
    return _step("promote", proposal_id, by, now, reason)


@button
def award_proposal(*, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Fund the application; only after its notice has ended."""
    return _step("award", proposal_id, by, now)


@button
def strike_proposal(*, proposal_id: int, reason: str, by: Actor, now: datetime) -> Receipt:
    """Take the application off the proposed list after an upheld objection."""
    return _step("strike", proposal_id, by, now, reason)


@button
def lapse_proposal(
    *, proposal_id: int, reason: str, by: Actor, now: datetime, key: UUID | None = None
) -> Receipt:
    """Let the award lapse because nobody signed in time."""
    return _step("lapse", proposal_id, by, now, reason)
