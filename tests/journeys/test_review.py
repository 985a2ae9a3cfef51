"""A blind review: one expert stands back, a reserve takes over and scores without knowing who applied."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session

from config.world.year import judging
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Panel, Sheet
from grants.proposals.models import Proposal
from tests.journeys import scenes
from tests.journeys.browsing import sign_in_on
from tests.journeys.clicking import press, reads, reads_not, row, told, work

pytestmark = pytest.mark.journey

REASON = "去年为该社区做过同类项目的培训，可能认识申报的单位。"
COMMENT = "需求写得实，受益对象清楚；建议把复诊陪同改为按月公布排班，并写明由谁核对。"


def a_panel_scores(stage):
    """Three applications are eligible and lie before a panel of nine, which is open."""
    scenes.become_eligible(stage, [one.key for one in scenes.plain(stage)[:3]])
    scenes.open_panel(stage)


def identity(proposal):
    """Everything that tells who applied, and what is only read after the blind part."""
    body = proposal.applicant
    people = body.memberships.values_list("user__person__name", flat=True)
    organisation = body.organisation
    told = {body.name, body.short_name, organisation.uscc, organisation.legal_representative.name, *people}
    team = proposal.sections.get(section="team").data["team"]
    return sorted(told | {proposal.number, proposal.public_id, team[:20]})


def hides(page, words):
    """None of the words is in the page, not even where nobody looks."""
    shown = [one for one in words if one and one in page.content()]
    assert not shown, f"{page.url} gives away {shown}"


def test_a_blind_review_with_a_recusal(site, browser_as, assert_accessible):
    site.play(a_panel_scores)
    panel = Panel.objects.get()
    given = Sheet.objects.filter(panel=panel, seat__expert__is_finance=False).order_by("pk")[0]
    proposal = Proposal.objects.get(dossier=given.dossier)
    secret = identity(proposal)
    stand_back(browser_as(judging.key_of(site.stage, given.reviewer_id)), given, secret, assert_accessible)
    given.refresh_from_db()
    assert given.state == S.RECUSED
    taken = Sheet.objects.get(replaces=given)
    assert taken.seat.called_at is not None, "a reserve was called"
    site.settle()
    who = judging.key_of(site.stage, taken.reviewer_id)
    assert "递补" in site.letters(who)[0].subject
    page = browser_as(who)
    score(page, site, who, taken, proposal, secret, assert_accessible)
    taken.refresh_from_db()
    assert (taken.state, taken.comment) == (S.LOCKED, COMMENT)
    peer = Sheet.objects.filter(dossier=given.dossier, state=S.ASSIGNED).order_by("pk")[0]
    sees_nothing_of_others(browser_as(judging.key_of(site.stage, peer.reviewer_id)), peer, taken, secret)


def stand_back(page, sheet, secret, assert_accessible):
    """An expert reads code and title, remembers something, and recuses before anything was opened."""
    work(page, "待声明是否回避的材料")
    hides(page, secret)
    assert_accessible(page)
    row(page, sheet.dossier.code)
    reads(page, "打开材料之前，请先声明")
    reads_not(page, "评审内容")
    hides(page, secret)
    assert_accessible(page)
    press(page, "recuse", "已登记回避", reason=REASON)
    assert page.url.endswith("/sheets/")
    answer = page.goto(f"/sheets/{sheet.public_id}/")
    assert answer.status in (200, 404)
    reads(page, "您已回避这份材料")
    hides(page, [*secret, sheet.dossier.snapshot["goals"][:20]])


def fill_points(page, share):
    """Score everything that is open; the total runs along."""
    boxes = page.locator("#sheet input[data-points]")
    total = float(page.locator("#total").inner_text())
    for number in range(boxes.count()):
        most = float(boxes.nth(number).get_attribute("data-max"))
        points = round(most * share * 2) / 2
        boxes.nth(number).fill(str(points))
        total += points
        assert float(page.locator("#total").inner_text()) == total
    return total


def score(page, site, who, sheet, proposal, secret, assert_accessible):
    """The reserve declares, scores the blind part, locks it, sees the rest, scores and locks."""
    work(page, "待声明是否回避的材料", sheet.dossier.code)
    press(page, "attest", "已声明")
    reads(page, proposal.title, proposal.community.display_name, "锁定匿名部分后显示")
    hides(page, [*secret, proposal.community.code])
    assert_accessible(page)
    fill_points(page, 0.8)
    a_session_ends(page, site, who, sheet)
    total = float(page.locator("#total").inner_text())
    hides(page, secret)
    with page.expect_navigation():
        page.get_by_role("button", name="锁定匿名部分，看第二部分").click()
    told(page, "匿名部分已锁定")
    assert float(page.locator("#total").inner_text()) >= total
    team = proposal.sections.get(section="team").data["team"]
    assert team[:20] in page.locator("#second").inner_text()
    hides(page, [one for one in secret if one not in team])
    assert_accessible(page)
    fill_points(page, 0.9)
    page.get_by_label("评审意见").fill(COMMENT)
    page.locator("#sheet summary", has_text="提交并锁定").click()
    with page.expect_navigation():
        page.get_by_role("button", name="确认提交并锁定").click()
    told(page, "评分表已锁定")
    reads(page, "只能查看", COMMENT)
    assert page.locator("#sheet input[data-points]").count() == 0
    assert_accessible(page)


def a_session_ends(page, site, who, sheet):
    """The sign-in expires between two points; signed in again in another window, nothing is missing."""
    page.wait_for_function("() => document.getElementById('saved').textContent.includes('已保存')")
    Session.objects.all().delete()
    first = page.locator("#sheet input[data-points]").first
    with page.expect_response(lambda one: one.url.endswith("/save/") and one.status == 401):
        first.fill("0.5")
        first.press("Tab")
    bar = page.locator("#signed-out")
    bar.wait_for()
    with page.context.expect_page() as opened:
        bar.get_by_role("link", name="重新登录").click()
    sign_in_on(opened.value, site, who)
    opened.value.close()
    with page.expect_response(lambda one: one.url.endswith("/save/") and one.status == 200):
        page.evaluate("dispatchEvent(new Event('focus'))")
    page.locator("#saved", has_text="已保存").wait_for()
    bar.wait_for(state="hidden")
    path = first.get_attribute("name").removeprefix("s-")
    sheet.refresh_from_db()
    assert sheet.scores[path] == "0.5"


def sees_nothing_of_others(page, own, other, secret):
    """A colleague who judges the same work sees neither points nor words of others."""
    work(page, "待声明是否回避的材料")
    hides(page, [*secret, other.reviewer.name])
    row(page, own.dossier.code)
    press(page, "attest", "已声明")
    theirs = [COMMENT, REASON, other.reviewer.name, *secret]
    hides(page, theirs)
    boxes = page.locator("#sheet input[data-points]")
    assert [boxes.nth(number).input_value() for number in range(boxes.count())] == [""] * boxes.count()
    panel = own.panel.get_absolute_url()
    for address in (f"/sheets/{other.public_id}/", f"{panel}results/", f"{panel}statistics/"):
        assert page.goto(address).status in (403, 404), address
        hides(page, theirs)
    page.goto("/sheets/")
    hides(page, theirs)
    reads_not(page, f"{other.total.normalize():f}")
