"""What waits is counted in one query, whatever it is and however much."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.audit.models import Entry
from core.calendar.models import Holiday, HolidayYear
from core.jobs.models import Job
from core.todo import Pending, Todo, by_urgency, counted

MORNING = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)


def a_job(kind: str, at: datetime = MORNING) -> Job:
    return Job.objects.create(kind=kind, created_at=at, next_at=at)


@pytest.mark.django_db
def test_all_kinds_are_counted_in_one_query() -> None:
    a_job("a"), a_job("a", MORNING.replace(day=18)), a_job("b")
    year = HolidayYear.objects.create(year=2026, source="通知", state_since=MORNING, created_at=MORNING)
    Holiday.objects.create(year=year, date=date(2026, 5, 1), kind="off", name="劳动节", source="通知")
    items = [
        Pending("有期限", Job.objects.filter(kind="a"), "next_at", "desk", ("1",)),
        Todo("已数好", 7),
        Pending("按日", Holiday.objects.filter(name="劳动节"), "date"),
        Pending("没有", Entry.objects.all()),
    ]
    with CaptureQueriesContext(connection) as queries:
        found = counted(items)
    assert len(queries) == 1
    assert [(todo.label, todo.count) for todo in found] == [
        ("有期限", 2),
        ("已数好", 7),
        ("按日", 1),
        ("没有", 0),
    ]
    assert found[0].due == MORNING.replace(day=18)
    assert (found[0].url_name, found[0].args) == ("desk", ("1",))
    assert found[2].due == datetime(2026, 5, 1, 16, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_one_alone_counts_itself() -> None:
    a_job("a")
    one = Pending("甲", Job.objects.filter(kind="a"), "next_at")
    assert (one.count, one.due) == (1, MORNING)
    assert Pending("乙", Job.objects.filter(kind="x")).count == 0


@pytest.mark.django_db
def test_one_that_waits_is_led_to_straight_and_several_by_their_list() -> None:
    only = a_job("a")
    a_job("b"), a_job("b")
    items = [
        Pending(kind, Job.objects.filter(kind=kind), "", "desk", query="x=1", page="ui:job") for kind in "abc"
    ]
    led = [(todo.count, todo.url_name, todo.args, todo.query) for todo in counted(items)]
    assert led == [(1, "ui:job", (only.public_id,), ""), (2, "desk", (), "x=1"), (0, "desk", (), "x=1")]


@pytest.mark.django_db
def test_where_several_wait_the_five_due_first_are_named() -> None:
    jobs = [a_job("a", MORNING.replace(day=day)) for day in (19, 17, 20, 18, 24, 23)]
    a_job("b"), a_job("b")
    items = [
        Pending(kind, Job.objects.filter(kind=kind), "next_at", "desk", page="ui:job", titled=named)
        for kind, named in (("a", "kind"), ("b", ""))
    ]
    with CaptureQueriesContext(connection) as queries:
        several, unnamed = counted(items)
    assert len(queries) == 2
    assert [one.args for one in several.nearest] == [(jobs[n].public_id,) for n in (1, 3, 0, 2, 5)]
    assert {(one.title, one.url_name) for one in several.nearest} == {("a", "ui:job")}
    assert unnamed.count == 2 and unnamed.nearest == ()


def test_nothing_is_counted_without_a_query() -> None:
    assert counted([]) == []
    assert counted([Todo("甲", 1)]) == [Todo("甲", 1)]


def test_urgent_first_then_heaps() -> None:
    todos = [
        Todo("无", 0),
        Todo("大", 9),
        Todo("小", 2),
        Todo("明天", 1, MORNING.replace(day=21)),
        Todo("今天", 1, MORNING),
    ]
    assert [todo.label for todo in by_urgency(todos)] == ["今天", "明天", "大", "小"]
