"""What selection makes of an application: review, verdict, decision, award; called by the rooms around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core.audit.digest import sha256
from core.lifecycle import Receipt, button, changing
from core.policy import Actor
from evaluations.panels.models import Dossier
from evaluations.panels.services import add_dossiers, open_dossier
from grants.proposals.models import Proposal
from grants.proposals.selectors import bonus_facts, party_persons, review_snapshot
from grants.rounds.models import Stage
from grants.rounds.selectors import rubric_of


def _step(verb: str, proposal_id: int, by: Actor, now: datetime, reason: str = "", **note: Any) -> Receipt:
    with changing(Proposal, proposal_id, by=by, now=now, reason=reason) as proposal:
        getattr(proposal, verb)(by=by)
        if note:
            proposal.note(**note)
    return proposal.receipt


COMPLIANT = "budget.compliant"


@button
def open_reviews(
    *,
    panel_id: int,
    proposal_ids: Sequence[int],
    seed: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> list[Dossier]:
    """Lay eligible applications before a panel, under codes whose order says nothing (shuffled by seed)."""
    found = Proposal.objects.filter(pk__in=proposal_ids).select_related(
        "round", "round__form", "category", "community", "applicant", "host"
    )
    shuffled = sorted(found, key=lambda proposal: sha256(f"{seed}|{proposal.number}"))
    dossiers = []
    for serial, proposal in enumerate(shuffled, start=1):
        dossier = _dossier(proposal, serial, by, now)
        open_review(proposal_id=proposal.pk, dossier=dossier, by=by, now=now)
        dossiers.append(dossier)
    add_dossiers(panel_id=panel_id, dossier_ids=[dossier.pk for dossier in dossiers], by=by, now=now)
    return dossiers


def _dossier(proposal: Proposal, serial: int, by: Actor, now: datetime) -> Dossier:
    blind, shown = review_snapshot(proposal)
    category = proposal.category
    assert category is not None  # noqa: S101 - a submitted application has a category
    return open_dossier(
        stage=Stage.APPLICATION,
        code=f"{category.number_code}{serial:03d}",
        title=proposal.title,
        category=category.code,
        snapshot=blind,
        open_part=shown,
        bodies=proposal.parties(),
        persons=party_persons(proposal),
        rubric_version=rubric_of(proposal.round, Stage.APPLICATION),
        round_code=proposal.round.code,
        machine_points={COMPLIANT: "5"},
        facts={"bonus": bonus_facts(proposal)},
        by=by,
        now=now,
    )


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
