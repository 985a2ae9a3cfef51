"""Components say in words what the kernel knows; nothing a person typed becomes markup."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.http import Http404
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core.jobs.models import Job
from core.policy import Actor
from core.rulebook import Violation
from core.ui import timeline as timelines
from core.ui import views
from core.ui.stages import stage_bar
from core.ui.timeline import moments
from tests.core.conftest import HOUSE, NOON
from tests.core.specimen.models import Lamp
from tests.core.specimen.services import dim_lamp, label_lamp, light_lamp, make_lamp, smash_lamp

ROOT = Path(__file__).parents[3]


def show(template, **context):
    return Template("{% load ui %}" + template).render(Context(context))


@pytest.fixture
def lamp(db, clerk):
    return make_lamp(owner_id=HOUSE, label="灯", by=clerk, now=NOON)


def fresh(lamp):
    return Lamp.objects.get(pk=lamp.pk)


def statuses(bar):
    return [(stage.code, stage.status) for stage in bar.stages]


def test_the_stage_bar_tells_where_who_since_when_and_what_next(lamp, clerk):
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON + timedelta(hours=1))
    bar = stage_bar(fresh(lamp))
    assert statuses(bar) == [("dark", "done"), ("lit", "current"), ("broken", "todo")]
    assert bar.since == NOON + timedelta(hours=1)
    assert set(bar.next_steps) == {"熄灭", "打碎"}
    assert set(bar.who) == {"经办", "科长", "局领导"}
    html = show("{% stage_bar lamp %}", lamp=fresh(lamp))
    assert "2026-04-28 13:00 起" in html
    assert html.count('aria-current="step"') == 1


def test_a_state_beside_the_main_way_stands_after_the_last_station_passed(lamp, clerk, leader, monkeypatch):
    monkeypatch.setattr(Lamp, "STAGES", ["dark", "lit"], raising=False)
    smash_lamp(lamp_id=lamp.pk, by=leader, now=NOON)
    bar = stage_bar(fresh(lamp))
    assert bar.is_aside
    assert statuses(bar) == [("dark", "done"), ("broken", "current"), ("lit", "todo")]


def test_applicants_see_the_public_name_and_no_more(lamp, clerk, monkeypatch):
    monkeypatch.setattr(Lamp, "PUBLIC_NAMES", {"lit": "处理中", "broken": "处理中"}, raising=False)
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON)
    bar = stage_bar(fresh(lamp), public=True)
    assert [(stage.label, stage.status) for stage in bar.stages] == [("灭", "done"), ("处理中", "current")]
    html = show("{% stage_bar lamp public=True %}{% state_badge lamp public=True %}", lamp=fresh(lamp))
    assert "亮" not in html
    assert "打碎" not in html


def test_the_timeline_is_the_log_in_words(lamp, clerk, leader, monkeypatch):
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON + timedelta(hours=1), reason="天黑了 <b>")
    label_lamp(lamp_id=lamp.pk, label="走廊灯", by=clerk, now=NOON + timedelta(hours=2))
    smash_lamp(lamp_id=lamp.pk, by=leader, now=NOON + timedelta(hours=3))
    told = moments(fresh(lamp))
    assert [(one.who, one.what, one.state) for one in told] == [
        ("经办", "建立", "灭"),
        ("经办", "点亮", "亮"),
        ("经办", "更新", ""),
        ("局领导", "打碎", "坏"),
    ]
    html = show("{% timeline lamp %}", lamp=fresh(lamp))
    assert "天黑了 &lt;b&gt;" in html
    assert "2026-04-28 13:00" in html
    assert "天黑了" not in show("{% timeline lamp reasons=False %}", lamp=fresh(lamp))


def test_names_are_shown_only_where_they_are_asked_for_and_in_one_question(lamp, clerk, monkeypatch):
    asked = []

    def names(ids):
        asked.append(set(ids))
        return {1: "陈晓"}

    monkeypatch.setattr(timelines, "_name_actors", [names])
    assert moments(lamp)[0].who == "经办"
    assert moments(lamp, with_names=True)[0].who == "经办 陈晓"
    assert asked == [{1}]


def test_the_timeline_costs_the_same_for_any_history(lamp, clerk, other_clerk, django_assert_num_queries):
    with django_assert_num_queries(1):
        show("{% timeline lamp %}", lamp=lamp)
    light_lamp(lamp_id=lamp.pk, by=clerk, now=NOON, reason="a")
    dim_lamp(lamp_id=lamp.pk, by=other_clerk, now=NOON)
    with django_assert_num_queries(1):
        show("{% timeline lamp %}", lamp=lamp)


def test_money_and_time_are_read_the_chinese_way():
    assert show("{{ a|yuan }} {{ none|yuan }} {{ a|wan }} {{ a|capital }}", a=123450) == (
        "1,234.50 — 0.12万元 人民币壹仟贰佰叁拾肆元伍角"
    )
    assert show("{{ t|moment }} {{ t|exact }} {{ t|day }}", t=NOON + timedelta(hours=13)) == (
        "2026-04-29 01:00 2026-04-29 01:00:00 2026-04-29"
    )
    assert show("{{ none|moment }}{{ none|day }}") == "——"
    assert show("{{ p|mask_phone }}", p="13812341234") == "138****1234"
    assert show("{{ v|rule_text }}", v=Violation("X", "超过 {n}", {"n": 3})) == "超过 3"


def test_a_badge_has_shape_words_and_colour():
    html = show("{% badge text 'bad' %}", text="<i>退回</i>")
    assert "badge--bad" in html
    assert "<svg" in html
    assert "&lt;i&gt;退回" in html
    assert "badge--neutral" in show("{% badge 'x' 'no-such-tone' %}")


class Application(forms.Form):
    title = forms.CharField(label="名称", help_text="不超过四十字")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)
    pledge = forms.BooleanField(label="承诺。")

    def clean(self):
        raise forms.ValidationError("合计不符")


def test_every_fault_of_a_form_is_summed_up_with_a_link_that_leads_somewhere():
    html = show(
        "{% include 'components/form.html' with form=form violations=violations %}",
        form=Application({"title": ""}),
        violations=[Violation("B2", "<超过>上限", subject="title"), Violation("B3", "缺少意见")],
    )
    summary = html[: html.index("<form")]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_title", "id_kind_0", "id_pledge", "id_title"]
    for target in targets:
        assert f'id="{target}"' in html
    assert "有 6 处需要修改" in summary
    assert "合计不符" in summary
    assert "&lt;超过&gt;上限" in summary
    assert "缺少意见" in summary


def test_a_field_is_tied_to_its_help_and_its_error():
    html = show("{% field form.title %}", form=Application({"title": ""}))
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert 'aria-invalid="true"' in html
    for target in described:
        assert f'id="{target}"' in html
    assert len(described) == 2


def test_a_form_without_faults_has_no_summary():
    assert show("{% error_summary form %}", form=Application()).strip() == ""


def make_job(**more):
    values = {"kind": "x", "created_at": NOON, "next_at": NOON, "owner_id": 1, **more}
    return Job.objects.create(**values)


def visit(view, job, user_id=1, htmx=False, method="get"):
    request = getattr(RequestFactory(), method)(f"/jobs/{job.public_id}", {"next": "https://evil.example/"})
    request.user = SimpleNamespace(pk=user_id, is_authenticated=user_id is not None)
    request.actor = Actor(user_id=user_id)
    request.htmx = htmx
    return view(request, public_id=job.public_id)


@pytest.mark.django_db
def test_progress_is_asked_for_until_the_job_ends():
    waiting = make_job(done_count=3, total_count=12)
    html = visit(views.job_progress, waiting, htmx=True).content.decode()
    assert "3 / 12" in html
    assert 'value="25"' in html
    assert 'hx-trigger="every 2s"' in html
    assert "<html" not in html
    done = make_job(stage="done", finished_at=NOON, result={"file": "abc123"})
    html = visit(views.job_progress, done, htmx=True).content.decode()
    assert "hx-get" not in html
    assert "/files/abc123" in html
    parked = visit(views.job_progress, make_job(stage="parked", error="Traceback secret"), htmx=True)
    assert "secret" not in parked.content.decode()


@pytest.mark.django_db
def test_a_job_is_its_owners_business():
    job = make_job()
    for view, method in ((views.job_progress, "get"), (views.job_cancel, "post")):
        with pytest.raises(Http404):
            visit(view, job, user_id=2, method=method)
        assert "login" in visit(view, job, user_id=None, method=method)["Location"]
    assert Job.objects.get().stage == Job.Stage.QUEUED


@pytest.mark.django_db
def test_a_waiting_job_can_be_stopped_and_the_way_back_is_ours():
    job = make_job()
    response = visit(views.job_cancel, job, method="post")
    assert response["Location"] == f"/jobs/{job.public_id}"
    job.refresh_from_db()
    assert job.stage == Job.Stage.CANCELLED


def test_elder_mode_is_switched_on_and_off_by_a_cookie_and_leads_back():
    request = RequestFactory().post("/elder", {"next": "/desk/?page=2"})
    on = views.switch_elder(request)
    assert on.cookies["elder"].value == "1"
    assert on["Location"] == "/desk/?page=2"
    request = RequestFactory().post("/elder", {"next": "//evil.example"})
    request.COOKIES["elder"] = "1"
    off = views.switch_elder(request)
    assert off.cookies["elder"].value == ""
    assert off["Location"] == "/"
    assert views.switch_elder(RequestFactory().get("/elder")).status_code == 405


def test_a_sentence_of_a_rule_is_translated_when_it_is_shown():
    from core import words

    with translation.override("en"):
        assert words._translator("中文") == translation.gettext("中文")
