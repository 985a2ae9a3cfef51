"""The pages of the calendar: the days, confirming one, loading a year."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.calendar import services
from core.calendar.forms import ConfirmForm, LoadForm
from core.calendar.lists import DayList
from core.calendar.models import Holiday, HolidayYear
from core.calendar.selectors import years
from core.policy import check
from core.routes import actor_of, permits
from core.ui.making import made
from core.ui.pages import listed


@permits("calendar.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """Every day that differs from the week, and how certain it is."""
    actor = actor_of(request)
    may_confirm = check(actor, "calendar.confirm") is not None
    page = DayList(request, Holiday.objects.all(), today=clock.today(), may_confirm=may_confirm)
    return listed(
        request, page, filename="calendar", template="core/calendar/calendar.html",
        years=years(), may_confirm=may_confirm, may_load=check(actor, "calendar.load"),
    )  # fmt: skip


@permits("calendar.confirm", None, "GET", "POST")
def confirm_calendar(request: HttpRequest) -> HttpResponse:
    """Say what a provisional date really is."""
    asked = _day(request.GET.get("day", ""))
    row = Holiday.objects.filter(date=asked).first() if asked else None
    form = partial(ConfirmForm, initial={"day": asked, "kind": row.kind if row else None})
    return made(
        request, form, _confirm, title=_("确认日期"),
        done=_("已确认，期限按此计算。"),
        hint=_("国务院办公厅的年度安排发布之前，次年的日期都是暂定的；用到哪一天，就由经办人写明依据确认哪一天。"),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _confirm(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> HolidayYear:
    return services.confirm_date(
        day=data["day"], kind=data["kind"], reason=data["reason"], by=by, now=now, key=key
    )


@permits("calendar.load", None, "GET", "POST")
def load_calendar(request: HttpRequest) -> HttpResponse:
    """Load the days of a year from a table."""
    return made(
        request, LoadForm, _load, title=_("导入年度安排"), done=_("年度安排已导入。"),
        hint=_("正式通知会替换同一年的预估；已由人确认而与通知不符的日期，会记入办理记录。"),
    )  # fmt: skip


def _load(data: dict[str, Any], *, by: Any, now: Any, key: Any) -> HolidayYear:
    return services.load_holidays(
        rows=data["rows"], year=data["year"], source=data["source"], provisional=data["provisional"],
        by=by, now=now, key=key,
    )  # fmt: skip
