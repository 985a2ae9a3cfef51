"""The pages of the calendar: seen by the bureau, confirmed date by date, loaded from a table."""

from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.audit.selectors import entries_of
from core.calendar import selectors
from core.calendar.models import Holiday, HolidayYear
from core.calendar.permissions import PERMISSIONS
from core.clock import SHANGHAI
from core.policy import SYSTEM, Actor, Grant
from core.sheets import Column, Sheet, write_xlsx
from tests.grants.builders import load_calendar
from tests.grants.visiting import browser_of, exported, queries_of, stop_clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 20, 10, 0, tzinfo=SHANGHAI)
PAGE = "/calendar/"
FIRST = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    stop_clock(monkeypatch, NOW)


def confirm(client, day="2027-01-01", kind="off", reason="国办发明电〔2026〕9号"):
    return client.post(f"{PAGE}confirm/", {"day": day, "kind": kind, "reason": reason})


def load(client, table, year="2027", **more):
    return client.post(
        f"{PAGE}load/", {"year": year, "rows": table, "source": "国办发明电〔2026〕9号", **more}
    )


def csv_of(*lines):
    text = "\n".join(["日期,类型,名称", *lines])
    return SimpleUploadedFile("2027.csv", text.encode("utf-8-sig"))


def test_it_is_seen_by_its_roles_and_by_nobody_else():
    load_calendar(2026)
    seen = {role for role in PERMISSIONS["calendar.view"].roles() if "元旦" in shown(browser_of(role))}
    assert seen == {"clerk", "section_chief", "leader", "supervisor", "system_admin"}
    for role in ("applicant_admin", "expert", "finance_clerk"):
        assert browser_of(role).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def shown(client, query=""):
    return client.get(f"{PAGE}{query}").content.decode()


def test_years_days_and_how_certain_they_are():
    load_calendar(2026, 2027)
    page = shown(browser_of("clerk"), "?year=2027&standing=provisional")
    assert "预估" in page and "正式" in page and "待确认" in page
    assert f"共 {Holiday.objects.filter(year__year=2027).count()} 条" in page
    assert "/calendar/confirm/?day=2027-01-01" in page
    assert "/calendar/confirm/?day=" not in shown(browser_of("supervisor"), "?year=2027")


def test_the_list_costs_the_same_for_one_day_and_for_many():
    load_calendar(2026)
    client = browser_of("clerk")
    many = queries_of(client, f"{PAGE}?year=2026")
    assert queries_of(client, f"{PAGE}?year=2026&q=元旦") == many <= 12


def test_a_provisional_date_is_confirmed_on_its_page():
    load_calendar(2026, 2027)
    client = browser_of("clerk")
    form = client.get(f"{PAGE}confirm/?day=2027-01-01").content.decode()
    assert 'value="2027-01-01"' in form
    answer = confirm(client)
    assert answer["Location"] == f"{PAGE}?year=2027"
    day = Holiday.objects.get(date=FIRST)
    assert (day.provisional, day.confirmed_reason) == (False, "国办发明电〔2026〕9号")
    assert entries_of(HolidayYear.objects.get(year=2027)).filter(verb="confirm_date").count() == 1
    assert "已由人确认" in shown(client, "?standing=confirmed")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"day": "2026-10-01"}, "已经确定"),
        ({"day": "2027-02-30"}, "没有这一天"),
        ({"kind": "maybe"}, "maybe"),
        ({"reason": ""}, "请填写这一项"),
    ],
)
def test_what_cannot_be_confirmed_comes_back_with_a_sentence(sent, says):
    load_calendar(2026, 2027)
    answer = confirm(browser_of("leader"), **sent)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Holiday.objects.exclude(confirmed_by_id=None).exists()


def test_who_may_confirm_and_who_may_load():
    load_calendar(2026, 2027)
    table = "2027-01-01,休息日,元旦"
    answers = {
        role: (confirm(browser_of(role)).status_code, load(browser_of(role), csv_of(table)).status_code)
        for role in ("supervisor", "applicant_admin", "system_admin", "section_chief")
    }
    assert answers == {
        "supervisor": (403, 403),
        "applicant_admin": (403, 403),
        "system_admin": (403, 302),
        "section_chief": (422, 403),  # the notice that was loaded before has settled the day
    }


def test_a_year_is_loaded_from_a_table_of_either_kind():
    load_calendar(2027)
    client = browser_of("clerk")
    assert load(client, csv_of("2027-01-01,休息日,元旦", "2027-01-09,调休上班,元旦调休")).status_code == 302
    year = HolidayYear.objects.get(year=2027)
    assert (year.provisional, year.days.count()) == (False, 2)
    columns = [Column("date", "日期", kind="date"), Column("kind", "类型"), Column("name", "名称")]
    book = write_xlsx([Sheet("2028", columns, [[date(2028, 1, 1), "off", "元旦"]])])
    assert load(client, SimpleUploadedFile("2028.xlsx", book), "2028", provisional="on").status_code == 302
    assert Holiday.objects.get(date=date(2028, 1, 1)).provisional


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (csv_of("2027-01-01,休息日,"), "不能为空"),
        (csv_of("2027-01-02,休息日,元旦"), "没有元旦"),
        (csv_of("2027-01-01,休息日,元旦", "2026-05-01,休息日,劳动节"), "不在 2027 年内"),
        (SimpleUploadedFile("a.xlsx", b""), "空"),
        (SimpleUploadedFile("a.xlsx", b"MZ\x90\x00"), "表格.xlsx"),
        (SimpleUploadedFile("a.csv", "甲,乙\n1,2".encode()), "日期"),
    ],
)
def test_a_table_that_is_no_notice_is_refused_and_nothing_changes(table, says):
    table.seek(0)
    answer = load(browser_of("clerk"), table)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Holiday.objects.exists()


def test_what_must_be_confirmed_soon_waits_on_the_desk_and_leads_to_its_days():
    load_calendar(2026, 2027)
    clerk = Actor(1, 1, (Grant("clerk"),))
    (todo,) = (one.counted for one in selectors.todo_for(clerk, NOW))
    soon = [day for day in Holiday.objects.filter(provisional=True) if (day.date - NOW.date()).days <= 45]
    assert todo.count == len(soon) > 0 and todo.due.date() == date(2027, 1, 1)
    assert f"共 {todo.count} 条" in shown(browser_of("clerk"), f"?{todo.query}")
    assert selectors.todo_for(Actor(2, 2, (Grant("applicant_admin"),)), NOW) == []
    assert selectors.todo_for(SYSTEM, NOW) == []


def test_the_days_can_be_taken_home():
    load_calendar(2026)
    rows = exported(browser_of("clerk"), f"{PAGE}?q=元旦")
    assert len(rows) > 1 and rows[1][0].date() == date(2026, 1, 1)
