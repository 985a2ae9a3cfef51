"""What waits to be laid before a panel, and before which."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from core.policy import Actor
from evaluations.panels.models import Panel, PanelSeat
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.lifecycle import R
from grants.rounds.models import Stage


def awaiting_review() -> QuerySet[Proposal]:
    """Return the eligible applications of rounds that are being selected from."""
    return Proposal.objects.filter(state=P.ELIGIBLE, round__state=R.SELECTING)


def of_round(round_code: str) -> list[int]:
    """Return the ids of what waits in a round, in the order of their numbers."""
    rows = awaiting_review().filter(round__code=round_code).order_by("number")
    return list(rows.values_list("pk", flat=True))


@dataclass(frozen=True)
class Waiting:
    """The panels one is secretary of while they are formed, and how many applications wait in each round."""

    panels: QuerySet[Panel]
    counts: dict[str, int]

    def named(self, panel: Panel) -> str:
        """Return a panel with what waits for it."""
        waits = self.counts.get(panel.round_code, 0)
        return str(_("%(panel)s（待送评审 %(n)s 份）")) % {"panel": panel.name, "n": waits}


def waiting_for(actor: Actor) -> Waiting:
    """Return what somebody can lay before which panel."""
    seats = PanelSeat.objects.filter(
        person_id=actor.person_id or 0, kind="secretary", left_at__isnull=True, panel__state="forming"
    )
    rounds = awaiting_review().order_by().values_list("round__code").annotate(n=Count("pk"))
    counts: dict[str, int] = dict(rounds)
    panels = Panel.objects.filter(
        pk__in=seats.values("panel"), stage=Stage.APPLICATION, round_code__in=list(counts)
    )
    return Waiting(panels.order_by("pk"), counts)
