"""What applications do when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from core.documents import request_document
from core.events import on
from core.outbox.queue import deliver
from core.policy import SYSTEM, Actor
from evaluations.panels.events import VerdictGiven
from grants.proposals.events import (
    OptimisationFinished,
    ProposalFact,
    ProposalResubmitted,
    ProposalReturned,
    ProposalSubmitted,
)
from grants.proposals.lifecycle import P
from grants.proposals.selectors import of_dossier
from grants.proposals.services import record_verdict


@on(VerdictGiven)
def take_over_the_score(fact: VerdictGiven, *, by: Actor, now: datetime) -> None:
    """A panel judged a dossier: its application is scored, unless it was withdrawn from the panel's table."""
    proposal = of_dossier(fact.dossier_id)
    if proposal and proposal.state != P.WITHDRAWN:
        record_verdict(proposal_id=proposal.pk, by=SYSTEM, now=now)


@deliver(ProposalSubmitted, ProposalResubmitted, to="documents")
def render_form_and_receipt(fact: ProposalFact, *, message: object, now: datetime) -> None:
    """Ask for the form as it was handed in, and for the receipt of it."""
    for code in ("proposals.application_form", "proposals.receipt"):
        request_document(code, fact.proposal_id, by=SYSTEM, now=now)


@deliver(OptimisationFinished, to="documents")
def render_the_improved_form(fact: OptimisationFinished, *, message: object, now: datetime) -> None:
    """Ask for the form of the improved version."""
    request_document("proposals.application_form", fact.proposal_id, by=SYSTEM, now=now)


@deliver(ProposalReturned, to="documents")
def render_the_correction(fact: ProposalReturned, *, message: object, now: datetime) -> None:
    """Ask for the notice that says what must be corrected, and until when."""
    request_document("proposals.correction", fact.proposal_id, by=SYSTEM, now=now)
