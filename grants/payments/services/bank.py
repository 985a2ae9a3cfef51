"""Files to and from the bank: written without formulas, read with every fault named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.errors import RulesBroken
from core.files.services import store
from core.policy import Actor
from core.rulebook import Violation
from core.sheets import Column, Sheet, read_csv, read_xlsx, write_xlsx
from core.words import N_
from grants.payments.models import OrderBatch, PaymentOrder
from grants.payments.rules import Outcome

MOST_FAULTS = 20
PAYMENT_COLUMNS = [
    Column("number", N_("付款单号"), required=True),
    Column("holder", N_("收款户名"), required=True),
    Column("account", N_("收款账号"), required=True),
    Column("bank", N_("开户行"), required=True),
    Column("amount_fen", N_("金额（元）"), "yuan", required=True),
    Column("purpose", N_("用途")),
]
PAID = {"成功": True, "失败": False}
RESULT_COLUMNS = [
    Column("number", N_("付款单号"), required=True),
    Column("paid", N_("结果"), required=True, choices=PAID),
    Column("reference", N_("流水号")),
    Column("on", N_("支付日期"), "date"),
    Column("failure", N_("失败原因")),
]


class BadResults(RulesBroken):
    """A result file holds what cannot be read; nothing of it was taken over."""

    code = "bad_results"

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(violations)
        self.says = _("回单读不出来，没有登记任何结果。请按下面逐行修改后重新上传。")


def bank_file(orders: Sequence[PaymentOrder]) -> bytes:
    """Return the workbook that the bank takes: one line for each order, account numbers as text."""
    rows = [
        {
            "number": order.number,
            "holder": order.payee.holder_name,
            "account": order.payee.account,
            "bank": order.payee.bank,
            "amount_fen": order.amount_fen,
            "purpose": f"{order.project.number}公益创投资助",
        }
        for order in orders
    ]
    return write_xlsx([Sheet("批量付款", PAYMENT_COLUMNS, rows)])


def keep_bank_file(batch: OrderBatch, orders: Sequence[PaymentOrder], *, by: Actor, now: datetime) -> str:
    """Store the file of a batch and return its hash."""
    ref = store(
        bank_file(orders),
        filename=f"{batch.number}.xlsx",
        owner=batch,
        purpose="payments.bank_file",
        by=by,
        now=now,
    )
    return ref.blob.sha256


def read_results(data: bytes, *, is_csv: bool = False) -> list[Outcome]:
    """Read a result file of bank or treasury. Refused, each fault named, when anything is wrong in it."""
    parsed = read_csv(data, RESULT_COLUMNS) if is_csv else read_xlsx(data, RESULT_COLUMNS)
    if not parsed.is_clean:
        faults = parsed.errors[:MOST_FAULTS]
        raise BadResults([Violation("results", "{told}", {"told": str(one)}) for one in faults])
    return [
        Outcome(
            row["number"],
            bool(row["paid"]),
            row.get("reference") or "",
            row.get("on"),
            row.get("failure") or "",
        )
        for row in parsed.rows
    ]


def results_form(orders: Sequence[PaymentOrder]) -> bytes:
    """Return the workbook into which the results of a batch are written: a line for each order."""
    rows = [{"number": order.number} for order in orders]
    return write_xlsx([Sheet("回单", RESULT_COLUMNS, rows)])
