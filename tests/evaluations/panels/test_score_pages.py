"""The score sheet: declare, read, score in two parts, save while filling, lock; and nothing is ever lost."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook

from core.todo import counted
from evaluations.panels import selectors, services
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Panel, Sheet
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW
from tests.evaluations.rooms import cost, press, shown

BLIND = {"s-needs": "30", "s-design": "25", "s-budget.complete": "8"}


@pytest.fixture
def sheet(rooms):
    """A sheet that its reviewer has declared for."""
    first = stage.scoring(rooms, 2).sheets.order_by("pk").first()
    services.attest(sheet_id=first.pk, by=rooms.expert(first), now=NOW)
    return Sheet.objects.get(pk=first.pk)


def again(sheet):
    return Sheet.objects.get(pk=sheet.pk)


def save(client, sheet, version=None, **fields):
    """What the script sends while somebody types."""
    given = {"version": again(sheet).row_version if version is None else version, **fields}
    return client.post(f"{sheet.get_absolute_url()}save/", given, headers={"accept": "application/json"})


def with_version(sheet, **fields):
    return {"version": again(sheet).row_version, **fields}


def test_only_the_reviewer_opens_a_sheet_and_not_before_the_panel_opens(rooms):
    panel = stage.assigned(rooms, 1)
    sheet = panel.sheets.first()
    own = sheet.seat.expert.code
    assert rooms.client(own).get(sheet.get_absolute_url()).status_code == 404
    assert sheet.dossier.code not in shown(rooms.client(own).get("/sheets/"))
    services.open_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    other = next(code for code in rooms.experts if code != own)
    people = [
        own,
        other,
        "chair",
        "secretary",
        "supervisor",
        "auditor",
        "clerk",
        "leader",
        "stranger",
        "applicant_admin",
    ]
    found = {who: rooms.client(who).get(sheet.get_absolute_url()).status_code for who in people}
    assert found == {who: 200 if who == own else 404 for who in people}


def test_the_list_holds_ones_own_sheets_and_is_for_reviewers(rooms):
    panel = stage.scoring(rooms, 2)
    client = rooms.client("ZJ0001")
    mine = set(selectors.sheets_of(rooms.experts["ZJ0001"]).values_list("dossier__code", flat=True))
    page = shown(client.get("/sheets/"))
    assert {code for code in ("A-001", "A-002") if code in page} == mine and "已锁定 0" in page
    assert rooms.client("clerk").get("/sheets/").status_code == 403
    assert panel.name in page
    book = load_workbook(io.BytesIO(client.get("/sheets/?export=xlsx").content))
    assert book.active.max_row == 1 + len(mine)


def test_the_desk_leads_to_just_the_sheets_that_wait(rooms, sheet):
    who = rooms.expert(sheet)
    led = {str(todo.label): todo for todo in counted(selectors.todo_for(who, now=NOW))}
    assert (led["待完成的评分表"].url_name, led["待完成的评分表"].args) == ("sheet", (sheet.public_id,))
    client = rooms.of(sheet)
    open_ones = shown(client.get("/sheets/?state=open"))
    assert sheet.dossier.code in open_ones
    others = [s.dossier.code for s in selectors.sheets_of(who) if s.pk != sheet.pk]
    assert all(code not in open_ones for code in others)
    assert sheet.dossier.code not in shown(client.get("/sheets/?state=assigned"))


def test_nothing_is_read_before_the_declaration(rooms):
    first = stage.scoring(rooms, 1).sheets.order_by("pk").first()
    client = rooms.of(first)
    page = shown(client.get(first.get_absolute_url()))
    assert "请先声明" in page and "助餐服务" not in page and "评分表全文" not in page
    assert again(first).state == S.ASSIGNED
    page = shown(press(client, first, "attest"))
    assert "助餐服务" in page and "需求调研" in page and again(first).state == S.OPEN


def test_a_detected_tie_is_refused_and_standing_back_works(rooms):
    from core.policy import SYSTEM
    from orgs.people.services import declare_interest

    first = stage.scoring(rooms, 1).sheets.order_by("pk").first()
    declare_interest(
        person_id=first.reviewer_id, body_id=rooms.applicant.pk, kind="board", by=SYSTEM, now=NOW
    )
    client = rooms.of(first)
    tied = press(client, first, "attest")
    assert tied.status_code == 422 and "存在利害关系" in shown(tied)
    unsaid = press(client, first, "recuse", kind="declared", reason=" ")
    assert unsaid.status_code == 422 and again(first).state == S.ASSIGNED
    page = press(client, first, "recuse", kind="declared", reason="理事")
    assert page.redirect_chain[-1][0] == "/sheets/" and again(first).state == S.RECUSED
    assert "助餐服务" not in shown(client.get(first.get_absolute_url()))


def test_the_second_part_comes_after_the_blind_part_is_locked(rooms, sheet):
    client = rooms.of(sheet)
    page = shown(client.get(sheet.get_absolute_url()))
    assert "三名持证社工" not in page and 's-team"' not in page and "锁定匿名部分后评" in page
    short = press(client, sheet, "lock_blind", **with_version(sheet, **{"s-needs": "30"}))
    assert short.status_code == 422 and "尚未评分" in shown(short) and 'value="30"' in shown(short)
    page = shown(press(client, sheet, "lock_blind", **with_version(sheet, **BLIND)))
    assert "三名持证社工" in page and 'name="s-team"' in page and 'name="s-needs"' not in page
    too_much = press(client, sheet, "lock", **with_version(sheet, **{"s-team": "11"}))
    assert too_much.status_code == 422 and "须在 0 至 10 分之间" in shown(too_much)
    page = shown(press(client, sheet, "lock", **with_version(sheet, **{"s-team": "7", "s-comment": "可行"})))
    assert "评分表已锁定" in page and "只能查看" in page and "s-comment" not in page
    assert again(sheet).total == 75 and again(sheet).comment == "可行"


def test_points_are_saved_while_they_are_typed(rooms, sheet):
    client = rooms.of(sheet)
    told = save(
        client, sheet, **{"s-needs": "30.5", "s-comment": "需求明确", "s-red_lines": ["fraud"]}
    ).json()
    assert re.fullmatch(r"已保存 \d\d:\d\d:\d\d", told["saved"])
    assert told["total"] == "35.5" and told["missing"] == 2 and told["faults"] == {}
    assert told["version"] == again(sheet).row_version
    assert again(sheet).scores["needs"] == "30.5" and again(sheet).marks == {"red_lines": ["fraud"]}
    page = shown(client.get(sheet.get_absolute_url()))
    assert 'value="30.5"' in page and "需求明确" in page and ">35.5</strong>" in page


def test_what_the_rules_refuse_is_named_and_the_rest_is_saved(rooms, sheet):
    client = rooms.of(sheet)
    told = save(client, sheet, **{"s-needs": "99", "s-design": "25", "s-comment": "写了很久"}).json()
    assert set(told["faults"]) == {"needs"} and "其余已保存" in told["saved"]
    assert again(sheet).scores == {"design": "25"} and again(sheet).comment == "写了很久"
    odd = save(client, sheet, **{"s-needs": "七", "s-design": "7.3"}).json()
    assert set(odd["faults"]) == {"needs", "design"} and again(sheet).scores == {"design": "25"}
    long = save(client, sheet, **{"s-comment": "长" * 4001, "s-needs": "12．5"}).json()
    assert set(long["faults"]) == {"comment"} and again(sheet).scores["needs"] == "12.5"
    assert again(sheet).comment == "写了很久"


def test_without_the_script_a_button_saves_and_faults_keep_what_was_typed(rooms, sheet):
    client, address = rooms.of(sheet), f"{sheet.get_absolute_url()}save/"
    page = client.post(address, with_version(sheet, **{"s-needs": "31"}), follow=True)
    assert "已保存" in shown(page) and again(sheet).scores == {"needs": "31"}
    page = client.post(address, with_version(sheet, **{"s-needs": "55", "s-design": "20"}))
    assert page.status_code == 422 and 'value="55"' in shown(page) and again(sheet).scores["design"] == "20"


def test_two_windows_do_not_overwrite_each_other(rooms, sheet):
    client, old = rooms.of(sheet), again(sheet).row_version
    save(client, sheet, **{"s-needs": "20"})
    stale = save(client, sheet, version=old, **{"s-needs": "33"})
    assert stale.status_code == 409 and "仍在" in stale.json()["says"]
    assert again(sheet).scores["needs"] == "20"
    assert save(client, sheet, version=stale.json()["version"], **{"s-needs": "33"}).status_code == 200
    page = client.post(f"{sheet.get_absolute_url()}save/", {"version": old, "s-needs": "12"})
    assert page.status_code == 409 and 'value="12"' in shown(page) and again(sheet).scores["needs"] == "33"


def test_an_expired_sign_in_is_told_to_the_script_and_changes_nothing(client, sheet):
    address = f"{sheet.get_absolute_url()}save/"
    answer = client.post(address, {"s-needs": "30"}, headers={"hx-request": "true"})
    assert answer.status_code == 401 and again(sheet).scores == {}


def test_nobody_else_saves_and_a_locked_sheet_is_read_only(rooms, sheet):
    for who in ("chair", "secretary", "supervisor", "stranger"):
        assert save(rooms.client(who), sheet, **{"s-needs": "1"}).status_code == 404
    client = rooms.of(sheet)
    press(client, sheet, "lock_blind", **with_version(sheet, **BLIND))
    press(client, sheet, "lock", **with_version(sheet, **{"s-team": "7", "s-comment": "可行"}))
    late = save(client, sheet, **{"s-needs": "40"})
    assert late.status_code == 409 and again(sheet).scores["needs"] == "30"
    assert client.get(f"{sheet.get_absolute_url()}save/").status_code == 405


def test_a_hostile_form_changes_only_what_the_sheet_offers(rooms, sheet):
    client, before = rooms.of(sheet), again(sheet)
    save(client, sheet, **{"s-team": "10", "s-budget.compliant": "0", "total": "100", "state": "locked"})
    after = again(sheet)
    assert (after.scores, after.state, after.seat_id) == ({}, before.state, before.seat_id)
    bogus = save(client, sheet, **{"s-bonus": ["charm"]}).json()
    assert "bonus" in bogus["faults"] and again(sheet).marks == {}


def test_one_walks_from_sheet_to_sheet_and_sees_how_far_one_is(rooms, sheet):
    client, rows = rooms.of(sheet), list(selectors.sheets_of(rooms.expert(sheet)).order_by("dossier__code"))
    assert len(rows) == 2
    first, last = (shown(client.get(row.get_absolute_url())) for row in rows)
    assert f'rel="next" href="{rows[1].get_absolute_url()}"' in first and 'rel="prev"' not in first
    assert f'rel="prev" href="{rows[0].get_absolute_url()}"' in last and "第 2 / 2 份" in last


def test_a_reopened_sheet_is_open_as_a_whole(rooms):
    panel = stage.locked(rooms, 1)
    done = panel.sheets.order_by("pk").first()
    services.ask_reopen(sheet_id=done.pk, reason="漏看", by=rooms.chair, now=NOW)
    supervisor = rooms.client("supervisor")
    page = shown(press(supervisor, done, "reopen", reason="同意"))
    assert again(done).state == S.OPEN and "评分表已重开" in page and 'name="s-needs"' not in page
    for who in ("supervisor", "chair", "secretary"):
        assert rooms.client(who).get(done.get_absolute_url()).status_code == 404
    page = shown(rooms.of(done).get(done.get_absolute_url()))
    assert 'name="s-needs"' in page and 'name="s-team"' in page


def test_after_the_lock_chair_and_supervisor_read_a_sheet_and_write_nothing(rooms):
    panel = stage.locked(rooms, 1)
    done = panel.sheets.order_by("pk").first()
    for who in ("chair", "secretary", "supervisor", "auditor"):
        page = shown(rooms.client(who).get(done.get_absolute_url()))
        assert "助餐服务" in page and "评委" in page and "data-autosave" not in page
    asked = press(rooms.client("chair"), done, "ask_reopen", reason="漏看附件")
    assert "等待监督人决定" in shown(asked) and again(done).reopen_asked_at is not None


def test_the_page_costs_the_same_with_two_sheets_and_with_six(rooms):
    panel = stage.scoring(rooms, 2)
    sheet = panel.sheets.order_by("pk").first()
    client = rooms.of(sheet)
    services.attest(sheet_id=sheet.pk, by=rooms.expert(sheet), now=NOW)
    few = cost(client, sheet.get_absolute_url()), cost(client, "/sheets/")
    for number in range(3):
        made = stage.dossier(rooms, 50 + number)
        type(made).objects.filter(pk=made.pk).update(panel=panel)
        copy = Sheet(
            panel=panel,
            dossier=made,
            seat=sheet.seat,
            reviewer=sheet.reviewer,
            state_since=NOW,
            created_at=NOW,
        )
        Sheet.objects.bulk_create([copy])
    first = panel.sheets.order_by("pk").first()
    many = cost(client, first.get_absolute_url()), cost(client, "/sheets/")
    assert few == many and few[0] <= 20 and few[1] <= 12
    assert Panel.objects.count() == 1
