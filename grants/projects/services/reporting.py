"""Mid-term and final reports: written, handed in, judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.audit.digest import canonical, sha256
from core.calendar.selectors import working_calendar
from core.errors import NotNow, RulesBroken
from core.files.services import store
from core.lifecycle import Receipt, button, changing, creating, publish
from core.policy import SYSTEM, Actor
from core.rulebook import violations
from evaluations.panels.models import Dossier
from evaluations.panels.services import open_dossier
from grants.projects.events import FinalFailed
from grants.projects.lifecycle import C, J
from grants.projects.models import Project, Report, ReportStage
from grants.projects.rules import reports
from grants.projects.selectors import open_report, report_due, report_snapshot
from grants.projects.services.holding import hold_project
from grants.rounds.selectors import rubric_of
from grants.rounds.services import take_number

WRITABLE = (J.ACTIVE, J.RECTIFYING)
WRITE = "projects.write_report"


@button
def save_report(
    *,
    project_id: int,
    stage: str,
    answers: Mapping[str, Any],
    by: Actor,
    now: datetime,
    files: tuple[tuple[str, bytes], ...] = (),
    key: UUID | None = None,
    version: int | None = None,
) -> Report:
    """Save a report as it stands, complete or not; ``version`` is the report's row version that was seen."""
    project = hold_project(project_id)
    if project.state not in WRITABLE:
        raise NotNow(_("现在不能填写报告。"), verb="save_report", state=project.state)
    if broken := violations([reports.answers_are_asked_for], stage, answers):
        raise RulesBroken(broken)
    draft = open_report(project, stage) or _start(project, stage, by=by, now=now)
    with changing(
        Report, draft.pk, by=by, now=now, key=key, version=version, verb="save", permission=WRITE
    ) as draft:
        draft.answers = {**draft.answers, **answers}
    for filename, data in files:
        store(data, filename=filename, owner=draft, purpose="projects.report", by=by, now=now)
    return draft


def _start(project: Project, stage: str, *, by: Actor, now: datetime) -> Report:
    no = project.reports.filter(stage=stage).count() + 1
    report = Report(project=project, stage=stage, no=no, due_on=report_due(project, stage))
    return creating(report, by=by, now=now, permission=WRITE, verb="start")


@button
def submit_report(
    *,
    project_id: int,
    stage: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Report:
    """Hand a report in: it is frozen, and a dossier without names is opened for its panel.

    Raises RulesBroken with everything that is missing; a late report is taken and marked late.
    """
    with changing(Project, project_id, by=by, now=now, key=key, version=version) as project:
        draft = open_report(project, stage)
        if draft is None:
            raise NotNow(_("还没有填写报告。"), verb="submit_report", state=project.state)
        broken = violations(reports.ANSWER_RULES, stage, draft.answers)
        broken += violations([reports.activities_are_recorded], project.activities.count())
        if broken:
            raise RulesBroken(broken)
        report = _freeze(draft, by=by, now=now)
        if stage == ReportStage.MIDTERM:
            project.submit_midterm(by=by)
        else:
            project.submit_final(by=by)
        project.note(report_id=report.pk, report_sha256=report.digest)
    return report


def _freeze(draft: Report, *, by: Actor, now: datetime) -> Report:
    snapshot = report_snapshot(draft)
    open_changes = draft.project.changes.filter(state=C.REQUESTED).count()
    marks = reports.marks(due=draft.due_on, on=clock.day_of(now), changes_undecided=open_changes)
    dossier = _lay_before_panel(draft, snapshot, marks, now=now)
    with changing(Report, draft.pk, by=by, now=now) as report:
        report.snapshot, report.digest = snapshot, sha256(canonical(snapshot))
        report.submitted_at, report.marks, report.dossier = now, marks, dossier
        report.submit(by=by)
        report.note(sha256=report.digest, dossier_id=dossier.pk)
    return report


def _lay_before_panel(
    report: Report, snapshot: dict[str, Any], marks: list[str], *, now: datetime
) -> Dossier:
    project, stage = report.project, report.stage
    sheet = rubric_of(project.round, stage)
    known = {mark.code for mark in sheet.parsed().deductions}
    serial = take_number(project.round_id, f"dossier-{stage}")
    category = project.award.category
    return open_dossier(
        stage=stage,
        code=f"{project.round.code}-{stage[0].upper()}{serial:03d}",
        title=project.title,
        category=category.code,
        snapshot=snapshot,
        open_part={},
        bodies=project.parties(),
        persons=[],
        rubric_version=sheet,
        round_code=project.round.code,
        facts={"deductions": [mark for mark in marks if mark in known]},
        by=SYSTEM,
        now=now,
    )


@button
def record_verdict(*, report_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Take over what the panel found: on with the project, put it right, or hand the books to the auditor."""
    asked = Report.objects.select_related("dossier").get(pk=report_id)
    with changing(
        Project,
        asked.project_id,
        by=by,
        now=now,
        key=key,
        verb="hear_verdict",
        permission="projects.record_verdict",
    ) as project:
        with changing(Report, report_id, by=by, now=now) as report:
            dossier = report.dossier
            assert dossier is not None  # noqa: S101 - a submitted report has its dossier
            passed = dossier.verdict == "pass"
            report.mark_passed(by=by) if passed else report.mark_failed(by=by)
            report.note(dossier_id=dossier.pk, score=str(dossier.official_score), verdict=dossier.verdict)
        if report.stage == ReportStage.MIDTERM:
            _after_midterm(project, dossier, passed, by=by, now=now)
        else:
            _after_final(project, dossier, passed, by=by, now=now)
    return project.receipt


def _after_midterm(project: Project, dossier: Dossier, passed: bool, *, by: Actor, now: datetime) -> None:
    project.midterm_score = dossier.official_score
    if passed:
        project.midterm_passed, project.rectify_by = True, None
        project.pass_midterm(by=by)
        return
    days = project.round.parsed_terms().number("rectification_working_days")
    project.midterm_failures += 1
    project.rectify_by = working_calendar().add(clock.day_of(now), days)
    project.rectify_what = "\n".join(str(comment) for comment in _comments(dossier))[:2000]
    project.fail_midterm(by=by)


def _comments(dossier: Dossier) -> list[str]:
    locked = dossier.sheets.filter(state="locked").exclude(comment="").order_by("pk")
    return list(locked.values_list("comment", flat=True))


def _after_final(project: Project, dossier: Dossier, passed: bool, *, by: Actor, now: datetime) -> None:
    project.final_score, project.band = dossier.official_score, dossier.band
    if passed:
        project.final_passed = True
        project.pass_final(by=by)
        return
    project.final_failed = True
    publish(FinalFailed(project.pk), by=by, now=now, about=project)
