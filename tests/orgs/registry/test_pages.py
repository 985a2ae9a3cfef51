"""The register on pages: who sees it, what is offered, and every button pressed."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from core.policy import Role, check
from orgs.people.models import Interest
from orgs.registry import selectors, services
from orgs.registry.lifecycle import S
from orgs.registry.models import CommunityGroup, CreditListing, SocialOrganisation
from tests.orgs.builders import NOW, House, a_body, a_user, actor, browser, seat
from tests.orgs.pressing import as_, forms, page, press, queries, text, went

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NEW = "52420106MJH0000278"
PAPER = {"reason": "依申请", "document": "武民函〔2026〕3号"}


class TestWhoSees:
    def test_officers_see_the_list_and_applicants_do_not(self, bureau, house, rival):
        seen = {role: as_(bureau, role).get("/registry/").status_code for role in bureau.users}
        closed = {"system_admin", "security_admin", "audit_admin"}
        assert {role for role, status in seen.items() if status == 403} == closed
        assert {status for role, status in seen.items() if role not in closed} == {200}
        assert browser(house.admin_user).get("/registry/").status_code == 403
        assert Client().get("/registry/").status_code == 302

    def test_an_entry_is_not_found_for_a_rival_and_a_stranger(self, bureau, house, rival):
        address = page(house.entry)
        assert browser(house.admin_user).get(address).status_code == 200
        assert browser(rival.admin_user).get(address).status_code == 404
        assert browser(a_user("路人")).get(address).status_code == 404
        assert Client().get(address).status_code == 302
        assert as_(bureau, "system_admin").get(address).status_code == 404

    def test_who_declared_an_interest_sees_neither_the_entry_nor_its_row(self, bureau, house, rival):
        clerk = bureau.users["clerk"]
        Interest.objects.create(
            person=clerk.person, body=house.body, kind="kin", valid_from=date(2026, 1, 1),
            created_at=NOW, state_since=NOW,
        )  # fmt: skip
        client = as_(bureau, "clerk")
        assert client.get(page(house.entry)).status_code == 404
        shown = text(client.get("/registry/"))
        assert rival.body.name in shown and house.body.name not in shown

    def test_the_list_is_exactly_what_view_admits(self, bureau, house, rival):
        street = a_body("street_office", "石洞街道办事处")
        officer = a_user("街道经办")
        seat(officer, street, Role.STREET_OFFICER, area_code="420106014")
        near = services.register_organisation(
            name="石洞街道助残中心", uscc=NEW, org_type="service_institution",
            community_code="420106014001", by=bureau.clerk, now=NOW,
        )  # fmt: skip
        services.register_group(
            name="石洞合唱队", filing_no="WC-1", host_id=house.body.pk, community_code="420106014002",
            by=bureau.clerk, now=NOW,
        )  # fmt: skip
        everything = list(SocialOrganisation.objects.all()) + list(CommunityGroup.objects.all())
        for who in (officer, house.admin_user, rival.admin_user, bureau.users["clerk"], a_user("路人")):
            by = actor(who)
            admitted = {one.body_id for one in everything if check(by, "registry.view", one)}
            assert set(selectors.visible_to(by).values_list("pk", flat=True)) == admitted
        shown = text(browser(officer).get("/registry/"))
        assert near.body.name in shown and "石洞合唱队" in shown and house.body.name not in shown


class TestTheList:
    def test_it_takes_the_same_queries_for_one_row_and_for_three(self, bureau, house):
        client = as_(bureau, "clerk")
        client.get("/registry/")
        one = queries(client, "/registry/")
        House("武昌区二号社"), House("武昌区三号社")
        assert queries(client, "/registry/") == one <= 12

    def test_it_is_searched_and_narrowed(self, bureau, house, rival):
        services.record_grade(
            organisation_id=house.entry.pk,
            grade="4A",
            announced_on=date(2024, 1, 5),
            by=bureau.clerk,
            now=NOW,
        )
        services.list_credit(
            organisation_id=rival.entry.pk, kind="serious", from_date=date(2026, 1, 1), why="弄虚作假",
            by=bureau.clerk, now=NOW,
        )  # fmt: skip
        client = as_(bureau, "clerk")

        def rows(query):
            shown = text(client.get(f"/registry/?{query}"))
            return {one.body.name for one in (house, rival) if f">{one.body.name}</a>" in shown}

        assert rows("grade=4A") == {house.body.name}
        assert rows("grade=none") == {rival.body.name}
        assert rows("listed=serious") == {rival.body.name}
        assert rows("listed=none") == {house.body.name}
        assert rows(f"q={house.entry.uscc.lower()}") == {house.body.name}
        assert rows("kind=foundation") == rows("status=revoked") == rows("street=420106014") == set()
        assert rows("kind=nonsense&grade=9A") == {house.body.name, rival.body.name}

    @pytest.mark.parametrize(
        "query",
        ["page=999", "page=-1", "page=x", "q=%27%22+OR+1%3D1--", "q=%00", "q=%F0%9F%98%80", "sort=pk;drop"],
    )
    def test_nonsense_is_answered_with_a_page(self, bureau, house, query):
        assert as_(bureau, "clerk").get(f"/registry/?{query}").status_code == 200

    def test_the_export_opens_and_holds_no_formula(self, bureau, house):
        House("=1+1")
        answer = as_(bureau, "clerk").get("/registry/?export=xlsx")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        names = [cell.value for cell in sheet["A"]]
        assert {"=1+1", house.body.name} <= set(names)
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


class TestTheClerkOnAnEntry:
    def test_the_page_takes_few_queries(self, bureau, house):
        client = as_(bureau, "clerk")
        client.get(page(house.entry))
        assert queries(client, page(house.entry)) <= 20

    def test_details_are_edited(self, bureau, house):
        client = as_(bureau, "clerk")
        went(press(client, page(house.entry), "edit", domicile="新址", registered_capital_fen="30000.50",
                   tags="助老、助残", founded_on="2018-05-01", contact_phone="02788936123"))  # fmt: skip
        house.entry.refresh_from_db()
        assert (house.entry.domicile, house.entry.registered_capital_fen) == ("新址", 3_000_050)
        assert house.entry.tags == ["助老", "助残"]
        assert "02788936123" not in text(client.get(page(house.entry)))
        assert f'<a href="{page(house.entry)}">{house.body.name}</a>' in text(client.get("/desk/"))

    def test_bad_input_is_refused_with_a_sentence_and_kept(self, bureau, house):
        client = as_(bureau, "clerk")
        for field, value, says in (
            ("registered_capital_fen", "3万", "元"),
            ("registered_capital_fen", "3e4", "元"),
            ("registered_capital_fen", "-1", "元"),
            ("founded_on", "2026-06-31", "没有这一天"),
            ("domicile", "一\x00二", "空"),
        ):
            answer = press(client, page(house.entry), "edit", **{field: value, "contact_name": "留下"})
            assert answer.status_code == 422 and says in text(answer), (field, value)
            assert "留下" in text(answer)
        house.entry.refresh_from_db()
        assert house.entry.contact_name == ""

    def test_inspection_grade_and_credit_lists(self, bureau, house):
        client = as_(bureau, "clerk")
        went(press(client, page(house.entry), "inspection", year="2024", result="passed"))
        again = press(client, page(house.entry), "inspection", year="2024", result="failed")
        assert again.status_code == 422 and "更正须说明理由" in text(again)
        went(press(client, page(house.entry), "grade", grade="3A", announced_on="2024-03-01"))
        went(
            press(
                client, page(house.entry), "list_credit", kind="abnormal", from_date="2026-01-05", why="失联"
            )
        )
        twice = press(
            client, page(house.entry), "list_credit", kind="abnormal", from_date="2026-01-06", why="失联"
        )
        assert twice.status_code == 422 and "已在这份名单上" in text(twice)
        listing = CreditListing.objects.get()
        went(press(client, page(house.entry), "lift_credit", listing=listing.public_id,
                   to_date="2026-03-01", reason="已整改"))  # fmt: skip
        listing.refresh_from_db()
        assert listing.to_date == date(2026, 3, 1)
        assert "lift_credit" not in forms(client, page(house.entry))

    def test_a_listing_of_another_is_not_lifted_from_here(self, bureau, house, rival):
        client = as_(bureau, "clerk")
        for one in (house, rival):
            services.list_credit(
                organisation_id=one.entry.pk, kind="abnormal", from_date=date(2026, 1, 1), why="失联",
                by=bureau.clerk, now=NOW,
            )  # fmt: skip
        theirs = CreditListing.objects.get(organisation=rival.entry)
        answer = press(client, page(house.entry), "lift_credit", listing=theirs.public_id,
                       to_date="2026-03-01", reason="x")  # fmt: skip
        assert answer.status_code == 422
        theirs.refresh_from_db()
        assert theirs.to_date is None

    def test_name_and_representative_change_with_their_history(self, bureau, house):
        client, old = as_(bureau, "clerk"), house.body.name
        change = {"effective_on": "2026-04-01", "document": "武民函〔2026〕1号"}
        went(press(client, page(house.entry), "rename", name="武昌区朝阳助老中心", **change))
        number = "11010519491231002X"
        went(press(client, page(house.entry), "representative", name="李新任", id_number=number, **change))
        shown = text(client.get(page(house.entry)))
        assert "武昌区朝阳助老中心" in shown and old in shown and "李新任" in shown and number not in shown
        wrong = press(client, page(house.entry), "representative", name="王别名", id_number=number, **change)
        assert wrong.status_code == 422 and "姓名与填写的不一致" in text(wrong)

    def test_an_old_page_changes_nothing(self, bureau, house):
        client = as_(bureau, "clerk")
        address, hidden = forms(client, page(house.entry))["rename"]
        change = {"effective_on": "2026-04-01", "document": "1号"}
        went(press(client, page(house.entry), "edit", domicile="别处"))
        answer = client.post(address, hidden | change | {"name": "武昌区别名社"})
        assert answer.status_code == 409
        assert "武昌区别名社" in text(answer), "what was typed stays"
        house.body.refresh_from_db()
        assert house.body.name != "武昌区别名社"

    def test_the_same_click_twice_is_one_step(self, bureau, house):
        client = as_(bureau, "clerk")
        address, hidden = forms(client, page(house.entry))["grade"]
        sent = hidden | {"grade": "3A", "announced_on": "2024-03-01"}
        went(client.post(address, sent)), went(client.post(address, sent))
        assert house.entry.grades.count() == 1


class TestBeginningAndEnd:
    def test_one_in_preparation_is_found(self, bureau):
        entry = services.register_organisation(
            name="武昌区筹备社", uscc=NEW, org_type="service_institution", preparing=True,
            by=bureau.clerk, now=NOW,
        )  # fmt: skip
        client = as_(bureau, "clerk")
        assert "/registry/?status=preparing" in text(client.get("/desk/"))
        went(press(client, page(entry), "found", founded_on="2026-04-09"))
        entry.refresh_from_db()
        assert entry.state == S.ACTIVE

    @pytest.mark.parametrize(
        ("role", "code", "state"),
        [("clerk", "deregister", S.DEREGISTERED), ("leader", "annul", S.ANNULLED),
         ("section_chief", "revoke", S.REVOKED)],
    )  # fmt: skip
    def test_it_ends(self, bureau, house, role, code, state):
        client = as_(bureau, role)
        missing = press(client, page(house.entry), code, reason="依申请", document="")
        assert missing.status_code == 422
        went(press(client, page(house.entry), code, **PAPER))
        house.entry.refresh_from_db()
        assert house.entry.state == state
        assert code not in forms(client, page(house.entry))

    def test_what_is_not_offered_is_refused(self, bureau, house):
        answer = browser(house.admin_user).post(f"{page(house.entry)}do/deregister/", PAPER)
        assert answer.status_code == 403
        assert as_(bureau, "clerk").post(f"{page(house.entry)}do/nonsense/").status_code == 404


class TestRegistering:
    FIELDS = {"name": "武昌区新来服务中心", "uscc": NEW, "org_type": "service_institution"}

    def send(self, bureau, **fields):
        return as_(bureau, "clerk").post("/registry/new/", self.FIELDS | fields)

    def test_an_organisation_is_entered(self, bureau):
        address = went(self.send(bureau, community="420106014001", founded_on="2020-01-02"))
        entry = SocialOrganisation.objects.select_related("body__community").get()
        assert (entry.uscc, entry.body.community.code) == (NEW, "420106014001")
        assert address == entry.get_absolute_url()

    def test_an_o_for_a_zero_is_explained_and_never_taken(self, bureau):
        answer = self.send(bureau, uscc="52420106MJHOOOO278")
        assert answer.status_code == 422
        assert "不含I、O、S、V、Z" in text(answer) and NEW in text(answer)
        assert 'value="52420106MJHOOOO278"' in text(answer), "what was typed stays"
        assert not SocialOrganisation.objects.exists()

    def test_a_wrong_check_character_needs_a_reason(self, bureau):
        wrong = f"{NEW[:-1]}9"
        answer = self.send(bureau, uscc=wrong)
        assert answer.status_code == 422 and "校验位不符" in text(answer)
        went(self.send(bureau, uscc=wrong, override_reason="证照原件如此"))
        assert SocialOrganisation.objects.get().code_overridden

    def test_a_known_code_names_who_has_it(self, bureau, house):
        answer = self.send(bureau, uscc=house.entry.uscc)
        assert answer.status_code == 422 and house.body.name in text(answer)

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": ""},
            {"uscc": "\x00"},
            {"org_type": "club"},
            {"community": "999"},
            {"founded_on": "31 June"},
        ],
    )
    def test_bad_input_is_told(self, bureau, fields):
        answer = self.send(bureau, **fields)
        assert answer.status_code == 422 and "处需要修改" in text(answer)
        assert not SocialOrganisation.objects.exists()

    def test_others_do_not_register(self, bureau, house):
        for client in (as_(bureau, "leader"), browser(house.admin_user)):
            assert client.get("/registry/new/").status_code == 403


class TestGroups:
    FIELDS = {"name": "石洞合唱队", "filing_no": "WC-7", "community": "420106014001"}

    def test_one_is_recorded_moved_and_dissolved(self, bureau, house, rival):
        client = as_(bureau, "clerk")
        went(client.post("/registry/groups/new/", self.FIELDS | {"host": house.entry.uscc}))
        group = CommunityGroup.objects.get()
        assert group.host == house.body
        change = {"effective_on": "2026-04-01", "document": "1号"}
        unknown = press(client, page(group), "change_host", host="没有这个单位", **change)
        assert unknown.status_code == 422 and "没有找到这个单位" in text(unknown)
        went(press(client, page(group), "change_host", host=rival.body.name, **change))
        shown = text(client.get(page(group)))
        assert house.body.name in shown and rival.body.name in shown
        went(press(client, page(group), "dissolve", reason="不再活动"))
        group.refresh_from_db()
        assert group.state == "dissolved"

    def test_a_street_officer_records_only_on_its_own_ground(self, bureau, house):
        street = a_body("street_office", "别处街道办事处")
        officer = a_user("街道经办")
        seat(officer, street, Role.STREET_OFFICER, area_code="420106099")
        client = browser(officer)
        assert client.get("/registry/groups/new/").status_code == 200
        answer = client.post("/registry/groups/new/", self.FIELDS | {"host": house.body.name})
        assert answer.status_code == 403 and not CommunityGroup.objects.exists()
