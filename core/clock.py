"""The clock, read at doors only: views, tasks and commands call now() and pass the answer down.

The demo may stand at another moment: an offset stored in the database is added. Production refuses a
database that carries one (see config.settings.production).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the aware UTC instant at which this installation believes to be."""
    return datetime.now(UTC) + _offset()


def today() -> date:
    """Return the calendar day in Wuhan, which is not always the UTC day."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """Return the same instant on the wall clock of Asia/Shanghai; a naive datetime is refused."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no place on the wall clock")
    return moment.astimezone(SHANGHAI)


def day_of(moment: datetime) -> date:
    """Return the Shanghai calendar day of an instant."""
    return local(moment).date()


def _offset() -> timedelta:
    if not getattr(settings, "DEMO", False):
        return timedelta(0)
    from core.models import DemoClock

    return DemoClock.offset()
