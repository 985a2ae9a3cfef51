"""A resident objects to an item of a notice, is right, and the item is struck."""

from __future__ import annotations

import pytest

from config.world.content import objection as words_of_objection
from config.world.year import applying
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I, O
from grants.publicity.models import Notice, Objection
from tests.journeys import scenes
from tests.journeys.clicking import follow, press, reads, reads_not, row, told, work

pytestmark = pytest.mark.journey

RESIDENT, CONTACT = "汪秀兰", "13900000017"


def a_notice_is_out(stage):
    """Two applications are proposed, and everybody can read it."""
    scenes.become_eligible(
        stage, [stage.world.fates[one] for one in ("objection_upheld", "objection_dismissed")]
    )
    scenes.announce(stage)
    stage.at(stage.when("2026-06-09", "10:20:00"))


def test_a_resident_objects_and_is_right(site, visitor, browser_as, assert_accessible):
    site.play(a_notice_is_out)
    key = site.stage.world.fates["objection_upheld"]
    proposal = Proposal.objects.get(pk=site.stage.proposals[key])
    words = words_of_objection(site.stage.world, key, "upheld")
    resident = visitor()
    receipt = object_to(resident, proposal, words["text"], assert_accessible)
    lodged = Objection.objects.get()
    site.settle()
    the_item_is_held(visitor(), browser_as, site, proposal)
    uphold(browser_as, lodged, words, assert_accessible)
    site.settle()
    what_came_of_it(site, resident, receipt, lodged, proposal, words, assert_accessible)
    the_applicant_knows(browser_as(applicant(site, key)), proposal)


def applicant(site, key):
    return applying.admin_of(site.stage, site.stage.world.proposal[key])


def object_to(page, proposal, text, assert_accessible):
    """From the front page to the receipt, without an account; what is missing is said and nothing is lost."""
    notice = Notice.objects.get()
    page.goto("/")
    assert_accessible(page)
    follow(page, notice.title)
    reads(page, "还剩", proposal.title)
    assert_accessible(page)
    line = page.locator("main tbody tr").filter(has_text=proposal.title)
    line.get_by_role("link", name="提出异议").click()
    assert_accessible(page)
    page.get_by_label("姓名或单位名称").fill(RESIDENT)
    page.get_by_label("事实和理由").fill(text)
    send = page.get_by_role("button", name="提交异议")
    with page.expect_navigation():
        send.click()
    told(page, "联系方式")
    assert page.get_by_label("事实和理由").input_value() == text
    assert_accessible(page)
    page.get_by_label("联系方式").fill(CONTACT)
    with page.expect_navigation():
        send.click()
    lodged = Objection.objects.get()
    reads(page, "异议回执", lodged.number, "该项目已经暂缓立项")
    reads_not(page, RESIDENT, CONTACT)
    assert_accessible(page)
    return page.url


def the_item_is_held(page, browser_as, site, proposal):
    """Everybody sees that the item is held; nobody sees who objected, the applicant least of all."""
    page.goto(f"/public/notices/{Notice.objects.get().public_id}/")
    line = page.locator("main tbody tr").filter(has_text=proposal.title)
    assert str(I.HELD.label) in line.inner_text()
    assert RESIDENT not in page.content()
    mine = browser_as(applicant(site, site.stage.world.fates["objection_upheld"]))
    mine.goto(proposal.get_absolute_url())
    for word in (RESIDENT, CONTACT):
        assert word not in mine.content()
    assert not any(RESIDENT in letter.body for letter in site.letters("clerk_1"))


def uphold(browser_as, lodged, words, assert_accessible):
    """Who drafted the notice may not look into it; a clerk who had no part in it does."""
    involved = browser_as("clerk_1")
    involved.goto(lodged.get_absolute_url())
    reads_not(involved, RESIDENT, CONTACT)
    assert involved.locator('form[action$="/do/investigate/"]').count() == 0
    page = browser_as("clerk_4")
    work(page, "待受理核查的异议")
    assert_accessible(page)
    row(page, lodged.number)
    reads(page, RESIDENT, CONTACT, words["text"])
    assert_accessible(page)
    press(page, "investigate", "已受理")
    work(page, "核查中待答复的异议", lodged.number)
    press(page, "uphold", "请填写这一项，其余内容都已保留", finding=words["inquiry"])
    assert page.locator("#uphold-finding").input_value() == words["inquiry"]
    page.locator("#uphold-reply").fill(words["reply"])
    with page.expect_navigation():
        page.get_by_role("button", name="确认认定成立").click()
    told(page, "答复已登记")
    assert_accessible(page)


def what_came_of_it(site, page, receipt, lodged, proposal, words, assert_accessible):
    """The objector reads the answer; item and application are struck, and the public page says so."""
    lodged.refresh_from_db()
    lodged.item.refresh_from_db()
    proposal.refresh_from_db()
    assert (lodged.state, lodged.item.state, proposal.state) == (O.UPHELD, I.STRUCK, P.STRUCK)
    page.goto("/public/objections/")
    page.get_by_label("受理编号").fill(lodged.number)
    page.get_by_label("联系方式").fill(CONTACT)
    with page.expect_navigation():
        page.get_by_role("button", name="查询").click()
    assert page.url == receipt
    reads(page, words["reply"])
    reads_not(page, words["inquiry"])
    assert_accessible(page)
    page.get_by_role("link", name="返回公示").click()
    line = page.locator("main tbody tr").filter(has_text=proposal.title)
    assert str(I.STRUCK.label) in line.inner_text()
    assert line.get_by_role("link", name="提出异议").count() == 0
    assert_accessible(page)


def the_applicant_knows(page, proposal):
    """The applicant sees that it was struck, not by whom."""
    page.goto(proposal.get_absolute_url())
    reads(page, str(P.STRUCK.label))
    reads_not(page, RESIDENT, CONTACT)
