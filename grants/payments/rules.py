"""What may be paid, when, and what comes back. Plain Python; all amounts in integer fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.rulebook import N_, rule

# Accounts of the ledger. Money given to a round is negative in the first and positive in exactly one other.
APPROPRIATION, AVAILABLE, COMMITTED = "appropriation", "available", "committed"
PAID, RECEIVABLE, RETURNED = "paid", "receivable", "returned"
KINDS = (APPROPRIATION, AVAILABLE, COMMITTED, PAID, RECEIVABLE, RETURNED)
OF_ROUND = (APPROPRIATION, AVAILABLE)

# What an entry does: where the money leaves, where it arrives.
MOVES: Mapping[str, tuple[str, str]] = {
    "allocation": (APPROPRIATION, AVAILABLE),
    "commitment": (AVAILABLE, COMMITTED),
    "payment": (COMMITTED, PAID),
    "release": (COMMITTED, AVAILABLE),
    "demand": (PAID, RECEIVABLE),
    "refund": (RECEIVABLE, RETURNED),
    "waiver": (RECEIVABLE, PAID),
}


def postings(kind: str, amount_fen: int) -> list[tuple[str, int]]:
    """Return the two postings of an entry as (account kind, signed fen); they add up to zero.

    >>> postings("payment", 5000)
    [('committed', -5000), ('paid', 5000)]
    """
    if amount_fen <= 0:
        raise ValueError(f"an entry moves a positive amount, not {amount_fen}")
    source, target = MOVES[kind]
    return [(source, -amount_fen), (target, amount_fen)]


def is_balanced(amounts: Iterable[int]) -> bool:
    """Tell whether signed postings add up to zero and there are at least two of them."""
    found = list(amounts)
    return len(found) >= 2 and sum(found) == 0


def may_fall(kind: str) -> bool:
    """Tell whether an account may be below zero: only the appropriation is."""
    return kind == APPROPRIATION


@dataclass(frozen=True)
class Settlement:
    """What the audited accounts mean for the money: to pay, to release, to recover."""

    pay_fen: int
    release_fen: int
    recover_fen: int


def settlement(*, planned_fen: int, eligible_fen: int, paid_fen: int) -> Settlement:
    """Return the last instalment: min(planned, eligible - paid); below zero it is a recovery.

    >>> settlement(planned_fen=2000, eligible_fen=19500, paid_fen=18000)
    Settlement(pay_fen=1500, release_fen=500, recover_fen=0)
    >>> settlement(planned_fen=2000, eligible_fen=17000, paid_fen=18000)
    Settlement(pay_fen=0, release_fen=2000, recover_fen=1000)
    """
    left = eligible_fen - paid_fen
    pay = max(0, min(planned_fen, left))
    return Settlement(pay, planned_fen - pay, max(0, -left))


def recoverable(*, paid_fen: int, eligible_fen: int, recover_all: bool) -> int:
    """Return what a stopped project gives back: everything, or what was not properly spent."""
    return paid_fen if recover_all else max(0, paid_fen - eligible_fen)


def treasury_is_open(on: date, close: date) -> bool:
    """Tell whether the treasury pays on a day: after the yearly close it does not until the new year.

    >>> close = date(2026, 12, 18)
    >>> treasury_is_open(date(2026, 12, 19), close), treasury_is_open(date(2027, 1, 4), close)
    (False, True)
    """
    return on <= close or on.year > close.year


# Papers that come before the money


@dataclass(frozen=True)
class Paper:
    """A receipt or invoice as handed in for an instalment."""

    kind: str
    amount_fen: int
    payable_fen: int
    instrument: str


ALLOWED_PAPERS: Mapping[str, tuple[str, ...]] = {
    "grant_agreement": ("donation_receipt", "settlement_receipt"),
    "service_purchase": ("vat_invoice",),
}


@rule("Z1", says=N_("票据金额 {amount:yuan} 元与本期应拨 {payable:yuan} 元不符"), source="资助协议 第三条")
def paper_is_for_the_amount(paper: Paper) -> bool | dict[str, object]:
    """The paper is made out for exactly what is paid."""
    if paper.amount_fen == paper.payable_fen:
        return True
    return {"subject": "amount", "amount": paper.amount_fen, "payable": paper.payable_fen}


@rule(
    "Z2",
    says=N_("票据种类不对：资助协议应开捐赠票据或资金往来结算票据，购买服务应开增值税发票"),
    source="资助协议 第三条",
)
def paper_fits_the_instrument(paper: Paper) -> bool | dict[str, object]:
    """A grant is acknowledged by a receipt, a service is invoiced with tax."""
    return paper.kind in ALLOWED_PAPERS[paper.instrument] or {"subject": "kind"}


PAPER_RULES = (paper_is_for_the_amount, paper_fits_the_instrument)


# What the bank or the treasury says


@dataclass(frozen=True)
class Outcome:
    """One line of a result file: which order, paid or not, under which reference, on which day."""

    order_number: str
    paid: bool
    reference: str = ""
    on: date | None = None
    failure: str = ""


@rule("Z3", says=N_("回单第 {row} 行：{number} 没有支付流水号或支付日期"), source="财务规定 付款回单")
def paid_lines_have_a_reference(outcomes: Iterable[Outcome]) -> bool | list[dict[str, object]]:
    """Whoever says paid gives the reference and the day."""
    faults: list[dict[str, object]] = [
        {"row": row, "number": one.order_number}
        for row, one in enumerate(outcomes, start=1)
        if one.paid and not (one.reference and one.on)
    ]
    return faults or True


@rule("Z4", says=N_("回单第 {row} 行：{number} 付款失败，但没有写明原因"), source="财务规定 付款回单")
def failed_lines_have_a_reason(outcomes: Iterable[Outcome]) -> bool | list[dict[str, object]]:
    """Whoever says failed says why."""
    faults: list[dict[str, object]] = [
        {"row": row, "number": one.order_number}
        for row, one in enumerate(outcomes, start=1)
        if not one.paid and not one.failure
    ]
    return faults or True


@rule("Z5", says=N_("回单中 {what} 出现了两次"), source="财务规定 付款回单")
def lines_are_not_doubled(outcomes: Iterable[Outcome]) -> bool | list[dict[str, object]]:
    """An order and a reference stand in a file once."""
    seen: set[str] = set()
    faults: list[dict[str, object]] = []
    for one in outcomes:
        for word in filter(None, (one.order_number, one.reference)):
            if word in seen:
                faults.append({"what": word})
            seen.add(word)
    return faults or True


OUTCOME_RULES = (paid_lines_have_a_reference, failed_lines_have_a_reason, lines_are_not_doubled)
