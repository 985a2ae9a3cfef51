"""Buttons of the calendar: load a notice, confirm a date that no notice has settled yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.calendar.models import Holiday, HolidayYear, Kind
from core.calendar.rules import Day, NoticeBroken, read_notice
from core.calendar.selectors import days_digest, working_calendar
from core.errors import Refused, RulesBroken
from core.lifecycle import button, changing, creating
from core.policy import Actor

ESTIMATE = "预估，国务院办公厅通知尚未发布"


@button
def load_holidays(
    *,
    rows: Iterable[Mapping[str, str]],
    year: int,
    source: str,
    provisional: bool = False,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> HolidayYear:
    """Load the days of one year (rows of date, kind, name); a final notice replaces what was provisional.

    An estimate never replaces a notice, and never touches a date that an official has confirmed.
    """
    try:
        days = read_notice(rows, year)
    except NoticeBroken as broken:
        raise RulesBroken(broken.violations) from None
    record = _year(year, by=by, now=now, permission="calendar.load", key=key)
    if provisional and not record.provisional:
        raise Refused(_("该年度已按正式通知安排，不能改回预估。"), code="notice_is_loaded")
    with changing(
        HolidayYear, record.pk, by=by, now=now, version=version, verb="load", permission="calendar.load"
    ) as record:
        record.source, record.provisional = source, provisional
        overturned = _replace(record, days)
        record.digest = days_digest(record)
        record.note(days=len(days), provisional=provisional, overturned=overturned, digest=record.digest)
    return record


@button
def confirm_date(
    *,
    day: date,
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> HolidayYear:
    """An official says, with a reason, that a provisional date is worked or is off."""
    _check_confirmation(day, kind, reason)
    record = _year(day.year, by=by, now=now, permission="calendar.confirm", key=key)
    with changing(
        HolidayYear,
        record.pk,
        by=by,
        now=now,
        version=version,
        reason=reason,
        verb="confirm_date",
        permission="calendar.confirm",
    ) as record:
        name = Holiday.objects.filter(date=day).values_list("name", flat=True).first()
        settled = {
            "year": record,
            "kind": kind,
            "name": name or str(Kind(kind).label),
            "source": reason[:200],
            "provisional": False,
            "confirmed_by_id": by.user_id or 0,
            "confirmed_reason": reason[:200],
        }
        Holiday.objects.update_or_create(date=day, defaults=settled)
        record.digest = days_digest(record)
        record.note(date=day.isoformat(), kind=kind, digest=record.digest)
    return record


def _check_confirmation(day: date, kind: str, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明确认这一天的理由，例如依据的文件或通知。"), code="no_reason", field="reason")
    if kind not in Kind.values:
        raise Refused(_("请选择这一天是工作日还是休息日。"), code="no_kind", field="kind")
    if not working_calendar().is_provisional(day):
        raise Refused(_("这一天已经确定，不需要再确认。"), code="date_is_settled", field="day")


def _year(year: int, *, by: Actor, now: datetime, permission: str, key: UUID | None) -> HolidayYear:
    record = HolidayYear.objects.filter(year=year).first()
    if record is not None:
        return record
    record = HolidayYear(year=year, source=ESTIMATE, provisional=True, digest="")
    return creating(record, by=by, now=now, permission=permission, key=key, verb="open")


def _replace(record: HolidayYear, days: list[Day]) -> list[str]:
    """Write the days of a year; return the confirmed dates that a final notice overturned."""
    confirmed = {row.date: row for row in record.days.exclude(confirmed_by_id=None)}
    kept = set(confirmed) if record.provisional else set()
    record.days.exclude(date__in=kept).delete()
    Holiday.objects.bulk_create(
        Holiday(
            year=record,
            date=day.date,
            kind=day.kind,
            name=day.name,
            source=record.source,
            provisional=record.provisional,
        )
        for day in days
        if day.date not in kept
    )
    if record.provisional:
        return []
    calendar = working_calendar()
    return [
        day.isoformat()
        for day, row in sorted(confirmed.items())
        if (row.kind == Kind.WORK) != calendar.is_workday(day)
    ]
