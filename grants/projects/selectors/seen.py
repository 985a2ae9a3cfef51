"""What the page of one project shows: each part asked for once, however often the page needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet, Sum

from core.files.models import FileRef
from core.files.selectors import files_of
from core.money import share
from core.policy import Actor
from core.rulebook import violations
from grants.projects.lifecycle import C, E, J
from grants.projects.models import (
    ActivityRecord,
    BudgetVersion,
    ChangeRequest,
    Project,
    Report,
)
from grants.projects.rules import board, reports
from grants.projects.selectors import AGREEMENT_PDF
from grants.projects.selectors.board import course_of

LATEST = 5


@dataclass(frozen=True)
class LineUse:
    """A budget line: what a person approved, what it is now, what it carries."""

    no: int
    code: str
    item: str
    approved_fen: int
    amount_fen: int
    spent_fen: int

    @property
    def left_fen(self) -> int:
        """Return what is left; below zero when the free share is used."""
        return self.amount_fen - self.spent_fen

    @property
    def over_fen(self) -> int:
        """Return by how much the line is exceeded."""
        return max(-self.left_fen, 0)

    @property
    def percent(self) -> int:
        """Return how much is used, for the bar."""
        return share(self.spent_fen, self.amount_fen)

    @property
    def bar(self) -> int:
        """Return the length of the bar."""
        return min(self.percent, 100)


@dataclass(frozen=True)
class Link:
    """A way to a page about the same project in another room."""

    label: Any
    address: str


Provider = Callable[[Project, Actor], list[Link]]
providers: list[Provider] = []


def links_of(project: Project, actor: Actor) -> list[Link]:
    """Return ways to rooms above this one; each room appends a provider when it starts."""
    return [link for provider in providers for link in provider(project, actor)]


class Seen:
    """The parts of a project's page."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def versions(self) -> list[BudgetVersion]:
        """All budget versions with their lines, newest first."""
        return list(self.project.budgets.prefetch_related("lines").order_by("-no"))

    @cached_property
    def _sums(self) -> dict[int, tuple[int, int]]:
        rows = self.project.expenses.filter(state=E.RECORDED).order_by().values("line_no")
        summed = rows.annotate(spent=Sum("amount_fen"), number=Count("pk"))
        return {row["line_no"]: (row["spent"], row["number"]) for row in summed}

    @cached_property
    def lines(self) -> list[LineUse]:
        """The budget as it stands, beside what was approved and what is spent."""
        approved = next(version for version in self.versions if version.is_approved)
        by_no = {line.no: line.amount_fen for line in approved.lines.all()}
        return [
            LineUse(
                no=line.no,
                code=line.code,
                item=line.item,
                approved_fen=by_no.get(line.no, 0),
                amount_fen=line.amount_fen,
                spent_fen=self._sums.get(line.no, (0, 0))[0],
            )
            for line in self.versions[0].lines.all()
        ]

    @property
    def spent_fen(self) -> int:
        """All recorded spending."""
        return sum(spent for spent, _number in self._sums.values())

    @property
    def left_fen(self) -> int:
        """What is left of the award."""
        return self.project.award_fen - self.spent_fen

    @property
    def spent_percent(self) -> int:
        """How much of the award is spent."""
        return share(self.spent_fen, self.project.award_fen)

    @property
    def vouchers(self) -> int:
        """How many vouchers are booked."""
        return sum(number for _spent, number in self._sums.values())

    @cached_property
    def activities(self) -> list[ActivityRecord]:
        """Every activity record, newest first."""
        return list(self.project.activities.order_by("-held_on", "-id"))

    @property
    def latest(self) -> list[ActivityRecord]:
        """The last few activities."""
        return self.activities[:LATEST]

    @property
    def service_count(self) -> int:
        """How many services were given."""
        return sum(one.service_count for one in self.activities)

    @cached_property
    def changes(self) -> list[ChangeRequest]:
        """Every change that was asked for, newest first."""
        found = list(self.project.changes.order_by("-id"))
        for one in found:
            one.project = self.project
        return found

    @property
    def open_changes(self) -> list[ChangeRequest]:
        """The changes that wait for an answer."""
        return [one for one in self.changes if one.state == C.REQUESTED]

    @cached_property
    def reports(self) -> list[Report]:
        """Every report, oldest first, with what the panel found."""
        return list(self.project.reports.select_related("dossier").order_by("id"))

    @cached_property
    def agreement_pdf(self) -> FileRef | None:
        """The newest text of the agreement; None until the worker has rendered it."""
        return files_of(self.project.agreement, AGREEMENT_PDF).order_by("-id").first()

    def light(self, today: date) -> board.Light:
        """The light of the project on a day."""
        return board.light(
            course_of(
                self.project,
                today=today,
                is_accepted=self.project.agreement.state != "prepared",
                spent_fen=self.spent_fen,
                last_activity_on=self.activities[0].held_on if self.activities else None,
            )
        )


def seen(project: Project) -> Seen:
    """Return the parts of a project's page, the same for everybody who asks about this instance."""
    if "_seen" not in project.__dict__:
        project.__dict__["_seen"] = Seen(project)
    return project.__dict__["_seen"]  # type: ignore[no-any-return]


def in_full(project: Project) -> Project:
    """Return the project with everything its page names, in one query."""
    found: Project = Project.objects.select_related(
        "round__host", "applicant", "payee", "agreement", "award__category", "award__source",
        "award__proposal__community__street",
    ).get(pk=project.pk)  # fmt: skip
    return found


def for_list(rows: QuerySet[Project]) -> QuerySet[Project]:
    """Return rows of projects with everything a list names."""
    return rows.select_related(
        "round", "applicant", "award__category", "award__proposal__community__street", "agreement"
    )


def report_of(project: Project, stage: str) -> Report | None:
    """Return the report of a stage that counts: the newest."""
    found: Report | None = (
        project.reports.filter(stage=stage).select_related("dossier").order_by("-no").first()
    )
    return found


def next_report(project: Project) -> str:
    """Return the stage whose report is being written now; empty when none is."""
    ahead = project.has_midterm and not project.midterm_passed
    if project.state == J.RECTIFYING:
        return "midterm" if project.midterm_failures < 2 else ""
    if project.state != J.ACTIVE:
        return ""
    return "midterm" if ahead else "final"


def missing_in(stage: str, answers: dict[str, Any], activities: int) -> list[Any]:
    """Return what a report still lacks, as the rules that its submission asks."""
    broken = violations(reports.ANSWER_RULES, stage, answers)
    return broken + violations([reports.activities_are_recorded], activities)


def prefilled(report: Report | None, project: Project) -> dict[str, Any]:
    """Return the answers so far; numbers that the records already hold come by themselves."""
    held = seen(project).activities
    known: dict[str, Any] = {}
    if held:
        known = {"beneficiaries": max(one.participants for one in held), "planned_activities": len(held)}
    answers = dict(report.answers) if report is not None else {}
    return {**known, **{key: value for key, value in answers.items() if value not in (None, "")}}
