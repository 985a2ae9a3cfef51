"""The projects do what they promised: activities, vouchers, reports; evaluators judge them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from config.world.content import (
    SpendLine,
    activity_records,
    expenses,
    midterm_failure,
    report,
    satisfaction,
    sheet,
    spend_rate,
)
from config.world.content.execution import ExpenseCard, RecordCard
from config.world.year.judging import rule_of
from config.world.year.signing import card_of, pay_what_is_due
from config.world.year.stage import Stage, shanghai
from core.unit import unit
from evaluations.panels import services as panels
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Dossier, Panel, PanelSeat, Sheet
from grants.projects import services as projects
from grants.projects.lifecycle import J
from grants.projects.models import Project

HALF, WHOLE = (0.0, 0.55), (0.55, 1.0)
BARELY = (0.0, 0.2)  # who will be terminated has spent less than was paid
EVALUATORS = ("evaluator_1", "evaluator_2", "evaluator_3")


def running(stage: Stage, *states: str) -> list[Project]:
    """Return the projects in some states, by number."""
    found = Project.objects.filter(round=stage.round, state__in=states)
    return list(found.select_related("award__proposal", "payee").order_by("number"))


def people_of(stage: Stage, project: Project) -> tuple[str, str]:
    """Return the keys of who records activities (the applicant) and who keeps the books (the payee)."""
    world, card = stage.world, stage.world.proposal[card_of(stage, project)]
    applicant = world.organisation.get(card.applicant) or world.group[card.applicant]
    return applicant.admin.key, world.payee(card).finance.key


def execute(stage: Stage, project: Project, first: date, last: date, portion: tuple[float, float]) -> None:
    """Record the activities and vouchers of a span of days, in one go as the project office would."""
    key = card_of(stage, project)
    admin, finance = people_of(stage, project)
    start = max(first, project.signed_on or first)
    records = activity_records(stage.world, key, start, last, portion)
    budget = project.budgets.order_by("-no").first()
    assert budget is not None  # noqa: S101 - every project has its approved budget
    lines = [
        SpendLine(x.no, x.code, x.item, x.amount_fen) for x in budget.lines.order_by("no") if x.amount_fen
    ]
    spent = expenses(stage.world, key, lines, start, last, portion)
    rate = spend_rate(stage.world, key) if portion[1] >= 1 else 1.0
    with unit():
        keep_records(stage, project, admin, records)
        keep_vouchers(stage, project, finance, spent if rate == 1.0 else spent[: max(1, len(spent) - 1)])
    stage.notes.setdefault(f"records:{key}", []).extend(records)
    stage.notes.setdefault(f"spent:{key}", []).extend(spent)
    stage.tick(5)


def keep_records(stage: Stage, project: Project, admin: str, records: list[RecordCard]) -> None:
    """Enter activity records, for the applicant."""
    for record in records:
        projects.record_activity(
            project_id=project.pk,
            held_on=record.held_on,
            title=f"{record.title}"[:80],
            place=record.place,
            participants=record.participants,
            volunteers=record.volunteers,
            service_count=record.participants,
            summary=record.note[:300],
            by=stage.actor(admin),
            now=stage.now,
        )


def keep_vouchers(stage: Stage, project: Project, finance: str, spent: list[ExpenseCard]) -> None:
    """Enter vouchers, for the payee."""
    for expense in spent:
        projects.record_expense(
            project_id=project.pk,
            voucher_no=expense.voucher_no,
            spent_on=expense.spent_on,
            line_no=expense.line_seq,
            amount_fen=expense.amount_fen,
            item=expense.description[:80],
            payee=expense.payee,
            invoice_no=expense.invoice_no,
            by=stage.actor(finance),
            now=stage.now,
        )


def answers_of(stage: Stage, project: Project, judged: str) -> dict[str, Any]:
    """Return the answers of a report, its figures those of the records and vouchers."""
    key = card_of(stage, project)
    records, spent = stage.notes[f"records:{key}"], stage.notes[f"spent:{key}"]
    words = report(stage.world, key, judged, records, spent, project.award_fen)
    card = stage.world.proposal[key]
    planned = len(activity_records(stage.world, key, stage.day("2026-07-01"), stage.day("2027-03-31")))
    both = {
        "planned_activities": max(1, planned),
        "beneficiaries": max(1, min(card.beneficiaries, sum(record.participants for record in records))),
        "satisfaction_percent": satisfaction(stage.world, key, judged).percent,
        "finance": fit(words["finance"], 20, 400),
    }
    if judged == "midterm":
        problems = fit(words["problems"] + words["next_steps"], 20, 400)
        return {**both, "progress": fit(words["progress"], 40, 600), "problems": problems}
    return {
        **both,
        "progress": fit(words["outputs"], 40, 600),
        "outcomes": fit(words["outcomes"] + words["growth"], 40, 600),
        "sustainability": fit(str(card.answers["value"]["sustainability"]), 20, 300),
    }


def fit(text: str, least: int, most: int) -> str:
    """Return a text within its bounds; too short a text is a mistake of the content."""
    if len(text) < least:
        raise RuntimeError(f"too short for a report: {text}")
    return text[:most]


def report_all(stage: Stage, judged: str, found: list[Project]) -> None:
    """Write and hand in the report of each project."""
    for project in found:
        admin, _finance = people_of(stage, project)
        projects.save_report(
            project_id=project.pk,
            stage=judged,
            answers=answers_of(stage, project, judged),
            by=stage.actor(admin),
            now=stage.tick(30),
        )
        projects.submit_report(project_id=project.pk, stage=judged, by=stage.actor(admin), now=stage.tick(30))


def judge(stage: Stage, judged: str, name: str, due: datetime, attempt: int = 1) -> None:
    """Seat the evaluators, assign, let them score, conclude; every verdict reaches its project at once."""
    panel = convene(stage, judged, f"{stage.diary.year}年{name}", attempt)
    score(stage, panel, judged, attempt)
    stage.at(max(stage.now, due))
    finish(stage, panel)


def convene(stage: Stage, judged: str, name: str, attempt: int = 1) -> Panel:
    """Seat the evaluators and two officers, lay every waiting report before them, assign and open."""
    clerk = stage.actor("clerk_1")
    panel = panels.form_panel(
        round_code=stage.round.code,
        stage=judged,
        name=name,
        rule=rule_of(stage, judged),
        by=clerk,
        now=stage.tick(60),
    )
    for key in EVALUATORS:
        expert_id = stage.notes[f"expert:{key}"]
        panels.seat_expert(panel_id=panel.pk, expert_id=expert_id, kind="reviewer", by=clerk, now=stage.now)
    secretary = stage.users["clerk_3"].person_id
    panels.seat_officer(panel_id=panel.pk, person_id=secretary, kind="secretary", by=clerk, now=stage.now)
    chair = stage.users["section_chief"].person_id
    panels.seat_officer(panel_id=panel.pk, person_id=chair, kind="chair", by=clerk, now=stage.now)
    waiting = Dossier.objects.filter(round_code=stage.round.code, stage=judged, panel__isnull=True)
    panels.add_dossiers(
        panel_id=panel.pk,
        dossier_ids=list(waiting.values_list("pk", flat=True)),
        by=clerk,
        now=stage.tick(60),
    )
    by = stage.actor("clerk_3")
    panels.assign_sheets(panel_id=panel.pk, seed=f"{stage.seed}-{judged}-{attempt}", by=by, now=stage.now)
    panels.open_panel(panel_id=panel.pk, by=by, now=stage.tick(60))
    return panel


def score(stage: Stage, panel: Panel, judged: str, attempt: int = 1, limit: int | None = None) -> None:
    """Each evaluator declares, scores and locks what was assigned, or the first few of it."""
    cards = {}
    for project in Project.objects.filter(round=stage.round).select_related("award"):
        for one in project.reports.filter(stage=judged, dossier__isnull=False):
            cards[one.dossier_id] = card_of(stage, project)
    people = {stage.users[key].person_id: key for key in EVALUATORS}
    waiting = Sheet.objects.filter(panel=panel, state=S.ASSIGNED).select_related("dossier").order_by("pk")
    for given in waiting[:limit]:
        evaluator = people[given.reviewer_id]
        draft = sheet(stage.world, cards[given.dossier_id], evaluator, judged, attempt)
        by = stage.actor(evaluator)
        panels.attest(sheet_id=given.pk, by=by, now=stage.tick(10))
        scores = {path: str(points) for path, points in draft.scores.items()}
        panels.lock_sheet(sheet_id=given.pk, scores=scores, comment=draft.comment, by=by, now=stage.tick(60))


def finish(stage: Stage, panel: Panel) -> None:
    """Lock and conclude a panel with its two signatures; ties among reports need no vote."""
    by = stage.actor("clerk_3")
    panels.lock_panel(panel_id=panel.pk, by=by, now=stage.tick(60))
    panels.sign_conclusion(panel_id=panel.pk, by=by, now=stage.tick(60))
    chair = PanelSeat.objects.get(panel=panel, kind="chair")
    keys = {user.person_id: key for key, user in stage.users.items() if key in ("section_chief",)}
    panels.conclude_panel(panel_id=panel.pk, by=stage.actor(keys[chair.person_id]), now=stage.tick(60))


def first_half(stage: Stage) -> None:
    """From the start to the mid-term report, its judgement, one rectification, one termination, money."""
    stage.at(shanghai(stage.terms.day("midterm_report"), "09:00:00"))
    for project in running(stage, J.ACTIVE):
        doomed = card_of(stage, project) == stage.world.fates["midterm_terminated"]
        portion = BARELY if doomed else HALF
        execute(stage, project, stage.terms.day("project_start"), stage.day("2026-10-20"), portion)
    stage.scene("上半程执行：活动和凭证已登记")
    report_all(stage, "midterm", [one for one in running(stage, J.ACTIVE) if one.has_midterm])
    judge(stage, "midterm", "中期评估组", shanghai(stage.terms.day("midterm_verdict"), "10:00:00"))
    failed = running(stage, J.RECTIFYING)
    stage.scene(f"中期评估：{len(failed)} 个项目整改")
    stage.at(stage.when("2026-11-16", "09:00:00"))
    pay_what_is_due(stage, f"GK{stage.diary.year}-11")
    if failed:
        rectify(stage, failed)
    pay_what_is_due(stage, f"GK{stage.diary.year}-12")


def rectify(stage: Stage, failed: list[Project]) -> None:
    """Those who failed report again within their time; one passes, one fails again and is terminated."""
    stage.at(stage.when("2026-12-08", "09:00:00"))
    report_all(stage, "midterm", failed)
    judge(stage, "midterm", "中期复评组", stage.when("2026-12-10", "10:00:00"), attempt=2)
    doomed = stage.world.fates["midterm_terminated"]
    for project in running(stage, J.RECTIFYING):
        key = card_of(stage, project)
        if key != doomed:
            raise RuntimeError(f"{project.number} failed twice and should not have")
        projects.terminate_project(
            project_id=project.pk,
            reason=midterm_failure(stage.world, key, "terminated")["decision"],
            document=f"武民委发〔{stage.diary.year}〕21号",
            by=stage.actor("leader"),
            now=stage.tick(3600),
        )
    stage.scene("整改复评：一个合格，一个终止并追回")
