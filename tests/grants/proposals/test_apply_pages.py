"""Writing an application in the browser: answers and budget, saved without loss, by two at once too."""

from __future__ import annotations

import pytest
from django.test import Client

from core.audit.selectors import entries_of
from grants.proposals.selectors import broken_rules
from tests.grants.applying import fresh
from tests.grants.proposals.browsing import Tab, hidden, moment
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
KINDNESS = "助人为乐，不计较得失；" * 8


def test_only_those_of_the_applicant_may_write(call, draft):
    rival = call.an_organisation("武昌区青苗青少年服务中心")
    address = f"/proposals/{draft.public_id}/edit/"
    with moment():
        found = {
            "admin": browser(call.house.admin_user).get(address).status_code,
            "editor": browser(call.member(call.house, "applicant_editor")).get(address).status_code,
            "finance": browser(call.member(call.house, "applicant_finance")).get(address).status_code,
            "rival": browser(rival.admin_user).get(address).status_code,
            "clerk": browser(call.office.users["clerk"]).get(address).status_code,
            "anonymous": Client().get(address).status_code,
        }
        call.submit(draft)
        found["clerk, handed in"] = browser(call.office.users["clerk"]).get(address).status_code
        found["admin, handed in"] = browser(call.house.admin_user).get(address).status_code
    assert found == {
        "admin": 200, "editor": 200, "finance": 200, "rival": 404, "clerk": 404, "anonymous": 302,
        "clerk, handed in": 403, "admin, handed in": 302,
    }  # fmt: skip


def test_the_page_is_drawn_in_few_queries(call, draft, django_assert_max_num_queries):
    client, address = browser(call.house.admin_user), f"/proposals/{draft.public_id}/edit/"
    with moment(), django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


def test_a_button_saves_every_section_that_was_touched_and_no_other(tab, draft):
    before = {one.section: one.row_version for one in draft.sections.all()}
    answer = tab.type(title="新的项目名称助浴", innovation=KINDNESS).send("save:value")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/proposals/{draft.public_id}/edit/#s-value",
    )
    after = {one.section: one.row_version for one in draft.sections.all()}
    assert {name for name in after if after[name] != before[name]} == {"basics", "value"}
    assert fresh(draft).title == "新的项目名称助浴"
    assert "已保存 10:00:00" in tab.client.get(answer.headers["Location"]).content.decode()


def test_the_script_is_told_time_marks_what_is_missing_and_the_sums(tab, draft):
    answer = tab.type(summary="", b1_price="9000", b1_grant="9000", b1_own="").send(quietly=True)
    told = answer.json()
    assert (answer.status_code, told["says"], told["faults"]) == (200, "已保存 10:00:00", {})
    assert "“项目摘要”还没有填写" in told["missing"]
    assert 'href="#f-summary"' in told["missing"]
    assert "9,000.00" in told["sums"]
    assert "人民币玖仟元整" in told["sums"]
    assert told["marks"]["basics.version"] == "2"
    assert Tab(tab.client, draft).fields["budget.base"] == told["marks"]["budget.base"]


def test_saving_the_same_again_writes_nothing(tab, draft):
    tab.type(title="新的项目名称助浴").send(quietly=True)
    written = entries_of(draft).count()
    assert tab.send(quietly=True).status_code == 200
    assert entries_of(draft).count() == written


def test_an_answer_that_breaks_a_rule_is_kept_as_typed(tab, draft):
    tab.type(survey_size="三十份", beneficiaries="３００", title="短").send()
    answers = fresh(draft).answers()
    assert (answers["survey_size"], answers["beneficiaries"], answers["title"]) == ("三十份", 300, "短")
    faults = {one.subject: str(one) for one in broken_rules(fresh(draft))}
    assert faults["survey_size"] == "“有效问卷或访谈数量”应为 5 至 2000 之间的整数"
    assert "title" in faults
    assert "三十份" in tab.client.get(f"/proposals/{draft.public_id}/edit/").content.decode()


def test_control_characters_go_and_rare_characters_stay(tab, draft):
    tab.type(team="𠮷田\x00與𡈽屋\r\n第二行" + "人" * 60, title="𠮷\x00祥\n如意助老").send()
    answers = fresh(draft).answers()
    assert answers["team"] == "𠮷田與𡈽屋\n第二行" + "人" * 60
    assert answers["title"] == "𠮷祥 如意助老"


def test_a_text_beyond_every_limit_is_not_saved_and_not_lost(tab, draft):
    huge = "长" * 10_001
    answer = tab.type(team=huge, title="新的项目名称助浴").send("save:team")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert huge in html
    assert "这一栏有 10001 字" in html
    assert fresh(draft).title == "新的项目名称助浴"
    assert fresh(draft).answers()["team"] != huge
    assert tab.send(quietly=True).json()["faults"].keys() == {"team"}


def test_conditions_and_bounds_stand_at_the_fields(tab):
    assert 'data-when="q.category" data-equals="youth_support"' in tab.html
    assert "80 至 300 字" in tab.html
    assert "5 至 2000 之间的整数" in tab.html


# The budget


@pytest.mark.parametrize(("typed", "says"), [
    ("3万", "如果是这个数，请写成 30000.00"),
    ("3e4", "如果是这个数，请写成 30000.00"),
    ("-1", "金额不能是负数"),
    ("12.345", "最多写到分"),
    ("=1+1", "看不懂金额“=1+1”"),
    ("9" * 15, "金额过大"),
])  # fmt: skip
def test_what_is_no_amount_is_named_at_its_cell_and_stays_there(tab, draft, typed, says):
    answer = tab.type(b1_price=typed, title="新的项目名称助浴").send("save:budget")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert f'value="{typed}"' in html
    assert 'href="#b1-price"' in html
    assert fresh(draft).title == "新的项目名称助浴"
    assert draft.budget.get().unit_price_fen == 10_000_00
    assert tab.send(quietly=True).json()["faults"].keys() == {"b1-price"}


def test_a_count_that_is_none_is_named_too(tab):
    told = tab.type(b1_quantity="一批", b1_times="99999", b1_item="物" * 81).send(quietly=True)
    assert told.status_code == 422
    assert told.json()["faults"].keys() == {"b1-quantity", "b1-times", "b1-item"}


def test_a_cell_left_blank_takes_the_rest_of_the_subtotal(tab, draft):
    tab.type(b1_price="100", b1_quantity="30", b1_times="2", b1_grant="", b1_own="1,000").send()
    tab.open()
    tab.type(
        b3_code="104", b3_item="场地", b3_unit="天", b3_price="50.5", b3_quantity="4", b3_grant="150",
        b3_linked_activity="入户助浴",
    ).send()  # fmt: skip
    first, second = draft.budget.all()
    assert (first.subtotal_fen, first.grant_fen, first.own_fen) == (600_000, 500_000, 100_000)
    assert (second.no, second.subtotal_fen, second.grant_fen, second.own_fen) == (2, 20_200, 15_000, 5_200)
    assert fresh(draft).requested_fen == 515_000


def test_a_budget_that_does_not_add_up_is_kept_and_not_handed_in(tab, draft):
    answer = tab.type(b1_grant="9000", b1_own="500").send("submit", state="draft")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "申请资金与自筹资金之和应等于小计" in html
    assert 'href="#f-budget-1"' in html
    assert draft.budget.get().own_fen == 50_000
    assert fresh(draft).state == "draft"


def test_bars_name_article_and_largest_amount(call, tab):
    told = (
        tab.type(b2_code="120", b2_item="管理费", b2_price="1200", b2_quantity="1").send(quietly=True).json()
    )
    assert "1,200.00，最多 1,120.00 元" in told["sums"]
    assert "预算编制说明 三" in told["sums"]
    assert "11,200.00，最多 20,000.00 元" in told["sums"]
    assert "征集公告 资助标准" in told["sums"]


def test_an_emptied_grid_is_an_empty_budget(tab, draft):
    tab.fields |= {name: "" for name in tab.fields if name.startswith("b1-")}
    tab.send()
    assert (draft.budget.count(), fresh(draft).requested_fen) == (0, 0)


# Two tabs, two people


def test_two_tabs_on_different_sections_do_not_disturb_each_other(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        assert one.type(title="第一个窗口的名称").send(quietly=True).status_code == 200
        assert two.type(innovation=KINDNESS).send(quietly=True).status_code == 200
    answers = fresh(draft).answers()
    assert (answers["title"], answers["innovation"]) == ("第一个窗口的名称", KINDNESS)


def test_a_tab_that_saved_one_section_has_not_seen_what_happened_to_the_others(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        one.type(title="第一个窗口的名称", b1_price="7000", b1_grant="7000", b1_own="").send(quietly=True)
        assert two.type(innovation=KINDNESS).send(quietly=True).status_code == 200
        assert two.type(resources=KINDNESS).send(quietly=True).status_code == 200
        assert fresh(draft).title == "第一个窗口的名称"
        assert fresh(draft).budget.get(no=1).unit_price_fen == 700000
        told = two.type(title="第二个窗口的名称").send(quietly=True)
        assert (told.status_code, told.json()["contested"]) == (409, True)
        two.type(b1_price="8000", b1_grant="8000", b1_own="").send()
    assert fresh(draft).title == "第一个窗口的名称"
    assert fresh(draft).budget.get(no=1).unit_price_fen == 700000


def test_a_page_that_was_refused_has_not_seen_the_newest_either(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        one.type(title="第一个窗口的名称").send(quietly=True)
        for typed, do in (({"b1_price": "3万"}, "save:"), ({"b1_price": "9000", "goals": ""}, "submit")):
            refused = two.type(**typed).send(do)
            assert refused.status_code == 422
            two.fields |= hidden(refused.content.decode())
        assert two.type(goals=KINDNESS).send().status_code == 302
        assert fresh(draft).title == "第一个窗口的名称"
        assert two.type(title="第二个窗口的名称").send(quietly=True).status_code == 409
    assert fresh(draft).title == "第一个窗口的名称"


def test_two_people_on_one_section_choose_and_nobody_overwrites(call, draft):
    editor = call.member(call.house, "applicant_editor")
    with moment():
        one, two = Tab(browser(call.house.admin_user), draft), Tab(browser(editor), draft)
        one.type(title="负责人写的名称").send()
        told = two.type(title="填写人写的名称", summary=KINDNESS).send(quietly=True)
        assert (told.status_code, told.json()["contested"], told.json()["marks"]) == (409, True, {})
        page = two.send()
        html = page.content.decode()
        assert page.status_code == 409
        assert "负责人写的名称" in html
        assert "填写人写的名称" in html
        assert fresh(draft).title == "负责人写的名称"
        chosen = {**two.fields, "pick.title": "theirs", "pick.summary": "mine"}
        conflict = page.context["outcome"].conflicts[0]
        chosen |= {"basics.version": conflict.version, "basics.base": conflict.mark}
        two.fields = chosen
        assert two.send().status_code == 302
    answers = fresh(draft).answers()
    assert (answers["title"], answers["summary"]) == ("负责人写的名称", KINDNESS)


def test_two_tabs_on_the_budget_choose_too(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        one.type(b1_item="第一个窗口").send()
        page = two.type(b1_item="第二个窗口").send()
        html = page.content.decode()
        assert page.status_code == 409
        assert "第一个窗口" in html
        assert "第二个窗口" in html
        assert draft.budget.get().item == "第一个窗口"
        two.fields |= {"budget.base": page.context["desk"].budget_base, "pick.budget": "mine"}
        assert two.send().status_code == 302
    assert draft.budget.get().item == "第二个窗口"


def test_an_expired_session_is_told_apart_and_nothing_is_saved(call, draft, tab):
    tab.client.logout()
    told = tab.type(title="写到一半的名称").send(quietly=True)
    assert (told.status_code, told.headers["HX-Trigger"]) == (401, "signed-out")
    assert tab.send().status_code == 302
    assert fresh(draft).title != "写到一半的名称"
    again = Tab(browser(call.house.admin_user), draft)
    assert again.type(title="写到一半的名称").send(quietly=True).status_code == 200


def test_what_a_device_keeps_belongs_to_one_draft_and_one_account(call, draft, tab):
    editor = browser(call.member(call.house, "applicant_editor"))
    house = call.an_organisation("武昌区青苗青少年服务中心")
    seen = (
        (tab.client, draft),
        (tab.client, draft),
        (editor, draft),
        (browser(house.admin_user), call.draft(house)),
    )
    tabs = [Tab(client, proposal) for client, proposal in seen]
    keys = [one.html.split('data-kept-under="')[1].split('"')[0] for one in tabs]
    assert len(set(keys)) == 3
    assert all(len(key) == 64 for key in keys)


def test_saving_one_section_does_not_vouch_for_another_the_tab_has_not_seen(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        two.type(title="第二个窗口的名称").send()
        told = one.type(innovation=KINDNESS).send(quietly=True)
        assert told.status_code == 200
        assert "basics.version" not in told.json()["marks"]
        one.fields |= told.json()["marks"]
        assert one.type(title="第一个窗口的名称").send(quietly=True).status_code == 409
    assert fresh(draft).title == "第二个窗口的名称"


def test_a_budget_with_a_fault_does_not_vouch_for_what_another_tab_saved(call, draft):
    with moment():
        one, two = (Tab(browser(call.house.admin_user), draft) for _ in range(2))
        two.type(b1_item="第二个窗口").send()
        page = one.type(b1_item="第一个窗口", b1_price="3万").send("save:budget")
        assert page.status_code == 422
        one.fields["budget.base"] = page.context["desk"].budget_base
        assert one.type(b1_price="30000").send().status_code == 409
    assert draft.budget.get().item == "第二个窗口"
