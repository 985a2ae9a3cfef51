"""What goes wrong while an application is written, and that nothing of it is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session

from config.world.year import applying
from core.audit.models import Entry
from core.clock import local
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.selectors import application_window
from tests.journeys.browsing import sign_in_on
from tests.journeys.clicking import follow, reads, told, work

pytestmark = pytest.mark.journey

GOALS = "项目周期内，八成参加的老人能自己完成手机挂号和缴费，每月走访不少于两次，满意度不低于九成，{who}。"
LONG = "每周二、周四上午各一次，由两名社工带领，预约制，每次二十人，请假的由志愿者补课；雨天照常进行。" * 2


@pytest.fixture(scope="module")
def cards(site):
    """Applications that can be handed in as they are, each of another applicant."""
    return iter([card for card in site.stage.world.proposals if not card.first_answers])


@pytest.fixture
def writing(site, cards):
    """Somebody with a complete draft: who it is, and the draft."""
    card = next(cards)
    site.play(partial(applying.draft, card=card))
    return applying.admin_of(site.stage, card), Proposal.objects.get(pk=site.stage.proposals[card.key])


def answer(proposal, section, field):
    return proposal.sections.get(section=section).data[field]


def open_draft(page, proposal):
    """From the desk to the page on which the draft is written."""
    work(page, "尚未提交的草稿", proposal.title)
    follow(page, "继续填写")


def write(page, field, text):
    """Fill in a field and leave it; returns the status with which it was saved."""
    with page.expect_response(lambda answer: answer.url.endswith("/save/")) as saved:
        page.locator(f"#f-{field}").fill(text)
        page.locator(f"#f-{field}").press("Tab")
    return saved.value.status


def saved(page):
    """The page says when it was saved."""
    page.locator("#saved", has_text="已保存").wait_for()


def expire_sessions():
    """Everybody is signed out on the server; the pages in the browsers do not know."""
    Session.objects.all().delete()


def test_a_session_that_ends_while_one_types_costs_nothing(site, writing, browser_as, assert_accessible):
    who, draft = writing
    page = browser_as(who)
    open_draft(page, draft)
    assert_accessible(page)
    assert write(page, "goals", GOALS.format(who="第一稿")) == 200
    saved(page)
    expire_sessions()
    text = GOALS.format(who="登录过期时写下的")
    assert write(page, "goals", text) == 401
    bar = page.locator("#signed-out")
    bar.wait_for()
    assert "没有丢失" in bar.inner_text()
    assert page.locator("#f-goals").input_value() == text
    assert answer(draft, "design", "goals") == GOALS.format(who="第一稿")
    assert_accessible(page)
    with page.context.expect_page() as opened:
        bar.get_by_role("link", name="重新登录").click()
    sign_in_on(opened.value, site, who)
    with page.expect_response(lambda one: one.url.endswith("/save/") and one.status == 200):
        page.bring_to_front()
        page.evaluate("dispatchEvent(new Event('focus'))")  # a driven page believes to have it all the time
    bar.wait_for(state="hidden")
    saved(page)
    assert answer(draft, "design", "goals") == text
    assert page.locator("#f-goals").input_value() == text


def test_a_window_closed_after_the_session_ended_gives_the_text_back(
    site, writing, browser_as, assert_accessible
):
    who, draft = writing
    page = browser_as(who)
    open_draft(page, draft)
    expire_sessions()
    text = GOALS.format(who="关窗之前写下的")
    assert write(page, "goals", text) == 401
    kept = "() => Object.keys(localStorage).some(one => one.startsWith('gongyitong.draft.'))"
    page.wait_for_function(kept)
    assert text not in page.evaluate("JSON.stringify(localStorage)")
    again = page.context.new_page()
    page.close()
    sign_in_on(again, site, who)
    open_draft(again, draft)
    bar = again.locator("#restore")
    bar.wait_for()
    assert f"{local(site.now):%Y-%m-%d}" in bar.inner_text()
    assert again.locator("#f-goals").input_value() != text
    assert_accessible(again)
    with again.expect_response(lambda one: one.url.endswith("/save/")) as saved:
        bar.get_by_role("button", name="恢复这些内容").click()
    assert saved.value.status == 200
    assert again.locator("#f-goals").input_value() == text
    assert answer(draft, "design", "goals") == text
    again.wait_for_function("() => !Object.keys(localStorage).some(one => one.startsWith('gongyitong'))")


def test_two_tabs_on_one_draft_overwrite_nothing(writing, browser_as, assert_accessible):
    who, draft = writing
    first = browser_as(who)
    second = first.context.new_page()
    for page in (first, second):
        page.goto("/desk/")
        open_draft(page, draft)
    theirs, mine = GOALS.format(who="另一个窗口写的"), GOALS.format(who="这个窗口写的")
    assert write(first, "goals", theirs) == 200
    assert write(first, "risks", LONG) == 200
    assert write(second, "innovation", LONG) == 200, "another section is nobody's conflict"
    assert write(second, "goals", mine) == 409
    bar = second.locator("#contested")
    assert "谁的都没有被覆盖" in bar.inner_text()
    assert second.locator("#f-goals").input_value() == mine
    assert answer(draft, "design", "goals") == theirs
    with second.expect_navigation():
        bar.get_by_role("button", name="对照并选择").click()
    reads(second, "没有覆盖任何一份", theirs, mine, LONG)
    assert answer(draft, "design", "goals") == theirs
    assert_accessible(second)
    second.get_by_role("group", name="项目目标").get_by_label("用我刚写的").check()
    second.get_by_role("group", name="风险与预案").get_by_label("用别处已保存的").check()
    with second.expect_navigation():
        second.get_by_role("button", name="按选择保存").click()
    told(second, "已保存")
    assert (answer(draft, "design", "goals"), answer(draft, "design", "risks")) == (mine, LONG)
    assert answer(draft, "value", "innovation") == LONG
    assert write(first, "schedule", LONG) == 409, "now the first window is the one that is behind"
    assert answer(draft, "design", "goals") == mine


def handed_in_once(draft):
    """There is one submission in the books, whatever was pressed."""
    draft.refresh_from_db()
    assert (draft.state, draft.version_no, draft.versions.count()) == (P.SUBMITTED, 1, 1)
    steps = Entry.objects.filter(object_type="proposals.proposal", object_id=draft.pk, verb="submit")
    assert steps.count() == 1
    return steps.get()


def test_the_same_click_twice_hands_in_once(site, writing, browser_as, assert_accessible):
    who, draft = writing
    page = browser_as(who)
    open_draft(page, draft)
    sent = []
    page.on("request", lambda one: one.method == "POST" and sent.append(one))
    page.get_by_role("button", name="提交申报").first.dblclick()
    page.wait_for_url("**/receipt/")
    entry = handed_in_once(draft)
    reads(page, "受理回执", draft.number, entry.hash)
    assert_accessible(page)
    (form,) = sent
    head = {"Content-Type": form.headers["content-type"], "Referer": form.url}
    again = page.request.post(form.url, data=form.post_data_buffer, headers=head)
    assert (again.status, again.url) == (200, page.url), "a request that the network sent twice"
    assert entry.hash in again.text()
    assert handed_in_once(draft) == entry
    site.settle()
    assert len([letter for letter in site.letters(who) if draft.title in letter.subject]) == 1


def test_without_a_script_the_same_click_twice_hands_in_once_too(site, writing, visitor):
    who, draft = writing
    page = visitor(java_script_enabled=False)
    sign_in_on(page, site, who)
    open_draft(page, draft)
    page.get_by_role("button", name="提交申报").first.dblclick(no_wait_after=True)
    page.wait_for_url("**/receipt/")
    entry = handed_in_once(draft)
    reads(page, "受理回执", draft.number, entry.hash)


def test_one_second_late_is_late_and_the_draft_is_kept(site, writing, browser_as, assert_accessible):
    who, draft = writing
    page = browser_as(who)
    open_draft(page, draft)
    assert "距申报截止" in page.locator(".countdown").inner_text()
    text = GOALS.format(who="截止前没来得及提交的")
    page.locator("#f-goals").fill(text)
    site.at(application_window(site.stage.round).closes + timedelta(seconds=1))
    with page.expect_navigation():
        page.get_by_role("button", name="提交申报").first.click()
    said = told(page, "没有提交，已填的内容都还在")
    assert "截止" in said
    assert page.locator("#f-goals").input_value() == text
    assert_accessible(page)
    draft.refresh_from_db()
    assert (draft.state, draft.version_no) == (P.DRAFT, 0)
    assert answer(draft, "design", "goals") == text
    page.goto("/desk/")
    open_draft(page, draft)
    reads(page, "不能再提交；写好的内容仍然保留")
    assert page.locator("#f-goals").input_value() == text
