"""What the buttons about money ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.files.refusals import size_text
from core.ui.forms import DayField, ReasonForm, YuanField
from grants.payments.lifecycle import O
from grants.payments.models import OrderBatch, PaperKind, PaymentOrder, Recovery, RecoveryCause, Tranche
from grants.payments.rules import ALLOWED_PAPERS

LARGEST_RESULT = 2 * 1024 * 1024


def invoice_form(tranche: Tranche) -> type[forms.Form]:
    """Return the form for the receipt of an instalment: the kinds its round accepts, its exact amount."""
    kinds = ALLOWED_PAPERS[tranche.project.round.instrument]

    class InvoiceForm(forms.Form):
        kind = forms.ChoiceField(
            label=_("票据种类"), choices=[one for one in PaperKind.choices if one[0] in kinds]
        )
        number = forms.CharField(label=_("票据号码"), max_length=40)
        amount_fen = YuanField(
            label=_("票据金额（元）"),
            initial=f"{tranche.payable_fen // 100}.{tranche.payable_fen % 100:02d}",
            help_text=_("须与本期应拨金额一致。"),
        )
        issued_on = DayField(label=_("开票日期"))

    return InvoiceForm


class DemandForm(forms.Form):
    """How much is asked back, and why."""

    amount_fen = YuanField(label=_("应退金额（元）"), least=1)
    cause = forms.ChoiceField(label=_("原因"), choices=RecoveryCause.choices)
    reason = forms.CharField(
        label=_("说明"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写入追回通知，收款单位会看到。"),
    )


class RefundForm(forms.Form):
    """Money that came back, as the statement of the bank says."""

    amount_fen = YuanField(label=_("到账金额（元）"), least=1)
    bank_reference = forms.CharField(label=_("到账流水号"), max_length=60)
    received_on = DayField(label=_("到账日期"))


def refund_form(recovery: Recovery) -> type[forms.Form]:
    """Return the form of a refund with what is still owed."""

    class OwedForm(RefundForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            left = recovery.open_fen
            self.fields["amount_fen"].initial = f"{left // 100}.{left % 100:02d}"

    return OwedForm


class VoucherForm(forms.Form):
    """The voucher under which the treasury paid."""

    voucher_no = forms.CharField(label=_("国库支付凭证号"), max_length=40)
    voucher_on = DayField(label=_("凭证日期"))


class ResultsForm(forms.Form):
    """A result file of bank or treasury."""

    file = forms.FileField(
        label=_("回单文件"),
        help_text=_(
            "XLSX 或 CSV，不超过 2 MB；列名：付款单号、结果（成功/失败）、流水号、支付日期、失败原因。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": _("文件是空的，请重新导出后上传。")},
    )

    def clean_file(self) -> Any:
        """Refuse what cannot be a result file before it is read."""
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST_RESULT:
            raise forms.ValidationError(
                _("文件有 %(size)s，超过 2 MB。请只保留本批次的回单。") % {"size": size_text(sent.size)}
            )
        if not sent.name.lower().endswith((".xlsx", ".csv")):
            raise forms.ValidationError(_("请上传 XLSX 或 CSV 文件；其他格式请先另存。"))
        return sent


def void_order_form(batch: OrderBatch) -> type[forms.Form]:
    """Return the form that takes one order of a batch back."""
    orders = PaymentOrder.objects.filter(batch=batch, state__in=[O.MADE, O.APPROVED]).select_related(
        "project", "payee"
    )
    choices = [(one.public_id, f"{one.number} {one.payee.holder_name}") for one in orders]

    class VoidOrderForm(ReasonForm):
        order = forms.ChoiceField(label=_("付款单"), choices=choices)
        field_order = ("order", "reason")

    return VoidOrderForm
