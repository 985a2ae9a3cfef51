"""What a yearly notice must look like before it is loaded. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.rulebook import N_, Violation, rule, violations

OFF, WORK = "off", "work"


@dataclass(frozen=True)
class Day:
    """One row of a notice."""

    date: date
    kind: str
    name: str


class NoticeBroken(ValueError):
    """The rows are no yearly notice; carries every violation."""

    def __init__(self, broken: list[Violation]) -> None:
        super().__init__("; ".join(map(str, broken)))
        self.violations = broken


@rule("K1", says=N_("第 {line} 行看不懂：日期写成 2026-01-01，类型写 off 或 work，名称不能为空。"))
def every_row_can_be_read(rows: list[Mapping[str, str]]) -> list[dict[str, object]]:
    """Every row of the table has a date, a kind and a name."""
    return [{"line": line, "subject": f"row-{line}"} for line, row in enumerate(rows, 2) if _day(row) is None]


@rule("K2", says=N_("{date} 不在 {year} 年内。"))
def every_day_lies_in_the_year(days: list[Day], year: int) -> list[dict[str, object]]:
    """A notice speaks of one year."""
    return [{"date": day.date, "year": year} for day in days if day.date.year != year]


@rule("K3", says=N_("{date} 写了两次。"))
def no_day_is_said_twice(days: list[Day], year: int) -> list[dict[str, object]]:
    """A day is off or worked, not both."""
    seen: set[date] = set()
    twice = []
    for day in days:
        if day.date in seen:
            twice.append({"date": day.date})
        seen.add(day.date)
    return [dict(fault) for fault in twice]


@rule("K4", says=N_("{date} 不是周末，不能写成调休上班日。"))
def a_make_up_day_is_a_weekend_day(days: list[Day], year: int) -> list[dict[str, object]]:
    """Only Saturdays and Sundays are worked by a notice; a weekday is worked anyway."""
    return [{"date": day.date} for day in days if day.kind == WORK and day.date.weekday() < 5]


@rule("K5", says=N_("{year} 年的安排中没有元旦，这不是完整的年度安排。"))
def new_year_is_in_it(days: list[Day], year: int) -> bool | dict[str, object]:
    """A notice without New Year's Day is a part of a notice."""
    return any(day.kind == OFF and day.date == date(year, 1, 1) for day in days) or {"year": year}


def read_notice(rows: Iterable[Mapping[str, str]], year: int) -> list[Day]:
    """Turn table rows (date, kind, name) into days; raise NoticeBroken with everything that is wrong."""
    table = list(rows)
    broken = violations([every_row_can_be_read], table)
    days = [day for row in table if (day := _day(row))]
    checks = [
        every_day_lies_in_the_year,
        no_day_is_said_twice,
        a_make_up_day_is_a_weekend_day,
        new_year_is_in_it,
    ]
    broken += violations(checks, days, year)
    if broken:
        raise NoticeBroken(broken)
    return sorted(days, key=lambda day: day.date)


def _day(row: Mapping[str, str]) -> Day | None:
    try:
        day = Day(date.fromisoformat(row["date"].strip()), row["kind"].strip(), row["name"].strip()[:60])
    except (KeyError, ValueError, AttributeError):
        return None
    return day if day.kind in (OFF, WORK) and day.name else None
