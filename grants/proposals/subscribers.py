"""What applications do when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from core.events import on
from core.policy import SYSTEM, Actor
from evaluations.panels.events import VerdictGiven
from grants.proposals.selectors import of_dossier
from grants.proposals.services import record_verdict


@on(VerdictGiven)
def take_over_the_score(fact: VerdictGiven, *, by: Actor, now: datetime) -> None:
    """A panel judged a dossier: if it stands for an application, the application is scored."""
    if proposal := of_dossier(fact.dossier_id):
        record_verdict(proposal_id=proposal.pk, by=SYSTEM, now=now)
