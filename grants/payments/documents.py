"""The documents of money: 请款单, 拨款通知, 追回通知."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import local
from core.documents import Document, register
from core.money import capital, format_yuan
from core.words import day_text
from grants.payments.models import Invoice, PaymentOrder, Recovery
from grants.projects.models import Project


def _of(project: Project) -> dict[str, Any]:
    office = project.round.signatory or project.round.host.name
    return {
        "project_number": project.number,
        "project": project.title,
        "round": project.round.name,
        "payee": project.payee.name,
        "office": office,
    }


def request_context(pk: int) -> dict[str, Any]:
    """Return the payment request of an instalment with its receipt."""
    paper = Invoice.objects.select_related("tranche", "project__round__host", "project__payee").get(pk=pk)
    return {
        "heading": _("资助资金请款单"),
        **_of(paper.project),
        "tranche": paper.tranche.no,
        "percent": paper.tranche.percent,
        "award": format_yuan(paper.project.award_fen),
        "amount": format_yuan(paper.amount_fen),
        "amount_capital": capital(paper.amount_fen),
        "paper_kind": str(paper.get_kind_display()),
        "paper_number": paper.number,
        "issued_on": day_text(paper.issued_on),
        "signed_on": day_text(local(paper.created_at).date()),
    }


def advice_context(pk: int) -> dict[str, Any]:
    """Return the advice of a payment that has arrived; the account is masked."""
    order = PaymentOrder.objects.select_related(
        "tranche", "batch", "payee", "project__round__host", "project__payee"
    ).get(pk=pk)
    office = order.project.round.signatory or order.project.round.host.name
    return {
        "issuer": office,
        "heading": _("关于拨付资助资金的通知"),
        "addressee": order.project.payee.name,
        **_of(order.project),
        "order_number": order.number,
        "tranche": order.tranche.no,
        "amount": format_yuan(order.amount_fen),
        "amount_capital": capital(order.amount_fen),
        "holder": order.payee.holder_name,
        "bank": order.payee.bank,
        "account": order.payee.account_masked,
        "settled_on": day_text(order.settled_on) if order.settled_on else "",
        "reference": order.bank_reference,
        "voucher_no": order.batch.voucher_no,
        "signatory": office,
        "signed_on": day_text(local(order.state_since).date()),
    }


def recovery_context(pk: int) -> dict[str, Any]:
    """Return the letter that asks money back; with reminders it says which one it is."""
    one = Recovery.objects.select_related("project__round__host", "project__payee").get(pk=pk)
    office = one.project.round.signatory or one.project.round.host.name
    heading = _("关于退回资助资金的通知") if not one.reminders else _("关于退回资助资金的催缴函")
    return {
        "issuer": office,
        "heading": heading,
        "number": one.number,
        "addressee": one.project.payee.name,
        **_of(one.project),
        "cause": str(one.get_cause_display()),
        "reason": one.reason,
        "amount": format_yuan(one.amount_fen),
        "amount_capital": capital(one.amount_fen),
        "received": format_yuan(one.received_fen) if one.received_fen else "",
        "pay_by": day_text(one.pay_by),
        "reminders": one.reminders,
        "signatory": office,
        "signed_on": day_text(local(one.created_at).date()),
    }


REQUEST = register(
    Document(
        code="payments.request",
        title=_("请款单"),
        template="pdf/payments/request.html",
        context=request_context,
        owner_model="payments.Invoice",
        permission="payments.view",
    )
)
ADVICE = register(
    Document(
        code="payments.advice",
        title=_("拨款通知"),
        template="pdf/payments/advice.html",
        context=advice_context,
        owner_model="payments.PaymentOrder",
        permission="payments.view",
    )
)
RECOVERY = register(
    Document(
        code="payments.recovery",
        title=_("追回通知"),
        template="pdf/payments/recovery.html",
        context=recovery_context,
        owner_model="payments.Recovery",
        permission="payments.view",
    )
)
