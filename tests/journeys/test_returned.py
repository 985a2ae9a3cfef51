"""An application goes back with remarks, and comes again with what was asked for."""

from __future__ import annotations

import pytest

from config.world import demo
from config.world.year.stage import shanghai
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from tests.journeys import scenes
from tests.journeys.clicking import follow, press, reads, reads_not, told, work

pytestmark = pytest.mark.journey

REMARK = "请写明雨天和高温天的备用场地，以及由谁决定停办。"
ON_THE_BUDGET = "印刷费请附报价依据。"
MENDED = (
    "雨天和高温天改在社区党群服务中心二楼，由项目主管在前一天十七时前决定是否停办并逐户电话通知；"
    "场地临时被占用的，顺延到下一个周六上午，参加的人不用重新报名。"
)


def the_first_applies(stage):
    """The organisation of the applicant hands its application in."""
    key = demo.applicant(stage).key
    scenes.hand_in(stage, next(card for card in scenes.plain(stage) if card.applicant == key))


def test_an_application_is_returned_with_remarks_and_comes_back_mended(site, browser_as, assert_accessible):
    site.play(the_first_applies)
    proposal = Proposal.objects.get(version_no=1)
    site.at(shanghai("2026-05-06", "09:30:00"))
    send_back(browser_as("operator"), proposal, assert_accessible)
    site.settle()
    assert "补正" in site.letters("applicant_admin")[0].subject
    assert REMARK in site.letters("applicant_admin")[0].body
    mend(browser_as("applicant_admin"), proposal, assert_accessible)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.version_no) == (P.SUBMITTED, 2)
    assert proposal.versions.get(no=1).snapshot["answers"]["risks"] != MENDED
    look_again(browser_as("operator"), proposal, assert_accessible)


def send_back(page, proposal, assert_accessible):
    """The operator writes remarks where they belong and sends everything back at once."""
    work(page, "待资格审查的申报", proposal.title)
    assert_accessible(page)
    send_button = page.get_by_role("button", name="退回，并附各栏目的意见")
    with page.expect_navigation():
        send_button.click()
    told(page, "请至少在一个栏目上写明要补正什么")
    for field, text in (("risks", REMARK), ("budget", ON_THE_BUDGET)):
        place = page.locator(f"#field-{field}")
        if not place.locator("textarea").is_visible():
            place.get_by_text("写意见").click()
        place.locator("textarea").fill(text)
    assert_accessible(page)
    with page.expect_navigation():
        send_button.click()
    told(page, "已退回")


def mend(page, proposal, assert_accessible):
    """The applicant finds it on the desk, the remark at its field, writes anew and hands in again."""
    work(page, "退回待补正的申报", proposal.title)
    reads(page, "补正截止", REMARK, ON_THE_BUDGET)
    reads_not(page, "operator", "运营")
    assert_accessible(page)
    follow(page, "按意见修改")
    box = page.locator(".field").filter(has=page.locator("#f-risks"))
    assert REMARK in box.inner_text()
    assert page.get_by_text(REMARK).count() == 1
    assert "距补正截止" in page.locator(".countdown").inner_text()
    assert_accessible(page)
    page.locator("#f-risks").fill(MENDED)
    with page.expect_navigation():
        page.get_by_role("button", name="提交补正").first.click()
    reads(page, "受理回执", "版次", "2")
    assert_accessible(page)


def look_again(page, proposal, assert_accessible):
    """The screener sees what changed, beside what was remarked."""
    work(page, "待资格审查的申报", proposal.title)
    reads(page, "与第 1 版相比", "有改动")
    follow_anchor(page, "风险与预案")
    place = page.locator("#field-risks")
    assert "雨天和高温天改在社区党群服务中心二楼" in " ".join(place.locator("ins").all_inner_texts())
    assert place.locator("del").count() > 0
    assert f"对第 1 版的意见：{REMARK}" in place.inner_text()
    assert page.locator("#field-goals ins").count() == 0
    assert_accessible(page)
    press(page, "screen", "已逐项核对")


def follow_anchor(page, words):
    page.locator(".panel--info").get_by_role("link", name=words).click()
    assert page.url.endswith("#field-risks")
