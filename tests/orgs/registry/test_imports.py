"""An export of the register is imported in two steps: what it would change, then exactly that."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import Conflict, Forbidden
from core.sheets import Sheet, write_xlsx
from orgs.registry import services
from orgs.registry.models import SocialOrganisation
from orgs.registry.services.imports import COLUMNS
from tests.orgs.builders import NOW, Bureau, House, load_places

pytestmark = pytest.mark.django_db
NEW = "52420106MJH0000278"


@pytest.fixture
def bureau():
    load_places("420106014")
    return Bureau()


def row(uscc, name="武昌区新来服务中心", **fields):
    kind = "社会服务机构（民办非企业单位）"
    return {"uscc": uscc, "name": name, "org_type": kind, "founded_on": date(2020, 1, 2)} | fields


def book(*rows):
    return write_xlsx([Sheet("社会组织", COLUMNS, rows)])


def preview(bureau, data):
    return services.preview_import(data=data, by=bureau.clerk)


def apply(bureau, data, shown):
    return services.apply_import(data=data, digest=shown.digest, by=bureau.clerk, now=NOW)


def test_new_entries_are_shown_first_and_then_made(bureau):
    data = book(row(NEW, domicile="石洞街道1号", community_code="420106014001"))
    shown = preview(bureau, data)
    assert [one["uscc"] for one in shown.new] == [NEW]
    assert not SocialOrganisation.objects.exists(), "a preview writes nothing"
    apply(bureau, data, shown)
    made = SocialOrganisation.objects.select_related("body__street").get()
    assert (made.uscc, made.domicile, made.founded_on) == (NEW, "石洞街道1号", date(2020, 1, 2))
    assert made.body.street.code == "420106014"


def test_only_what_differs_is_changed_and_an_empty_cell_changes_nothing(bureau):
    house = House("武昌区老牌服务中心", domicile="旧址", website="https://example.org")
    data = book(row(house.entry.uscc, house.body.name, founded_on=date(2018, 5, 1), domicile="新址"))
    shown = preview(bureau, data)
    assert [dict(one.fields) for one in shown.changed] == [{"domicile": ("旧址", "新址")}]
    apply(bureau, data, shown)
    house.entry.refresh_from_db()
    assert (house.entry.domicile, house.entry.website) == ("新址", "https://example.org")
    again = preview(bureau, data)
    assert (again.unchanged, again.changed, again.new) == (1, [], [])


def test_a_new_name_waits_for_a_registered_change(bureau):
    house = House("武昌区老牌服务中心")
    data = book(row(house.entry.uscc, "武昌区改名服务中心", founded_on=date(2018, 5, 1)))
    shown = preview(bureau, data)
    assert shown.renames == [(house.entry.uscc, "武昌区老牌服务中心", "武昌区改名服务中心")]
    apply(bureau, data, shown)
    house.body.refresh_from_db()
    assert house.body.name == "武昌区老牌服务中心"


def test_rows_that_cannot_be_imported_are_named_and_the_others_go_on(bureau):
    data = book(
        row(NEW),
        row(NEW),
        row("52420106MJHOOO0350", "字母当数字"),
        row("53420106MJH0000350", "类型不符"),
        row("52420106MJH00006XG", "没有这个社区", community_code="420106999001"),
        row("52420106MJH0000A21", ""),
    )
    shown = preview(bureau, data)
    assert [one["uscc"] for one in shown.new] == [NEW]
    text = "\n".join(shown.problems)
    assert len(shown.problems) == 5
    for says in ("第 3 行", "出现了两次", "与组织类型不符", "没有社区代码420106999001", "不能为空"):
        assert says in text


def test_a_look_alike_is_suggested_and_never_taken(bureau):
    shown = preview(bureau, book(row("52420106MJHOOOO278")))
    assert shown.new == []
    assert "是否应为52420106MJH0000278" in shown.problems[0]


def test_what_was_not_previewed_is_not_applied(bureau):
    shown = preview(bureau, book(row(NEW)))
    with pytest.raises(Conflict, match="重新预览"):
        apply(bureau, book(row(NEW, domicile="偷换")), shown)
    House("武昌区抢先服务中心")
    data = book(row("52420106MJH0000A21"))
    old = preview(bureau, data)
    apply(bureau, data, old)
    with pytest.raises(Conflict):
        apply(bureau, data, old)


def test_nobody_else_imports(bureau):
    house = House()
    for by in (house.admin, bureau.leader, bureau.system_admin):
        with pytest.raises(Forbidden):
            services.preview_import(data=book(), by=by)
