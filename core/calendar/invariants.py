"""Checks of `manage.py verify` over the calendar."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.verify import Problem, invariant
from core.calendar.models import HolidayYear
from core.calendar.selectors import days_digest


@invariant("C1", group="invariants", says="每一年的休息日和调休日与加载、确认时一致")
def days_are_as_loaded() -> Iterator[Problem]:
    """Nobody moved a holiday behind the calendar's back: it would move the end of a public notice."""
    for year in HolidayYear.objects.all():
        if year.digest != days_digest(year):
            yield Problem(where=f"calendar.holidayyear:{year.pk}", says=f"{year.year} 年的日期被改动过")
