"""The lives of an instalment, a payment order, a batch of orders and a recovery."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.payments import events


class T(models.TextChoices):
    """States of an instalment."""

    PLANNED = "planned", _("待满足条件")
    DUE = "due", _("待拨付")
    HELD = "held", _("暂缓")
    ORDERED = "ordered", _("付款中")
    PAID = "paid", _("已拨付")
    CANCELLED = "cancelled", _("不再拨付")


class O(models.TextChoices):  # noqa: E742 - O as in order, beside T, B and V
    """States of a payment order."""

    MADE = "made", _("待审批")
    APPROVED = "approved", _("待支付")
    EXECUTED = "executed", _("已提交支付")
    SETTLED = "settled", _("支付成功")
    FAILED = "failed", _("支付失败")
    VOID = "void", _("已作废")


class B(models.TextChoices):
    """States of a batch."""

    MADE = "made", _("待审批")
    APPROVED = "approved", _("待支付")
    EXECUTED = "executed", _("待回单")
    COMPLETED = "completed", _("已办结")
    VOID = "void", _("已作废")


class V(models.TextChoices):
    """States of a recovery."""

    DEMANDED = "demanded", _("已要求退回")
    REFERRED = "referred", _("已移交法律途径")
    RECEIVED = "received", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")


LIVE_ORDERS = (O.MADE, O.APPROVED, O.EXECUTED)
OPEN_TRANCHES = (T.PLANNED, T.DUE, T.HELD, T.ORDERED)


@question(_("本期票据尚未提交，或金额与应拨金额不一致。"))
def has_invoice(tranche: Any) -> bool:
    """Ask for a receipt that is made out for exactly what is paid."""
    paper = tranche.invoices.filter(is_live=True).first()
    return paper is not None and paper.amount_fen == tranche.payable_fen


class TrancheLifecycle(Stateful):
    """planned → due → ordered → paid; held and released; cancelled."""

    state = StateField(choices=T.choices, default=T.PLANNED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [T.PLANNED],
        T.DUE,
        permission=may("payments.meet_condition"),
        custom={"fact": events.TrancheDue},
    )
    def meet_condition(self, *, by: Actor) -> None:
        """拨付条件已满足"""

    @transition("state", [T.DUE], T.ORDERED, conditions=[has_invoice], permission=may("payments.make"))
    def order(self, *, by: Actor) -> None:
        """制单"""

    @transition("state", [T.ORDERED], T.DUE, permission=may("payments.reopen"))
    def reopen(self, *, by: Actor) -> None:
        """付款未成，重新待拨付"""

    @transition(
        "state", [T.ORDERED], T.PAID, permission=may("payments.pay"), custom={"fact": events.TranchePaid}
    )
    def pay(self, *, by: Actor) -> None:
        """拨付到账"""

    @transition(
        "state", [T.DUE], T.HELD, permission=may("payments.hold"), custom={"fact": events.TrancheHeld}
    )
    def hold(self, *, by: Actor) -> None:
        """暂缓拨付"""

    @transition(
        "state", [T.HELD], T.DUE, permission=may("payments.release"), custom={"fact": events.TrancheReleased}
    )
    def release(self, *, by: Actor) -> None:
        """解除暂缓"""

    @transition(
        "state",
        [T.PLANNED, T.DUE, T.HELD],
        T.CANCELLED,
        permission=may("payments.cancel"),
        custom={"fact": events.TrancheCancelled},
    )
    def cancel(self, *, by: Actor) -> None:
        """不再拨付"""


class OrderLifecycle(Stateful):
    """made → approved → executed → settled or failed; void before it goes out. Three hands, never one."""

    state = StateField(choices=O.choices, default=O.MADE)

    class Meta:
        abstract = True

    @transition(
        "state",
        [O.MADE],
        O.APPROVED,
        permission=may("payments.approve"),
        custom={"fact": events.PaymentApproved},
    )
    def approve(self, *, by: Actor) -> None:
        """审批付款"""

    @transition(
        "state",
        [O.APPROVED],
        O.EXECUTED,
        permission=may("payments.execute"),
        custom={"fact": events.PaymentExecuted},
    )
    def execute(self, *, by: Actor) -> None:
        """提交支付"""

    @transition(
        "state",
        [O.EXECUTED],
        O.SETTLED,
        permission=may("payments.settle"),
        custom={"fact": events.PaymentSettled},
    )
    def settle(self, *, by: Actor) -> None:
        """登记支付成功"""

    @transition(
        "state",
        [O.EXECUTED],
        O.FAILED,
        permission=may("payments.settle"),
        custom={"fact": events.PaymentFailed},
    )
    def fail(self, *, by: Actor) -> None:
        """登记支付失败"""

    @transition(
        "state",
        [O.MADE, O.APPROVED],
        O.VOID,
        permission=may("payments.void"),
        custom={"fact": events.PaymentVoided},
    )
    def void(self, *, by: Actor) -> None:
        """作废付款单"""


@question(_("批次内还有付款单没有结果。"))
def has_all_results(batch: Any) -> bool:
    """Ask for a result of every order."""
    return not batch.orders.filter(state__in=LIVE_ORDERS).exists()


class BatchLifecycle(Stateful):
    """made → approved → executed → completed; one signature each for a whole batch."""

    state = StateField(choices=B.choices, default=B.MADE)

    class Meta:
        abstract = True

    @transition(
        "state",
        [B.MADE],
        B.APPROVED,
        permission=may("payments.approve"),
        custom={"fact": events.BatchApproved},
    )
    def approve(self, *, by: Actor) -> None:
        """审批批次"""

    @transition(
        "state",
        [B.APPROVED],
        B.EXECUTED,
        permission=may("payments.execute"),
        custom={"fact": events.BatchExecuted},
    )
    def execute(self, *, by: Actor) -> None:
        """提交批次"""

    @transition(
        "state",
        [B.EXECUTED],
        B.COMPLETED,
        conditions=[has_all_results],
        permission=may("payments.settle"),
        custom={"fact": events.BatchCompleted},
    )
    def complete(self, *, by: Actor) -> None:
        """批次办结"""

    @transition(
        "state",
        [B.MADE, B.APPROVED],
        B.VOID,
        conditions=[has_all_results],
        permission=may("payments.void"),
        custom={"fact": events.BatchVoided},
    )
    def void(self, *, by: Actor) -> None:
        """作废批次"""


@question(_("款项尚未全部退回。"))
def is_received_in_full(recovery: Any) -> bool:
    """Ask whether everything that was asked back has come."""
    return bool(recovery.received_fen == recovery.amount_fen)


@question(_("已有退回款项，不能撤回。"))
def nothing_was_received(recovery: Any) -> bool:
    """Ask whether nothing has come yet."""
    return bool(recovery.received_fen == 0)


@question(_("须先发出两次催缴函。"))
def was_reminded_twice(recovery: Any) -> bool:
    """Ask for two reminders."""
    return bool(recovery.reminders >= 2)


class RecoveryLifecycle(Stateful):
    """demanded → received, or referred to court after two reminders; withdrawn while nothing has come."""

    state = StateField(choices=V.choices, default=V.DEMANDED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [V.DEMANDED, V.REFERRED],
        V.RECEIVED,
        conditions=[is_received_in_full],
        permission=may("payments.receive"),
        custom={"fact": events.RecoveryReceived},
    )
    def receive(self, *, by: Actor) -> None:
        """退款到账"""

    @transition(
        "state",
        [V.DEMANDED],
        V.REFERRED,
        conditions=[was_reminded_twice],
        permission=may("payments.refer"),
        custom={"fact": events.RecoveryReferred},
    )
    def refer(self, *, by: Actor) -> None:
        """移交法律途径"""

    @transition(
        "state",
        [V.DEMANDED, V.REFERRED],
        V.WITHDRAWN,
        conditions=[nothing_was_received],
        permission=may("payments.withdraw"),
        custom={"fact": events.RecoveryWithdrawn},
    )
    def withdraw(self, *, by: Actor) -> None:
        """撤回追款"""
