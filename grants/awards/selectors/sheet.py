"""The list before the meeting, ready to be read: running totals, money, what is left, what comes next."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grants.awards import rules
from grants.awards.lifecycle import D
from grants.awards.models import Allotment, CategoryMove, Decision, DecisionLine, Outcome
from grants.awards.selectors.desk import clearable, loose
from grants.awards.selectors.money import LeftRow, left_by_category
from grants.awards.selectors.ranking import candidates_of, waiting_list
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I
from grants.publicity.models import Notice, NoticeItem
from grants.rounds.models import Category, Round


@dataclass(frozen=True)
class SheetLine:
    """An application on the list, and the money given down to it."""

    line: DecisionLine
    running_fen: int


@dataclass(frozen=True)
class CategorySheet:
    """A category: its own money, what the moves bring, what is spent, its lines by rank."""

    category: Category
    moved_fen: int
    money_fen: int
    lines: tuple[SheetLine, ...]

    @property
    def own_fen(self) -> int:
        """Return its money without the moves."""
        return self.money_fen - self.moved_fen

    @cached_property
    def spent_fen(self) -> int:
        """Return what its proposed applications get."""
        return sum(one.line.amount_fen for one in self.lines)

    @property
    def left_fen(self) -> int:
        """Return what nobody gets."""
        return self.money_fen - self.spent_fen

    def with_outcome(self, outcome: str) -> list[SheetLine]:
        """Return its lines of one outcome."""
        return [one for one in self.lines if one.line.outcome == outcome]

    @property
    def proposed(self) -> list[SheetLine]:
        """Return who is to be funded."""
        return self.with_outcome(Outcome.PROPOSE)

    @property
    def waiting(self) -> list[SheetLine]:
        """Return who waits."""
        return self.with_outcome(Outcome.WAITLIST)

    @property
    def declined(self) -> list[SheetLine]:
        """Return who gets nothing."""
        return self.with_outcome(Outcome.DECLINE)


@dataclass(frozen=True)
class DecisionSheet:
    """The whole list with its money; of a decided one, the money there was."""

    decision: Decision
    categories: tuple[CategorySheet, ...]
    moves: tuple[CategoryMove, ...]
    left: tuple[LeftRow, ...]

    @property
    def money_fen(self) -> int:
        """Return the money that is to be decided."""
        return sum(one.money_fen for one in self.categories)

    @property
    def spent_fen(self) -> int:
        """Return what is proposed."""
        return sum(one.spent_fen for one in self.categories)

    @property
    def left_fen(self) -> int:
        """Return what nobody gets."""
        return self.money_fen - self.spent_fen

    @property
    def lines(self) -> list[DecisionLine]:
        """Return every line."""
        return [one.line for part in self.categories for one in part.lines]

    @property
    def departures(self) -> list[DecisionLine]:
        """Return where the meeting does otherwise than the ranking."""
        return [line for line in self.lines if line.departs]

    @property
    def proposed_count(self) -> int:
        """Return how many are to be funded."""
        return sum(len(one.proposed) for one in self.categories)

    def of(self, code: str) -> CategorySheet | None:
        """Return a category by its code."""
        return next((one for one in self.categories if one.category.code == code), None)


def sheet_of(decision: Decision) -> DecisionSheet:
    """Return the list of a decision; its money is what is spent plus what ``left`` explains."""
    rows = decision.lines.select_related(
        "proposal__applicant", "proposal__host", "category", "source", "decision"
    ).order_by("category", "rank")
    by_category: dict[int, list[DecisionLine]] = defaultdict(list)
    for line in rows:
        by_category[line.category_id].append(line)
    categories = list(Category.objects.filter(round=decision.round).order_by("id"))
    names = {one.code: one.name for one in categories}
    left = [
        LeftRow(x["category"], names[x["category"]], x["amount_fen"], x["why"], x.get("subject", ""))
        for x in decision.left
    ]
    moves = tuple(decision.moves.select_related("source", "target"))
    return DecisionSheet(
        decision,
        tuple(_category(one, by_category[one.pk], left, moves) for one in categories),
        moves,
        tuple(left),
    )


def _category(
    category: Category, lines: list[DecisionLine], left: list[LeftRow], moves: tuple[CategoryMove, ...]
) -> CategorySheet:
    running, found = 0, []
    for line in lines:
        running += line.amount_fen
        found.append(SheetLine(line, running))
    rest = sum(row.amount_fen for row in left if row.category == category.code)
    gets = sum(move.amount_fen for move in moves if move.target_id == category.pk)
    gives = sum(move.amount_fen for move in moves if move.source_id == category.pk)
    return CategorySheet(category, gets - gives, running + rest, tuple(found))


# --- before there is a list -------------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    """What the ranking would give in a category if the list were drawn now, without moves and consents."""

    category: Category
    money_fen: int
    judged: int
    passed: int
    funded: int
    spent_fen: int
    left: rules.Leftover | None

    @property
    def left_row(self) -> LeftRow | None:
        """Return why money would be left."""
        if self.left is None:
            return None
        return LeftRow(self.category.code, self.category.name, self.left.amount_fen, self.left.why)


def outlook(round_: Round) -> list[Outlook]:
    """Return the outlook of every category of a round."""
    categories = list(Category.objects.filter(round=round_).order_by("id"))
    terms, left = round_.parsed_terms(), left_by_category(round_)
    ranked = rules.ranked_by_category(candidates_of(round_), terms.tie_break)
    money = {one.code: left[one.pk] for one in categories}
    drawn = rules.allocate(ranked, money, cut_max_percent=terms.partial_cut_max_percent)
    rest = {one.category: one for one in drawn.left}
    return [_outlook(one, money[one.code], ranked, drawn, rest.get(one.code)) for one in categories]


def _outlook(
    category: Category,
    money: int,
    ranked: dict[str, list[rules.Ranked]],
    drawn: rules.Allocation,
    left: rules.Leftover | None,
) -> Outlook:
    order = ranked.get(category.code, [])
    funded = [one for one in drawn.advice if one.category == category.code and one.outcome == rules.PROPOSE]
    return Outlook(
        category=category,
        money_fen=money,
        judged=len(order),
        passed=sum(one.candidate.passed for one in order),
        funded=len(funded),
        spent_fen=sum(one.amount_fen for one in funded),
        left=left,
    )


def may_need_consent(round_: Round, sheet: DecisionSheet | None = None) -> list[Proposal]:
    """Return the applications at the line of each category: those whose consent to a cut could matter."""
    keys = {one.left.key for one in outlook(round_) if one.left and one.left.key}
    for part in sheet.categories if sheet else ():
        keys |= {one.line.proposal_id for one in part.lines if one.line.cut_consent}
        waiting = [one.line for one in part.lines if one.line.recommended_outcome == Outcome.WAITLIST]
        keys |= {line.proposal_id for line in waiting[:1]}
    return list(Proposal.objects.filter(pk__in=keys).order_by("category", "id"))


# --- after the meeting ------------------------------------------------------------------------------


class Scene:
    """What follows from a decision, asked once for a page: notices, awards, who waits."""

    def __init__(self, decision: Decision) -> None:
        self.decision, self.round = decision, decision.round

    @property
    def is_over(self) -> bool:
        """Tell whether the meeting has decided."""
        return self.decision.state == D.RESOLVED

    @cached_property
    def sheet(self) -> DecisionSheet:
        """Return the list itself."""
        return sheet_of(self.decision)

    @cached_property
    def _loose(self) -> list[Allotment]:
        return list(loose().filter(round=self.round).select_related("line")) if self.is_over else []

    @property
    def to_announce(self) -> list[Allotment]:
        """Return what this decision proposed and no notice carries."""
        mine = self.decision.pk
        return [one for one in self._loose if not one.is_promoted and one.line.decision_id == mine]

    @property
    def promoted(self) -> list[Allotment]:
        """Return what was promoted in the round and no notice carries."""
        return [one for one in self._loose if one.is_promoted]

    @cached_property
    def waiting(self) -> list[DecisionLine]:
        """Return who waits in the round, in the order of promotion."""
        return list(waiting_list(self.round)) if self.is_over else []

    @cached_property
    def notice_to_award(self) -> Notice | None:
        """Return the ended notice whose cleared projects are to be awarded next."""
        if not self.is_over:
            return None
        subjects = clearable().filter(round=self.round).values("subject")  # type: ignore[misc]  # annotated
        items = NoticeItem.objects.filter(subject__in=subjects, state=I.CLEARED)
        return Notice.objects.filter(pk__in=items.values("notice")).order_by("ends_on", "pk").first()

    @cached_property
    def notices(self) -> list[Notice]:
        """Return the notices of the round."""
        return list(Notice.objects.filter(round=self.round).order_by("pk")) if self.is_over else []


def scene_of(decision: Decision) -> Scene:
    """Return the scene of a decision; one for each instance, that is for each page."""
    if "_scene" not in decision.__dict__:
        decision.__dict__["_scene"] = Scene(decision)
    found: Any = decision.__dict__["_scene"]
    return found  # type: ignore[no-any-return]
