"""A notice as the public reads it, what the masking check finds in it, and the days it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.calendar.selectors import working_calendar
from core.clock import day_of
from core.masking import mask_text, personal_numbers
from core.rulebook import N_
from core.workdays import Calendar, Period
from grants.publicity import rules
from grants.publicity.lifecycle import I, N
from grants.publicity.models import Notice, NoticeItem

OFF_THE_LIST = (I.STRUCK, I.WITHDRAWN)


@dataclass(frozen=True)
class PublicItem:
    """One item with every personal number masked."""

    public_id: str
    position: int
    title: str
    organisation: str
    place: str
    category: str
    amount_fen: int
    state: str
    state_name: Any

    @property
    def is_on(self) -> bool:
        """Tell whether it is still announced."""
        return self.state not in OFF_THE_LIST

    @property
    def tone(self) -> str:
        """Return the tone of its state."""
        return {I.CLEARED: "ok", I.HELD: "warn", I.STRUCK: "bad"}.get(I(self.state), "neutral")


@dataclass(frozen=True)
class PublicNotice:
    """A whole notice as the public reads it: the page, the preview at the desk and the tests read this."""

    notice: Notice
    issuer: str
    title: str
    text: str
    contact: str
    reply_days: int
    items: tuple[PublicItem, ...]
    days_left: int | None

    @property
    def announced(self) -> list[PublicItem]:
        """Return the items still announced."""
        return [item for item in self.items if item.is_on]

    @property
    def total_fen(self) -> int:
        """Return the money of the items still announced."""
        return sum(item.amount_fen for item in self.announced)

    @property
    def takes_objections(self) -> bool:
        """Tell whether the notice is out; what comes after its period is only noted."""
        return self.notice.state != N.DRAFTED


def read_publicly(notice: Notice, now: datetime, calendar: Calendar | None = None) -> PublicNotice:
    """Return a notice masked, with its items in order; the one way any page shows a notice."""
    round_ = notice.round
    return PublicNotice(
        notice=notice,
        issuer=round_.signatory or round_.host.name,
        title=mask_text(notice.title),
        text=mask_text(notice.text),
        contact=mask_text(notice.contact),
        reply_days=round_.parsed_terms().number("objection_reply_working_days"),
        items=tuple(_item(item) for item in notice.items.order_by("position")),
        days_left=_days_left(notice, now, calendar),
    )


def _item(item: NoticeItem) -> PublicItem:
    return PublicItem(
        item.public_id,
        item.position,
        mask_text(item.title),
        mask_text(item.organisation),
        mask_text(item.place),
        item.category,
        item.amount_fen,
        item.state,
        item.get_state_display(),
    )


def _days_left(notice: Notice, now: datetime, calendar: Calendar | None) -> int | None:
    """Count the working days from today to the last one; None unless the notice runs."""
    if notice.state != N.PUBLISHED or notice.ends_on is None or now >= notice.ends_at():
        return None
    calendar = calendar or working_calendar()
    return sum(calendar.is_workday(day) for day in _days(day_of(now), notice.ends_on))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


# --- the masking check ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """A piece of public text, masked, and what of it would have to go."""

    place: str
    text: str
    found: tuple[str, ...]
    item: str = ""

    @property
    def is_clean(self) -> bool:
        """Tell whether it may be published."""
        return not self.found


def public_texts(notice: Notice, lines: Iterable[rules.Line]) -> list[rules.Text]:
    """Return everything of a notice that the public will read, each with its place."""
    parts = {N_("标题"): notice.title, N_("正文"): notice.text, N_("受理方式"): notice.contact}
    return rules.texts_of(parts, lines)


def masking_check(notice: Notice) -> list[Checked]:
    """Return the public texts of a notice with what the check finds in each; nothing found is shown whole."""
    found = []
    for text in public_texts(notice, notice.lines()):
        numbers = tuple(rules.shown_part(number) for number in personal_numbers(text.text))
        if text.text.strip():
            found.append(Checked(text.place, mask_text(text.text), numbers))
    return found


# --- the days ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayOfNotice:
    """A day of the period: which working day it is (None: it does not count), and whether it is settled."""

    day: date
    number: int | None
    is_workday: bool
    is_provisional: bool
    is_today: bool


@dataclass(frozen=True)
class LegalCalendar:
    """The period of a notice day by day; ``is_forecast`` for a draft, as if it were published now."""

    first: date
    last: date
    days: tuple[DayOfNotice, ...]
    first_counts: bool
    is_forecast: bool

    @property
    def provisional(self) -> list[date]:
        """Return the days that still have to be confirmed."""
        return [one.day for one in self.days if one.is_provisional]


def legal_calendar(notice: Notice, now: datetime, calendar: Calendar) -> LegalCalendar:
    """Count the period of a notice day by day, on the calendar as it is loaded now."""
    published_at = notice.published_at or now
    period = period_of(notice, published_at, calendar)
    last = period.last
    if notice.ends_on is not None:
        last = notice.ends_on if notice.state == N.ENDED else rules.last_day(notice.ends_on, period)
    counts = rules.counts_first_day(published_at, notice.first_day_counts)
    return LegalCalendar(
        period.first,
        last,
        tuple(_counted(calendar, period.first, last, counts, day_of(now))),
        counts,
        notice.published_at is None,
    )


def period_of(notice: Notice, published_at: datetime, calendar: Calendar | None = None) -> Period:
    """Return the period of a notice published at an instant."""
    calendar = calendar or working_calendar()
    return rules.notice_period(calendar, published_at, notice.working_days, notice.first_day_counts)


def _counted(
    calendar: Calendar, first: date, last: date, first_counts: bool, today: date
) -> Iterable[DayOfNotice]:
    number = 0
    for day in _days(first, last):
        worked = calendar.is_workday(day)
        counts = worked and (first_counts or day != first)
        number += counts
        yield DayOfNotice(day, number if counts else None, worked, calendar.is_provisional(day), day == today)
