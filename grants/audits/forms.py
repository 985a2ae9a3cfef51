"""What the buttons of an audit ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import format_yuan
from core.ui.forms import YuanField
from grants.audits.models import AuditPage, Finding
from grants.audits.selectors import rounds_to_audit
from grants.audits.selectors.seen import seen
from orgs.people.models import Body


def prose(label: Any, most: int, **kwargs: Any) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class EngageForm(forms.Form):
    """Which firm audits which round, under which contract, and the seed of its sample."""

    round = forms.ModelChoiceField(
        label=_("届次"), queryset=rounds_to_audit(), to_field_name="code", empty_label=_("请选择")
    )
    firm = forms.ModelChoiceField(
        label=_("会计师事务所"), queryset=Body.objects.none(), to_field_name="public_id",
        empty_label=_("请选择"),
    )  # fmt: skip
    contract_no = forms.CharField(label=_("委托合同号"), max_length=60)
    seed = forms.CharField(
        label=_("抽样种子"),
        max_length=80,
        help_text=_("例如当众摇出的号码或当日公布的数字；写定后不能修改，任何人可据此复算抽样结果。"),
    )
    sample_percent = forms.IntegerField(
        label=_("抽查比例下限（%）"), min_value=30, max_value=100, initial=30, help_text=_("不低于 30%。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = rounds_to_audit().order_by("-year")  # type: ignore[attr-defined]
        firms = Body.objects.filter(kind="audit_firm").order_by("name")
        self.fields["firm"].queryset = firms  # type: ignore[attr-defined]


class ConcludeForm(forms.Form):
    """The number of the report."""

    report_no = forms.CharField(label=_("审计报告号"), max_length=60)


class CheckForm(forms.Form):
    """What the firm says about the vouchers it compared."""

    remark = prose(_("审计说明"), 300, required=False)


class ReplyForm(forms.Form):
    """The reply of the grantee."""

    answer = prose(_("答复"), 500, help_text=_("说明情况，写明可供核验的材料。"))


def raise_form(page: AuditPage) -> type[forms.Form]:
    """A doubt about one of the vouchers of this page; the drawn ones come first."""
    choices = [
        (row.expense.public_id, _voucher(row.expense, is_drawn=row.is_drawn)) for row in seen(page).vouchers
    ]
    asked = getattr(page, "asked_voucher", "")

    class RaiseForm(forms.Form):
        voucher = forms.ChoiceField(label=_("凭证"), choices=[("", _("请选择")), *choices], initial=asked)
        disallowed = YuanField(label=_("不予认可金额（元）"), least=1)
        reason = prose(_("理由"), 300)

    return RaiseForm


def _voucher(expense: Any, *, is_drawn: bool) -> str:
    mark = str(_("【抽中】")) if is_drawn else ""
    return f"{mark}{expense.voucher_no} {expense.item} {format_yuan(expense.amount_fen)}"


def decide_form(finding: Finding) -> type[forms.Form]:
    """How much stays disallowed, and why; zero lifts the finding."""

    class DecideForm(forms.Form):
        final = YuanField(
            label=_("最终不予认可金额（元）"),
            initial=format_yuan(finding.disallowed_fen),
            help_text=_("不超过提出的 %(most)s 元；填 0 即撤销。")
            % {"most": format_yuan(finding.disallowed_fen)},
        )
        ruling = prose(_("结论说明"), 300)

    return DecideForm
