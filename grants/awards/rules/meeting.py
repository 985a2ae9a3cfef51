"""What the meeting may change, and what it must give a reason for. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.money import at_most
from core.rulebook import N_, rule
from grants.awards.rules.allocation import (
    CUT_NEEDS_CONSENT,
    DECLINE,
    NEXT_ASKS_MORE,
    NO_MORE_PASSING,
    NO_SOURCE_FITS,
    PROPOSE,
    WAITLIST,
    Leftover,
    may_be_cut_to,
)
from grants.awards.rules.sources import NoFit, assign_sources

SOURCE = "征集通知 评审与立项"
Faults = list[dict[str, object]]


@dataclass(frozen=True)
class Move:
    """Money left in one category that the meeting gives to another."""

    source: str
    target: str
    amount_fen: int
    reason: str


@dataclass(frozen=True)
class Line:
    """One application before the meeting: what was recommended, what is decided, and why it differs."""

    key: int
    name: str
    category: str
    rank: int
    passed: bool
    asked_fen: int
    advised: str
    advised_fen: int
    outcome: str
    amount_fen: int
    reason: str = ""
    consent: str = ""

    @property
    def departs(self) -> bool:
        return (self.outcome, self.amount_fen) != (self.advised, self.advised_fen)


@dataclass(frozen=True)
class Meeting:
    """All lines with the money there is, by category and by source, and the bounds of the terms."""

    lines: tuple[Line, ...]
    budgets: Mapping[str, int]
    sources: Mapping[str, int]
    moves: tuple[Move, ...] = ()
    cut_max_percent: int = 0
    move_max_percent: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def money_of(self, category: str) -> int:
        """What a category may spend, the moves in and out of it included."""
        gets = sum(move.amount_fen for move in self.moves if move.target == category)
        gives = sum(move.amount_fen for move in self.moves if move.source == category)
        return self.budgets[category] + gets - gives

    def given_by(self, category: str) -> int:
        return sum(move.amount_fen for move in self.moves if move.source == category)

    def spent_by(self, category: str) -> int:
        return sum(line.amount_fen for line in self.proposed if line.category == category)

    @property
    def proposed(self) -> list[Line]:
        return [line for line in self.lines if line.outcome == PROPOSE]

    def called(self, category: str) -> str:
        return self.names.get(category, category)


# --- moves between categories ---------------------------------------------------------------------


@rule("L1", says=N_("调剂须写明转出、转入类别、金额和理由。"), source=SOURCE)
def every_move_is_whole(meeting: Meeting) -> bool:
    """From one category of the round to another, more than nothing, with a reason."""
    return all(
        {move.source, move.target} <= set(meeting.budgets)
        and move.source != move.target
        and move.amount_fen > 0
        and move.reason.strip()
        for move in meeting.moves
    )


@rule("L2", says=N_("“{category}”转出 {given:yuan} 元，超过该类别额度的 {percent}%。"), source=SOURCE)
def moves_stay_within_their_share(meeting: Meeting) -> Faults:
    """A category gives away at most so many percent of its own money."""
    return [
        {"category": meeting.called(code), "given": given, "percent": meeting.move_max_percent}
        for code, budget in meeting.budgets.items()
        if not at_most(given := meeting.given_by(code), budget, meeting.move_max_percent)
    ]


@rule("L3", says=N_("“{category}”只余 {left:yuan} 元，不能转出 {given:yuan} 元。"), source=SOURCE)
def only_what_is_left_moves(meeting: Meeting) -> Faults:
    """Money moves after the category's own line was drawn, never from those who stand above it."""
    return [
        {"category": meeting.called(code), "left": meeting.left.get(code, 0), "given": given}
        for code in meeting.budgets
        if (given := meeting.given_by(code)) > meeting.left.get(code, 0)
    ]


MOVES: list[Callable[..., Any]] = [
    every_move_is_whole,
    moves_stay_within_their_share,
    only_what_is_left_moves,
]


# --- lines ------------------------------------------------------------------------------------------


@rule("L4", says=N_("“{name}”（第 {rank} 名）的决定与推荐不同，须写明理由。"), source=SOURCE)
def every_departure_has_a_reason(meeting: Meeting) -> Faults:
    """The ranking binds unless the meeting says why not."""
    lines = [line for line in meeting.lines if line.departs and not line.reason.strip()]
    return [{"name": line.name, "rank": line.rank, "subject": str(line.key)} for line in lines]


@rule("L5", says=N_("“{name}”未达合格线，不能列为拟立项或备选。"), source=SOURCE)
def only_what_passed_is_funded(meeting: Meeting) -> Faults:
    """No reason helps a project below the pass mark."""
    lines = [line for line in meeting.lines if not line.passed and line.outcome in (PROPOSE, WAITLIST)]
    return [{"name": line.name, "subject": str(line.key)} for line in lines]


@rule(
    "L6",
    says=N_("“{name}”拟资助 {amount:yuan} 元，应在申请额 {asked:yuan} 元的 {least}% 至 100% 之间。"),
    source=SOURCE,
)
def amounts_are_cut_within_bounds(meeting: Meeting) -> Faults:
    """Nobody gets more than asked, and nobody is cut so far that the project cannot be done."""
    return [
        {
            "name": line.name,
            "amount": line.amount_fen,
            "asked": line.asked_fen,
            "least": 100 - meeting.cut_max_percent,
            "subject": str(line.key),
        }
        for line in meeting.proposed
        if not may_be_cut_to(line.asked_fen, line.amount_fen, meeting.cut_max_percent)
    ]


@rule("L7", says=N_("“{name}”核减资助须先取得申报单位书面同意，并登记同意函。"), source=SOURCE)
def a_cut_is_consented(meeting: Meeting) -> Faults:
    """An award below what was asked needs the word of the one who asked."""
    cut = [line for line in meeting.proposed if line.amount_fen < line.asked_fen]
    return [{"name": line.name, "subject": str(line.key)} for line in cut if not line.consent.strip()]


@rule("L8", says=N_("“{name}”不予资助，金额须为零。"), source=SOURCE)
def only_the_proposed_get_money(meeting: Meeting) -> Faults:
    """Waiting and declined lines carry no amount."""
    lines = [line for line in meeting.lines if line.outcome in (WAITLIST, DECLINE) and line.amount_fen]
    return [{"name": line.name, "subject": str(line.key)} for line in lines]


@rule("L9", says=N_("“{category}”拟资助合计 {spent:yuan} 元，超过可用额度 {money:yuan} 元。"), source=SOURCE)
def categories_keep_within_their_money(meeting: Meeting) -> Faults:
    """What a category spends is its share and what was moved to it."""
    return [
        {"category": meeting.called(code), "spent": spent, "money": meeting.money_of(code)}
        for code in meeting.budgets
        if (spent := meeting.spent_by(code)) > meeting.money_of(code)
    ]


@rule("L10", says=N_("各项目不能整笔落到某一资金来源而不超其额度，请调整金额或名单。"), source=SOURCE)
def sources_keep_within_their_money(meeting: Meeting) -> bool:
    """One source for each award, and no source gives more than it has."""
    try:
        assign_sources({line.key: line.amount_fen for line in meeting.proposed}, meeting.sources)
    except NoFit:
        return False
    return True


MEETING: list[Callable[..., Any]] = [
    every_departure_has_a_reason,
    only_what_passed_is_funded,
    amounts_are_cut_within_bounds,
    a_cut_is_consented,
    only_the_proposed_get_money,
    categories_keep_within_their_money,
    sources_keep_within_their_money,
]


# --- what is left -----------------------------------------------------------------------------------

BY_DECISION, STRUCK, WITHDRAWN, LAPSED = "by_decision", "struck", "withdrawn", "lapsed"
PROMOTED, UNDECIDED = "promoted", "undecided"
WHY = {
    NO_MORE_PASSING: N_("合格申报已全部列入，额度有余"),
    NEXT_ASKS_MORE: N_("余额不足以资助下一名"),
    CUT_NEEDS_CONSENT: N_("余额可部分资助下一名，尚未取得其同意"),
    NO_SOURCE_FITS: N_("余额分散在各资金来源，不足以整笔资助"),
    BY_DECISION: N_("会议决定不按推荐使用"),
    STRUCK: N_("异议成立后释放"),
    WITHDRAWN: N_("申报单位退出后释放"),
    LAPSED: N_("逾期未签约释放"),
    PROMOTED: N_("递补使用"),
    UNDECIDED: N_("尚未作出立项决定"),
}


def leftovers(meeting: Meeting, advised: Sequence[Leftover]) -> list[Leftover]:
    """Every fen the decision leaves, by category, with its reason; departures give a reason of their own."""
    reasons = {one.category: one for one in advised}
    departed = {line.category for line in meeting.lines if line.departs}
    found = []
    for code in sorted(meeting.budgets):
        amount = meeting.money_of(code) - meeting.spent_by(code)
        if not amount:
            continue
        known = reasons.get(code)
        if known is None or known.amount_fen != amount or code in departed:
            known = Leftover(code, amount, BY_DECISION)
        found.append(known)
    return found
