"""What panels do after they have concluded."""

from __future__ import annotations

from datetime import datetime

from core.documents import request_document
from core.outbox.queue import deliver
from core.policy import SYSTEM
from evaluations.panels.events import PanelConcluded


@deliver(PanelConcluded, to="documents")
def render_the_summaries(fact: PanelConcluded, *, message: object, now: datetime) -> None:
    """Ask for the score summary: with numbered experts for the public, with names for the archive."""
    for code in ("panels.score_summary", "panels.score_summary_named"):
        request_document(code, fact.panel_id, by=SYSTEM, now=now)
