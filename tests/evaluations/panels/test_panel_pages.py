"""The pages of panels while they are formed and score: every button pressed, and who sees how much."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from core.clock import now
from core.jobs.models import Job
from core.jobs.queue import drain
from core.policy import SYSTEM, check
from evaluations.experts.models import Expert
from evaluations.experts.services import draw_experts, witness_draw
from evaluations.panels import selectors, services
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import AssignmentRun, Panel, PanelSeat, Sheet
from evaluations.panels.selectors import above
from orgs.people.services import declare_interest
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW, ROUND, RULE
from tests.evaluations.rooms import cost, press, shown


def form(rooms):
    return services.form_panel(
        round_code=ROUND, stage="application", name="申报评审组", rule=RULE, by=rooms.clerk, now=NOW
    )


def kept(panel):
    return Panel.objects.get(pk=panel.pk)


@pytest.fixture
def told_rules(monkeypatch):
    """The rooms above told of one stage."""
    rule = above.StageRule(ROUND, "2026年公益创投", "application", "申报评审", RULE)
    monkeypatch.setattr(above, "_stage_rules", [lambda: [rule]])


@pytest.mark.parametrize(
    ("who", "listing", "page"),
    [
        ("clerk", 200, 200),
        ("chief", 200, 200),
        ("leader", 200, 200),
        ("supervisor", 200, 200),
        ("auditor", 200, 200),
        ("chair", 200, 200),
        ("ZJ0001", 200, 200),
        ("stranger", 200, 404),
        ("applicant_admin", 403, 404),
    ],
)
def test_who_may_open_a_panel_and_the_list_shows_just_those(rooms, who, listing, page):
    panel, client = stage.scoring(rooms, 1), rooms.client(who)
    answer = client.get("/panels/")
    assert answer.status_code == listing
    assert client.get(panel.get_absolute_url()).status_code == page
    actor = rooms.experts.get(who) or getattr(rooms, who, rooms.stranger)
    if listing == 200:
        assert (panel.name in shown(answer)) is (check(actor, "panels.view", panel) is not None)


def test_a_panel_is_founded_under_the_published_rule_of_a_stage(rooms, told_rules):
    client = rooms.client("clerk")
    wrong = client.post("/panels/new/", {"stage": f"{ROUND}/brand", "name": "一组"})
    assert wrong.status_code == 422 and "一组" in shown(wrong)
    given = {"stage": f"{ROUND}/application", "name": "一组", "due_at": "2026-12-04T17:00"}
    page = client.post("/panels/new/", given, follow=True)
    panel = Panel.objects.get()
    assert panel.rule == RULE and "评审组已组建" in shown(page) and "2026-12-04 17:00" in shown(page)
    assert rooms.client("leader").post("/panels/new/", given).status_code == 403


def test_seats_are_filled_from_a_witnessed_draw_the_pool_and_the_office(rooms):
    panel, client = form(rooms), rooms.client("clerk")
    draw = draw_experts(
        round_code=ROUND, purpose="申报评审", seed="1", seats={"finance": 2, "general": 4},
        reserves={"general": 1}, by=rooms.clerk, now=NOW,
    )  # fmt: skip
    early = press(client, panel, "seat_drawn", draw=draw.public_id)
    assert early.status_code == 422 and not panel.seats.exists()
    witness_draw(draw_id=draw.pk, by=rooms.supervisor, now=NOW)
    assert "抽中专家已入席" in shown(press(client, panel, "seat_drawn", draw=draw.public_id))
    assert panel.seats.filter(kind="reviewer").count() == 6
    left = Expert.objects.exclude(seats__panel=panel).first()
    press(client, panel, "seat_expert", expert=left.public_id, kind="reserve")
    assert panel.seats.filter(expert=left, kind="reserve").exists()
    chair = PanelSeat.objects.filter(panel=panel, kind="reviewer").first()
    press(client, panel, "seat_chair", expert=chair.expert.public_id)
    person = rooms.users["secretary"].person
    page = shown(press(client, panel, "seat_officer", person=person.public_id, kind="secretary"))
    assert "秘书甲" in page and panel.seats.filter(kind="chair", person=chair.person).exists()
    twice = press(client, panel, "seat_officer", person=person.public_id, kind="chair")
    assert twice.status_code == 422 and "秘书不能兼任" in shown(twice)


def test_dossiers_are_put_before_a_panel_by_ticking_them(rooms):
    panel, client, made = form(rooms), rooms.client("clerk"), stage.dossier(rooms, 1)
    other = stage.dossier(rooms, 2, stage="midterm")
    assert other.code not in shown(client.get(panel.get_absolute_url()))
    assert press(client, panel, "add", dossiers=[other.public_id]).status_code == 422
    page = shown(press(client, panel, "add", dossiers=[made.public_id]))
    assert "材料已编入" in page and made.code in page and panel.dossiers.get() == made


def test_the_assignment_runs_in_the_worker_and_tells_its_proof(rooms):
    panel, client = stage.forming(rooms, 3), rooms.client("secretary")
    assert press(client, panel, "assign", seed=" ").status_code == 422 and not Job.objects.exists()
    page = shown(press(client, panel, "assign", seed="种子一", key="6b1f5a52-7d0e-4b7c-9a55-0d8a3a1b2c3d"))
    press(client, panel, "assign", seed="种子一", key="6b1f5a52-7d0e-4b7c-9a55-0d8a3a1b2c3d")
    assert "可以离开" in page and Job.objects.filter(kind="panels.assign").count() == 1
    assert kept(panel).state == P.FORMING and "停止处理" in page
    drain(now=now)
    page, run = shown(client.get(panel.get_absolute_url())), AssignmentRun.objects.get()
    assert kept(panel).state == P.ASSIGNED and Sheet.objects.count() == 15
    assert f"{run.objective} / {run.bound}" in page and "已证最优" in page and "种子一" in page
    assert all(f"{seat.judge.code} <strong>" in page for seat in panel.seats.filter(kind="reviewer"))
    late = press(client, panel, "assign", seed="种子二")
    assert late.status_code == 200 and AssignmentRun.objects.count() == 1
    drain(now=now)
    assert "材料已分配，没有再次分配" in shown(client.get(panel.get_absolute_url()))


def test_an_assignment_that_is_stopped_leaves_nothing(rooms):
    panel, client = stage.forming(rooms, 1), rooms.client("secretary")
    press(client, panel, "assign", seed="1")
    client.post(f"/jobs/{Job.objects.get().public_id}/cancel")
    drain(now=now)
    assert kept(panel).state == P.FORMING and not Sheet.objects.exists()


def test_an_assignment_that_would_leave_gaps_says_which_and_needs_a_reason(rooms):
    panel, client = stage.forming(rooms, 1, reviewers=5), rooms.client("secretary")
    expert = PanelSeat.objects.filter(panel=panel, kind="reviewer").first()
    declare_interest(person_id=expert.person_id, body_id=rooms.applicant.pk, kind="board", by=SYSTEM, now=NOW)
    press(client, panel, "assign", seed="1")
    drain(now=now)
    page = shown(client.get(panel.get_absolute_url()))
    assert "没有分配" in page and "A-001" in page and kept(panel).state == P.FORMING
    press(client, panel, "assign", seed="1", accept_gaps="专家名单不足，已报告")
    drain(now=now)
    page = shown(client.get(panel.get_absolute_url()))
    assert kept(panel).state == P.ASSIGNED and "缺 1 份" in page and "专家名单不足，已报告" in page


def test_scoring_is_opened_people_are_replaced_and_gaps_refilled(rooms):
    panel, client = stage.assigned(rooms, 2), rooms.client("secretary")
    assert press(rooms.client("clerk"), panel, "open").status_code == 403
    assert "已开放评分" in shown(press(client, panel, "open"))
    seat = panel.seats.filter(kind="reviewer").first()
    unsaid = press(client, panel, "replace", seat=seat.public_id)
    assert unsaid.status_code == 422 and seat.left_at is None
    page = shown(press(client, panel, "replace", seat=seat.public_id, reason="当日因病请假"))
    assert "递补人已接手" in page and "当日因病请假" in page and "离席" in page
    assert PanelSeat.objects.get(pk=seat.pk).left_at is not None
    sheet = panel.sheets.filter(state=S.ASSIGNED).first()
    press(client, panel, "recuse", sheet=sheet.public_id, kind="detected", reason="曾任职该机构")
    assert Sheet.objects.get(pk=sheet.pk).state == S.RECUSED
    assert "曾任职该机构" in shown(client.get(panel.get_absolute_url()))
    assert "已办理递补" in shown(press(client, panel, "refill"))
    early = press(client, panel, "lock")
    assert early.status_code == 409 and kept(panel).state == P.SCORING


def test_a_sheet_is_reopened_by_chair_and_supervisor_together(rooms):
    panel = stage.scoring(rooms, 1)
    sheet = stage.fill(rooms, panel.sheets.order_by("pk").first())
    chair, supervisor = rooms.client("chair"), rooms.client("supervisor")
    assert press(supervisor, panel, "reopen", sheet=sheet.public_id, reason="x").status_code == 422
    assert press(chair, panel, "reopen", sheet=sheet.public_id, reason="x").status_code == 403
    assert "等待监督人决定" in shown(
        press(chair, panel, "ask_reopen", sheet=sheet.public_id, reason="漏看附件")
    )
    [todo] = selectors.todo_for(rooms.supervisor, now=NOW)
    assert panel.name in shown(supervisor.get(f"/panels/?{todo.query}"))
    page = shown(press(supervisor, panel, "reopen", sheet=sheet.public_id, reason="同意"))
    assert "评分表已重开" in page
    again = Sheet.objects.get(pk=sheet.pk)
    assert (again.state, again.edition) == (S.OPEN, 2)


def test_a_sheet_of_another_panel_cannot_be_touched_through_this_one(rooms):
    here, there = stage.scoring(rooms, 1), form(rooms)
    services.seat_officer(
        panel_id=there.pk, person_id=rooms.secretary.person_id, kind="secretary", by=rooms.clerk, now=NOW
    )
    sheet = here.sheets.first()
    Panel.objects.filter(pk=there.pk).update(state=P.SCORING)
    answer = press(
        rooms.client("secretary"), there, "recuse", sheet=sheet.public_id, kind="absent", reason="x"
    )
    assert answer.status_code == 422 and Sheet.objects.get(pk=sheet.pk).state == S.ASSIGNED


def test_reviewers_see_neither_buttons_nor_colleagues_nor_progress(rooms):
    panel = stage.scoring(rooms, 2)
    for sheet in panel.sheets.order_by("pk")[:4]:
        stage.fill(rooms, sheet)
    page = shown(rooms.client("ZJ0001").get(panel.get_absolute_url()))
    others = [u.person.name for code, u in rooms.users.items() if code.startswith("ZJ") and code != "ZJ0001"]
    assert "我的评分表" in page and "评审规则" in page
    assert [name for name in [*others, "席位</h2>", "评分进度", "我可以办理"] if name in page] == []
    watcher = shown(rooms.client("chair").get(panel.get_absolute_url()))
    assert "已锁定 4 / 10 份" in watcher and all(name in watcher for name in others[:3])


def test_a_leader_sees_how_far_a_panel_is_but_no_expert_before_the_lock(rooms):
    panel = stage.all_filled(rooms, 1)
    page = shown(rooms.client("leader").get(panel.get_absolute_url()))
    assert "评分进度" in page and "龘" not in page
    services.lock_panel(panel_id=panel.pk, by=rooms.secretary, now=NOW)
    assert "龘" in shown(rooms.client("leader").get(panel.get_absolute_url()))


def test_the_desk_leads_to_the_panels_where_work_waits(rooms):
    panel, other = stage.forming(rooms, 1), form(rooms)
    client = rooms.client("secretary")
    led = {todo.query: todo for todo in selectors.todo_for(rooms.secretary, now=NOW) if todo.count}
    assert set(led) == {"waits=assign"}
    Panel.objects.filter(pk=other.pk).update(name="别人的组")
    page = shown(client.get("/panels/?waits=assign"))
    assert panel.name in page and "别人的组" not in page
    stage.dossier(rooms, 40)
    todos = {todo.query for todo in selectors.todo_for(rooms.clerk, now=NOW)}
    assert "waits=dossiers" in todos
    assert "别人的组" in shown(rooms.client("clerk").get("/panels/?waits=dossiers"))


def test_pages_cost_the_same_for_one_dossier_and_for_many(rooms):
    client = rooms.client("secretary")
    small = stage.scoring(rooms, 1)
    few = cost(client, small.get_absolute_url()), cost(client, "/panels/")
    made = [stage.dossier(rooms, 100 + n).pk for n in range(25)]
    large = form(rooms)
    for expert in Expert.objects.order_by("code")[:7]:
        services.seat_expert(panel_id=large.pk, expert_id=expert.pk, kind="reviewer", by=rooms.clerk, now=NOW)
    for expert in Expert.objects.order_by("code")[7:]:
        services.seat_expert(panel_id=large.pk, expert_id=expert.pk, kind="reserve", by=rooms.clerk, now=NOW)
    for officer, kind in ((rooms.chair, "chair"), (rooms.secretary, "secretary")):
        services.seat_officer(
            panel_id=large.pk, person_id=officer.person_id, kind=kind, by=rooms.clerk, now=NOW
        )
    services.add_dossiers(panel_id=large.pk, dossier_ids=made, by=rooms.clerk, now=NOW)
    services.assign_sheets(panel_id=large.pk, seed="9", by=rooms.secretary, now=NOW)
    services.open_panel(panel_id=large.pk, by=rooms.secretary, now=NOW)
    many = cost(client, large.get_absolute_url()), cost(client, "/panels/")
    assert few == many and many[0] <= 20 and many[1] <= 12
    book = load_workbook(io.BytesIO(client.get("/panels/?export=xlsx").content))
    assert book.active.max_row == 3
