"""The money behind a panel's ranking: what each category has, and what each dossier of it asks for."""

from __future__ import annotations

from collections import defaultdict

from evaluations.panels.selectors.above import Envelope
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.models import Round, Stage
from grants.rounds.selectors import category_budgets


def envelopes(round_code: str, stage: str) -> dict[str, Envelope]:
    """Return by category what panels need for their cut line; reports ask for no money."""
    round_ = Round.objects.filter(code=round_code).first() if stage == Stage.APPLICATION else None
    if round_ is None:
        return {}
    asked: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Proposal.objects.filter(round=round_, dossier__isnull=False).exclude(state=P.WITHDRAWN)
    for category, code, amount in rows.values_list("category__code", "dossier__code", "requested_fen"):
        asked[category][code] = amount
    budgets, codes = category_budgets(round_), dict(round_.categories.values_list("pk", "code"))
    return {codes[pk]: Envelope(budget, asked[codes[pk]]) for pk, budget in budgets.items()}
