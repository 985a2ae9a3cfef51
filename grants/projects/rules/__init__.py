"""May this be spent, moved, prolonged, handed in? All amounts in fen; percents are of an approved line."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.money import at_most, split
from core.rulebook import N_, rule

CASH, TRANSFER, CARD = "cash", "transfer", "card"
CASH_LIMIT_FEN = 100_000
NO_CHANGE_DAYS = 30
Outcome = bool | dict[str, object]
Faults = bool | list[dict[str, object]]


@dataclass(frozen=True)
class Line:
    """One line of an approved budget."""

    no: int
    code: str
    item: str
    amount_fen: int
    linked_activity: str = ""


def cut(lines: Sequence[Line], award_fen: int) -> list[Line]:
    """Bring a budget down to what was awarded, every line in proportion and no fen lost.

    >>> [line.amount_fen for line in cut([Line(1, "103", "a", 100), Line(2, "105", "b", 50)], 100)]
    [67, 33]
    """
    amounts = split(award_fen, [line.amount_fen for line in lines])
    return [
        Line(line.no, line.code, line.item, amount, line.linked_activity)
        for line, amount in zip(lines, amounts, strict=True)
    ]


def eligible_from(signed_on: date, starts_on: date) -> date:
    """Return the first day whose spending counts: nothing before the signature, nothing before the start.

    >>> eligible_from(date(2026, 7, 3), date(2026, 7, 1)).isoformat()
    '2026-07-03'
    """
    return max(signed_on, starts_on)


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month.

    >>> months_later(date(2027, 3, 31), 3).isoformat()
    '2027-06-30'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# Spending


@dataclass(frozen=True)
class Spending:
    """One voucher as the grantee hands it in."""

    spent_on: date
    line_no: int
    amount_fen: int
    method: str
    item: str = ""


@dataclass(frozen=True)
class Books:
    """What a voucher is measured against: period, budget lines, what each line already carries."""

    first_day: date
    last_day: date
    lines: Mapping[int, Line]
    spent_fen: Mapping[int, int]
    award_fen: int
    move_percent: int
    forbidden: tuple[str, ...] = ()


@rule("X1", says=N_("支出日期 {on} 不在可列支期间（{first}至{last}）内"), source="资助协议 第四条")
def is_within_period(spending: Spending, books: Books) -> Outcome:
    """Spending counts from the later of signing and start, to the last day of the project."""
    if books.first_day <= spending.spent_on <= books.last_day:
        return True
    return {"subject": "spent_on", "on": spending.spent_on, "first": books.first_day, "last": books.last_day}


@rule("X2", says=N_("预算中没有第 {no} 行"), source="资助协议 附件预算")
def line_exists(spending: Spending, books: Books) -> Outcome:
    """Every voucher is booked on a line of the approved budget."""
    return spending.line_no in books.lines or {"subject": "line_no", "no": spending.line_no}


@rule(
    "X3",
    says=N_(
        "第 {no} 行“{item}”核定 {approved:yuan} 元，连同已列支共 {spent:yuan} 元，超出可自行调剂的 {percent}%"
    ),
    source="资助协议 第五条",
)
def line_is_not_overspent(spending: Spending, books: Books) -> Outcome:
    """A line may be exceeded by the free share without asking; beyond it a change must be approved first."""
    line = books.lines.get(spending.line_no)
    if line is None:
        return True
    spent = books.spent_fen.get(line.no, 0) + spending.amount_fen
    if at_most(spent, line.amount_fen, 100 + books.move_percent):
        return True
    return {
        "subject": "amount",
        "no": line.no,
        "item": line.item,
        "approved": line.amount_fen,
        "spent": spent,
        "percent": books.move_percent,
    }


@rule("X4", says=N_("列支合计 {spent:yuan} 元，超过资助金额 {award:yuan} 元"), source="资助协议 第三条")
def award_is_not_overspent(spending: Spending, books: Books) -> Outcome:
    """All vouchers together stay within the award."""
    spent = sum(books.spent_fen.values()) + spending.amount_fen
    return spent <= books.award_fen or {"subject": "amount", "spent": spent, "award": books.award_fen}


@rule(
    "X5",
    says=N_("现金支付 {amount:yuan} 元，超过 {most:yuan} 元的结算起点"),
    source="现金管理暂行条例 第五条",
)
def cash_is_small(spending: Spending, books: Books) -> Outcome:
    """Above the threshold money is transferred, never handed over."""
    if spending.method != CASH or spending.amount_fen <= CASH_LIMIT_FEN:
        return True
    return {"subject": "method", "amount": spending.amount_fen, "most": CASH_LIMIT_FEN}


@rule("X6", says=N_("“{word}”不在资助范围内"), source="资助协议 第六条")
def nothing_forbidden_is_bought(spending: Spending, books: Books) -> Faults:
    """No voucher names a kind of spending that the terms forbid."""
    found = [word for word in books.forbidden if word in spending.item]
    return [{"subject": "item", "word": word} for word in found] or True


@rule("X7", says=N_("支出金额必须大于零"), source="资助协议 第五条")
def amount_is_positive(spending: Spending, books: Books) -> Outcome:
    """A voucher is never zero or negative; a wrong one is voided."""
    return spending.amount_fen > 0 or {"subject": "amount"}


SPENDING_RULES = (
    amount_is_positive,
    is_within_period,
    line_exists,
    line_is_not_overspent,
    award_is_not_overspent,
    cash_is_small,
    nothing_forbidden_is_bought,
)


# Changes


@dataclass(frozen=True)
class Move:
    """A budget as it is to become, beside the last approved one; amounts by line number."""

    approved: Mapping[int, int]
    wanted: Mapping[int, int]
    spent_fen: Mapping[int, int] = field(default_factory=dict)


@rule(
    "H1",
    says=N_("调整后合计 {wanted:yuan} 元，应与核定总额 {approved:yuan} 元相等"),
    source="资助协议 第七条",
)
def total_is_kept(move: Move, percent: int) -> Outcome:
    """Money is moved between lines, never added or taken away."""
    approved, wanted = sum(move.approved.values()), sum(move.wanted.values())
    return approved == wanted or {"approved": approved, "wanted": wanted}


@rule("H2", says=N_("预算行须与核定预算一致，金额不能为负"), source="资助协议 第七条")
def lines_are_kept(move: Move, percent: int) -> Outcome:
    """No line appears or disappears, and none is negative."""
    return set(move.approved) == set(move.wanted) and min(move.wanted.values(), default=0) >= 0


@rule("H3", says=N_("第 {no} 行已列支 {spent:yuan} 元，不能调到 {wanted:yuan} 元"), source="资助协议 第七条")
def spent_money_stays(move: Move, percent: int) -> Faults:
    """A line cannot be cut below what was already spent on it."""
    short = [no for no, wanted in move.wanted.items() if wanted < move.spent_fen.get(no, 0)]
    faults: list[dict[str, object]] = [
        {"no": no, "spent": move.spent_fen.get(no, 0), "wanted": move.wanted[no]} for no in short
    ]
    return faults or True


MOVE_RULES = (total_is_kept, lines_are_kept, spent_money_stays)


def is_free(move: Move, percent: int) -> bool:
    """Tell whether no line grows by more than its free share of the last approved budget.

    Measured against the approved version, so that small moves cannot add up unseen.

    >>> is_free(Move({1: 1000, 2: 1000}, {1: 1100, 2: 900}), 10)
    True
    >>> is_free(Move({1: 1000, 2: 1000}, {1: 1101, 2: 899}), 10)
    False
    """
    return all(
        at_most(wanted - move.approved[no], move.approved[no], percent) for no, wanted in move.wanted.items()
    )


@dataclass(frozen=True)
class Prolonging:
    """A wish for more time."""

    months: int
    extended_months: int
    last_day: date
    on: date
    months_max: int


@rule("H4", says=N_("项目只能延期一次"), source="资助协议 第八条")
def is_prolonged_once(wish: Prolonging) -> bool:
    """An extension is granted once."""
    return wish.extended_months == 0


@rule("H5", says=N_("延期应为 1 至 {most} 个月"), source="资助协议 第八条")
def is_short(wish: Prolonging) -> Outcome:
    """At most so many months."""
    return 1 <= wish.months <= wish.months_max or {"most": wish.months_max}


@rule("H6", says=N_("距项目结束（{last}）不足一个月，不再受理变更"), source="资助协议 第八条")
def asks_in_time(wish: Prolonging) -> Outcome:
    """Nothing is changed in the last month."""
    return is_in_time(wish.on, wish.last_day) or {"last": wish.last_day}


EXTENSION_RULES = (is_prolonged_once, is_short, asks_in_time)


def is_in_time(on: date, last_day: date) -> bool:
    """Tell whether a change may still be asked for."""
    return on <= last_day - timedelta(days=NO_CHANGE_DAYS)
