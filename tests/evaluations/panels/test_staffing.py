"""Forming a panel, assigning, recusals and absences: every dossier keeps its number."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from core.errors import Forbidden, NotNow, Refused
from core.policy import SYSTEM
from evaluations.experts.models import Expert
from evaluations.experts.services import draw_experts, record_leave, witness_draw
from evaluations.panels import selectors, services
from evaluations.panels.models import AssignmentRun, Panel, PanelSeat, Sheet
from orgs.people.services import declare_interest
from tests.evaluations import cast as stage
from tests.evaluations.cast import NOW, ROUND, RULE

ALIVE = ["assigned", "open", "locked"]


def numbers(panel):
    return Counter(panel.sheets.filter(state__in=ALIVE).values_list("dossier__code", flat=True))


def test_each_dossier_gets_five_reviewers_with_a_finance_expert_and_no_two_colleagues(cast):
    Expert.objects.filter(code="ZJ0005").update(employer_name="单位4")
    panel = stage.assigned(cast, dossiers=4)
    assert numbers(panel) == {f"A-{n:03}": 5 for n in range(1, 5)}
    for dossier in panel.dossiers.all():
        experts = [s.seat.expert for s in dossier.sheets.select_related("seat__expert")]
        assert any(e.is_finance for e in experts)
        assert len({e.employer_key for e in experts}) == 5


def test_the_run_is_kept_with_its_proof_and_can_be_repeated_byte_for_byte(cast):
    panel = stage.assigned(cast, dossiers=4)
    run = AssignmentRun.objects.get(panel=panel)
    assert (run.proof, run.shortfalls, run.broken, run.seed) == ("exact", {}, [], "2026")
    again = selectors.reproduced(run)
    assert again.digest() == run.plan_hash and again.input_hash == run.input_hash


def test_the_input_of_a_run_names_codes_only_so_that_another_database_gives_the_same(cast):
    run = AssignmentRun.objects.get(panel=stage.assigned(cast))
    assert {row[0] for row in run.problem["dossiers"]} == {"A-001", "A-002"}
    assert {row[0] for row in run.problem["reviewers"]} == {f"ZJ{n:04}" for n in range(1, 8)}


@pytest.mark.parametrize("tie", ["employer", "interest", "person"])
def test_a_detected_tie_keeps_an_expert_away_from_the_dossier(cast, tie):
    expert = Expert.objects.get(code="ZJ0004")
    more = {}
    if tie == "employer":
        Expert.objects.filter(pk=expert.pk).update(employer=cast.applicant)
    if tie == "interest":
        declare_interest(
            person_id=expert.person_id, body_id=cast.applicant.pk, kind="kin", by=SYSTEM, now=NOW
        )
    if tie == "person":
        more["persons"] = [expert.person_id]
    panel = stage.forming(cast, dossiers=1)
    strange = stage.body("武昌区远山助学服务中心")
    other = stage.dossier(cast, 9, bodies=[strange.pk], **({"persons": []} | more))
    services.add_dossiers(panel_id=panel.pk, dossier_ids=[other.pk], by=cast.clerk, now=NOW)
    services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
    theirs = set(Sheet.objects.filter(reviewer_id=expert.person_id).values_list("dossier__code", flat=True))
    assert theirs <= ({"A-001"} if tie == "person" else {"A-009"})
    assert numbers(panel) == {"A-001": 5, "A-009": 5}


def test_a_panel_without_enough_people_is_told_and_not_assigned(cast):
    panel = stage.forming(cast, reviewers=4)
    with pytest.raises(NotNow):
        services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)


def test_a_short_dossier_needs_a_reason_and_names_itself(cast):
    panel = stage.forming(cast, reviewers=5)
    persons = [e.person_id for e in Expert.objects.filter(code__in=["ZJ0001", "ZJ0002"])]
    tied = stage.dossier(cast, 9, persons=persons)
    services.add_dossiers(panel_id=panel.pk, dossier_ids=[tied.pk], by=cast.clerk, now=NOW)
    with pytest.raises(Refused, match="A-009"):
        services.assign_sheets(panel_id=panel.pk, seed="s", by=cast.secretary, now=NOW)
    assert not Sheet.objects.exists() and Panel.objects.get().state == "forming"
    run = services.assign_sheets(
        panel_id=panel.pk, seed="s", accept_gaps="本地专家不足", by=cast.secretary, now=NOW
    )
    assert run.shortfalls == {"A-009": 2} and selectors.gaps(panel) == {"A-009": 2}


def test_two_absent_experts_are_replaced_from_the_reserves_and_nobody_else_moves(cast):
    panel = stage.scoring(cast, dossiers=6)
    done = panel.sheets.filter(seat__expert__code="ZJ0002").first()
    stage.fill(cast, done)
    before = set(panel.sheets.values_list("dossier__code", "seat__expert__code"))
    for code in ("ZJ0002", "ZJ0006"):
        seat = stage.seat_of(panel, code)
        services.replace_expert(
            panel_id=panel.pk, seat_id=seat.pk, reason="当日缺席", by=cast.secretary, now=NOW
        )
    assert set(numbers(panel).values()) == {5} and selectors.gaps(panel) == {}
    after = set(panel.sheets.filter(state__in=ALIVE).values_list("dossier__code", "seat__expert__code"))
    stayed = {pair for pair in before if pair[1] not in ("ZJ0002", "ZJ0006")}
    assert stayed <= after and (done.dossier.code, "ZJ0002") in after
    assert {code for _, code in after - stayed} == {"ZJ0002", "ZJ0008", "ZJ0009"}
    called = PanelSeat.objects.filter(panel=panel, called_at__isnull=False)
    assert {seat.expert.code for seat in called} == {"ZJ0008", "ZJ0009"}


def test_a_finance_expert_who_is_absent_is_replaced_by_a_finance_reserve_first(cast):
    Expert.objects.filter(code="ZJ0009").update(is_finance=True)
    panel = stage.scoring(cast)
    seat = stage.seat_of(panel, "ZJ0001")
    services.replace_expert(panel_id=panel.pk, seat_id=seat.pk, reason="缺席", by=cast.clerk, now=NOW)
    assert stage.seat_of(panel, "ZJ0009").kind == "reviewer"
    assert stage.seat_of(panel, "ZJ0008").kind == "reserve"


def test_a_declared_recusal_is_filled_at_once_and_the_chain_of_sheets_is_kept(cast):
    panel = stage.scoring(cast)
    sheet = panel.sheets.order_by("pk").first()
    services.recuse(sheet_id=sheet.pk, reason="为该机构顾问", by=cast.expert(sheet), now=NOW)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.recusal, sheet.replaced_by.seat.expert.code) == (
        "recused",
        "declared",
        "ZJ0008",
    )
    assert set(numbers(panel).values()) == {5}
    with pytest.raises(NotNow):
        services.attest(sheet_id=sheet.pk, by=cast.expert(sheet), now=NOW)


def test_a_reserve_who_is_tied_himself_is_passed_over(cast):
    reserve = Expert.objects.get(code="ZJ0008")
    declare_interest(person_id=reserve.person_id, body_id=cast.applicant.pk, kind="board", by=SYSTEM, now=NOW)
    panel = stage.scoring(cast)
    sheet = panel.sheets.order_by("pk").first()
    services.recuse(sheet_id=sheet.pk, reason="亲属", by=cast.expert(sheet), now=NOW)
    sheet.refresh_from_db()
    assert sheet.replaced_by.seat.expert.code == "ZJ0009"


def test_when_reserves_run_out_others_with_room_take_over_then_the_gap_is_told(cast):
    panel = stage.scoring(cast, dossiers=1, reviewers=9)
    sheets = list(panel.sheets.order_by("pk"))
    for sheet in sheets[:5]:
        services.recuse(sheet_id=sheet.pk, reason="利害关系", by=cast.expert(sheet), now=NOW)
    assert selectors.gaps(panel) == {"A-001": 1}
    with pytest.raises(Refused, match="A-001"):
        for sheet in panel.sheets.filter(state="assigned"):
            stage.fill(cast, sheet)
        services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    services.lock_panel(panel_id=panel.pk, accept_gaps="候补用尽", by=cast.secretary, now=NOW)
    assert Panel.objects.get().gaps_reason == "候补用尽"


def test_a_reserve_seated_later_fills_the_gap(cast):
    panel = stage.scoring(cast, dossiers=1, reviewers=9)
    for sheet in list(panel.sheets.order_by("pk"))[:5]:
        services.recuse(sheet_id=sheet.pk, reason="利害关系", by=cast.expert(sheet), now=NOW)
    late = stage.person("后来者")
    from evaluations.experts.services import register_expert

    expert = register_expert(person_id=late.pk, fields=[], employer_name="单位99", by=SYSTEM, now=NOW)
    services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind="reserve", by=cast.clerk, now=NOW)
    services.refill_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    assert selectors.gaps(panel) == {} and stage.seat_of(panel, expert.code).kind == "reviewer"


def test_a_tie_found_after_scoring_keeps_the_sheet_but_takes_it_out_of_the_score(cast):
    panel = stage.locked(cast)
    sheet = panel.sheets.filter(dossier__code="A-001").order_by("pk").first()
    before = selectors.results(panel)[sheet.dossier_id]
    services.recuse(sheet_id=sheet.pk, reason="事后发现为亲属", by=cast.secretary, now=NOW)
    sheet.refresh_from_db()
    assert (sheet.recusal, sheet.total is not None, sheet.versions.count()) == ("late", True, 1)
    after = selectors.results(panel)[sheet.dossier_id]
    assert (before.valid, after.valid) == (5, 4)
    replacement = sheet.replaced_by
    with pytest.raises(NotNow):
        services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    stage.fill(cast, replacement)
    services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    assert selectors.results(panel)[sheet.dossier_id].valid == 5


def test_a_witnessed_draw_takes_its_seats_and_an_unwitnessed_one_does_not(cast):
    draw = draw_experts(
        round_code=ROUND,
        purpose="申报评审",
        seed="公开种子",
        seats={"finance": 2, "general": 3},
        reserves={"general": 2},
        on=date(2026, 6, 3),
        by=cast.clerk,
        now=NOW,
    )
    panel = services.form_panel(
        round_code=ROUND, stage="application", name="评审组", rule=RULE, by=cast.clerk, now=NOW
    )
    with pytest.raises(NotNow):
        services.seat_drawn(panel_id=panel.pk, draw_id=draw.pk, by=cast.clerk, now=NOW)
    witness_draw(draw_id=draw.pk, by=cast.supervisor, now=NOW)
    services.seat_drawn(panel_id=panel.pk, draw_id=draw.pk, by=cast.clerk, now=NOW)
    kinds = Counter(PanelSeat.objects.filter(panel=panel).values_list("kind", flat=True))
    assert kinds == {"reviewer": 5, "reserve": 2} and Panel.objects.get().draw_id == draw.pk


def test_seats_are_taken_once_and_the_secretary_takes_no_other(cast):
    panel = stage.forming(cast)
    expert = Expert.objects.get(code="ZJ0001")
    again = {"panel_id": panel.pk, "expert_id": expert.pk, "by": cast.clerk, "now": NOW}
    for kind in ("reviewer", "reserve"):
        with pytest.raises(Refused):
            services.seat_expert(**again, kind=kind)
    with pytest.raises(Refused):
        services.seat_officer(
            panel_id=panel.pk, person_id=cast.secretary.person_id, kind="chair", by=cast.clerk, now=NOW
        )
    fresh = stage.person("新专家")
    with pytest.raises(Forbidden):
        services.seat_officer(
            panel_id=services.form_panel(
                round_code=ROUND, stage="x", name="x", rule=RULE, by=cast.clerk, now=NOW
            ).pk,
            person_id=fresh.pk,
            kind="chair",
            by=cast.stranger,
            now=NOW,
        )


def test_an_expert_on_leave_on_the_day_is_not_seated(cast):
    expert = Expert.objects.get(code="ZJ0001")
    day = date(2026, 6, 3)
    record_leave(expert_id=expert.pk, first_day=day, last_day=day, reason="出差", by=cast.clerk, now=NOW)
    panel = services.form_panel(
        round_code=ROUND, stage="application", name="评审组", rule=RULE, meets_on=day, by=cast.clerk, now=NOW
    )
    with pytest.raises(Refused, match="请假"):
        services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind="reviewer", by=cast.clerk, now=NOW)


def test_a_dossier_of_another_stage_or_panel_does_not_slip_in(cast):
    panel = stage.forming(cast)
    other = stage.dossier(cast, 8, stage="final")
    taken = stage.dossier(cast, 9)
    second = services.form_panel(
        round_code=ROUND, stage="application", name="二组", rule=RULE, by=cast.clerk, now=NOW
    )
    services.add_dossiers(panel_id=second.pk, dossier_ids=[taken.pk], by=cast.clerk, now=NOW)
    for pk in (other.pk, taken.pk):
        with pytest.raises(Refused):
            services.add_dossiers(panel_id=panel.pk, dossier_ids=[pk], by=cast.clerk, now=NOW)


def test_a_rule_that_contradicts_itself_founds_no_panel(cast):
    with pytest.raises(Refused):
        services.form_panel(
            round_code=ROUND,
            stage="application",
            name="x",
            rule={**RULE, "valid_min": 9},
            by=cast.clerk,
            now=NOW,
        )


def test_one_evaluator_judges_a_midterm_by_the_same_engine(cast):
    rule = {"reviewers": 1, "valid_min": 1, "pass_mark": 60}
    panel = stage.concluded(cast, dossiers=3, reviewers=2, rule=rule)
    assert panel.sheets.count() == 3
    assert {d.verdict for d in panel.dossiers.all()} == {"pass"}
    assert all(d.official_score == d.sheets.get().total for d in panel.dossiers.all())
