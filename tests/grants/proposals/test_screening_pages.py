"""The pages of screening: who sees them, the queue, the items, remarks at fields, many at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import policy
from core.todo import counted
from grants.proposals import services
from grants.proposals.models import PriorFunding, Proposal
from grants.proposals.permissions import PERMISSIONS
from grants.proposals.selectors import queue, todo_for
from orgs.people import services as people
from tests.grants.applying import COMMUNITY, RECHECK, SCREENING, STREET, fresh, line
from tests.grants.tables import force
from tests.grants.visiting import browser_of, exported, queries_of, stop_clock, text_of
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
QUEUE = "/screening/"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    stop_clock(monkeypatch, SCREENING)


@pytest.fixture
def made(call):
    return call.submitted()


def page_of(proposal):
    return f"{QUEUE}{proposal.public_id}/"


def press(client, proposal, button, **data):
    """Press as the page offers it: the form with its key and version must be there."""
    page = text_of(client, page_of(proposal))
    form = re.search(rf'<form[^>]*action="[^"]*/do/{button}/[^"]*"(.*?)</form>', page, re.S)
    assert form, f"the page does not offer {button}"
    hidden = dict(re.findall(r'name="(key|version)" value="([^"]*)"', form[1]))
    return client.post(f"{page_of(proposal)}do/{button}/", {**hidden, **data})


def many(call, number):
    return [call.submitted(call.an_organisation(f"武昌区第{n}服务中心")) for n in range(number)]


def verdict(proposal, code):
    return proposal.checks.get(version_no=proposal.version_no, code=code).verdict


class TestWhoSees:
    def test_screeners_see_queue_and_page_and_nobody_else_does(self, call, made):
        roles = PERMISSIONS["proposals.list_screening"].roles()
        assert roles == PERMISSIONS["proposals.view_screening"].roles()
        for role in roles:
            client = browser_of(role)
            assert made.number in text_of(client, QUEUE), role
            assert made.title in text_of(client, page_of(made)), role
        for role in ("community_worker", "street_officer", "finance_clerk", "expert", "coach"):
            client = browser_of(role, area_code=STREET if "street" in role else COMMUNITY)
            assert [client.get(a).status_code for a in (QUEUE, page_of(made))] == [403, 404], role
        own = browser(call.applicant)
        assert [own.get(a).status_code for a in (QUEUE, page_of(made))] == [403, 404]
        assert Client().get(page_of(made)).status_code == 302

    def test_the_list_and_the_row_admit_the_same(self, call, made):
        call.draft(call.an_organisation("武昌区起草中心"))
        many(call, 2)
        for role in PERMISSIONS["proposals.list_screening"].roles():
            for code in ("", call.round.code, "WCCT-2027"):
                actor = policy.Actor(1, 1, (policy.Grant(role, round_code=code),))
                rows = {
                    p for p in Proposal.objects.all() if policy.check(actor, "proposals.view_screening", p)
                }
                assert set(queue.in_screening(actor)) == rows, (role, code)

    def test_an_operator_of_another_round_and_a_clerk_with_an_interest_see_nothing(self, call, made):
        other = browser_of("operator", round_code="WCCT-2027")
        assert made.number not in text_of(other, QUEUE) and other.get(page_of(made)).status_code == 404
        clerk = call.office.second_clerk
        people.declare_interest(
            person_id=clerk.person_id, body_id=call.house.body.pk, kind="kin", by=clerk, now=SCREENING
        )
        client = browser(clerk)
        assert made.number not in text_of(client, QUEUE) and client.get(page_of(made)).status_code == 404

    def test_the_page_of_the_application_leads_there(self, call, made):
        link = f'href="{page_of(made)}"'
        assert link in text_of(browser(call.operator), made.get_absolute_url())
        assert link not in text_of(browser(call.applicant), made.get_absolute_url())

    def test_a_draft_has_no_page_of_screening(self, call):
        draft = call.draft()
        assert browser(call.office.clerk).get(page_of(draft)).status_code == 404


class TestTheQueue:
    def test_it_costs_the_same_for_one_and_for_three(self, call, made):
        client = browser(call.office.clerk)
        one = queries_of(client, QUEUE)
        many(call, 2)
        assert queries_of(client, QUEUE) == one <= 12

    def test_every_heap_holds_what_it_says(self, call, made):
        returned, ready, failing, advised = many(call, 4)
        clerk = call.office.clerk
        services.return_proposal(
            proposal_id=returned.pk, remarks={"goals": "太笼统"}, by=clerk, now=SCREENING
        )
        call.confirm(ready)
        for one in (ready, failing, advised):
            call.screen(one)
        services.advise_ineligible(proposal_id=advised.pk, reason="社区未同意", by=clerk, now=SCREENING)
        heaps = {
            "mine": {made, ready, failing}, "screen": {made, ready, failing}, "unchecked": {made},
            "human": set(), "failed": {failing, advised}, "ready": {ready}, "confirm": set(),
            "recheck": set(), "late": set(),
        }  # fmt: skip
        found = self.heaps(clerk, SCREENING)
        assert found == {code: {one.pk for one in rows} for code, rows in heaps.items()}
        assert self.heaps(call.office.section_chief, SCREENING)["mine"] == {advised.pk}
        assert self.heaps(clerk, RECHECK)["late"] == {p.pk for p in (made, ready, failing, advised, returned)}

    def heaps(self, actor, now):
        rows = queue.in_screening(actor)
        return {
            code: set(heap.narrow(rows, actor, now).values_list("pk", flat=True))
            for code, heap in queue.WAITS.items()
        }

    def test_a_recheck_waits_for_a_clerk_who_signed_nothing(self, call):
        made = call.ineligible()
        services.request_recheck(proposal_id=made.pk, reason="社区已补确认", by=call.applicant, now=SCREENING)
        first, second = call.office.clerk, call.office.second_clerk
        assert (self.heaps(first, SCREENING)["recheck"], self.heaps(second, SCREENING)["recheck"]) == (
            set(),
            {made.pk},
        )

    def test_what_waits_on_a_desk_leads_to_its_rows(self, call, made):
        advised = many(call, 1)[0]
        call.screen(advised)
        services.advise_ineligible(
            proposal_id=advised.pk, reason="社区未同意", by=call.office.clerk, now=SCREENING
        )
        seen = set()
        for actor in (call.office.clerk, call.operator, call.office.section_chief):
            client = browser(actor)
            for todo in counted(todo_for(actor, SCREENING)):
                if todo.count and todo.url_name == "screening":
                    assert f"共 {todo.count} 条" in text_of(client, f"{QUEUE}?{todo.query}")
                    seen.add(str(todo.label))
                if todo.count == 1 and todo.url_name == "screen":  # a single one is opened straight away
                    assert client.get(reverse("screen", args=todo.args)).status_code == 200
                    seen.add(str(todo.label))
        assert seen == {"待资格审查的申报", "待确认的不通过意见"}

    def test_filters_narrow_and_the_table_goes_home(self, call, made):
        call.screen(made)
        client = browser(call.office.clerk)
        assert made.number not in text_of(client, f"{QUEUE}?street=420106002&state=returned")
        for query in ("category=elderly_disability", f"street={STREET}", "track=light", "q=夕阳红"):
            assert "共 1 条" in text_of(client, f"{QUEUE}?{query}"), query
        rows = exported(client, f"{QUEUE}?wait=failed")
        named = dict(zip(rows[0], rows[1], strict=True))
        assert named["编号"] == made.number and (named["逐项审查"], named["通过项"]) == ("不通过 1", 17)
        assert named["社区意见"] == "待社区确认" and str(named["期限"]).startswith("2026-05-14")

    def test_the_late_are_told_late(self, call, made, monkeypatch):
        stop_clock(monkeypatch, RECHECK)
        assert "2026-05-14 已逾期" in text_of(browser(call.office.clerk), QUEUE)


class TestThePage:
    def test_it_stays_within_its_queries(self, call, made):
        call.screen(made)
        for actor in (call.office.clerk, call.operator, call.office.leader):
            assert queries_of(browser(actor), page_of(made)) <= 20, actor

    def test_items_are_told_with_result_source_and_words(self, call, made):
        client = browser(call.operator)
        assert "还没有核对" in text_of(client, page_of(made))
        press(client, made, "screen")
        page = text_of(client, page_of(made))
        for says in (
            "不通过 1",
            "待判断 3",
            "通过 14",
            "落地社区尚未同意（等待答复）",
            "征集公告 申报资格（五）",
            "须由人核对原件",
        ):
            assert says in page, says
        assert "/do/judge/" not in page and "/do/find_eligible/" not in page

    def test_an_item_is_judged_with_words_and_a_wordless_one_comes_back_open(self, call, made):
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        clerk = browser(call.office.clerk)
        answer = press(clerk, made, "judge", code="H2", passed="no", says="")
        page = answer.content.decode()
        assert answer.status_code == 422 and verdict(made, "H2") == "human"
        item = page[page.index('id="check-H2"') :]
        assert '<details class="note" open>' in item[: item.index("</li>")]
        answer = press(clerk, made, "judge", code="H2", passed="no", says="在汉阳实施")
        assert answer["Location"] == f"{page_of(made)}#items"
        assert verdict(made, "H2") == "fail" and "在汉阳实施" in text_of(clerk, page_of(made))
        assert press(clerk, made, "judge", code="E99", passed="yes", says="x").status_code == 422

    def test_the_rest_is_passed_after_saying_which(self, call, made):
        services.screen_proposal(proposal_id=made.pk, by=call.operator, now=SCREENING)
        clerk = browser(call.office.clerk)
        page = text_of(clerk, page_of(made))
        assert "将判为通过的 3 项：项目内容在章程业务范围之内；" in page
        press(clerk, made, "pass_manual", says="已核对原件")
        assert {verdict(made, code) for code in ("H1", "H2", "H3")} == {"pass"}
        assert "没有待人工判断的项目" in text_of(clerk, page_of(made))

    def test_remarks_are_written_at_their_fields_and_go_back_together(self, call, made):
        client = browser(call.operator)
        page = text_of(client, page_of(made))
        boxes = set(re.findall(r'<textarea name="remark-(\w+)"[^>]*form="return-form"', page))
        assert {"title", "goals", "activities", "pledge", "budget", "files"} <= boxes and len(boxes) > 18
        answer = press(client, made, "return")
        assert answer.status_code == 422 and "至少在一个栏目上" in answer.content.decode()
        answer = press(client, made, "return", **{"remark-goals": "字" * 301, "remark-budget": "请写依据"})
        page = answer.content.decode()
        assert answer.status_code == 422 and "请写依据" in page and "字" * 301 in page
        answer = press(client, made, "return", **{"remark-goals": "太笼统", "remark-budget": "请写依据"})
        assert answer.status_code == 302 and fresh(made).state == "returned"
        assert dict(made.remarks.values_list("field", "text")) == {"goals": "太笼统", "budget": "请写依据"}

    def test_what_changed_since_it_was_returned_is_marked(self, call, made):
        clerk, admin = call.office.clerk, call.applicant
        services.return_proposal(
            proposal_id=made.pk, remarks={"goals": "目标无法核对"}, by=clerk, now=SCREENING
        )
        goals = "助" * 60 + "每月不少于十二次"
        now = SCREENING + timedelta(hours=1)
        row = made.sections.get(section="design")
        services.save_section(
            proposal_id=made.pk, section="design", data={**row.data, "goals": goals}, by=admin, now=now
        )
        services.set_budget(proposal_id=made.pk, lines=[line(yuan=9_000)], by=admin, now=now)
        services.resubmit_proposal(proposal_id=made.pk, by=admin, now=now)
        page = text_of(browser(clerk), page_of(made))
        assert "与第 1 版相比" in page and '<a href="#field-goals">项目目标</a>' in page
        assert "<ins>每月不少于十二次</ins>" in page and '<a href="#field-title">' not in page
        assert "<del>助浴物资 10,000.00</del>" in page and "<ins>助浴物资 9,000.00</ins>" in page
        assert "对第 1 版的意见：</span>目标无法核对" in page

    def test_one_walks_through_the_heap(self, call, made):
        second, third = many(call, 2)
        client = browser(call.operator)
        page = text_of(client, f"{page_of(second)}?wait=screen")
        assert f'rel="prev" href="{page_of(made)}?wait=screen"' in page
        assert f'rel="next" href="{page_of(third)}?wait=screen"' in page
        assert 'rel="prev"' not in text_of(client, page_of(made))
        assert f"{page_of(second)}?wait=screen" in text_of(client, f"{QUEUE}?wait=screen")


class TestDeciding:
    def test_eligible_when_everything_passed(self, call, made):
        clerk = browser(call.office.clerk)
        assert "资格审查各项尚未全部通过" in text_of(clerk, page_of(made))
        call.confirm(made)
        call.screen(made)
        press(clerk, made, "find_eligible")
        assert fresh(made).state == "eligible"
        press(browser(call.operator), made, "optimise", advice="请细化活动频次")
        assert fresh(made).state == "optimising"

    def test_ineligible_by_two_and_looked_at_again_by_a_third(self, call, made):
        call.screen(made)
        clerk, second = browser(call.office.clerk), browser(call.office.second_clerk)
        answer = press(clerk, made, "advise_ineligible", reason="")
        assert answer.status_code == 422
        press(clerk, made, "advise_ineligible", reason="社区未同意")
        assert "等科长确认" in text_of(clerk, page_of(made))
        press(browser(call.office.section_chief), made, "find_ineligible")
        services.request_recheck(proposal_id=made.pk, reason="请复核", by=call.applicant, now=SCREENING)
        assert clerk.post(f"{page_of(made)}do/uphold/", {"reason": "x"}).status_code == 403
        press(second, made, "uphold", reason="仍未确认")
        assert fresh(made).state == "ineligible"
        force(made, state="rechecking")
        press(second, made, "overturn", reason="社区已补确认")
        assert fresh(made).state == "eligible"

    def test_the_steps_of_others_are_not_answered(self, call, made):
        call.screen(made)
        operator = browser(call.operator)
        for code in ("find_eligible", "advise_ineligible", "find_ineligible", "judge", "pass_manual"):
            assert operator.post(f"{page_of(made)}do/{code}/").status_code == 403, code
        assert operator.post(f"{page_of(made)}do/nothing/").status_code == 404
        assert browser(call.applicant).post(f"{page_of(made)}do/screen/").status_code == 404
        assert operator.get(f"{page_of(made)}do/screen/").status_code == 302

    def test_an_operator_learns_no_state_that_is_not_public(self, call):
        made = call.eligible()
        force(made, state="proposed")
        client = browser(call.operator)
        page = text_of(client, page_of(made))
        answer = client.post(f"{page_of(made)}do/optimise/", {"advice": "x"})
        assert answer.status_code == 409
        for text in (page, answer.content.decode()):
            (here,) = re.findall(r'<li class="stage stage--current.*?</li>', text, re.S)
            assert "评审中" in here and "现为“拟立项”" not in text


class TestEarlierFunding:
    def record(self, client, made, **changes):
        data = {"applicant": made.applicant_id, "title": "去年的项目", "year": "2025", "funder": "区民政局"}
        return client.post(f"{page_of(made)}prior/", {**data, "is_ours": "on", **changes})

    def test_it_is_recorded_counts_and_is_brought_up_to_date(self, call, made):
        clerk = browser(call.office.clerk)
        assert self.record(clerk, made)["Location"] == f"{page_of(made)}#prior"
        press(clerk, made, "screen")
        assert verdict(made, "E8") == "fail" and "去年的项目" in text_of(clerk, page_of(made))
        address = f"{page_of(made)}prior/{PriorFunding.objects.get().public_id}/"
        assert clerk.post(address, {"settled": "on", "reason": "结算单1号"}).status_code == 422
        assert clerk.post(address, {"report_filed": "on", "reason": "结项报告1号"}).status_code == 302
        press(clerk, made, "screen")
        assert verdict(made, "E8") == "pass"

    def test_nonsense_comes_back_and_doubles_are_refused(self, call, made):
        clerk = browser(call.office.clerk)
        answer = self.record(clerk, made, settled="on")
        assert answer.status_code == 422 and "须先提交结项报告" in answer.content.decode()
        assert self.record(clerk, made, year="3e4").status_code == 422
        self.record(clerk, made)
        answer = self.record(clerk, made)
        assert answer.status_code == 422 and "已经登记过" in answer.content.decode()
        stranger = call.an_organisation("武昌区旁人服务中心").body
        assert self.record(clerk, made, applicant=stranger.pk).status_code == 422
        assert PriorFunding.objects.count() == 1

    def test_another_applicants_record_is_not_found_here(self, call, made):
        other = many(call, 1)[0]
        clerk = browser(call.office.clerk)
        self.record(clerk, other)
        record = PriorFunding.objects.get().public_id
        assert clerk.get(f"{page_of(other)}prior/{record}/").status_code == 200
        assert clerk.get(f"{page_of(made)}prior/{record}/").status_code == 404
        for who in (call.operator, call.office.leader):
            assert browser(who).get(f"{page_of(made)}prior/").status_code == 403
