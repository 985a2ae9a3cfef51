"""A house on its own pages: its account, its people, and how its first person comes in."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import load_workbook

from orgs.people.models import Membership
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount
from tests.orgs.builders import TODAY, House, a_user, an_account, browser, seat
from tests.orgs.pressing import as_, forms, page, press, queries, text, went

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NEW = "52420106MJH0000278"
PAPER = {"reason": "依申请", "document": "武民函〔2026〕3号"}


class TestBankAccounts:
    def test_from_the_house_to_the_verified_account(self, bureau, house):
        own = browser(house.admin_user)
        assert went(own.get("/house/")) == page(house.entry)
        fields = {"holder_name": house.body.name, "bank": "汉口银行", "number": "4205 0123 4567 8900 0011"}
        wrong = press(own, page(house.entry), "account", **fields | {"holder_name": "王某"})
        assert wrong.status_code == 422 and "户名应与单位名称" in text(wrong)
        went(press(own, page(house.entry), "account", **fields))
        account = BankAccount.objects.get()
        went(press(own, page(account), "correct", holder_name=house.body.name, bank="汉口银行洪山支行"))
        assert "42050123456789000011" not in text(own.get(page(account)))

        clerk = as_(bureau, "finance_clerk")
        assert f'href="{page(account)}">待核验的银行账户' in text(clerk.get("/desk/"))
        assert "洪山支行" in text(clerk.get("/registry/accounts/?state=added"))
        assert "42050123456789000011" in text(clerk.get(page(account)))
        went(press(clerk, page(account), "verify"))
        account.refresh_from_db()
        assert (account.state, account.verified_by) == (A.VERIFIED, bureau.users["finance_clerk"])
        closing = press(own, page(account), "close", reason="")
        assert closing.status_code == 422
        went(press(own, page(account), "close", reason="换银行"))
        account.refresh_from_db()
        assert account.state == A.CLOSED

    def test_an_account_is_not_found_for_others_and_masked_for_officers(self, bureau, house, rival):
        account = an_account(house)
        assert browser(rival.admin_user).get(page(account)).status_code == 404
        assert browser(a_user("路人")).get(page(account)).status_code == 404
        shown = text(as_(bureau, "clerk").get(page(account)))
        assert "****0011" in shown and "42050123456789000011" not in shown
        assert as_(bureau, "clerk").get("/registry/accounts/").status_code == 403

    def test_the_list_takes_the_same_queries_and_its_export_is_masked(self, bureau, house, rival):
        client = as_(bureau, "finance_approver")
        an_account(house)
        client.get("/registry/accounts/")
        one = queries(client, "/registry/accounts/")
        (
            an_account(rival, number="42050123456789000022"),
            an_account(House("武昌区三号社"), number="4205012345"),
        )
        assert queries(client, "/registry/accounts/") == one <= 12
        sheet = load_workbook(io.BytesIO(client.get("/registry/accounts/?export=xlsx").content)).active
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
        assert "****0011" in cells and not any("4205012345" in cell for cell in cells)


class TestAHouse:
    def test_it_invites_colleagues_and_sees_only_itself(self, bureau, house):
        own = browser(house.admin_user)
        assert "invite" not in forms(own, page(house.entry))
        assert "colleague" not in forms(as_(bureau, "clerk"), page(house.entry))
        address = went(press(own, page(house.entry), "colleague", role="applicant_editor", name="小编",
                             phone="13900000001"))  # fmt: skip
        first, second = text(own.get(address)), text(own.get(address))
        assert "/accounts/invitation/" in first and "/accounts/invitation/" not in second
        assert "小编" in text(own.get(page(house.entry)))
        assert "周经办" not in text(own.get(page(house.entry)))

    def test_with_two_houses_one_chooses(self, bureau, house, rival):
        seat(house.admin_user, rival.body, "applicant_editor")
        shown = text(browser(house.admin_user).get("/house/"))
        assert house.body.name in shown and rival.body.name in shown
        assert as_(bureau, "clerk").get("/house/").status_code == 403

    def test_a_certificate_that_runs_out_is_on_the_desk(self, bureau, house):
        house.entry.certificate_valid_to = TODAY + timedelta(days=20)
        house.entry.save()
        assert "登记证书即将到期" in text(browser(house.admin_user).get("/desk/"))


def test_the_first_person_of_a_new_organisation_comes_all_the_way_to_the_desk(bureau):
    clerk, chief, security = (as_(bureau, role) for role in ("clerk", "section_chief", "security_admin"))
    fields = {"name": "武昌区新来服务中心", "uscc": NEW, "org_type": "service_institution"}
    entry = went(clerk.post("/registry/new/", fields))
    asked = went(
        press(chief, entry, "ask_invitation", role="applicant_admin", name="新负责", phone="13900000009")
    )
    assert "/accounts/invitation/" not in text(chief.get(asked)), "who asks never reads the link"
    assert "待批准的邀请" in text(security.get("/desk/"))
    assert "新负责" in text(security.get("/invitations/?state=requested"))
    went(press(security, asked, "send"))
    shown = text(security.get(asked))
    link = shown[shown.index("/accounts/invitation/") :].split('"')[0].split("<")[0]
    visitor = Client()
    password = "Wuchang-2026-春天"
    went(visitor.post(link, {"password": password, "again": password}))
    desk = visitor.get("/desk/")
    assert desk.status_code == 200 and "新负责" in text(desk)
    assert Membership.objects.get(user__person__name="新负责").role == "applicant_admin"
    assert went(visitor.get("/house/")) == entry
    assert Client().get(link).status_code == 404, "the link opens once"
