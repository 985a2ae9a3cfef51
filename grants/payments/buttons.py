"""The buttons of an instalment, a batch of orders and a recovery."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.buttons import Button, calls
from core.ui.forms import ReasonForm
from grants.payments import forms, services
from grants.payments.lifecycle import B, T, V
from grants.payments.models import Channel, OrderBatch, PaymentOrder, Recovery, Tranche
from grants.payments.services.bank import read_results

# Why not now


def takes_no_paper(tranche: Tranche) -> Any:
    """A receipt is taken once the condition is met and until the order is drawn up."""
    return "" if tranche.state in (T.DUE, T.HELD) else _("本期尚未到拨付条件，或已制单，现在不能提交票据。")


def nothing_to_demand(tranche: Tranche) -> Any:
    """Only what was paid and not yet asked back can be asked back."""
    plan = tranche.project.plan
    return "" if plan.paid_fen > plan.demanded_fen else _("还没有已拨付、尚未要求退回的资金。")


def takes_no_results(batch: OrderBatch) -> Any:
    """Results come for what was sent out."""
    return "" if batch.state == B.EXECUTED else _("批次提交支付之后、办结之前才能登记回单。")


def voids_not(batch: OrderBatch) -> Any:
    """What went out is not taken back."""
    return "" if batch.state in (B.MADE, B.APPROVED) else _("批次已提交支付，或已办结、作废。")


def reminds_not(recovery: Recovery) -> Any:
    """A reminder is sent once the last day has passed."""
    if recovery.state != V.DEMANDED:
        return _("这笔追款已移交或已办结。")
    today = clock.today()
    return "" if today > recovery.pay_by else _("退款期限还没有过，不需要催缴。")


def is_not_owed(recovery: Recovery) -> Any:
    """Money is booked while it is owed."""
    return "" if recovery.state in (V.DEMANDED, V.REFERRED) else _("这笔追款已经办结。")


# What is pressed


def press_condition(tranche: Tranche, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
    return services.meet_condition(
        project_id=tranche.project_id, condition=tranche.condition, by=by, now=now, key=key
    )


def press_results(batch: OrderBatch, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
    sent = data["file"]
    outcomes = read_results(sent.read(), is_csv=sent.name.lower().endswith(".csv"))
    return services.import_results(batch_id=batch.pk, outcomes=outcomes, by=by, now=now, key=key)


def press_void_order(batch: OrderBatch, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
    order = PaymentOrder.objects.get(batch=batch, public_id=data["order"])
    return services.void_order(order_id=order.pk, reason=data["reason"], by=by, now=now, key=key)


TRANCHE_BUTTONS = (
    Button(
        "invoice",
        _("提交票据"),
        "payments.file_invoice",
        calls(services.file_invoice, "tranche_id"),
        form=forms.invoice_form,
        when=takes_no_paper,
        unfolded=True,
        hint=_("新票据替换旧票据；制单之后不能再换。"),
        done=_("票据已提交，请款单随后生成。"),
    ),
    Button(
        "condition",
        _("确认拨付条件已满足"),
        "payments.meet_condition",
        press_condition,
        verb="meet_condition",
        ask=_("通常由系统在签约、评估合格或审计结算时自动确认。确认后本期即待拨付。"),
        done=_("本期已转为待拨付。"),
    ),
    Button(
        "hold",
        _("暂缓拨付"),
        "payments.hold",
        calls(services.hold_tranche, "tranche_id"),
        verb="hold",
        form=ReasonForm,
        tone="danger",
        done=_("已暂缓拨付。"),
    ),
    Button(
        "release",
        _("解除暂缓"),
        "payments.release",
        calls(services.release_tranche, "tranche_id"),
        verb="release",
        form=ReasonForm,
        done=_("已解除暂缓，本期待拨付。"),
    ),
    Button(
        "cancel",
        _("不再拨付"),
        "payments.cancel",
        calls(services.cancel_tranche, "tranche_id"),
        verb="cancel",
        form=ReasonForm,
        tone="danger",
        hint=_("本期资金退回本届可用资金，不能恢复。"),
        done=_("本期不再拨付，资金已释放。"),
    ),
    Button(
        "demand",
        _("要求退回资金"),
        "payments.demand",
        calls(services.demand_recovery, "project_id", of="project_id"),
        form=forms.DemandForm,
        about=lambda tranche: tranche.project,
        when=nothing_to_demand,
        tone="danger",
        done=_("追回通知已发出。"),
        leads=lambda _tranche, recovery: recovery.get_absolute_url(),
    ),
)


def execute_form(batch: OrderBatch) -> Any:
    """The treasury asks for its voucher, the bank for nothing."""
    return forms.VoucherForm if batch.channel == Channel.TREASURY else None


BATCH_BUTTONS = (
    Button(
        "approve",
        _("审批本批次"),
        "payments.approve",
        calls(services.approve_batch, "batch_id"),
        verb="approve",
        ask=_("一次签批对批次内全部付款单有效；制单人不能审批。"),
        done=_("批次已审批，转出纳支付。"),
    ),
    Button(
        "execute",
        _("提交支付"),
        "payments.execute",
        calls(services.execute_batch, "batch_id"),
        verb="execute",
        form=execute_form,
        ask=_("提交前逐笔核对收款账户仍为已核验账户；审批人不能提交支付。"),
        done=_("批次已提交支付。"),
    ),
    Button(
        "results",
        _("登记回单"),
        "payments.settle",
        press_results,
        form=forms.ResultsForm,
        when=takes_no_results,
        hint=_("有一行不对，整份文件都不登记；同一份文件重复上传不会重复入账。"),
        done=_("回单已登记。"),
    ),
    Button(
        "void-order",
        _("作废一笔付款单"),
        "payments.void",
        press_void_order,
        form=forms.void_order_form,
        when=voids_not,
        tone="danger",
        hint=_("该期恢复为待拨付，可以重新制单。"),
        done=_("付款单已作废。"),
    ),
    Button(
        "void",
        _("作废整个批次"),
        "payments.void",
        calls(services.void_batch, "batch_id"),
        form=ReasonForm,
        when=voids_not,
        tone="danger",
        done=_("批次已作废，各期恢复为待拨付。"),
    ),
)

RECOVERY_BUTTONS = (
    Button(
        "remind",
        _("发催缴函"),
        "payments.remind",
        calls(services.remind_recovery, "recovery_id"),
        when=reminds_not,
        ask=_("催缴函重新给出退款期限。"),
        done=_("催缴函已发出。"),
    ),
    Button(
        "refund",
        _("登记退款到账"),
        "payments.receive",
        calls(services.record_refund, "recovery_id"),
        form=forms.refund_form,
        when=is_not_owed,
        hint=_("可以分次登记，同一流水号只能登记一次。"),
        done=_("退款已入账。"),
    ),
    Button(
        "refer",
        _("移交法律途径"),
        "payments.refer",
        calls(services.refer_recovery, "recovery_id"),
        verb="refer",
        form=ReasonForm,
        done=_("已移交法律途径。"),
    ),
    Button(
        "withdraw",
        _("撤回追款"),
        "payments.withdraw",
        calls(services.withdraw_recovery, "recovery_id"),
        verb="withdraw",
        form=ReasonForm,
        tone="danger",
        hint=_("该款视为已合规拨付。"),
        done=_("追款已撤回。"),
    ),
)
