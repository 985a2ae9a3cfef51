"""A clerk comes to work in the morning and goes home in the evening."""

from __future__ import annotations

from collections import Counter

import pytest

from config.world import demo
from config.world.year import applying

pytestmark = pytest.mark.journey


def test_a_clerk_signs_in_with_a_code_sees_the_desk_and_signs_out(
    site, visitor, people, effort, assert_accessible
):
    page = visitor()
    page.goto("/desk/")
    assert "/accounts/login/" in page.url
    assert_accessible(page)
    door = site.door("clerk")
    page.get_by_label("手机号或电子邮箱").fill(door.login)
    page.get_by_label("密码", exact=True).fill(door.password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/2fa/**")
    assert_accessible(page)
    page.locator("input[name=code]").fill(site.code("clerk"))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/desk/")
    assert site.user("clerk").person.name in page.locator("main").inner_text()
    assert "2026-04-20" in page.locator(".demo").inner_text()
    assert_accessible(page)
    page.get_by_role("link", name="退出").click()
    page.locator("main").get_by_role("button", name="退出").click()
    page.goto("/desk/")
    assert "/accounts/login/" in page.url
    assert (effort.clicks, len(effort.fields), effort.uploads) == (4, 3, 0)


def test_a_used_code_does_not_open_twice(site, visitor):
    code = site.code("leader")
    for expected in ("/desk/", "/2fa/"):
        page = visitor()
        page.goto("/accounts/login/?next=/desk/")
        page.get_by_label("手机号或电子邮箱").fill(site.door("leader").login)
        page.get_by_label("密码", exact=True).fill(site.door("leader").password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/2fa/**")
        page.locator("input[name=code]").fill(code)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_load_state()
        assert expected in page.url


def test_the_clock_of_the_house_can_be_moved_on(site, browser_as):
    site.later(days=1)
    page = browser_as("applicant_admin")
    assert "2026-04-21" in page.locator(".demo").inner_text()
    with pytest.raises(ValueError, match="cannot go back"):
        site.later(days=-1)


def test_the_worker_writes_the_letters_of_what_happens(site, browser_as):
    before = len(site.letters("applicant_admin"))
    site.play(lambda stage: applying.draft(stage, card_of_the_applicant(stage)), handed_in)
    assert len(site.letters("applicant_admin")) == before + 1
    address = site.user("applicant_admin").person.email
    assert [mail["To"] for mail in site.mails(address)] == [address]


def card_of_the_applicant(stage):
    key = demo.applicant(stage).key
    return next(card for card in stage.world.proposals if card.applicant == key and not card.first_answers)


def handed_in(stage):
    assert applying.hand_in(stage, card_of_the_applicant(stage), stage.tick(60), Counter())
