"""Public figures of a round: its funnel, money by category, projects by street, and the latest notices."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum

from cms.pages.rules import stages as rules
from core.ui.charts import Tile
from grants.awards.lifecycle import W
from grants.awards.models import Award
from grants.payments.selectors import money_by_category
from grants.proposals.models import Proposal
from grants.publicity.models import Notice
from grants.publicity.selectors import public_notices
from grants.rounds.models import Round
from orgs.areas.models import Street

Money = tuple[str, int, int]


@dataclass(frozen=True)
class Figures:
    """What the public is told of a round in numbers; nothing of it before it may be told."""

    funnel: rules.Funnel
    money: list[Money] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)

    @property
    def steps(self) -> list[tuple[str, int]]:
        """Return (step, how many) for the funnel chart."""
        return [(name, count) for name, count, _percent in self.funnel.rows()]

    @property
    def planned_fen(self) -> int:
        """Return the money of running projects as planned."""
        return sum(planned for _name, planned, _paid in self.money)

    @property
    def paid_fen(self) -> int:
        """Return what of it was paid."""
        return sum(paid for _name, _planned, paid in self.money)


def figures_of(round_: Round, *, stage: str) -> Figures:
    """Return the figures that are public at a stage; results, money and places only once projects run."""
    funnel = funnel_of(round_, stage=stage)
    if stage not in rules.RESULT_STATES:
        return Figures(funnel)
    return Figures(funnel, money_by_category(round_), tiles_of(round_))


def funnel_of(round_: Round, *, stage: str) -> rules.Funnel:
    """Return how many applications came how far, in at most two queries."""
    if stage in (rules.SOON, rules.OPEN):
        return rules.Funnel()
    counts = Proposal.objects.filter(round=round_, version_no__gt=0).aggregate(
        received=Count("pk"),
        judged=Count("pk", filter=Q(dossier__isnull=False)),
        funded=Count("pk", filter=Q(state="awarded")),
    )
    if stage not in rules.RESULT_STATES:
        return rules.funnel(stage=stage, counts=counts, granted_fen=0)
    granted = Award.objects.filter(round=round_, state=W.GRANTED).aggregate(total=Sum("amount_fen"))["total"]
    return rules.funnel(stage=stage, counts=counts, granted_fen=granted or 0)


def tiles_of(round_: Round) -> list[Tile]:
    """Return the streets with their funded projects and money, in two queries."""
    funded = Award.objects.filter(round=round_, state=W.GRANTED, proposal__community__isnull=False)
    rows: Any = funded.values_list("proposal__community__street__code").annotate(
        count=Count("pk"), money=Sum("amount_fen")
    )
    found = {code: (count, money) for code, count, money in rows.order_by()}
    streets = Street.objects.filter(hidden=False, valid_to__isnull=True).order_by("code")
    return laid_out([(one.code, one.display_name, *found.get(one.code, (0, 0))) for one in streets])


def laid_out(rows: Sequence[tuple[str, str, int, int]]) -> list[Tile]:
    """Put places on the grid of the data pack; those it does not know follow below, four a row.

    ``rows`` are (code, name, number, fen).
    """
    places = grid(Path(settings.DISTRICT_PACK) / "tiles.csv")
    below = max((row for _column, row in places.values()), default=0)
    tiles, strange = [], 0
    for code, name, count, amount_fen in rows:
        if code in places:
            column, row = places[code]
        else:
            column, row, strange = strange % 4 + 1, below + 1 + strange // 4, strange + 1
        tiles.append(Tile(column, row, name, count, amount_fen))
    return tiles


@lru_cache(maxsize=8)
def grid(path: Path) -> dict[str, tuple[int, int]]:
    """Return column and row of each street; none where a district has not drawn its map."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["street_code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}


def latest_notices(most: int = 5) -> list[Notice]:
    """Return the newest public notices, in one query."""
    return list(public_notices().select_related("round")[:most])


def notices_of(round_: Round) -> list[Notice]:
    """Return the public notices of a round, newest first, in one query."""
    return list(public_notices(round_).select_related("round"))
