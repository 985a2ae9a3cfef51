"""Where the money of a round is: budget, moved, proposed, awarded, released, left; by category and source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Sum

from core.words import sentence
from grants.awards import rules
from grants.awards.lifecycle import D, M
from grants.awards.models import Allotment, CategoryMove, Decision
from grants.rounds.models import Category, Round, RoundFunding
from grants.rounds.selectors import category_budgets


@dataclass(frozen=True)
class MoneyRow:
    """One category or source, in fen: left = budget + moved − proposed − awarded; released only informs."""

    code: str
    name: str
    budget_fen: int
    moved_fen: int
    proposed_fen: int
    awarded_fen: int
    released_fen: int

    @property
    def left_fen(self) -> int:
        """Return what nobody holds."""
        return self.budget_fen + self.moved_fen - self.proposed_fen - self.awarded_fen


@dataclass(frozen=True)
class MoneyPicture:
    """The whole round; both lists add up to ``total``."""

    by_category: tuple[MoneyRow, ...]
    by_source: tuple[MoneyRow, ...]
    total: MoneyRow


@dataclass(frozen=True)
class LeftRow:
    """Money of a category that is left, or was taken from what was left (negative), and why."""

    category: str
    name: str
    amount_fen: int
    why: str
    subject: str = ""

    @property
    def says(self) -> str:
        """Return the reason in words."""
        return sentence(rules.WHY[self.why])


def live_allotments(round_: Round) -> QuerySet[Allotment]:
    """Return the money that is set aside and was not released."""
    return Allotment.objects.filter(round=round_, state=M.RESERVED)


def money_picture(round_: Round) -> MoneyPicture:
    """Return budget, moved, proposed, awarded, released and left, in six queries."""
    categories = list(Category.objects.filter(round=round_).order_by("id"))
    budgets, moved = category_budgets(round_), _moved(round_)
    funding = list(RoundFunding.objects.filter(round=round_).select_related("source"))
    held: dict[tuple[str, int, str], int] = defaultdict(int)
    columns = ("category_id", "source_id", "state", "award_row__id", "amount_fen")
    for category, source, state, award, amount in Allotment.objects.filter(round=round_).values_list(
        *columns
    ):
        what = "released" if state == M.RELEASED else "awarded" if award else "proposed"
        for axis, pk in (("category", category), ("source", source), ("total", 0)):
            held[axis, pk, what] += amount

    def row(axis: str, pk: int, code: str, name: str, budget: int, moves: int = 0) -> MoneyRow:
        return MoneyRow(
            code, name, budget, moves, *(held[axis, pk, what] for what in ("proposed", "awarded", "released"))
        )

    return MoneyPicture(
        tuple(row("category", c.pk, c.code, c.name, budgets[c.pk], moved[c.pk]) for c in categories),
        tuple(row("source", f.source_id, f.source.code, f.source.name, f.amount_fen) for f in funding),
        row("total", 0, round_.code, round_.name, round_.budget_fen),
    )


def _moved(round_: Round) -> dict[int, int]:
    moved: dict[int, int] = defaultdict(int)
    moves = CategoryMove.objects.filter(decision__round=round_, decision__state=D.RESOLVED)
    for source, target, amount in moves.values_list("source_id", "target_id", "amount_fen"):
        moved[source] -= amount
        moved[target] += amount
    return moved


def left_by_category(round_: Round) -> dict[int, int]:
    """Return the money left by category id."""
    budgets, moved = category_budgets(round_), _moved(round_)
    spent = _sums(round_, "category_id")
    return {pk: budget + moved[pk] - spent.get(pk, 0) for pk, budget in budgets.items()}


def left_by_source(round_: Round) -> dict[int, int]:
    """Return the money left by source id."""
    spent = _sums(round_, "source_id")
    funding = RoundFunding.objects.filter(round=round_).values_list("source_id", "amount_fen")
    return {pk: amount - spent.get(pk, 0) for pk, amount in funding}


def _sums(round_: Round, column: str) -> dict[int, int]:
    rows = live_allotments(round_).order_by().values_list(column).annotate(total=Sum("amount_fen"))
    return dict(rows.values_list(column, "total"))


def explain_left(round_: Round) -> list[LeftRow]:
    """Return why each yuan is left: rows add up to budget minus what is set aside, category by category.

    They begin with what the last decision left, add what was released since and take off what was promoted.
    """
    names = dict(Category.objects.filter(round=round_).values_list("code", "name"))
    decision = Decision.objects.filter(round=round_, state=D.RESOLVED).order_by("-resolved_at").first()
    if decision is None:
        budgets = category_budgets(round_)
        codes = dict(Category.objects.filter(round=round_).values_list("pk", "code"))
        return [
            LeftRow(codes[pk], names[codes[pk]], amount, rules.UNDECIDED) for pk, amount in budgets.items()
        ]
    rows = [_left_row(names, one) for one in decision.left]
    since = decision.resolved_at
    promoted = Q(is_promoted=True, created_at__gte=since)
    released = Q(state=M.RELEASED, state_since__gte=since)
    later = Allotment.objects.filter(promoted | released, round=round_).order_by("id")
    moved = list(later.select_related("category", "proposal"))
    rows += [
        _row(one, -one.amount_fen, rules.PROMOTED)
        for one in moved
        if one.is_promoted and since and one.created_at >= since
    ]
    gone = [one for one in moved if one.state == M.RELEASED and since and one.state_since >= since]
    return [*rows, *(_row(one, one.amount_fen, one.released_why) for one in gone)]


def _left_row(names: dict[str, str], one: dict[str, Any]) -> LeftRow:
    return LeftRow(
        one["category"], names[one["category"]], one["amount_fen"], one["why"], one.get("subject", "")
    )


def _row(allotment: Allotment, amount_fen: int, why: str) -> LeftRow:
    category = allotment.category
    return LeftRow(category.code, category.name, amount_fen, why, allotment.proposal.title)
