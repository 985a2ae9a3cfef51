"""What is asked when a notice is worded, published and posted, and when somebody objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.calendar.models import Kind
from core.ui.forms import UploadField
from core.words import day_text
from grants.publicity.models import Notice, ObjectorKind
from grants.publicity.selectors.reading import PublicItem

LONGEST_TEXT = 5000


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WordsForm(forms.Form):
    """The words of a notice; its items and its length come from decision and terms."""

    title = forms.CharField(label=_("标题"), max_length=120)
    text = forms.CharField(label=_("正文"), max_length=LONGEST_TEXT, required=False, widget=_area(6))
    contact = forms.CharField(
        label=_("异议受理方式"),
        max_length=200,
        help_text=_("科室、地址和办公电话；不要写个人手机号。"),
    )


def words_of(notice: Notice) -> type[WordsForm]:
    """Return the form with what the draft says now."""

    class Filled(WordsForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            now = {"title": notice.title, "text": notice.text, "contact": notice.contact}
            super().__init__(*args, **({"initial": now} | kwargs))

    return Filled


class ItemForm(forms.Form):
    """How an item is named; its amount is what was decided."""

    title = forms.CharField(label=_("项目名称"), max_length=80)
    organisation = forms.CharField(label=_("申报单位"), max_length=160)
    place = forms.CharField(label=_("落地社区"), max_length=80, required=False)


class PostingForm(forms.Form):
    """Where the same notice stands on the government site."""

    url = forms.URLField(
        label=_("政府网站网址"),
        max_length=300,
        assume_scheme="https",
        error_messages={"invalid": _("请填写政府网站上该公示的完整网址，以 https:// 或 http:// 开头。")},
    )
    screenshot = UploadField(
        label=_("网页截图"),
        purpose="publicity.gov_screenshot",
        help_text=_("PNG、JPG 或 PDF，不超过 10 MB。"),
    )


def confirmation_of(days: Sequence[date]) -> type[forms.Form]:
    """Return the form that settles one of the days."""

    class ConfirmationForm(forms.Form):
        day = forms.ChoiceField(label=_("日期"), choices=[(day.isoformat(), day_text(day)) for day in days])
        kind = forms.ChoiceField(label=_("这一天是"), choices=Kind.choices, widget=forms.RadioSelect)
        reason = forms.CharField(
            label=_("理由"), max_length=200, widget=_area(2), help_text=_("依据的文件或通知。")
        )

    return ConfirmationForm


class AnswerForm(forms.Form):
    """What was found, and what the objector is told."""

    finding = forms.CharField(label=_("核查情况"), max_length=LONGEST_TEXT, widget=_area(5))
    reply = forms.CharField(
        label=_("给异议人的答复"),
        max_length=LONGEST_TEXT,
        widget=_area(5),
        help_text=_("异议人凭受理编号可以在网上看到；不要写他人的个人信息。"),
    )


class ObjectionForm(forms.Form):
    """The public form: what it is about, who says it, and what is wrong."""

    item = forms.ChoiceField(label=_("对哪个项目有异议"))
    kind = forms.ChoiceField(label=_("提出方式"), choices=ObjectorKind.choices, widget=forms.RadioSelect)
    objector = forms.CharField(
        label=_("姓名或单位名称"),
        max_length=100,
        required=False,
        help_text=_("实名提出时填写；匿名不必填写。"),
    )
    contact = forms.CharField(
        label=_("联系方式"),
        max_length=100,
        required=False,
        help_text=_("手机号或电子邮箱。核实情况和查询进度要用到；加密保存，只有核查人和纪检监督能看到。"),
    )
    statement = forms.CharField(
        label=_("事实和理由"),
        max_length=LONGEST_TEXT,
        widget=_area(8),
        help_text=_("写明时间、地点、事情经过和依据；不必重复填写姓名和电话。"),
    )
    paper = UploadField(
        label=_("书面材料"),
        required=False,
        purpose="publicity.objection_paper",
        help_text=_("单位提出须上传盖章的书面材料；个人可附证据。PDF 或图片，不超过 10 MB。"),
    )

    def __init__(self, *args: Any, items: Sequence[PublicItem] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.public_id, f"{one.position}. {one.title}（{one.organisation}）") for one in items]
        self.fields["item"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]


class ReceiptForm(forms.Form):
    """What finds an objection again."""

    number = forms.CharField(label=_("受理编号"), max_length=40)
    contact = forms.CharField(label=_("提出时填写的联系方式"), max_length=100)
