"""The pages of the pool and of the draws: who reads names, and every button pressed as people press it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from core.clock import today
from core.policy import Role
from evaluations.experts.models import Draw, Expert
from evaluations.experts.selectors import todo_for
from evaluations.experts.services import draw_experts
from tests.evaluations.cast import NOW, ROUND
from tests.evaluations.rooms import cost, press, shown, soon
from tests.orgs.builders import a_body, a_user, seat

DRAW = {
    "round_code": ROUND,
    "purpose": "申报评审",
    "seed": "种子-0528",
    "seats_finance": "1",
    "seats_general": "3",
    "reserves_finance": "1",
    "reserves_general": "1",
    "per_employer_max": "1",
}


def drawn(rooms, seed="2026", by=None):
    return draw_experts(
        round_code=ROUND, purpose=f"评审{seed}", seed=seed, seats={"finance": 1, "general": 3},
        reserves={"general": 1}, by=by or rooms.clerk, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "listing", "page"),
    [
        ("clerk", 200, 200),
        ("chief", 200, 200),
        ("supervisor", 200, 200),
        ("auditor", 200, 200),
        ("leader", 403, 404),
        ("stranger", 403, 404),
        ("applicant_admin", 403, 404),
        ("ZJ0002", 403, 404),
    ],
)
def test_names_of_the_pool_are_for_those_who_keep_it(rooms, who, listing, page):
    client, expert, draw = rooms.client(who), Expert.objects.get(code="ZJ0001"), drawn(rooms)
    assert client.get("/experts/").status_code == client.get("/draws/").status_code == listing
    for obj in (expert, draw):
        answer = client.get(obj.get_absolute_url())
        assert answer.status_code == page
        assert (expert.person.name in shown(answer)) is (page == 200)


def test_experts_read_their_own_page_and_record_their_leave_there(rooms):
    expert, client = Expert.objects.get(code="ZJ0001"), rooms.client("ZJ0001")
    assert expert.person.name in shown(client.get(expert.get_absolute_url()))
    wrong = press(client, expert, "leave", first_day="2026-12-09", last_day="2026-12-01", reason="出差")
    assert wrong.status_code == 422 and "结束日期不能早于开始日期" in shown(wrong) and "出差" in shown(wrong)
    done = press(client, expert, "leave", first_day="2026-12-01", last_day="2026-12-09", reason="出差")
    assert done.status_code == 200 and expert.leaves.count() == 1
    other = Expert.objects.get(code="ZJ0002")
    assert press(client, other, "leave", reason="x").status_code == 404
    assert press(client, expert, "retire", until=soon(), reason="x").status_code == 403


def test_a_clerk_takes_somebody_in_and_lets_somebody_go(rooms):
    newcomer = a_user("新来的专家")
    seat(newcomer, a_body("section", "专家管理科"), Role.EXPERT)
    client = rooms.client("clerk")
    assert client.post("/experts/new/", {"person": "nobody"}).status_code == 422
    given = {"person": newcomer.person.public_id, "is_finance": "on", "employer_name": "武汉大学"}
    page = client.post("/experts/new/", given, follow=True)
    expert = Expert.objects.get(person=newcomer.person)
    assert "已入库" in shown(page) and expert.is_finance and expert.employer_name == "武汉大学"
    assert press(client, expert, "retire", until="2026-01-01", reason="退休").status_code == 200
    again = press(client, expert, "retire", until="2026-01-01", reason="退休")
    assert Expert.objects.get(pk=expert.pk).until is not None and again.status_code == 200
    assert rooms.client("supervisor").post("/experts/new/", given).status_code == 403


def test_a_draw_is_made_on_the_page_and_witnessed_by_somebody_else(rooms):
    clerk, supervisor = rooms.client("clerk"), rooms.client("supervisor")
    too_many = clerk.post("/draws/new/", {**DRAW, "seats_finance": "30"})
    assert (
        too_many.status_code == 422
        and "财务专家缺 28 人" in shown(too_many)
        and "种子-0528" in shown(too_many)
    )
    none = clerk.post("/draws/new/", {**DRAW, "seats_finance": "0", "seats_general": "0"})
    assert none.status_code == 422 and not Draw.objects.exists()
    barred = Expert.objects.get(code="ZJ0009")
    page = shown(clerk.post("/draws/new/", {**DRAW, "barred": [barred.public_id]}, follow=True))
    draw = Draw.objects.get()
    assert "种子-0528" in page and "结果与记录一致" in page and "ZJ0009" not in page
    assert "抽中 4" in page and "候补 2" in page
    assert press(clerk, draw, "witness").status_code == 403
    assert "已见证" in shown(press(supervisor, draw, "witness"))
    assert press(supervisor, draw, "witness").status_code == 422
    assert rooms.client("supervisor").post("/draws/new/", DRAW).status_code == 403


def test_who_will_evaluate_later_is_left_out_beforehand(rooms):
    firm = a_body("evaluator_firm", "武汉江城社会工作评估中心")
    Expert.objects.filter(code="ZJ0009").update(employer=firm)
    ticked = re.findall(r'value="([^"]+)"[^>]* checked', shown(rooms.client("clerk").get("/draws/new/")))
    assert ticked == [Expert.objects.get(code="ZJ0009").public_id]


def test_a_draw_that_does_not_come_out_the_same_says_so(rooms, monkeypatch):
    draw = drawn(rooms)
    from evaluations.experts import selectors, views

    whole = selectors.repeated(draw)
    monkeypatch.setattr(views.selectors, "repeated", lambda draw: replace(whole, seated=whole.seated[::-1]))
    page = shown(rooms.client("supervisor").get(draw.get_absolute_url()))
    assert "结果与记录不一致" in page and "请停止使用" in page


def test_the_supervisors_desk_names_draws_to_witness_and_leads_to_just_those(rooms):
    draw, other = drawn(rooms), drawn(rooms, "7")
    [todo] = todo_for(rooms.supervisor, now=NOW)
    assert todo.count == 2 and todo_for(rooms.clerk, now=NOW) == []
    client = rooms.client("supervisor")
    press(client, draw, "witness")
    page = shown(client.get(f"/{todo.url_name}/?{todo.query}"))
    assert other.purpose in page and draw.purpose not in page


def test_lists_cost_the_same_for_few_and_for_many(rooms):
    client = rooms.client("clerk")
    drawn(rooms)
    few = cost(client, "/draws/"), cost(client, "/experts/?q=01")
    drawn(rooms, "3"), drawn(rooms, "4")
    assert (cost(client, "/draws/"), cost(client, "/experts/")) == few
    assert max(few) <= 12
    book = load_workbook(io.BytesIO(client.get("/experts/?export=xlsx").content))
    assert book.active.max_row == 1 + Expert.objects.count()


def test_the_page_of_an_expert_costs_the_same_with_more_leaves(rooms):
    client, expert = rooms.client("clerk"), Expert.objects.get(code="ZJ0001")
    press(client, expert, "leave", first_day="2027-01-01", last_day="2027-01-02", reason="一")
    one = cost(client, expert.get_absolute_url())
    for day in ("2027-02-01", "2027-03-01"):
        press(client, expert, "leave", first_day=day, last_day=day, reason="一")
    assert cost(client, expert.get_absolute_url()) == one <= 20


def test_filters_of_the_pool_tell_who_is_away_and_who_is_gone(rooms):
    client, away = rooms.client("clerk"), Expert.objects.get(code="ZJ0003")
    press(client, away, "leave", first_day=f"{today()}", last_day=f"{today()}", reason="病假")
    gone = Expert.objects.get(code="ZJ0004")
    press(client, gone, "retire", until="2026-01-01", reason="退休")
    told = {name: shown(client.get(f"/experts/?standing={name}")) for name in ("there", "away", "gone")}
    assert "ZJ0003" in told["away"] and "ZJ0004" in told["gone"] and "ZJ0001" in told["there"]
    assert "ZJ0003" not in told["there"] + told["gone"] and "ZJ0004" not in told["there"] + told["away"]
