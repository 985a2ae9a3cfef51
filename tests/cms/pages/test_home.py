"""The public home and the page of a round, as anybody sees them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from cms.pages.models import HomePage
from cms.pages.rules import stages
from core.workdays import SHANGHAI
from grants.rounds import services as rounds
from tests.cms.builders import OPEN, Scene
from tests.grants.builders import Office, a_round

OPENING = datetime(2026, 4, 9, 9, 0, tzinfo=SHANGHAI)
CLOSING = datetime(2026, 4, 28, 17, 30, tzinfo=SHANGHAI)


def read(address: str = "/", at: datetime = OPEN, **headers: str) -> str:
    with time_machine.travel(at, tick=False):
        answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.django_db
def test_the_home_page_is_ours_and_the_welcome_page_is_gone() -> None:
    assert HomePage.objects.count() == 1
    assert not Page.objects.filter(title__icontains="welcome").exists()


@pytest.mark.django_db
def test_without_a_round_it_says_what_to_do() -> None:
    page = read()
    assert "现在没有正在征集的届次" in page and 'href="/desk/"' in page


def test_an_open_round_shows_money_shares_and_countdown(scene: Scene) -> None:
    page = read()
    assert "2026年武昌区公益创投大赛" in page and "正在接受申报" in page
    assert "100万元" in page and "400,000.00" in page and "福彩公益金" in page
    assert re.search(r'data-until="2026-04-28T17:30:00\+08:00"', page)
    assert 'data-part="days">8<' in page
    assert "2026-04-28 17:30:00" in page and "2026-04-20 10:00:00" in page


@pytest.mark.parametrize(
    ("at", "stage", "counts"),
    [
        (OPENING - timedelta(seconds=1), "即将开放申报", True),
        (OPENING, "正在接受申报", True),
        (CLOSING, "正在接受申报", True),
        (CLOSING + timedelta(seconds=1), "申报已截止", False),
    ],
)
def test_the_clock_decides_the_stage(scene: Scene, at: datetime, stage: str, counts: bool) -> None:
    page = read(f"/rounds/{scene.round.code}/", at)
    assert stage in page
    assert ("data-until" in page) is counts


def test_an_extension_moves_the_countdown(scene: Scene) -> None:
    until = CLOSING + timedelta(days=2)
    rounds.extend_deadline(
        round_id=scene.round.pk,
        deadline="applications_close",
        until=until,
        reason="系统维护",
        by=scene.office.section_chief,
        now=OPEN,
    )
    assert "2026-04-30 17:30" in read()


def test_the_call_states_the_terms_in_words(scene: Scene) -> None:
    page = read(f"/rounds/{scene.round.code}/")
    for words in (
        "成立满6个月",
        "20,000.00",
        "签订协议后 50%",
        "不得列支",
        "需求调研",
        "5名专家",
        "5个工作日",
    ):
        assert words in page, words


@pytest.mark.django_db
def test_a_round_in_preparation_is_nobodys_business() -> None:
    round_ = a_round(Office())
    assert Client().get(f"/rounds/{round_.code}/").status_code == 404
    assert round_.name not in read()


def test_figures_come_out_when_they_may(scene: Scene) -> None:
    scene.submitted()
    assert "收到申报" not in read(f"/rounds/{scene.round.code}/status/")
    for address in (f"/rounds/{scene.round.code}/status/", "/"):
        closed = read(address, CLOSING + timedelta(days=1))
        assert "收到申报" in closed and "获得资助" not in closed, address


def test_english_readers_are_served(scene: Scene) -> None:
    page = read("/", cookie="django_language=en")
    assert 'lang="en"' in page and "Community grants, in the open" in page


def test_chinese_comes_first_whatever_the_browser_prefers(scene: Scene) -> None:
    assert 'lang="zh-CN"' in read("/", **{"accept-language": "en"})


def test_nothing_comes_from_another_host_and_nothing_is_inline(scene: Scene) -> None:
    for address in ("/", f"/rounds/{scene.round.code}/"):
        with time_machine.travel(OPEN, tick=False):
            answer = Client().get(address)
        page = answer.content.decode()
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)
        assert not re.findall(r"\son[a-z]+=|\sstyle=|<style|javascript:", page)
        policy = answer["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce and f'nonce="{nonce.group(1)}"' in page
        assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", page))


def test_more_rounds_ask_no_more(scene: Scene) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            read()
        return len(queries)

    read()
    before = count()
    for year in (2027, 2028, 2029):
        terms = {"code": f"WCCT-{year}", "name": f"{year}年大赛"}
        a_round(scene.office, state="published", **terms)
    assert count() == before <= 12


def test_results_are_public_once_projects_run() -> None:
    counts = {"received": 40, "judged": 30, "funded": 10}
    before = stages.funnel(stage="selecting", counts=counts, granted_fen=5)
    after = stages.funnel(stage="executing", counts=counts, granted_fen=5)
    assert (before.received, before.judged, before.funded, before.granted_fen) == (40, None, None, None)
    assert [(count, percent) for _says, count, percent in after.rows()] == [(40, 100), (30, 75), (10, 25)]
    assert after.granted_fen == 5


def test_the_ways_of_the_public_site_all_lead_somewhere(scene: Scene) -> None:
    code = scene.round.code
    for address in ("/", f"/rounds/{code}/", f"/rounds/{code}/status/", "/accessibility/"):
        for link in sorted(set(re.findall(r'href="(/[^"#?]*)', read(address)))):
            if link.startswith(("/static/", "/desk/")):
                continue
            with time_machine.travel(OPEN, tick=False):
                answer = Client().get(link)
            expected = 302 if link == f"/apply/{code}/" else 200
            assert answer.status_code == expected, (address, link, answer.status_code)
    home = read("/")
    for link in (f"/apply/{code}/", "/public/notices/", "/public/registry/", "/accessibility/"):
        assert f'href="{link}"' in home or f'action="{link}"' in home, link


def test_large_type_is_chosen_on_the_page_about_it(scene: Scene) -> None:
    assert "打开长者模式" in read("/accessibility/")
    assert "改回标准字号" in read("/accessibility/", cookie="elder=1")
