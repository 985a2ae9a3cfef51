"""The calendar in the database: a notice is loaded whole, an estimate is confirmed date by date."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from core.audit.selectors import entries_of
from core.audit.verify import problems
from core.calendar.models import Holiday, HolidayYear
from core.calendar.selectors import to_confirm, working_calendar
from core.calendar.services import confirm_date, load_holidays
from core.errors import Forbidden, Refused, RulesBroken
from core.policy import SYSTEM, Actor, Grant, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CLERK = Actor(user_id=11, person_id=11, grants=(Grant(role=Role.CLERK),))
STRANGER = Actor(user_id=99, person_id=99, grants=(Grant(role=Role.APPLICANT_ADMIN),))

NOTICE_2026 = [
    {"date": "2026-01-01", "kind": "off", "name": "元旦"},
    {"date": "2026-01-02", "kind": "off", "name": "元旦"},
    {"date": "2026-01-04", "kind": "work", "name": "元旦调休"},
]
ESTIMATE_2027 = [{"date": "2027-01-01", "kind": "off", "name": "元旦（预估）"}]


def load(rows, year, provisional=False, by=SYSTEM):
    return load_holidays(rows=rows, year=year, source="国办通知", provisional=provisional, by=by, now=NOW)


def confirm(day, kind="work", reason="街道值班安排", by=CLERK):
    return confirm_date(day=day, kind=kind, reason=reason, by=by, now=NOW)


def test_an_empty_table_knows_weekends_and_calls_everything_provisional():
    calendar = working_calendar()
    assert calendar.is_workday(date(2026, 11, 24))
    assert calendar.is_provisional(date(2026, 11, 24))


def test_a_loaded_notice_settles_its_year():
    load(NOTICE_2026, 2026)
    calendar = working_calendar()
    assert not calendar.is_workday(date(2026, 1, 2))
    assert calendar.is_workday(date(2026, 1, 4))
    assert not calendar.is_provisional(date(2026, 7, 1))
    assert calendar.is_provisional(date(2027, 1, 1))


def test_an_official_confirms_each_provisional_date_with_a_reason():
    load(NOTICE_2026, 2026)
    load(ESTIMATE_2027, 2027, provisional=True)
    period = working_calendar().period(date(2026, 12, 31), 2)
    assert period.last == date(2027, 1, 4)
    assert to_confirm(period.provisional) == [date(2027, 1, d) for d in (1, 2, 3, 4)]
    confirm(date(2027, 1, 1), "off")
    confirm(date(2027, 1, 2), "off")
    confirm(date(2027, 1, 3), "off")
    year = confirm(date(2027, 1, 4), "work", "区政府办电话通知")
    assert working_calendar().period(date(2026, 12, 31), 2).is_settled
    assert Holiday.objects.get(date=date(2027, 1, 4)).confirmed_by_id == CLERK.user_id
    last = entries_of(year).last()
    assert (last.verb, last.actor_id, last.reason.text) == ("confirm_date", 11, "区政府办电话通知")
    assert last.payload["date"] == "2027-01-04"


def test_confirming_may_move_the_end_of_a_period():
    load(NOTICE_2026, 2026)
    confirm(date(2027, 1, 2), "work", "调休上班")
    assert working_calendar().period(date(2026, 12, 31), 3).last == date(2027, 1, 2)


@pytest.mark.parametrize(
    ("day", "kind", "reason", "code"),
    [
        (date(2027, 1, 1), "off", "  ", "no_reason"),
        (date(2027, 1, 1), "holiday", "通知", "no_kind"),
        (date(2026, 1, 5), "off", "通知", "date_is_settled"),
    ],
)
def test_a_confirmation_needs_a_provisional_date_and_a_reason(day, kind, reason, code):
    load(NOTICE_2026, 2026)
    with pytest.raises(Refused) as refusal:
        confirm(day, kind, reason)
    assert refusal.value.code == code


def test_a_date_is_confirmed_once():
    confirm(date(2027, 1, 1), "off")
    with pytest.raises(Refused, match="已经确定"):
        confirm(date(2027, 1, 1), "work")


def test_a_stranger_neither_loads_nor_confirms():
    with pytest.raises(Forbidden):
        confirm(date(2027, 1, 1), by=STRANGER)
    with pytest.raises(Forbidden):
        load(NOTICE_2026, 2026, by=STRANGER)
    with pytest.raises(Forbidden):
        confirm(date(2027, 1, 1), by=SYSTEM)
    assert not HolidayYear.objects.exists()


def test_the_notice_replaces_the_estimate_and_tells_which_confirmed_dates_it_overturns():
    load(ESTIMATE_2027, 2027, provisional=True)
    confirm(date(2027, 1, 2), "off")
    confirm(date(2027, 1, 4), "off")
    final = [{"date": f"2027-01-0{d}", "kind": "off", "name": "元旦"} for d in (1, 2, 3)]
    year = load(final, 2027)
    assert entries_of(year).last().payload["overturned"] == ["2027-01-04"]
    assert working_calendar().is_workday(date(2027, 1, 4))
    with pytest.raises(Refused, match="不能改回预估"):
        load(ESTIMATE_2027, 2027, provisional=True)


def test_a_new_estimate_keeps_what_was_confirmed():
    confirm(date(2027, 1, 1), "work", "值班")
    load(ESTIMATE_2027, 2027, provisional=True)
    assert working_calendar().is_workday(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"date": "2026/1/1", "kind": "off", "name": "元旦"}], "K1"),
        ([{"date": "2026-01-01", "kind": "rest", "name": "元旦"}], "K1"),
        ([{"date": "2026-01-01", "kind": "off", "name": " "}], "K1"),
        ([*NOTICE_2026, {"date": "2025-12-31", "kind": "off", "name": "元旦"}], "K2"),
        ([*NOTICE_2026, NOTICE_2026[0]], "K3"),
        ([*NOTICE_2026, {"date": "2026-03-04", "kind": "work", "name": "调休"}], "K4"),
        (NOTICE_2026[1:], "K5"),
        ([], "K5"),
    ],
)
def test_a_broken_notice_is_refused_whole(rows, code):
    with pytest.raises(RulesBroken) as refusal:
        load(rows, 2026)
    assert code in {violation.code for violation in refusal.value.violations}
    assert not Holiday.objects.exists()


def test_a_day_moved_behind_the_calendars_back_is_found():
    load(NOTICE_2026, 2026)
    assert problems("C1") == []
    Holiday.objects.filter(date=date(2026, 1, 2)).update(date=date(2026, 1, 5))
    (problem,) = problems("C1")
    assert "2026" in problem.says


def test_the_working_calendar_costs_two_queries(django_assert_num_queries):
    load(NOTICE_2026, 2026)
    with django_assert_num_queries(2):
        working_calendar()


def test_the_command_loads_a_file(tmp_path, capsys):
    path = Path(tmp_path) / "2026.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["date", "kind", "name"])
        writer.writeheader()
        writer.writerows(NOTICE_2026)
    call_command("load_holidays", str(path), year=2026, source="国办发明电〔2025〕7号")
    assert "2026: 3 days" in capsys.readouterr().out
    assert HolidayYear.objects.get().source == "国办发明电〔2025〕7号"
