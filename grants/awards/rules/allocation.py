"""Rank inside each category, then money down the rank until it does not reach. Plain Python."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from evaluations.panels.rules import Entry, place
from grants.awards.rules.sources import NoFit, assign_sources

PROPOSE, WAITLIST, DECLINE = "propose", "waitlist", "decline"


@dataclass(frozen=True)
class Candidate:
    """A judged application: what it asks, its official score, and what breaks a tie."""

    key: int
    category: str
    asked_fen: int
    score: Decimal
    passed: bool
    criteria: Mapping[str, Decimal] = field(default_factory=dict)
    votes: int = 0


@dataclass(frozen=True)
class Ranked:
    """A candidate at its place in its category; ``decided_by`` names the step that broke a tie.

    Those whom the whole chain leaves equal are ``tied`` and stand in the order of their keys.
    """

    candidate: Candidate
    rank: int
    decided_by: str
    tied: bool


def ranked_by_category(candidates: Iterable[Candidate], tie_break: Sequence[str]) -> dict[str, list[Ranked]]:
    """Rank each category by score and the tie-break chain; those that did not pass stand last."""
    found: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        found.setdefault(candidate.category, []).append(candidate)
    return {category: _ranked(members, tie_break) for category, members in sorted(found.items())}


def _ranked(members: Sequence[Candidate], tie_break: Sequence[str]) -> list[Ranked]:
    by_key = {f"{member.key:020d}": member for member in members}
    entries = [Entry(key, c.score, c.passed, c.criteria, c.votes) for key, c in by_key.items()]
    placed = place(entries, tuple(tie_break))
    return [
        Ranked(by_key[one.key], position, one.decided_by, one.tied) for position, one in enumerate(placed, 1)
    ]


@dataclass(frozen=True)
class Advice:
    """What the rank and the money say about one candidate."""

    key: int
    category: str
    rank: int
    outcome: str
    amount_fen: int


@dataclass(frozen=True)
class Leftover:
    """Money of a category that nobody gets, and why; ``key`` is the next in rank, if one is the reason."""

    category: str
    amount_fen: int
    why: str
    key: int | None = None


NO_MORE_PASSING = "no_more_passing"
NEXT_ASKS_MORE = "next_asks_more"
CUT_NEEDS_CONSENT = "cut_needs_consent"
NO_SOURCE_FITS = "no_source_fits"


@dataclass(frozen=True)
class Allocation:
    """Advice on every candidate, and every fen that is left, by category."""

    advice: tuple[Advice, ...]
    left: tuple[Leftover, ...]

    def funded_fen(self) -> int:
        return sum(one.amount_fen for one in self.advice)

    def left_fen(self) -> int:
        return sum(one.amount_fen for one in self.left)


def may_be_cut_to(asked_fen: int, amount_fen: int, cut_max_percent: int) -> bool:
    """May an award be this much, with the consent of the one who asked? Exact to the fen.

    >>> may_be_cut_to(10_000, 8_000, 20), may_be_cut_to(10_000, 7_999, 20), may_be_cut_to(10_000, 10_001, 20)
    (True, False, False)
    """
    return 0 < amount_fen <= asked_fen and amount_fen * 100 >= asked_fen * (100 - cut_max_percent)


def allocate(
    ranked: Mapping[str, Sequence[Ranked]],
    money: Mapping[str, int],
    *,
    cut_max_percent: int,
    consented: Collection[int] = (),
) -> Allocation:
    """Fund down the rank of each category; the first that does not fit ends the line.

    That one is funded in part where it consented and the cut stays within its bound. Whoever passed and is
    not funded waits; whoever did not pass is declined. ``money`` is what each category may spend.
    """
    advice: list[Advice] = []
    left: list[Leftover] = []
    for category in sorted(money):
        order = ranked.get(category, ())
        funded, rest = _line(category, order, money[category], cut_max_percent, consented)
        left += [rest] if rest.amount_fen else []
        advice += [_advice(one, funded) for one in order]
    return Allocation(tuple(advice), tuple(left))


def _advice(one: Ranked, funded: Mapping[int, int]) -> Advice:
    candidate = one.candidate
    amount = funded.get(candidate.key, 0)
    outcome = PROPOSE if amount else WAITLIST if candidate.passed else DECLINE
    return Advice(candidate.key, candidate.category, one.rank, outcome, amount)


def _line(
    category: str, order: Sequence[Ranked], money: int, cut_max_percent: int, consented: Collection[int]
) -> tuple[dict[int, int], Leftover]:
    funded: dict[int, int] = {}
    for candidate in (one.candidate for one in order if one.candidate.passed):
        if candidate.asked_fen <= money:
            funded[candidate.key] = candidate.asked_fen
            money -= candidate.asked_fen
            continue
        if not may_be_cut_to(candidate.asked_fen, money, cut_max_percent):
            return funded, Leftover(category, money, NEXT_ASKS_MORE, candidate.key)
        if candidate.key not in consented:
            return funded, Leftover(category, money, CUT_NEEDS_CONSENT, candidate.key)
        funded[candidate.key] = money
        return funded, Leftover(category, 0, NEXT_ASKS_MORE, candidate.key)
    return funded, Leftover(category, money, NO_MORE_PASSING)


def with_sources(
    allocation: Allocation, ranked: Mapping[str, Sequence[Ranked]], limits: Mapping[str, int]
) -> tuple[Allocation, dict[int, str]]:
    """Give each funded candidate a source; where none can be found, the lowest score waits instead.

    Returns the allocation that fits and the source of each funded key; every fen stays explained.
    """
    scores = {one.candidate.key: one.candidate.score for order in ranked.values() for one in order}
    while True:
        funded = {one.key: one.amount_fen for one in allocation.advice if one.outcome == PROPOSE}
        try:
            return allocation, assign_sources(funded, limits)
        except NoFit:
            lowest = min(funded, key=lambda key: (scores[key], -key))
            allocation = _without(allocation, lowest)


def _without(allocation: Allocation, key: int) -> Allocation:
    gone = next(one for one in allocation.advice if one.key == key)
    advice = tuple(
        replace(a, outcome=WAITLIST, amount_fen=0) if a.key == key else a for a in allocation.advice
    )
    before = sum(one.amount_fen for one in allocation.left if one.category == gone.category)
    others = [one for one in allocation.left if one.category != gone.category]
    here = Leftover(gone.category, before + gone.amount_fen, NO_SOURCE_FITS, key)
    return Allocation(advice, tuple(sorted([*others, here], key=lambda one: one.category)))
