"""Working days, public-notice periods and deadlines. Pure: the days come in as values.

A calendar is weekends, corrected by the yearly notice of the State Council: days off, and weekend days that
are worked. A year whose notice is not out is provisional: what is computed in it says so, date by date, and
nothing may end on it by itself until an official has confirmed each date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both whole days in Shanghai; `provisional` dates await confirmation."""

    first: date
    last: date
    provisional: tuple[date, ...] = ()

    @property
    def is_settled(self) -> bool:
        return not self.provisional

    @property
    def starts_at(self) -> datetime:
        """The instant at which the first day begins."""
        return datetime.combine(self.first, time.min, SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the last day is over (24:00)."""
        return datetime.combine(self.last + ONE_DAY, time.min, SHANGHAI)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """Which days are worked; years are known from the days given unless `years` says more."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    confirmed: frozenset[date] = frozenset()
    years: frozenset[int] | None = None
    _settled: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("off", "work", "provisional_years", "confirmed"):
            object.__setattr__(self, name, frozenset(getattr(self, name)))
        if both := self.off & self.work:
            raise ValueError(f"both off and worked: {sorted(both)}")
        known = self.years
        if known is None:
            known = frozenset(day.year for day in (self.off | self.work) - self.confirmed)
        object.__setattr__(self, "_settled", frozenset(known) - self.provisional_years)

    def is_workday(self, day: date) -> bool:
        return day in self.work or (day not in self.off and day.weekday() < 5)

    def is_provisional(self, day: date) -> bool:
        """Could a notice that is not out, or not loaded, still change this day?"""
        return day.year not in self._settled and day not in self.confirmed

    def roll(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is (民法典 第二百零三条)."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def add(self, day: date, n: int) -> date:
        """The n-th working day after a day (before it when n is negative); the day itself for 0."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def count(self, first: date, last: date) -> int:
        """How many working days lie from first to last, both included."""
        return sum(self.is_workday(day) for day in _days(first, last))

    def period(self, first_day: date, n: int, counts_first: bool = True) -> Period:
        """n working days; a public notice counts its first day, a legal time limit does not.

        >>> five = Calendar().period(date(2021, 8, 18), 5)
        >>> five.first.isoformat(), five.last.isoformat()
        ('2021-08-18', '2021-08-24')
        """
        if n < 1:
            raise ValueError("a period has at least one working day")
        day = first_day if counts_first else first_day + ONE_DAY
        return self._told(first_day, self.add(self.roll(day), n - 1))

    def days(self, first_day: date, n: int, counts_first: bool = False) -> Period:
        """n calendar days; a last day that is not worked moves to the next that is."""
        if n < 1:
            raise ValueError("a period has at least one day")
        last = first_day + timedelta(days=n - 1 if counts_first else n)
        return self._told(first_day, self.roll(last))

    def _told(self, first: date, last: date) -> Period:
        return Period(first, last, tuple(day for day in _days(first, last) if self.is_provisional(day)))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
