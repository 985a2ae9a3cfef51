"""Everybody may look up the register, and reads nothing but public facts."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from orgs.people.services import register_person
from orgs.registry import services
from tests.orgs.builders import NOW, House
from tests.orgs.pressing import as_, queries, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SECRETS = {"contact_phone": "02788936123", "contact_name": "徐联系", "domicile": "隐秘路9号"}


@pytest.fixture
def house(bureau):
    person = register_person(name="法定代表", id_number="11010519491231002X", by=bureau.clerk, now=NOW)
    made = House("武昌区夕阳红助老服务中心", legal_representative_id=person.pk, **SECRETS)
    services.record_grade(
        organisation_id=made.entry.pk, grade="5A", announced_on=date(2024, 1, 5), by=bureau.clerk, now=NOW
    )
    services.list_credit(
        organisation_id=made.entry.pk, kind="abnormal", from_date=date(2025, 1, 1), to_date=date(2025, 6, 1),
        why="未年报，联系人徐联系", by=bureau.clerk, now=NOW,
    )  # fmt: skip
    services.add_bank_account(
        body_id=made.body.pk, holder_name=made.body.name, bank="汉口银行", number="42050123456789000011",
        by=made.admin, now=NOW,
    )  # fmt: skip
    return made


def test_nobody_signs_in_to_look_up(house):
    client = Client()
    shown = text(client.get("/public/registry/", {"q": house.entry.uscc.lower()}))
    assert house.body.name in shown
    shown = text(client.get(f"/public/registry/{house.body.public_id}/"))
    for fact in (house.entry.uscc, "5A", "正常", "活动异常名录", "2025-06-01"):
        assert fact in shown


def test_nothing_private_is_on_any_of_its_pages(house):
    client = Client()
    pages = [
        text(client.get("/public/registry/")),
        text(client.get(f"/public/registry/{house.body.public_id}/")),
    ]
    sheet = load_workbook(io.BytesIO(client.get("/public/registry/?export=xlsx").content)).active
    pages.append(" ".join(str(cell.value) for row in sheet.iter_rows() for cell in row))
    assert house.body.name in pages[2] and house.entry.uscc in pages[2]
    private = (*SECRETS.values(), "法定代表", "11010519491231002X", "0011", "汉口银行", "负责人")
    assert [(word, at) for word in private for at, page in enumerate(pages) if word in page] == []


def test_one_in_preparation_is_not_public(bureau):
    entry = services.register_organisation(
        name="武昌区筹备社", uscc="52420106MJH0000278", org_type="service_institution", preparing=True,
        by=bureau.clerk, now=NOW,
    )  # fmt: skip
    assert "武昌区筹备社" not in text(Client().get("/public/registry/"))
    assert Client().get(f"/public/registry/{entry.body.public_id}/").status_code == 404
    assert Client().get(f"/public/registry/{bureau.section.public_id}/").status_code == 404, (
        "no register entry"
    )


def test_a_former_name_finds_it(bureau, house):
    old = house.body.name
    services.rename_organisation(
        organisation_id=house.entry.pk, name="武昌区朝阳社", effective_on=date(2026, 4, 1), document="1号",
        by=bureau.clerk, now=NOW,
    )  # fmt: skip
    shown = text(Client().get("/public/registry/", {"q": old}))
    assert "武昌区朝阳社" in shown
    assert old in text(Client().get(f"/public/registry/{house.body.public_id}/"))


def test_the_same_queries_for_one_row_and_for_three(house):
    client = Client()
    client.get("/public/registry/")
    one = queries(client, "/public/registry/")
    House("武昌区二号社"), House("武昌区三号社")
    assert queries(client, "/public/registry/") == one <= 6


@pytest.mark.parametrize(
    "query",
    [
        "page=999",
        "q=%00",
        "q=%27%29+OR+%281%3D1",
        "q=%F0%9F%98%80",
        "kind=x",
        "street=%27",
        "q=" + "a" * 5000,
    ],
)
def test_nonsense_is_answered_with_a_page(house, query):
    assert Client().get(f"/public/registry/?{query}").status_code == 200


def test_it_is_only_read(house):
    for address in ("/public/registry/", f"/public/registry/{house.body.public_id}/"):
        assert Client().post(address).status_code == 405
    assert Client().get("/public/registry/no-such-id/").status_code == 404


def test_officers_find_it_too(bureau, house):
    assert house.body.name in text(as_(bureau, "clerk").get("/public/registry/"))
