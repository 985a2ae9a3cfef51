"""Notices and objections at the desk: who sees what, and every button pressed as a browser does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.policy import Role
from core.workdays import SHANGHAI
from grants.publicity import selectors, services
from grants.publicity.models import Notice, NoticeItem, Objection
from orgs.people.services import declare_interest
from tests.grants.pressing import at, offered, picture, press, rows_of
from tests.grants.publicity.conftest import DRAFTED, LATER, OUT, OVER, RUNNING
from tests.grants.visiting import leads
from tests.orgs.builders import a_body, a_user, browser, seat, signed_in

pytestmark = pytest.mark.django_db
PHONE = "13812341234"


def fresh(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def status(who, address: str) -> int:
    return browser(who).get(address).status_code


class TestWhoSees:
    def test_a_draft_is_a_page_for_those_who_work_on_it(self, stand):
        office, page = stand.office, stand.draft().get_absolute_url()
        for role in ("clerk", "section_chief", "leader", "supervisor"):
            assert status(getattr(office, role), page) == 200, role
        assert status(office.finance_clerk, page) == 404
        assert Client().get(page).status_code == 302

    def test_a_public_one_leads_outsiders_to_the_page_of_everybody(self, stand):
        notice = stand.publish()
        answer = browser(stand.office.finance_clerk).get(notice.get_absolute_url())
        assert answer["Location"] == reverse("public_notice", args=[notice.public_id])

    def test_the_list_shows_what_the_pages_show(self, stand):
        draft = stand.draft()
        editor = a_user("网站编辑")
        seat(editor, stand.office.committee, Role.EDITOR)
        for client, sees in ((browser(stand.office.clerk), True), (signed_in(Client(), editor), False)):
            listed = draft.title in client.get(reverse("notices")).content.decode()
            assert listed is sees
            assert (client.get(draft.get_absolute_url()).status_code == 200) is sees
        assert browser(stand.office.finance_clerk).get(reverse("notices")).status_code == 403

    def test_an_objection_is_seen_by_bureau_supervisor_and_nobody_else(self, stand):
        objection = stand.object_to(stand.publish().items.get(position=1))
        for role in ("clerk", "section_chief", "leader", "supervisor"):
            assert status(getattr(stand.office, role), objection.get_absolute_url()) == 200, role
        assert status(stand.office.finance_clerk, objection.get_absolute_url()) == 404
        assert browser(stand.office.finance_clerk).get(reverse("objections")).status_code == 403

    def test_who_declared_an_interest_sees_neither_the_page_nor_the_row(self, stand):
        objection = stand.object_to(stand.publish().items.get(position=1))
        chief = stand.office.second_chief
        assert objection.number in browser(chief).get(reverse("objections")).content.decode()
        declare_interest(
            person_id=chief.person_id,
            body_id=stand.office.finance.pk,
            kind="kin",
            by=chief,
            now=RUNNING,
            valid_from=RUNNING.date(),
        )
        with at(RUNNING):
            assert status(chief, objection.get_absolute_url()) == 404
            assert objection.number not in browser(chief).get(reverse("objections")).content.decode()

    def test_the_objector_is_named_to_the_uninvolved_and_the_supervisor_only(self, stand):
        objection = stand.object_to(stand.publish().items.get(position=1), objector="钱多多", contact=PHONE)
        page = objection.get_absolute_url()
        for who, sees in (
            (stand.office.second_chief, True),
            (stand.office.supervisor, True),
            (stand.office.clerk, False),
            (stand.office.leader, False),
        ):
            html = browser(who).get(page).content.decode()
            assert ("钱多多" in html, PHONE in html) == (sees, sees)
            assert "该单位材料不实" in html


class TestTheDraft:
    def test_the_check_shows_each_finding_and_greys_publication(self, stand):
        notice = stand.draft()
        item = notice.items.get(position=2)
        services.edit_item(item_id=item.pk, organisation=f"乙社{PHONE}", by=stand.office.clerk, now=DRAFTED)
        client, page = browser(stand.office.leader), notice.get_absolute_url()
        with at(OUT):
            html = client.get(page).content.decode()
            assert "第 2 项单位名称 含有未脱敏的个人号码（13…34）" in html
            assert PHONE not in html
            assert "publish" not in offered(client, page)
            answer = client.post(f"{page}do/publish/")
            assert answer.status_code == 422
            assert "含有未脱敏的个人号码" in answer.content.decode()
            assert fresh(notice).state == "drafted"
            clerk = browser(stand.office.clerk)
            named = {"title": item.title, "organisation": "乙社", "place": ""}
            clerk.post(reverse("edit_notice_item", args=[notice.public_id, item.public_id]), named)
            assert "没有发现身份证号、手机号和银行账号" in client.get(page).content.decode()
            assert press(client, page, "publish").status_code == 302
        assert fresh(notice).state == "published"

    def test_who_worded_it_does_not_publish_it(self, stand):
        notice = stand.draft()
        clerk = stand.office.clerk
        assert "publish" not in offered(browser(clerk), notice.get_absolute_url())
        assert browser(clerk).post(f"{notice.get_absolute_url()}do/publish/").status_code == 403

    def test_its_words_are_edited_and_a_stale_page_overwrites_nothing(self, stand):
        notice, client = stand.draft(), browser(stand.office.clerk)
        page = notice.get_absolute_url()
        with at(DRAFTED):
            assert press(client, page, "edit", title="拟立项公示（更正）").status_code == 302
            assert fresh(notice).title == "拟立项公示（更正）"
            answer = press(client, page, "edit", title="旧页面", version="1")
            assert answer.status_code == 409
            assert "旧页面" in answer.content.decode()
        assert fresh(notice).title == "拟立项公示（更正）"

    def test_an_item_is_looked_up_in_its_own_notice(self, stand):
        first, second = stand.draft([stand.items()[0]]), stand.draft([stand.items()[2]])
        strange = reverse("edit_notice_item", args=[first.public_id, second.items.get().public_id])
        assert browser(stand.office.clerk).get(strange).status_code == 404

    def test_an_item_without_a_name_keeps_what_was_typed(self, stand):
        notice = stand.draft()
        page = reverse("edit_notice_item", args=[notice.public_id, notice.items.get(position=1).public_id])
        client = browser(stand.office.clerk)
        assert 'value="银龄守望"' in client.get(page).content.decode()
        answer = client.post(page, {"title": "", "organisation": "甲社（更正）"})
        assert answer.status_code == 422
        assert "甲社（更正）" in answer.content.decode()
        assert browser(stand.office.leader).get(page).status_code == 403

    def test_the_preview_is_what_the_public_reads(self, stand):
        notice = stand.draft()
        with at(OUT):
            html = browser(stand.office.leader).get(notice.get_absolute_url()).content.decode()
            assert "如果现在发布：5 个工作日，2026-06-08 至 2026-06-12 24:00" in " ".join(html.split())
            services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=OUT)
            public = Client().get(reverse("public_notice", args=[notice.public_id])).content.decode()
        for text in ("银龄守望", "甲社", "20,000.00", "共 3 个项目，合计 45,000.00 元"):
            assert text in html
            assert text in public


class TestTheRunningNotice:
    def test_it_ends_when_its_last_day_is_over(self, stand):
        notice, client = stand.publish(), browser(stand.office.clerk)
        page = notice.get_absolute_url()
        with at(RUNNING):
            assert "公示到 2026-06-12 24 时期满" in client.get(page).content.decode()
            assert client.post(f"{page}do/end/").status_code == 422
        with at(OVER):
            assert press(browser(stand.office.clerk), page, "end").status_code == 302
        assert fresh(notice).state == "ended"

    def test_its_posting_is_kept_with_address_and_picture(self, stand):
        notice, client = stand.publish(), browser(stand.office.clerk)
        page = notice.get_absolute_url()
        with at(RUNNING):
            wrong = press(client, page, "record_posting", url="不是网址", screenshot=picture())
            assert (wrong.status_code, "完整网址" in wrong.content.decode()) == (422, True)
            svg = picture("截图.svg")
            svg.seek(0)
            svg.write(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>")
            svg.truncate()
            svg.seek(0)
            refused = press(client, page, "record_posting", url="https://gov.example/1", screenshot=svg)
            assert (refused.status_code, "另存为 PNG" in refused.content.decode()) == (422, True)
            assert not fresh(notice).has_posting()
            good = press(client, page, "record_posting", url="https://gov.example/1", screenshot=picture())
            assert good.status_code == 302
        assert fresh(notice).has_posting()

    def test_provisional_dates_are_confirmed_one_by_one_before_it_ends(self, stand):
        from tests.grants.builders import load_calendar

        load_calendar(2027)
        notice = stand.draft()
        out = datetime(2026, 12, 28, 8, 30, tzinfo=SHANGHAI)
        services.publish_notice(notice_id=notice.pk, by=stand.office.leader, now=out)
        notice = fresh(notice)
        page, later = notice.get_absolute_url(), datetime(2027, 1, 8, 9, 0, tzinfo=SHANGHAI)
        dates = selectors.dates_waiting(notice)
        assert dates
        with at(later):
            client = browser(stand.office.clerk)
            assert "待确认" in client.get(page).content.decode()
            assert "end" not in offered(client, page)
            assert press(client, page, "confirm_date", kind="work").status_code == 422
            for day in dates:
                typed = {"day": day.isoformat(), "kind": "work" if day.weekday() < 5 else "off"}
                press(client, page, "confirm_date", reason="国办通知", **typed)
            assert selectors.dates_waiting(notice) == []
            if "recount" in offered(client, page):
                assert press(client, page, "recount").status_code == 302
        with at(later + timedelta(days=5)):
            assert press(browser(stand.office.clerk), page, "end").status_code == 302

    def test_counting_again_is_greyed_while_the_calendar_did_not_change(self, stand):
        page, client = stand.publish().get_absolute_url(), browser(stand.office.clerk)
        with at(RUNNING):
            assert "recount" not in offered(client, page)
            assert "截止日没有变化" in client.get(page).content.decode()
            assert client.post(f"{page}do/recount/").status_code == 302


class TestTheObjection:
    @pytest.fixture
    def objection(self, stand):
        return stand.object_to(stand.publish().items.get(position=1))

    def test_somebody_uninvolved_investigates_and_dismisses(self, stand, objection):
        page = objection.get_absolute_url()
        clerk, chief = browser(stand.office.clerk), browser(stand.office.second_chief)
        with at(LATER):
            assert "investigate" not in offered(clerk, page)
            assert clerk.post(f"{page}do/investigate/").status_code == 403
            assert press(chief, page, "investigate").status_code == 302
            empty = press(chief, page, "dismiss", finding="已核查无误", reply="")
            assert empty.status_code == 422
            assert "已核查无误" in empty.content.decode()
            assert (
                press(chief, page, "dismiss", finding="已核查无误", reply="经核查不成立").status_code == 302
            )
        assert Objection.objects.get().state == "dismissed"
        assert NoticeItem.objects.get(position=1).state == "listed"
        assert "经核查不成立" in browser(stand.office.leader).get(page).content.decode()

    def test_an_upheld_one_takes_its_item_off(self, stand, objection):
        page, chief = objection.get_absolute_url(), browser(stand.office.second_chief)
        with at(LATER):
            press(chief, page, "investigate")
            assert press(chief, page, "uphold", finding="属实", reply="经核查成立").status_code == 302
        assert NoticeItem.objects.get(position=1).state == "struck"

    def test_what_is_anonymous_offers_no_button(self, stand):
        hint = stand.object_to(stand.publish().items.get(position=1), kind="anonymous")
        client = browser(stand.office.second_chief)
        assert offered(client, hint.get_absolute_url()) == set()
        assert "匿名反映，只作记录" in client.get(hint.get_absolute_url()).content.decode()

    def test_a_late_answer_is_told(self, stand, objection):
        client = browser(stand.office.second_chief)
        with at(datetime(2026, 7, 3, 9, 0, tzinfo=SHANGHAI)):
            assert "答复期限 2026-07-02 已过" in client.get(objection.get_absolute_url()).content.decode()
            assert objection.number in client.get(reverse("objections"), {"waits": "late"}).content.decode()


class TestLists:
    def counted(self, client, address, queries) -> int:
        client.get(address)
        with queries() as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    def test_both_lists_cost_the_same_for_one_row_and_for_three(self, stand, django_assert_max_num_queries):
        from functools import partial

        queries = partial(django_assert_max_num_queries, 12)
        notice, client = stand.publish(), browser(stand.office.clerk)
        items = list(notice.items.order_by("position"))
        stand.object_to(items[0])
        with at(RUNNING):
            one = [self.counted(client, reverse(name), queries) for name in ("notices", "objections")]
            for number in (1, 2):
                stand.object_to(items[number])
                extra = services.ItemDraft(f"brands.brand:{number + 5}", "新项目", "丁社", 1_000_000)
                stand.draft([extra])
            three = [self.counted(client, reverse(name), queries) for name in ("notices", "objections")]
        assert one == three

    def test_the_pages_of_objects_are_cheap(self, stand, django_assert_max_num_queries):
        notice, client = stand.publish(), browser(stand.office.second_chief)
        objection = stand.object_to(notice.items.get(position=1))
        with at(RUNNING), django_assert_max_num_queries(20):
            client.get(notice.get_absolute_url())
        with at(RUNNING), django_assert_max_num_queries(20):
            client.get(objection.get_absolute_url())

    def test_they_are_exported(self, stand):
        notice = stand.publish()
        objection = stand.object_to(notice.items.get(position=1), statement="=1+1")
        client = browser(stand.office.clerk)
        with at(RUNNING):
            table = rows_of(client.get(reverse("notices"), {"export": "xlsx"}))
            assert table[1][:2] == ["拟立项名单公示", notice.number]
            table = rows_of(client.get(reverse("objections"), {"export": "xlsx"}))
        assert table[1][0] == objection.number
        assert not {"王小明", PHONE, "=1+1"} & {str(cell) for line in table for cell in line}

    def test_strange_questions_are_no_fault(self, stand):
        client = browser(stand.office.clerk)
        for query in ("page=999", "state=%00", "waits=nothing", "q=%27%22%3BOR+1%3D1", "sort=-pk__x", "q=𠮷"):
            for name in ("notices", "objections"):
                assert client.get(f"{reverse(name)}?{query}").status_code == 200


class TestTheDesk:
    def leads(self, who, now) -> dict[str, str]:
        return leads(selectors.todo_for(who, now))

    def test_each_row_leads_to_just_that_work(self, stand):
        notice = stand.publish()
        objection = stand.object_to(notice.items.get(position=1))
        with at(OVER):
            clerk = self.leads(stand.office.clerk, OVER)
            assert set(clerk) == {"期满待结束的公示", "待登记政府网站同步公示"}
            for address in clerk.values():
                assert notice.title in browser(stand.office.clerk).get(address).content.decode()
            chief = self.leads(stand.office.second_chief, OVER)
            page = browser(stand.office.second_chief).get(chief["待受理核查的异议"]).content.decode()
            assert objection.number in page
            services.investigate_objection(objection_id=objection.pk, by=stand.office.second_chief, now=OVER)
            chief = self.leads(stand.office.second_chief, OVER)
            mine = chief["核查中待答复的异议"]
            assert objection.number in browser(stand.office.second_chief).get(mine).content.decode()
            assert objection.number not in browser(stand.office.leader).get(mine).content.decode()
            supervisor = self.leads(stand.office.supervisor, OVER)
            assert set(supervisor) == {"未办结的异议"}

    def test_the_leader_is_led_to_the_draft_itself(self, stand):
        notice = stand.draft()
        assert self.leads(stand.office.leader, RUNNING) == {"待发布的公示": notice.get_absolute_url()}

    def test_a_stranger_without_a_role_sees_nothing(self, stand):
        stand.publish()
        user = a_user("路人")
        seat(user, a_body("social_organisation", "无关社"), Role.APPLICANT_ADMIN)
        assert signed_in(Client(), user).get(reverse("notices")).status_code == 403
