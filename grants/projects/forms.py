"""What the buttons of a project ask for; the fields of a report; and files that come along."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.files.kinds import IMAGES, OFFICE, PAPERS
from core.money import format_yuan
from core.ui.forms import DayField, DocumentedReasonForm, ReasonForm, UploadField, UploadsField, YuanField
from grants.projects.models import ChangeKind, Method, Project
from grants.projects.rules.reports import QUESTIONS, Question
from grants.projects.selectors.seen import LineUse, seen

PAPER_HINT = _("PDF 或照片（JPG、PNG），每个不超过 10 MB；手机可直接拍照。")


def words(label: Any, most: int, **kwargs: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, **kwargs)


def prose(label: Any, most: int, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def heads(label: Any, most: int = 100_000, least: int = 0, **kwargs: Any) -> forms.IntegerField:
    """A number of people or times."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, **kwargs)


# The agreement


def accept_form(project: Project) -> type[forms.Form]:
    """The seal page, and which text was read: its hash goes with the form."""
    pdf = seen(project).agreement_pdf

    class AcceptForm(forms.Form):
        pdf_sha256 = forms.CharField(
            widget=forms.HiddenInput, initial=pdf.blob.sha256 if pdf else "", max_length=64
        )
        seal_page = UploadField(label=_("签章页"), purpose="projects.seal_page", help_text=PAPER_HINT)
        was_read = forms.BooleanField(label=_("已下载并阅读协议全文，同意签署"))

    return AcceptForm


def sign_form(project: Project) -> type[forms.Form]:
    """Which text is counter-signed: the one that the other side signed."""

    class SignForm(forms.Form):
        pdf_sha256 = forms.CharField(
            widget=forms.HiddenInput, initial=project.agreement.pdf_sha256, max_length=64
        )

    return SignForm


class LapseForm(ReasonForm):
    """Why the award is taken back."""

    renounced = forms.BooleanField(
        label=_("申报单位已书面放弃"), required=False, help_text=_("已书面放弃的，期限未到也可以办理。")
    )


# Carrying it out


class ActivityForm(forms.Form):
    """An activity as it took place."""

    held_on = DayField(label=_("活动日期"))
    title = words(_("活动名称"), 80)
    place = words(_("地点"), 80)
    participants = heads(_("参加人数"))
    volunteers = heads(_("志愿者人数"), required=False)
    service_count = heads(_("服务人次"))
    summary = prose(_("简要情况"), 300, required=False)
    photos = UploadsField(
        label=_("现场照片"), purpose="projects.activity", accepts=IMAGES, required=False, help_text=PAPER_HINT
    )


FEW_LINES = 8


class LineOptions:
    """The lines of a budget; every option carries what is left, for the script that counts along."""

    left: dict[str, int] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the rest of the line to its option."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        if str(value) in self.left:
            option["attrs"]["data-left"] = str(self.left[str(value)])
        return option


class LineSelect(LineOptions, forms.Select):
    """Many lines: a list to open."""


class LineRadios(LineOptions, forms.RadioSelect):
    """Few lines: all to be seen, with what is left of each."""


def line_label(line: LineUse) -> str:
    """A budget line with what is left of it."""
    return str(_("%(no)s %(item)s（余 %(left)s 元）")) % {
        "no": line.no,
        "item": line.item,
        "left": format_yuan(line.left_fen),
    }


def expense_form(project: Project) -> type[forms.Form]:
    """A voucher on one of the lines of this project's budget."""
    lines = seen(project).lines
    are_few = len(lines) <= FEW_LINES
    select = (LineRadios if are_few else LineSelect)(attrs={"data-budget-line": "yes"})
    select.left = {str(line.no): line.left_fen for line in lines}
    typed = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "data-spend": "yes"},
    )
    # Vouchers are entered line after line: the first line with money left is chosen beforehand.
    next_line = next((line.no for line in lines if line.left_fen > 0), None) if are_few else None

    class ExpenseForm(forms.Form):
        voucher_no = words(_("凭证号"), 30)
        spent_on = DayField(label=_("支出日期"))
        line_no = forms.TypedChoiceField(
            label=_("预算行"),
            coerce=int,
            choices=[
                *([] if are_few else [("", _("请选择"))]),
                *((str(line.no), line_label(line)) for line in lines),
            ],
            widget=select,
            initial=next_line,
        )
        amount = YuanField(label=_("金额（元）"), least=1, widget=typed)
        item = words(_("摘要"), 80)
        payee = words(_("收款方"), 80)
        invoice_no = words(_("票据号码"), 40, required=False)
        method = forms.ChoiceField(label=_("付款方式"), choices=Method.choices)
        scan = UploadField(
            label=_("票据扫描件"), purpose="projects.voucher", required=False, help_text=PAPER_HINT
        )

    return ExpenseForm


# Departing from the agreement


def move_form(project: Project) -> type[forms.Form]:
    """An amount for every line of the budget, and why."""
    fields: dict[str, forms.Field] = {
        f"line_{line.no}": YuanField(
            label=f"{line.no} {line.item}",
            initial=format_yuan(line.amount_fen),
            help_text=_("核定 %(approved)s 元，已支出 %(spent)s 元")
            % {"approved": format_yuan(line.approved_fen), "spent": format_yuan(line.spent_fen)},
        )
        for line in seen(project).lines
    }
    fields["reason"] = prose(_("理由"), 300)
    return type("MoveForm", (forms.Form,), fields)


class ExtensionForm(forms.Form):
    """How much longer, and why."""

    months = heads(_("延长（月）"), most=24, least=1)
    reason = prose(_("理由"), 300)


class ChangeForm(forms.Form):
    """Another content, place, leader or name, in words."""

    kind = forms.ChoiceField(
        label=_("变更类别"),
        choices=[
            (kind.value, kind.label) for kind in (ChangeKind.CONTENT, ChangeKind.PLACE, ChangeKind.LEADER)
        ],
    )
    wanted = prose(_("变更内容"), 500)
    reason = prose(_("理由"), 300)


class ApproveForm(forms.Form):
    """A word with the approval, if any."""

    reason = prose(_("批复意见"), 300, required=False)


class RevokeForm(DocumentedReasonForm):
    """Why, by which document, and how much comes back."""

    recover_all = forms.BooleanField(
        label=_("全额追回"), required=False, help_text=_("不选则追回未合规支出的部分。")
    )


# Reports


class Unhurried:
    """A field of a draft: it is marked as required, and may stay empty until the report is handed in."""

    def validate(self, value: Any) -> None:
        """Take an empty value as it is."""
        if value not in self.empty_values:  # type: ignore[attr-defined]
            super().validate(value)  # type: ignore[misc]


class DraftText(Unhurried, forms.CharField):
    """A text of a draft."""


class DraftNumber(Unhurried, forms.IntegerField):
    """A number of a draft."""


def report_field(question: Question) -> forms.Field:
    """The field of one question; whatever is typed is kept as a draft, bounds are told beside it."""
    if question.kind == "int":
        hint = _("%(least)s 至 %(most)s 之间的整数")
        field: forms.Field = DraftNumber(required=question.required, min_value=0, max_value=1_000_000)
    else:
        hint = _("%(least)s 至 %(most)s 字") if question.least else _("不超过 %(most)s 字")
        rows = 6 if question.most >= 400 else 4
        box = forms.Textarea(attrs={"rows": rows})
        field = DraftText(required=question.required, max_length=question.most * 2, widget=box)
    field.label = _(question.label)
    field.help_text = hint % {"least": question.least, "most": question.most}
    return field


def report_form(stage: str) -> type[forms.Form]:
    """The questions of a stage, all on one page; an incomplete draft is kept, so nothing is required here."""
    fields: dict[str, Any] = {question.key: report_field(question) for question in QUESTIONS[stage]}
    fields["files"] = UploadsField(
        label=_("附件"),
        purpose="projects.report",
        required=False,
        accepts=(*PAPERS, *OFFICE),
        help_text=_("PDF、照片、Word 或 Excel，每个不超过 10 MB，一次最多 10 个。"),
    )
    return type("ReportForm", (forms.Form,), {**fields, "use_required_attribute": False})
