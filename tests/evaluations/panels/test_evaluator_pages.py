"""Evaluators judge reports on the same sheet: nothing blind, one part, straight to the lock."""

from __future__ import annotations

from core.policy import SYSTEM, Role
from core.todo import counted
from evaluations.experts.services import register_expert
from evaluations.panels import selectors, services
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Panel, Sheet
from evaluations.rubrics.services import freeze_rubric
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW, ROUND
from tests.evaluations.rooms import press, shown
from tests.orgs.builders import a_body, a_user, actor, seat

SPEC = {
    "stage": "midterm",
    "criteria": [
        {"code": "progress", "name": "进度与产出", "maximum": "60", "items": []},
        {"code": "finance", "name": "财务规范", "maximum": "40", "items": []},
    ],
    "deductions": [{"code": "late_report", "name": "逾期提交", "points": "5"}],
    "red_lines": [{"code": "fraud", "name": "弄虚作假", "points": "0"}],
}
RULE = {"reviewers": 1, "valid_min": 1, "pass_mark": 60}
SNAPSHOT = {
    "number_of_try": 1,
    "answers": [{"label": "活动开展情况", "value": "按计划开展"}],
    "activities": [{"date": "2026-09-01", "title": "助餐", "participants": 30}],
    "spent_fen": 1_234_500,
}


def judging(rooms):
    """A midterm panel of one evaluator and one report."""
    user = a_user("评估员甲")
    seat(user, a_body("evaluator_firm", "武汉某评估中心"), Role.EVALUATOR)
    expert = register_expert(person_id=user.person_id, fields=[], by=SYSTEM, now=NOW)
    rooms.users[expert.code], rooms.experts[expert.code] = user, actor(user)
    rubric = freeze_rubric(code="midterm", name="中期评估表", spec=SPEC, by=SYSTEM, now=NOW)
    made = stage.dossier(
        rooms, 1, stage="midterm", rubric_version=rubric, machine_points={}, snapshot=SNAPSHOT, open_part={},
        facts={"deductions": ["late_report"]},
    )  # fmt: skip
    panel = services.form_panel(
        round_code=ROUND, stage="midterm", name="中期评估组", rule=RULE, by=rooms.clerk, now=NOW
    )
    services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind="reviewer", by=rooms.clerk, now=NOW)
    for officer, kind in ((rooms.chair, "chair"), (rooms.secretary, "secretary")):
        services.seat_officer(
            panel_id=panel.pk, person_id=officer.person_id, kind=kind, by=rooms.clerk, now=NOW
        )
    services.add_dossiers(panel_id=panel.pk, dossier_ids=[made.pk], by=rooms.clerk, now=NOW)
    services.assign_sheets(panel_id=panel.pk, seed="1", by=rooms.secretary, now=NOW)
    services.open_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    return Sheet.objects.select_related("seat__expert").get(panel=panel)


def test_an_evaluator_declares_reads_a_report_and_locks_in_one_part(rooms):
    sheet = judging(rooms)
    client, who = rooms.of(sheet), rooms.expert(sheet)
    waiting = [todo for todo in counted(selectors.todo_for(who, now=NOW)) if todo.count]
    assert [(todo.url_name, todo.args) for todo in waiting] == [("sheet", (sheet.public_id,))]
    assert sheet.dossier.code in shown(client.get("/sheets/?state=assigned"))
    page = shown(press(client, sheet, "attest"))
    assert "按计划开展" in page and "助餐" in page and "12,345.00" in page and "第二部分" not in page
    assert "确认提交并锁定" in page and "锁定匿名部分" not in page and "系统已认定" in page
    version = Sheet.objects.get(pk=sheet.pk).row_version
    given = {"version": version, "s-progress": "50", "s-finance": "35.5"}
    page = shown(press(client, sheet, "lock", **given))
    done = Sheet.objects.get(pk=sheet.pk)
    assert done.state == S.LOCKED and str(done.total) == "85.50" and "只能查看" in page


def test_the_result_of_a_report_takes_the_deductions_that_dates_established(rooms):
    sheet = judging(rooms)
    client, who = rooms.of(sheet), rooms.expert(sheet)
    services.attest(sheet_id=sheet.pk, by=who, now=NOW)
    services.lock_sheet(sheet_id=sheet.pk, scores={"progress": "50", "finance": "35"}, by=who, now=NOW)
    panel = Panel.objects.get(pk=sheet.panel_id)
    press(rooms.client("secretary"), panel, "lock")
    page = shown(client.get(f"{panel.get_absolute_url()}results/"))
    assert "80.00" in page and "良好" in page and "稳妥" not in page
