"""A list narrows, sorts and pages as asked, survives any address, and costs the same for any length."""

import io
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from openpyxl import load_workbook

from core.ui.lists import Choice, Col, ListPage, Search
from tests.core.conftest import HOUSE, NOON
from tests.core.specimen.models import L, Lamp
from tests.core.specimen.services import light_lamp, make_lamp

pytestmark = pytest.mark.django_db


class LampList(ListPage):
    title = "灯"
    columns = [
        Col("label", "名称", sort="label", link=lambda lamp: f"/lamps/{lamp.public_id}"),
        Col("owner_id", "金额", kind="yuan"),
        Col(
            "state", "状态", kind="badge", value=lambda lamp: lamp.get_state_display(), tone=lambda lamp: "ok"
        ),
        Col("created_at", "建立", kind="datetime", sort="created_at", in_export=False),
        Col("has_bulb", "有灯泡", kind="bool", on_page=False),
    ]
    filters = [Choice("state", "状态", choices=L.choices), Search("q", "名称", fields=["label"])]
    default_sort = "label"
    per_page = 3


@pytest.fixture
def seven(clerk):
    lamps = [
        make_lamp(owner_id=HOUSE, label=f"灯{n} {'厅' if n % 2 else '廊'}", by=clerk, now=NOON + timedelta(n))
        for n in range(1, 8)
    ]
    light_lamp(lamp_id=lamps[0].pk, by=clerk, now=NOON)
    return lamps


def ask(query="", rows=None):
    return LampList(RequestFactory().get(f"/lamps?{query}"), Lamp.objects.all() if rows is None else rows)


def labels(page):
    return [lamp.label for lamp in page.page.object_list]


def shown(page):
    return Template("{% load ui %}{% list_page page '灯' %}").render(Context({"page": page}))


def test_a_list_pages_in_its_own_order(seven):
    assert labels(ask()) == ["灯1 厅", "灯2 廊", "灯3 厅"]
    assert labels(ask("page=3")) == ["灯7 厅"]
    assert labels(ask("sort=-label")) == ["灯7 厅", "灯6 廊", "灯5 厅"]
    assert labels(ask("sort=-created_at&page=2"))[0] == "灯4 廊"


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=abc",
        "page=1e9",
        "page=",
        "page=%00",
        "sort=password",
        "sort=--label",
        "sort=owner__x",
        "state=gone",
        "state=%27%3B--",
        "page=１",
        "q=%20",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_list(seven, query):
    page = ask(query)
    assert len(labels(page)) in (1, 3)
    assert "共 7 条" in shown(page)


def test_a_page_beyond_the_end_is_the_last(seven):
    assert labels(ask("page=99")) == ["灯7 厅"]


def test_filters_narrow_together_and_stay_while_paging(seven):
    page = ask("q=厅&state=dark&sort=-label")
    assert labels(page) == ["灯7 厅", "灯5 厅", "灯3 厅"]
    assert page.is_narrowed
    assert page.address(page="2") == "?state=dark&q=%E5%8E%85&sort=-label&page=2"
    assert labels(ask("q=灯 7")) == ["灯7 厅"]
    assert labels(ask("q=%00")) == ["灯1 厅", "灯2 廊", "灯3 厅"]
    assert not labels(ask("q=" + "长" * 500))


def test_only_known_parameters_are_carried_on(seven):
    assert "evil" not in shown(ask("evil=1&q=灯"))
    assert "<script>" not in shown(ask("q=<script>alert(1)</script>"))


def test_the_page_shows_cells_by_kind_and_says_how_it_is_sorted(seven):
    html = shown(ask("sort=-label"))
    assert 'aria-sort="descending"' in html
    assert f'<a href="/lamps/{seven[6].public_id}">灯7 厅</a>' in html
    assert "0.07" in html
    assert "badge--ok" in html
    assert "2026-05-05 12:00" in html
    assert 'aria-current="page"' in html
    assert "有灯泡" not in html


def test_one_row_and_a_thousand_cost_the_same(clerk, django_assert_num_queries):
    make_lamp(owner_id=HOUSE, label="灯", by=clerk, now=NOON)
    with django_assert_num_queries(2):
        shown(ask())
    for _ in range(3):
        make_lamp(owner_id=HOUSE, label="灯", by=clerk, now=NOON)
    with django_assert_num_queries(2):
        shown(ask())
    with django_assert_num_queries(1):
        ask("export=xlsx").export("灯")


def test_an_empty_list_says_what_to_do():
    assert "还没有记录" in shown(ask())
    assert "导出" not in shown(ask())
    narrowed = shown(ask("q=无"))
    assert "没有符合条件的记录" in narrowed
    assert "清空筛选" in narrowed
    assert 'href="?"' in narrowed


def test_the_export_holds_what_the_filter_leaves_and_no_formula(seven, clerk):
    make_lamp(owner_id=HOUSE, label="=cmd|厅", by=clerk, now=NOON)
    page = ask("q=厅&export=xlsx")
    assert page.wants_export
    response = page.export("灯")
    assert "attachment" in response["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("名称", "金额", "状态", "有灯泡")
    assert len(rows) == 6
    assert rows[1] == ("=cmd|厅", 0.07, "灭", "是")
    assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_a_longer_page_may_be_asked_for_and_is_carried_on(seven):
    page = LampList(RequestFactory().get("/", {"per": "60"}), Lamp.objects.all())
    assert page.rows_a_page == 60 and len(list(page.lines())) == 7
    assert "per=60" in page.address(sort="-label") and "per=60" in page.export_address


@pytest.mark.parametrize("asked", ["1000", "-1", "x", "6 0", "²"])
def test_a_length_that_is_not_offered_is_the_lists_own(seven, asked):
    page = LampList(RequestFactory().get("/", {"per": asked}), Lamp.objects.all())
    assert page.rows_a_page == 3
    assert "per=" not in page.address(page="2")
