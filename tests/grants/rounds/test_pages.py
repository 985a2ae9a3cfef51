"""The officers' pages of rounds: who sees them, what they say, and each button pressed in a browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.todo import counted
from grants.rounds import selectors
from grants.rounds.models import DeadlineExtension, FormVersion, Round, RoundRubric, Stage
from grants.rounds.permissions import PERMISSIONS
from tests.grants.applying import DEADLINE, OPEN, SECOND, at
from tests.grants.builders import CALL, Office, a_round, pack_yaml
from tests.grants.tables import force
from tests.grants.visiting import browser_of, exported, pressed, queries_of, stop_clock
from tests.orgs.builders import a_body, browser

pytestmark = pytest.mark.django_db
LIST = "/competitions/"


@pytest.fixture
def office(monkeypatch):
    stop_clock(monkeypatch, OPEN)
    return Office()


def another(office, code, **changes):
    return a_round(office, code=code, name=f"{code}大赛", **changes)


def as_file(terms, name="terms.json"):
    return SimpleUploadedFile(name, json.dumps(terms, ensure_ascii=False).encode())


def prepare(client, office, terms, **more):
    data = {"terms": terms if hasattr(terms, "name") else as_file(terms), "host": office.committee.pk}
    return client.post(f"{LIST}prepare/", {**data, **more})


class TestTheList:
    def test_officers_see_every_round_and_others_do_not_see_the_list(self, office):
        a_round(office)
        for role in PERMISSIONS["rounds.list"].roles():
            page = browser_of(role).get(LIST)
            assert page.status_code == 200 and "2026年武昌区公益创投大赛" in page.content.decode(), role
        for role in PERMISSIONS["rounds.view"].roles() - PERMISSIONS["rounds.list"].roles():
            assert browser_of(role).get(LIST).status_code == 403, role
        assert Client().get(LIST).status_code == 302

    def test_an_operator_of_another_round_sees_only_its_own(self, office):
        mine, other = a_round(office), another(office, "WCCT-2027")
        client = browser_of("operator", round_code="WCCT-2027")
        assert other.name in (page := client.get(LIST).content.decode()) and mine.name not in page
        assert client.get(mine.get_absolute_url()).status_code == 404
        assert client.get(other.get_absolute_url()).status_code == 200

    def test_the_list_and_the_row_admit_the_same_rounds(self, office):
        from core.policy import Actor, Grant, check

        rounds = [a_round(office), another(office, "WCCT-2027")]
        force(rounds[1], state="published")
        for role in PERMISSIONS["rounds.view"].roles():
            for code in ("", "WCCT-2026"):
                actor = Actor(1, 1, (Grant(role, round_code=code),))
                listed = set(selectors.visible_to(actor))
                fresh = Round.objects.all()
                assert listed == {r for r in fresh if check(actor, "rounds.view", r)}, (role, code)

    def test_it_costs_the_same_for_one_round_and_for_three(self, office):
        a_round(office)
        client = browser(office.users["clerk"])
        one = queries_of(client, LIST)
        for code in ("WCCT-2027", "WCCT-2028"):
            another(office, code)
        assert queries_of(client, LIST) == one <= 12

    def test_filters_and_the_table_to_take_home(self, office):
        a_round(office, state="published")
        another(office, "WCCT-2027")
        client = browser(office.users["clerk"])
        page = client.get(f"{LIST}?state=published").content.decode()
        assert "WCCT-2026" in page and "WCCT-2027大赛" not in page
        rows = exported(client, f"{LIST}?q=2027")
        assert [row[1] for row in rows[1:]] == ["WCCT-2027"] and rows[1][4] == 1_000_000

    def test_what_waits_on_a_desk_leads_to_its_rows(self, office, monkeypatch):
        a_round(office, state="published")
        another(office, "WCCT-2027")
        stop_clock(monkeypatch, DEADLINE + SECOND)
        for actor in (office.section_chief, office.leader, office.clerk):
            client = browser(actor)
            for todo in counted(selectors.todo_for(actor, DEADLINE + SECOND)):
                if todo.count == 1:  # straight to its page
                    page = client.get(reverse(todo.url_name, args=todo.args)).content.decode()
                    assert Round.objects.get(public_id=todo.args[0]).name in page, todo.label
                elif todo.count:
                    page = client.get(f"{LIST}?{todo.query}").content.decode()
                    assert f"共 {todo.count} 条" in page, todo.label


class TestANewRound:
    def test_a_clerk_drafts_it_from_the_terms_of_the_last(self, office):
        lead = a_body("department", "武昌区老龄工作委员会办公室", short_name="老龄", parent=office.committee)
        first = a_round(office, state="published")
        client = browser(office.users["clerk"])
        taken = client.get(f"{first.get_absolute_url()}terms/")
        assert taken["Content-Disposition"] == 'attachment; filename="WCCT-2026.json"'
        terms = {**json.loads(taken.content), "code": "WCCT-2027", "name": "2027年大赛"}
        answer = prepare(client, office, terms)
        made = Round.objects.get(code="WCCT-2027")
        assert answer["Location"] == made.get_absolute_url()
        assert made.categories.get(code="elderly_disability").lead == lead
        assert "2027年大赛" in client.get(made.get_absolute_url()).content.decode()

    def test_yaml_as_the_data_pack_has_it_is_read_too(self, office):
        import yaml

        text = yaml.safe_dump(pack_yaml("terms_2026.yaml"), allow_unicode=True)
        answer = prepare(browser(office.users["clerk"]), office, SimpleUploadedFile("t.yaml", text.encode()))
        assert answer.status_code == 302 and Round.objects.get().budget_fen == 100_000_000

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"limits": None}, "limits"),
            ({"tracks": []}, "读不出来"),
            ({"code": "W" * 41}, "届次代码只能用"),
            ({"name": ""}, "届次名称"),
            ({"instrument": "gift"}, "资助方式"),
            ({"budget_yuan": 10**30}, "大于零的金额"),
            ({"budget_yuan": "三万"}, "读不出来"),
            ({"funding_sources": [["a", "甲", 1], ["a", "乙", 2]]}, "各不相同"),
            ({"categories": [["a", "甲", "", 101]]}, "0至100"),
            ({"categories": [["a"]]}, "读不出来"),
            ({"stages": {"application": []}}, "读不出来"),
            ({"calendar": {"applications_open": "x", "applications_close": "y"}}, "读不出来"),
        ],
    )
    def test_terms_that_make_no_sense_are_refused_with_a_sentence(self, office, change, says):
        terms = {**pack_yaml("terms_2026.yaml"), **change}
        terms = {name: value for name, value in terms.items() if value is not None}
        answer = prepare(browser(office.users["clerk"]), office, terms)
        assert answer.status_code == 422 and says in answer.content.decode()
        assert not Round.objects.exists()

    def test_a_code_is_used_once(self, office):
        a_round(office)
        answer = prepare(browser(office.users["clerk"]), office, pack_yaml("terms_2026.yaml"))
        assert answer.status_code == 422 and "已经用过" in answer.content.decode()

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("t.exe", b"MZ"),
            ("t.yaml", b""),
            ("t.yaml", b"\xff\xfe\x00"),
            ("t.yaml", b"a: &a [1]\nb: *a"),
            ("t.yaml", b"[" * 5000),
            ("t.yaml", b"- just a list"),
            ("t.yaml", b"code: .nan"),
            ("t.json", b"x" * 200_001),
        ],
    )
    def test_a_file_that_is_no_terms_is_refused(self, office, name, body):
        client = browser(office.users["clerk"])
        answer = prepare(client, office, SimpleUploadedFile(name, body))
        assert answer.status_code == 422 and "条款文件" in answer.content.decode()

    def test_only_a_clerk_may(self, office):
        for role in ("section_chief", "leader", "supervisor"):
            client = browser(office.users[role])
            assert client.get(f"{LIST}prepare/").status_code == 403
            assert prepare(client, office, pack_yaml("terms_2026.yaml")).status_code == 403


class TestTheRound:
    def test_a_draft_is_for_staff_and_a_published_round_for_everybody_in_the_competition(self, office):
        draft, out = a_round(office), another(office, "WCCT-2027")
        force(out, state="published")
        everybody = PERMISSIONS["rounds.view"].roles()
        readers = everybody - PERMISSIONS["rounds.list"].roles()
        for role in ("clerk", "finance_clerk", "auditor", *readers):
            client = browser_of(role)
            status = [client.get(one.get_absolute_url()).status_code for one in (draft, out)]
            assert status == [404 if role in readers else 200, 200], role
            assert client.get(f"{draft.get_absolute_url()}terms/").status_code == status[0]
        assert browser_of("system_admin").get(out.get_absolute_url()).status_code == 404
        assert Client().get(out.get_absolute_url()).status_code == 302

    def test_it_says_the_terms_in_words(self, office):
        made = a_round(office, state="published")
        page = browser(office.users["clerk"]).get(made.get_absolute_url()).content.decode()
        for says in (
            "福彩公益金", "900,000.00", "人民币壹佰万元整", "养老助残", "40%", "400,000.00", "微项目",
            "签订协议后 80%", "管理费", "每份材料5名评委", "满5份时去掉1个最高分和1个最低分",
            "低于60分或高于95分须写评语", "5个工作日，9时前发布的当日计入", "2026年4月28日 17:30",
            "2026年6月3日、2026年6月4日", made.terms_digest, made.form.digest,
        ):  # fmt: skip
            assert says in page, says
        assert all(one.rubric_version.digest in page for one in made.rubrics.all())

    def test_who_can_act_is_named_for_the_bureau_alone(self, office):
        made = a_round(office, state="published")
        page = browser(office.users["leader"]).get(made.get_absolute_url()).content.decode()
        assert "谁来办" in page and "出纳" in page and "提交支付" in page
        for role in ("finance_clerk", "applicant_admin"):
            assert "谁来办" not in browser_of(role).get(made.get_absolute_url()).content.decode()

    def test_somebody_for_another_round_does_not_count(self, office):
        made = a_round(office)
        browser_of("operator", round_code="WCCT-2099")
        named = {one.permission for one in selectors.who_can_act(on=OPEN.date(), round_code=made.code)}
        elsewhere = {one.permission for one in selectors.who_can_act(on=OPEN.date(), round_code="WCCT-2099")}
        browser_of("auditor")
        assert "audits.audit" in named and named == elsewhere  # the operator is not alone in any step
        assert "audits.audit" not in {v.permission for v in selectors.who_can_act(on=OPEN.date())}

    def test_the_page_stays_within_its_queries(self, office):
        for made in (a_round(office), another(office, "WCCT-2027")):
            assert queries_of(browser(office.users["leader"]), made.get_absolute_url()) <= 20


class TestTheButtons:
    def test_a_round_is_equipped_published_extended_and_selected(self, office, monkeypatch):
        ready = a_round(office, state="equipped")
        form, sheets = ready.form, {r.stage: r.rubric_version for r in ready.rubrics.all()}
        made = another(office, "WCCT-2027")
        clerk, chief, leader = (browser(office.users[role]) for role in ("clerk", "section_chief", "leader"))
        page = leader.get(made.get_absolute_url()).content.decode()
        assert "尚未选定申报表" in page and "尚未选定末期评估的评分表" in page
        chosen = {"form": form.pk, **{stage.value: sheets[stage].pk for stage in Stage}}
        assert pressed(clerk, made, "equip", **chosen).status_code == 302
        assert pressed(leader, made, "publish").status_code == 302
        answer = pressed(chief, made, "extend", until="2026-04-30T17:30", reason="网络故障")
        assert answer.status_code == 302
        assert DeadlineExtension.objects.get().until == at("2026-04-30 17:30")
        assert "网络故障" in clerk.get(made.get_absolute_url()).content.decode()
        stop_clock(monkeypatch, at("2026-04-30 17:31"))
        assert pressed(chief, made, "start_selection").status_code == 302
        assert Round.objects.get(pk=made.pk).state == "selecting"

    def test_closing_archiving_and_cancelling(self, office):
        made, dropped = a_round(office, state="selecting"), another(office, "WCCT-2027")
        force(made, state="executing")
        chief, clerk, leader = (browser(office.users[role]) for role in ("section_chief", "clerk", "leader"))
        pressed(chief, made, "close")
        pressed(clerk, made, "archive")
        pressed(leader, dropped, "cancel", reason="资金取消")
        assert Round.objects.get(pk=made.pk).state == "archived"
        assert Round.objects.get(pk=dropped.pk).state == "cancelled"

    def test_what_upper_rooms_refuse_comes_back_as_a_sentence(self, office):
        made = a_round(office, state="selecting")
        answer = pressed(browser(office.users["section_chief"]), made, "start_execution")
        assert answer.status_code == 422 and "没有完成" in answer.content.decode()
        assert Round.objects.get(pk=made.pk).state == "selecting"

    def test_a_refused_extension_keeps_what_was_typed(self, office):
        made = a_round(office, state="published")
        chief = browser(office.users["section_chief"])
        for until, says in (("2026-04-20T17:30", "必须晚于原截止时间"), ("2026-06-31T17:30", "没有这一时刻")):
            answer = pressed(chief, made, "extend", until=until, reason="网络故障一小时")
            page = answer.content.decode()
            assert answer.status_code == 422 and says in page and "网络故障一小时" in page
        assert not DeadlineExtension.objects.exists()

    def test_buttons_of_others_are_not_offered_and_not_answered(self, office):
        made = a_round(office, state="equipped")
        address = f"{made.get_absolute_url()}do/publish/"
        for role in ("clerk", "section_chief", "supervisor"):
            client = browser(office.users[role])
            assert "/do/publish/" not in client.get(made.get_absolute_url()).content.decode()
            assert client.post(address).status_code == 403
        assert browser_of("applicant_admin").post(address).status_code == 404
        assert browser(office.users["leader"]).get(address).status_code == 302
        assert (
            browser(office.users["leader"]).post(f"{made.get_absolute_url()}do/nothing/").status_code == 404
        )
        assert Round.objects.get(pk=made.pk).state == "drafting"

    def test_a_greyed_button_says_why(self, office):
        made = a_round(office, state="published")
        page = browser(office.users["section_chief"]).get(made.get_absolute_url()).content.decode()
        assert "申报还没有截止。" in page and "disabled" in page


def test_frozen_forms_are_told_apart_by_number_and_seal(office):
    made = a_round(office, state="equipped")
    again = a_round(office, code="WCCT-2027", name="下一届")
    page = browser(office.users["clerk"]).get(again.get_absolute_url()).content.decode()
    form, sheet = FormVersion.objects.get(), RoundRubric.objects.filter(round=made).first()
    assert f"v{form.no}（{form.digest[:8]}）" in page
    assert f"v{sheet.rubric_version.no}（{sheet.rubric_version.digest[:8]}）" in page


def test_a_moment_is_read_on_the_wall_clock_of_wuhan(office):
    from grants.rounds.forms import ExtendForm

    form = ExtendForm({"until": "2026-04-30 17:30", "reason": "x"})
    assert form.is_valid() and form.cleaned_data["until"] == datetime(2026, 4, 30, 9, 30, tzinfo=UTC)
    assert form.cleaned_data["until"] > CALL
