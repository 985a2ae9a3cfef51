"""The working calendar as a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.calendar.models import Holiday, HolidayYear, Kind
from core.policy import BUREAU_ROLES, Actor
from core.todo import Pending
from core.workdays import Calendar

SOON_DAYS = 45


def working_calendar() -> Calendar:
    """Everything that is loaded, in two queries; years that are not loaded are provisional by nature."""
    years = dict(HolidayYear.objects.values_list("year", "provisional"))
    days = list(Holiday.objects.values_list("date", "kind", "confirmed_by_id"))
    return Calendar(
        off=frozenset(day for day, kind, _ in days if kind == Kind.OFF),
        work=frozenset(day for day, kind, _ in days if kind == Kind.WORK),
        provisional_years=frozenset(year for year, provisional in years.items() if provisional),
        confirmed=frozenset(day for day, _, confirmed_by in days if confirmed_by is not None),
        years=frozenset(years),
    )


def to_confirm(dates: Iterable[date]) -> list[date]:
    """Those of the dates that an official still has to confirm, in order."""
    calendar = working_calendar()
    return sorted(day for day in set(dates) if calendar.is_provisional(day))


def days_digest(year: HolidayYear) -> str:
    """The seal over the days of a year."""
    fields = ("date", "kind", "name", "source", "provisional", "confirmed_by_id", "confirmed_reason")
    rows = [[str(value) for value in row] for row in year.days.order_by("date").values_list(*fields)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def years() -> QuerySet[HolidayYear]:
    """Return the years that are known, each with how many days it settles and how many are still open."""
    open_days = Count("days", filter=Q(days__provisional=True))
    return HolidayYear.objects.annotate(day_count=Count("days"), open_count=open_days).order_by("-year")


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return the provisional dates that come soon, for those who may confirm them."""
    if not actor.has(*BUREAU_ROLES):
        return []
    today = clock.day_of(now)
    soon = Holiday.objects.filter(provisional=True, date__gte=today, date__lte=today + timedelta(SOON_DAYS))
    query = "standing=provisional&when=soon"
    return [Pending(_("近期待确认的节假日"), soon, "date", url_name="calendar", query=query)]
