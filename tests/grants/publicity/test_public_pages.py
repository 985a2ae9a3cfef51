"""What everybody reads of a notice, and how an objection is handed in without an account."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core.audit.models import Entry
from core.files.models import FileRef
from grants.publicity import services
from grants.publicity.models import Notice, NoticeItem, Objection
from tests.grants.pressing import at, form_on, picture, rows_of
from tests.grants.publicity.conftest import DRAFTED, OUT, OVER, RUNNING
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
PHONE, IDENTITY, CARD = "13912345678", "42010619850307123X", "6222021001116245702"
WORDS = {
    "kind": "person",
    "objector": "钱多多",
    "contact": PHONE,
    "statement": "该单位去年同一项目已获资助，材料前后不一。",
}


@pytest.fixture(autouse=True)
def nobody_asked_yet():
    cache.clear()


@pytest.fixture
def notice(stand):
    return stand.publish()


def page_of(notice: Notice) -> str:
    return reverse("public_notice", args=[notice.public_id])


def form_of(notice: Notice) -> str:
    return reverse("object_to_notice", args=[notice.public_id])


def send(notice: Notice, position: int = 1, client: Client | None = None, **typed):
    client = client or Client()
    item = notice.items.get(position=position)
    blank = form_on(client.get(form_of(notice)).content.decode(), "")
    return client.post(form_of(notice), blank | WORDS | {"item": item.public_id} | typed)


class TestTheNotice:
    def test_a_draft_does_not_exist_for_the_public(self, stand):
        draft = stand.draft()
        for address in (page_of(draft), form_of(draft)):
            assert Client().get(address).status_code == 404
        assert Client().post(form_of(draft), WORDS).status_code == 404
        assert draft.title not in Client().get(reverse("public_notices")).content.decode()
        assert browser(stand.office.leader).get(page_of(draft)).status_code == 404

    def test_it_says_what_is_announced_until_when_and_how_to_object(self, notice):
        with at(RUNNING):
            html = Client().get(page_of(notice)).content.decode()
        for text in (
            "银龄守望",
            "甲社",
            "20,000.00",
            "共 3 个项目，合计 45,000.00 元",
            "还剩 <b>3</b> 个工作日",
            "2026-06-12 24:00 截止",
            "社会组织管理科 027-88936123",
            notice.number,
        ):
            assert text in html
        assert f"{form_of(notice)}?item={notice.items.get(position=1).public_id}" in html

    def test_it_is_live(self, stand, notice):
        objection = stand.object_to(notice.items.get(position=2))
        with at(RUNNING):
            assert "异议核查中" in Client().get(page_of(notice)).content.decode()
            stand.conclude(objection, "uphold")
            html = Client().get(page_of(notice)).content.decode()
        assert "异议成立" in html
        assert "共 2 个项目，合计 30,000.00 元" in html
        with at(OVER):
            stand.end(notice)
            assert "公示期已满" in Client().get(page_of(notice)).content.decode()

    def test_no_personal_number_is_ever_shown(self, stand, notice):
        stand.object_to(notice.items.get(position=1), objector="钱多多", contact=PHONE, statement=IDENTITY)
        # past the door and past its check, as an import of old data might
        NoticeItem.objects.filter(position=2).update(organisation=f"乙社{PHONE}", place=CARD)
        Notice.objects.update(text=f"联系人身份证{IDENTITY}", title=f"公示{PHONE}")
        with at(RUNNING):
            client = Client()
            pages = [page_of(notice), form_of(notice), reverse("public_notices")]
            shown = [client.get(page).content.decode() for page in pages]
            table = rows_of(client.get(reverse("public_notices"), {"export": "xlsx"}))
        text = "".join(shown) + str(table)
        for secret in (PHONE, IDENTITY, CARD, "钱多多"):
            assert secret not in text
        assert "139****5678" in shown[0]

    def test_it_reads_in_english_and_in_large_type(self, notice):
        client = Client()
        client.cookies["elder"] = "1"
        client.cookies["django_language"] = "en"
        with at(RUNNING):
            html = client.get(page_of(notice)).content.decode()
        assert '<html lang="en" class="elder">' in html
        assert "银龄守望" in html

    def test_the_list_is_found_sorted_and_exported(self, stand, django_assert_max_num_queries):
        notice = stand.draft([services.ItemDraft("brands.brand:9", "=1+1", "甲社", 100)])
        services.edit_notice(notice_id=notice.pk, title="=1+1", by=stand.office.clerk, now=DRAFTED)
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=OUT)
        with at(RUNNING):
            client = Client()
            client.get(reverse("public_notices"))
            with django_assert_max_num_queries(4):
                assert "=1+1" in client.get(reverse("public_notices")).content.decode()
            answer = client.get(reverse("public_notices"), {"export": "xlsx"})
        assert rows_of(answer)[1][0] == "=1+1"
        from openpyxl import load_workbook

        cell = load_workbook(io.BytesIO(answer.content)).worksheets[0]["A2"]
        assert cell.data_type == "s"


class TestObjecting:
    def test_it_is_taken_in_held_and_receipted(self, notice):
        with at(RUNNING):
            answer = send(notice)
            assert answer.status_code == 302
            objection = Objection.objects.get()
            receipt = Client().get(answer["Location"]).content.decode()
        assert (objection.state, objection.objector, objection.contact) == ("lodged", "钱多多", PHONE)
        assert NoticeItem.objects.get(position=1).state == "held"
        assert objection.number in receipt
        assert "2026-07-02" in receipt
        assert PHONE not in receipt
        assert "钱多多" not in receipt

    def test_pressed_twice_it_is_one(self, notice):
        with at(RUNNING):
            client, key = Client(), str(uuid4())
            first, second = send(notice, client=client, key=key), send(notice, client=client, key=key)
        assert first["Location"] == second["Location"]
        assert Objection.objects.count() == 1

    def test_the_item_that_was_chosen_is_filled_in(self, notice):
        item = notice.items.get(position=2)
        html = Client().get(f"{form_of(notice)}?item={item.public_id}").content.decode()
        assert f'value="{item.public_id}" selected' in html

    def test_an_anonymous_hint_is_noted_and_says_so(self, notice):
        with at(RUNNING):
            answer = send(notice, kind="anonymous")
            receipt = Client().get(answer["Location"]).content.decode()
        assert "匿名反映已经记录" in receipt
        assert (Objection.objects.get().objector, Objection.objects.get().state) == ("", "noted")
        assert NoticeItem.objects.get(position=1).state == "listed"

    def test_who_is_signed_in_leaves_no_trace(self, stand, notice):
        with at(RUNNING):
            send(notice, client=browser(stand.office.finance_clerk))
        entry = Entry.objects.get(object_type="publicity.objection")
        assert (entry.actor_kind, entry.actor_id) == ("system", None)

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"objector": "", "contact": ""}, "实名异议须写明姓名"),
            ({"kind": "unit"}, "加盖公章"),
            ({"kind": "nobody"}, "nobody"),
            ({"item": "AAAAAAAAAAAAAAAA"}, "AAAAAAAAAAAAAAAA"),
            ({"statement": "  "}, "事实和理由"),
            ({"statement": "字" * 5001}, "5000"),
            ({"statement": "空\x00字符"}, "事实和理由"),
        ],
    )
    def test_what_is_missing_is_said_and_the_rest_is_kept(self, notice, typed, says):
        with at(RUNNING):
            answer = send(notice, **({"statement": "保留的文字𠮷"} | typed))
        html = answer.content.decode()
        assert answer.status_code == 422
        assert says in html
        assert ("保留的文字𠮷" in html) is ("statement" not in typed)
        assert not Objection.objects.exists()

    @pytest.mark.parametrize(
        ("name", "data", "says"),
        [
            ("证据.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "另存为 PNG"),
            ("空.pdf", b"", "0 字节"),
            ("程序.pdf", b"MZ" + b"\0" * 90, "是程序"),
            ("大.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "10.0 MB"),
        ],
    )
    def test_a_file_that_is_none_of_ours_is_refused_and_the_words_stay(self, notice, name, data, says):
        file = io.BytesIO(data)
        file.name = name
        with at(RUNNING):
            answer = send(notice, paper=file)
        html = answer.content.decode()
        assert answer.status_code == 422
        assert says in html
        assert WORDS["statement"] in html
        assert not Objection.objects.exists()
        assert not FileRef.objects.filter(purpose="publicity.objection_paper").exists()

    def test_a_unit_brings_its_letter(self, stand, notice):
        with at(RUNNING):
            assert send(notice, kind="unit", objector="某社", paper=picture("异议书.png")).status_code == 302
            ref = FileRef.objects.get(purpose="publicity.objection_paper")
            address = reverse("files:download", args=[ref.public_id])
            assert browser(stand.office.second_chief).get(address).status_code == 200
            assert browser(stand.office.clerk).get(address).status_code in (403, 404)
            assert Client().get(address).status_code in (302, 404)

    def test_what_was_struck_cannot_be_chosen(self, stand, notice):
        stand.conclude(stand.object_to(notice.items.get(position=1)), "uphold")
        with at(RUNNING):
            assert send(notice, position=1).status_code == 422
            assert send(notice, position=2).status_code == 302

    def test_an_item_of_another_notice_cannot_be_chosen(self, stand, notice):
        other = stand.draft([services.ItemDraft("brands.brand:7", "别的", "丁社", 1_000_000)])
        services.publish_notice(notice_id=other.pk, by=stand.office.leader, now=OUT)
        with at(RUNNING):
            answer = send(notice, item=other.items.get().public_id)
        assert answer.status_code == 422
        assert not Objection.objects.exists()

    def test_by_one_second_late_it_is_noted(self, notice):
        with at(OVER):
            receipt = Client().get(send(notice)["Location"]).content.decode()
        assert "公示期满后收到" in receipt
        assert Objection.objects.get().is_late is True

    def test_the_sixth_in_an_hour_waits_and_keeps_its_words(self, notice):
        with at(RUNNING):
            client = Client()
            for _number in range(5):
                assert send(notice, client=client, kind="anonymous").status_code == 302
            answer = send(notice, client=client, kind="anonymous")
            assert answer.status_code == 429
            assert WORDS["statement"] in answer.content.decode()
            assert Objection.objects.count() == 5
            other = Client(REMOTE_ADDR="203.0.113.9")
            assert send(notice, client=other, kind="anonymous").status_code == 302


class TestFindingItAgain:
    def ask(self, number: str, contact: str, client: Client | None = None):
        return (client or Client()).post(reverse("find_objection"), {"number": number, "contact": contact})

    def test_number_and_contact_lead_to_the_receipt_with_the_answer(self, stand, notice):
        objection = stand.object_to(notice.items.get(position=1), contact="139-1234 5678")
        stand.conclude(objection, "dismiss")
        with at(RUNNING):
            answer = self.ask(objection.number.lower(), PHONE)
            assert answer.status_code == 302
            receipt = Client().get(answer["Location"]).content.decode()
        assert "答复如下" in receipt
        assert "已核查" not in receipt

    @pytest.mark.parametrize("contact", ["13900000000", "", "   "])
    def test_any_other_contact_finds_nothing(self, stand, notice, contact):
        objection = stand.object_to(notice.items.get(position=1), contact=PHONE)
        assert self.ask(objection.number, contact).status_code == 422

    def test_an_anonymous_one_without_contact_is_not_found_by_its_number(self, stand, notice):
        hint = stand.object_to(notice.items.get(position=1), kind="anonymous", contact="")
        assert self.ask(hint.number, "-").status_code == 422

    def test_guessing_is_slowed_down(self, stand, notice):
        objection = stand.object_to(notice.items.get(position=1), contact=PHONE)
        client = Client()
        for number in range(10):
            assert self.ask(objection.number, f"1390000000{number}", client).status_code == 422
        assert self.ask(objection.number, PHONE, client).status_code == 429

    def test_a_wrong_address_is_no_receipt(self, notice):
        assert Client().get(reverse("objection_receipt", args=["AAAAAAAAAAAAAAAA"])).status_code == 404
