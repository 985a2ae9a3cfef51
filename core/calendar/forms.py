"""What the buttons of the calendar ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.calendar.models import Kind
from core.columns import Column
from core.files.refusals import FileRefused
from core.sheets import read_csv, read_xlsx
from core.ui.forms import DayField
from core.words import N_

MOST_BYTES = 1024 * 1024
COLUMNS = (
    Column("date", N_("日期"), required=True, max_length=20),
    Column("kind", N_("类型"), required=True, max_length=10),
    Column("name", N_("名称"), required=True, max_length=60),
)
KINDS = {"休息": "off", "休息日": "off", "放假": "off", "上班": "work", "工作日": "work", "调休上班": "work"}


class ConfirmForm(forms.Form):
    """A provisional date, and what it really is."""

    day = DayField(label=_("日期"))
    kind = forms.ChoiceField(label=_("这一天是"), choices=Kind.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("依据"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如国务院办公厅通知的文号，或本单位的值班安排。"),
    )


class NoticeField(forms.FileField):
    """The days of a year as a table: 日期、类型（休息日或工作日）、名称."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".xlsx,.csv"}))
        kwargs.setdefault("allow_empty_file", True)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = super().clean(data, initial)
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("年度安排不应超过 1 MB，请检查是否选错了文件。"))
        read = read_csv if sent.name.lower().endswith(".csv") else read_xlsx
        try:
            parsed = read(sent.read(), COLUMNS, most_rows=400)
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if parsed.errors:
            raise forms.ValidationError([str(error) for error in parsed.errors[:20]])
        return [_plain(row) for row in parsed.rows]


def _plain(row: Any) -> dict[str, str]:
    kind = str(row["kind"]).strip()
    return {"date": str(row["date"])[:10], "kind": KINDS.get(kind, kind), "name": str(row["name"])}


class LoadForm(forms.Form):
    """A year as a notice settles it, or as it is estimated."""

    year = forms.IntegerField(label=_("年份"), min_value=2020, max_value=2100)
    rows = NoticeField(
        label=_("日期表"),
        help_text=_(
            "XLSX 或 CSV，三列：日期（2027-01-01）、类型（休息日或工作日）、名称；只写与平常周次不同的日期。"
        ),
    )
    source = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如国办发明电的文号。"))
    provisional = forms.BooleanField(
        label=_("这是预估，正式通知尚未发布"),
        required=False,
        help_text=_("预估的日期须逐日确认后才能用来计算期限。"),
    )
