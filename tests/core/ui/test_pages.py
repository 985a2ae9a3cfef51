"""Pages: strict about scripts and styles, readable, and honest when something goes wrong."""

import re
from pathlib import Path

import pytest
from django.db import OperationalError
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.test import RequestFactory

from core.errors import Forbidden, Late, NotFound, RulesBroken, Stale
from core.files.refusals import FileDamaged, FileRefused
from core.rulebook import Violation
from core.ui.middleware import RefusalPages
from tests.core.conftest import HOUSE, NOON
from tests.core.specimen.services import label_lamp, make_lamp

ROOT = Path(__file__).parents[3]
TOKENS = (ROOT / "static/css/tokens.css").read_text()
OWN = [
    path
    for path in (ROOT / "templates").rglob("*.html")
    if "pdf" not in path.parts and "mail" not in path.parts
]


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_carries_inline_script_or_style(path):
    text = path.read_text()
    assert not re.search(r"<style[\s>]|\sstyle\s*=", text)
    markup = re.sub(r"{%.*?%}", " ", text, flags=re.S)  # `{% if one == 1 %}` is no handler
    assert not re.search(r"\son[a-z]+\s*=", markup)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"javascript:|\|safe\b|autoescape off", text)
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", text)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(name):
    return re.search(rf"--{name}:\s*(#[0-9a-f]{{6}})", TOKENS).group(1)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"),
        ("ink", "ground"),
        ("ink-soft", "paper"),
        ("ink-soft", "ground"),
        ("teal", "paper"),
        ("teal", "ground"),
        ("teal-dark", "teal-wash"),
        ("teal", "teal-wash"),
        ("bad", "paper"),
        ("paper", "teal"),
        ("paper", "teal-dark"),
        ("ok", "ok-wash"),
        ("warn", "warn-wash"),
        ("bad", "bad-wash"),
        ("info", "info-wash"),
        ("neutral", "neutral-wash"),
        ("ink", "ok-wash"),
        ("ink", "warn-wash"),
    ],
)
def test_text_stands_out_from_its_ground(ink, ground):
    assert contrast(colour(ink), colour(ground)) >= 4.5


@pytest.mark.parametrize(
    ("line", "ground"), [("focus", "paper"), ("focus", "ground"), ("line-strong", "paper")]
)
def test_focus_and_borders_of_fields_can_be_seen(line, ground):
    assert contrast(colour(line), colour(ground)) >= 3


def asked(error, **headers):
    def view(request):
        if isinstance(error, HttpResponse):
            return error
        raise error

    request = RequestFactory().get("/x", headers=headers)
    pages = RefusalPages(view)
    try:
        return pages(request)
    except Exception as raised:
        answer = pages.process_exception(request, raised)
        if answer is None:
            raise
        return answer


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (Forbidden("这一步由科长办理。"), 403, "这一步由科长办理。"),
        (NotFound(), 404, "没有找到您要的内容"),
        (Late("已过截止时间。"), 422, "已过截止时间。"),
        (FileRefused("svg"), 422, "另存为 PNG"),
        (RulesBroken([Violation("B2", "<超过>上限")]), 422, "&lt;超过&gt;上限"),
        (OperationalError("could not connect to server at 10.0.0.9"), 503, "暂时无法使用"),
        (FileDamaged("the bytes of ab12 were changed"), 503, "暂时无法使用"),
    ],
)
def test_a_refusal_is_a_page_with_its_own_status_and_words(error, status, says):
    response = asked(error)
    text = response.content.decode()
    assert response.status_code == status
    assert says in text
    assert "10.0.0.9" not in text
    assert "ab12" not in text
    assert "Traceback" not in text


def test_503_says_when_to_come_back_and_asks_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = asked(OperationalError("gone"))
    assert response["Retry-After"] == "30"


@pytest.mark.django_db
def test_a_stale_page_is_told_what_changed(clerk, other_clerk):
    lamp = make_lamp(owner_id=HOUSE, label="灯", by=clerk, now=NOON)
    label_lamp(lamp_id=lamp.pk, label="新名", by=other_clerk, now=NOON)
    with pytest.raises(Stale) as stale:
        label_lamp(lamp_id=lamp.pk, label="旧名", by=clerk, now=NOON, version=1)
    response = asked(stale.value)
    assert response.status_code == 409
    assert "这期间发生的变化" in response.content.decode()
    assert "2026-04-28 12:00 经办" in response.content.decode()


def test_what_we_do_not_know_stays_an_error():
    with pytest.raises(ZeroDivisionError):
        asked(ZeroDivisionError())


def test_a_page_in_use_is_told_that_its_session_ended_and_keeps_its_content(settings):
    away = HttpResponseRedirect(f"{settings.LOGIN_URL}?next=/x")
    told = asked(away, HX_Request="true")
    assert told.status_code == 401
    assert told["HX-Trigger"] == "signed-out"
    assert told.content == b""
    assert asked(away).status_code == 302
    elsewhere = HttpResponseRedirect("/desk/")
    assert asked(elsewhere, HX_Request="true").status_code == 302


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html", "503.html"])
def test_a_page_for_bad_days_needs_nothing(name, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        html = render_to_string(name)
    assert 'lang="zh-CN"' in html
    assert name[:3] in html
    assert "改变" in html or "保存" in html


@pytest.mark.django_db
def test_an_unknown_address_is_a_chinese_page(client):
    response = client.get("/no-such-page-at-all/", headers={"accept-language": "zh-CN"})
    assert response.status_code == 404
    text = response.content.decode()
    assert "没有找到" in text
    assert "跳到正文" in text
    assert "长者模式" in text


@pytest.mark.django_db
def test_elder_mode_marks_the_page(client):
    client.cookies["elder"] = "1"
    text = client.get("/no-such-page-at-all/", headers={"accept-language": "zh-CN"}).content.decode()
    assert '<html lang="zh-CN" class="elder">' in text
    assert "标准字号" in text
