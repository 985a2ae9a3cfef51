"""The list of days that differ from the week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.calendar.models import Holiday, HolidayYear, Kind
from core.calendar.selectors import SOON_DAYS
from core.ui.lists import Choice, Col, ListPage, Search

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
STANDING = {
    "provisional": (_("待确认"), "warn"),
    "confirmed": (_("已由人确认"), "info"),
    "settled": (_("按通知"), "ok"),
}
NARROWED = {
    "provisional": Q(provisional=True),
    "confirmed": Q(confirmed_by_id__isnull=False),
    "settled": Q(provisional=False, confirmed_by_id__isnull=True),
}


def standing(day: Holiday) -> str:
    """Return how certain a day is."""
    if day.provisional:
        return "provisional"
    return "settled" if day.confirmed_by_id is None else "confirmed"


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in HolidayYear.objects.values_list("year", flat=True)]


def _confirm(day: Holiday) -> str:
    return f"{reverse('confirm_calendar')}?day={day.date:%Y-%m-%d}" if day.provisional else ""


class DayList(ListPage):
    """Days off, and weekend days that are worked."""

    default_sort = "date"
    per_page = 60
    title = _("工作日历")
    nothing = _("还没有导入任何年度安排。没有导入的年份，每个日期都须由人确认。")

    def __init__(
        self, request: HttpRequest, rows: QuerySet[Holiday], *, today: date, may_confirm: bool
    ) -> None:
        self.columns = [
            Col("date", _("日期"), kind="date", sort="date", link=_confirm if may_confirm else None),
            Col("weekday", _("星期"), value=lambda day: WEEKDAYS[day.date.weekday()]),
            Col("kind", _("类型"), value=lambda day: day.get_kind_display()),
            Col("name", _("名称")),
            Col(
                "standing", _("确定程度"), kind="badge",
                value=lambda day: STANDING[standing(day)][0], tone=lambda day: STANDING[standing(day)][1],
            ),
            Col("source", _("依据")),
        ]  # fmt: skip
        words = [(code, label) for code, (label, _tone) in STANDING.items()]
        soon = [("soon", _("%(n)s 天之内") % {"n": SOON_DAYS})]
        self.filters = [
            Choice("year", _("年份"), choices=_years, field="year__year"),
            Choice("kind", _("类型"), choices=Kind.choices),
            Choice("standing", _("确定程度"), choices=words, by=_by_standing),
            Choice("when", _("时间"), choices=soon, by=_soon(today)),
            Search("q", _("名称"), fields=["name"]),
        ]
        super().__init__(request, rows)


def _by_standing(rows: QuerySet[Holiday], code: str) -> QuerySet[Holiday]:
    return rows.filter(NARROWED[code])


def _soon(today: date) -> Any:
    until = today + timedelta(days=SOON_DAYS)
    return lambda rows, _value: rows.filter(date__gte=today, date__lte=until)
