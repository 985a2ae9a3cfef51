"""The home page is drawn once for all who are not signed in, and is still right for each of them."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.workdays import SHANGHAI
from tests.cms.builders import OPEN, browser

CLOSING = datetime(2026, 4, 28, 17, 30, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def kept(settings):
    settings.HOME_KEPT_SECONDS = 30
    cache.clear()
    yield
    cache.clear()


def visit(at=OPEN, client=None, address="/", **cookies):
    client = client or Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    with time_machine.travel(at, tick=False), CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer, answer.content.decode(), len(queries)


def test_the_second_visitor_costs_no_query_and_reads_the_same(scene):
    _first, drawn, asked = visit()
    _second, given, again = visit()
    assert asked > 0 and again == 0
    blank = re.compile(r'nonce="[^"]*"|value="[A-Za-z0-9]{64}"')
    assert blank.sub("", drawn) == blank.sub("", given)


def test_each_visitor_has_a_nonce_and_a_token_of_his_own(scene):
    pages = [visit() for _turn in range(3)]
    nonces = set()
    for answer, page, _asked in pages:
        nonce = re.search(r"'nonce-([^']+)'", answer["Content-Security-Policy"]).group(1)
        assert set(re.findall(r'nonce="([^"]*)"', page)) == {nonce}
        nonces.add(nonce)
        assert answer.cookies["csrftoken"].value
    assert len(nonces) == 3


def test_the_switches_of_a_kept_page_work(scene):
    visit()
    client = Client(enforce_csrf_checks=True)
    _answer, page, asked = visit(client=client)
    assert asked == 0
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    assert 'lang="en"' in visit(client=client)[1]


def test_the_countdown_of_a_kept_page_starts_from_the_time_of_the_visit(scene):
    visit(OPEN)
    later = OPEN + timedelta(seconds=17)
    _answer, page, asked = visit(later)
    assert asked == 0
    told = re.search(r'data-now="([^"]+)"', page).group(1)
    assert datetime.fromisoformat(told) == later
    assert f'<time datetime="{told}" data-clock>2026-04-20 10:00:17</time>' in page


def test_it_is_drawn_anew_after_half_a_minute(scene):
    visit(OPEN)
    assert visit(OPEN + timedelta(seconds=29))[2] == 0
    assert visit(OPEN + timedelta(seconds=31))[2] > 0


def test_it_is_never_kept_past_the_close(scene):
    assert "正在接受申报" in visit(CLOSING - timedelta(seconds=5))[1]
    assert "正在接受申报" in visit(CLOSING - timedelta(seconds=1))[1]
    assert "正在接受申报" not in visit(CLOSING + timedelta(seconds=1))[1]


def test_languages_and_large_type_are_kept_apart(scene):
    visit()
    assert 'lang="en"' in visit(django_language="en")[1]
    assert 'class="elder"' in visit(elder="1")[1]
    _answer, page, asked = visit()
    assert asked == 0 and 'lang="zh-CN"' in page and 'class="elder"' not in page


def test_nobody_signed_in_gets_or_leaves_a_kept_page(scene):
    _answer, own, asked = visit(client=browser(scene.applicant))
    assert "陈申报" in own and asked > 0
    _answer, page, asked = visit()
    assert asked > 0 and "陈申报" not in page
    answer, own, asked = visit(client=browser(scene.applicant))
    assert "陈申报" in own and asked > 0
    assert answer["Cache-Control"] == "private, no-store"


def test_an_address_with_a_question_is_drawn_for_the_one_who_asks(scene):
    visit()
    _answer, page, asked = visit(address="/?from=elsewhere")
    assert asked > 0
    assert "elsewhere" not in visit()[1]
    assert "elsewhere" in page


def test_the_time_is_told_and_not_kept(db):
    with time_machine.travel(OPEN, tick=False):
        answer = Client().get("/time")
    assert answer.json() == {"now": OPEN.isoformat()}
    assert answer["Cache-Control"] == "no-store"
