"""Working days: weekends corrected by the yearly notice; what is not announced is called provisional."""

import csv
import doctest
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import workdays
from core.workdays import Calendar

OFF_2026 = {
    *(date(2026, 1, d) for d in (1, 2, 3)),
    *(date(2026, 2, d) for d in range(15, 24)),
    *(date(2026, 4, d) for d in (4, 5, 6)),
    *(date(2026, 5, d) for d in range(1, 6)),
    *(date(2026, 6, d) for d in (19, 20, 21)),
    *(date(2026, 9, d) for d in (25, 26, 27)),
    *(date(2026, 10, d) for d in range(1, 8)),
}
WORK_2026 = {date(2026, m, d) for m, d in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]}
CALENDAR = Calendar(frozenset(OFF_2026), frozenset(WORK_2026))


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(workdays) == (0, 2)


def test_a_make_up_sunday_is_worked_and_a_holiday_monday_is_not():
    assert CALENDAR.is_workday(date(2026, 1, 4))
    assert not CALENDAR.is_workday(date(2026, 4, 6))
    assert not CALENDAR.is_workday(date(2026, 11, 21))
    assert CALENDAR.is_workday(date(2026, 11, 24))


def test_a_notice_of_five_working_days_counts_the_day_of_publication():
    period = Calendar().period(date(2021, 8, 18), 5)
    assert (period.first, period.last) == (date(2021, 8, 18), date(2021, 8, 24))


def test_a_legal_time_limit_does_not_count_the_first_day():
    assert CALENDAR.period(date(2026, 11, 2), 5, counts_first=False).last == date(2026, 11, 9)


def test_a_notice_over_the_national_day_uses_the_make_up_saturday():
    assert CALENDAR.period(date(2026, 9, 29), 5).last == date(2026, 10, 10)


def test_a_notice_published_on_a_day_off_counts_from_the_next_working_day():
    period = CALENDAR.period(date(2026, 10, 1), 1)
    assert (period.first, period.last) == (date(2026, 10, 1), date(2026, 10, 8))


def test_calendar_days_roll_to_a_working_day():
    assert CALENDAR.days(date(2026, 9, 24), 7).last == date(2026, 10, 8)
    assert CALENDAR.days(date(2026, 11, 2), 7, counts_first=True).last == date(2026, 11, 9)
    assert CALENDAR.days(date(2026, 11, 3), 7, counts_first=True).last == date(2026, 11, 9)


def test_adding_days_goes_both_ways():
    assert CALENDAR.add(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CALENDAR.add(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert CALENDAR.add(date(2026, 2, 24), -1) == date(2026, 2, 14)
    assert CALENDAR.add(date(2026, 2, 15), 0) == date(2026, 2, 15)


def test_a_period_ends_at_midnight_in_shanghai():
    period = CALENDAR.period(date(2026, 11, 23), 5)
    assert period.last == date(2026, 11, 27)
    assert not period.is_over(datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC))
    assert period.is_over(datetime(2026, 11, 27, 16, 0, 0, tzinfo=UTC))
    assert date(2026, 11, 27) in period
    assert date(2026, 11, 28) not in period
    assert period.starts_at == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_a_period_into_a_year_that_is_not_loaded_names_every_date_that_may_move():
    period = CALENDAR.period(date(2026, 12, 30), 4)
    assert period.last == date(2027, 1, 4)
    assert period.provisional == tuple(date(2027, 1, d) for d in (1, 2, 3, 4))
    assert not period.is_settled


def test_a_provisional_year_is_settled_date_by_date():
    off = frozenset(OFF_2026 | {date(2027, 1, 1)})
    provisional = Calendar(off, frozenset(WORK_2026), frozenset({2027}))
    assert provisional.period(date(2026, 12, 30), 3).last == date(2027, 1, 4)
    confirmed = Calendar(
        off,
        frozenset(WORK_2026 | {date(2027, 1, 3)}),
        frozenset({2027}),
        frozenset(date(2027, 1, d) for d in (1, 2, 3)),
    )
    period = confirmed.period(date(2026, 12, 30), 3)
    assert (period.last, period.is_settled) == (date(2027, 1, 3), True)


def test_a_confirmed_date_alone_does_not_make_its_year_known():
    calendar = Calendar(frozenset({date(2027, 1, 1)}), confirmed=frozenset({date(2027, 1, 1)}))
    assert not calendar.is_provisional(date(2027, 1, 1))
    assert calendar.is_provisional(date(2027, 1, 4))


def test_a_day_cannot_be_both_off_and_worked():
    with pytest.raises(ValueError, match="both off and worked"):
        Calendar(frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 1)}))


@given(st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.integers(1, 30), st.booleans())
def test_a_period_holds_exactly_its_number_of_working_days(first, n, counts_first):
    period = CALENDAR.period(first, n, counts_first)
    start = first if counts_first else first + timedelta(days=1)
    assert CALENDAR.count(start, period.last) == n
    assert CALENDAR.is_workday(period.last)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 40))
def test_going_there_and_back_ends_on_the_same_working_day(day, n):
    start = CALENDAR.roll(day)
    assert CALENDAR.add(CALENDAR.add(start, n), -n) == start


def test_no_period_is_empty():
    with pytest.raises(ValueError):
        CALENDAR.period(date(2026, 1, 1), 0)
    with pytest.raises(ValueError):
        CALENDAR.days(date(2026, 1, 1), 0)


def test_the_data_pack_says_the_same_as_the_notice_of_2026():
    path = Path(__file__).parents[2] / "district" / "wuchang" / "holidays_2026.csv"
    if not path.exists():
        pytest.skip("data pack not there yet")
    with path.open(encoding="utf-8") as rows:
        table = {(date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(rows)}
    assert table == {(d, "off") for d in OFF_2026} | {(d, "work") for d in WORK_2026}
