"""What the buttons of screening ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.ui.forms import LONGEST_REASON
from grants.proposals.models import PriorFunding, Proposal
from grants.proposals.rules.answers import questions
from grants.proposals.selectors.checking import manual_codes_waiting
from orgs.people.models import Body

RETURN_FORM = "return-form"
PREFIX = "remark-"
ELSEWHERE = {"budget": _("预算"), "files": _("附件")}
REMARK = 300


def remark_fields(proposal: Proposal) -> dict[str, Any]:
    """Return every field of the application that a remark can be made at, with its name."""
    form = proposal.round.form
    asked = {one.key: one.label for one in questions(form.schema)} if form else {}
    return {**asked, **ELSEWHERE}


class _RemarksForm(forms.Form):
    """A box for a remark at each field; at least one is filled in."""

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        remarks = {
            name.removeprefix(PREFIX): text for name, text in sent.items() if name.startswith(PREFIX) and text
        }
        if not remarks and not self.errors:
            raise forms.ValidationError(_("请至少在一个栏目上写明要补正什么。"))
        return {**sent, "remarks": remarks}


def return_form(proposal: Proposal) -> type[forms.Form]:
    """Make the form with a box at each field of this application; all of one form."""
    fields: dict[str, Any] = {}
    for key, label in remark_fields(proposal).items():
        attrs = {"rows": 2, "form": RETURN_FORM}
        fields[f"{PREFIX}{key}"] = forms.CharField(
            label=_("对“%(field)s”的意见") % {"field": label},
            required=False,
            max_length=REMARK,
            widget=forms.Textarea(attrs=attrs),
        )
    return type("RemarksForm", (_RemarksForm,), fields)


class JudgeForm(forms.Form):
    """A person's judgement of one item, with what it rests on."""

    code = forms.CharField(max_length=10, widget=forms.HiddenInput)
    passed = forms.TypedChoiceField(
        label=_("结论"),
        choices=[("yes", _("通过")), ("no", _("不通过"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    says = forms.CharField(label=_("依据"), max_length=REMARK, widget=forms.Textarea(attrs={"rows": 2}))


def pass_form(proposal: Proposal) -> type[forms.Form]:
    """Make the form that passes every waiting item, and says which these are."""
    waiting = manual_codes_waiting(proposal)
    says = forms.CharField(
        label=_("依据"),
        max_length=REMARK,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("将判为通过的 %(n)s 项：%(items)s。") % {"n": len(waiting), "items": "；".join(waiting)},
    )
    return type("PassForm", (forms.Form,), {"says": says})


class AdviceForm(forms.Form):
    """What coach and applicant should improve."""

    advice = forms.CharField(
        label=_("优化建议"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("申报单位会看到。"),
    )


class _PriorFacts(forms.Form):
    """How far an earlier project has come."""

    report_filed = forms.BooleanField(label=_("结项报告已提交"), required=False)
    settled = forms.BooleanField(label=_("已结算"), required=False)
    failed = forms.BooleanField(label=_("未通过或被终止"), required=False)


class PriorForm(_PriorFacts):
    """A project that was funded before this system, or by somebody else."""

    title = forms.CharField(label=_("项目名称"), max_length=80)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    funder = forms.CharField(label=_("资助方"), max_length=80)
    is_ours = forms.BooleanField(label=_("是本区往届公益创投项目"), required=False)
    same_content = forms.BooleanField(label=_("与本届申报内容相同"), required=False)
    field_order = ["applicant", "title", "year", "funder", "is_ours", "report_filed", "settled", "failed"]

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Body.objects.filter(pk__in=proposal.parties()).order_by("pk")
        self.fields["applicant"] = forms.ModelChoiceField(
            label=_("单位"), queryset=bodies, initial=proposal.applicant_id, empty_label=None
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if sent.get("settled") and not sent.get("report_filed"):
            self.add_error("report_filed", _("已结算的项目须先提交结项报告。"))
        known = PriorFunding.objects.filter(
            **{name: sent.get(name) for name in ("applicant", "title", "year", "funder")}
        )
        if known.exists():
            self.add_error("title", _("这个项目已经登记过，请更新原有记录。"))
        return sent


class PriorUpdateForm(_PriorFacts):
    """What has come of an earlier project, and by which paper."""

    reason = forms.CharField(
        label=_("依据"), max_length=LONGEST_REASON, help_text=_("例如结项报告或结算单的文号。")
    )
