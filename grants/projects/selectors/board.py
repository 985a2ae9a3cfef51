"""The lights of many projects, and the sums above their board, in two queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from grants.projects import rules
from grants.projects.lifecycle import A, E
from grants.projects.models import ActivityRecord, Expense, Project
from grants.projects.rules import board
from grants.projects.rules.board import Course, Light
from grants.projects.selectors import report_due
from grants.rounds.models import Round


@dataclass(frozen=True)
class Board:
    """The lights by project, how many show each colour, and how much of the money is spent."""

    lights: Mapping[int, Light] = field(default_factory=dict)
    award_fen: int = 0
    spent_fen: int = 0

    @property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """Return colour, word, tone and number for every colour."""
        found = Counter(light.colour for light in self.lights.values())
        return [(code, word, board.TONES[code], found[code]) for code, word in board.WORDS.items()]

    def with_colour(self, colour: str) -> list[int]:
        """Return the projects that show a colour."""
        return [pk for pk, light in self.lights.items() if light.colour == colour]


def with_money(rows: QuerySet[Project]) -> QuerySet[Project]:
    """Add what is spent and when something last happened; subqueries, so that no row counts twice."""
    spent = Expense.objects.filter(project=OuterRef("pk"), state=E.RECORDED).order_by().values("project")
    held = ActivityRecord.objects.filter(project=OuterRef("pk")).order_by().values("project")
    return rows.annotate(
        spent_fen=Coalesce(Subquery(spent.annotate(total=Sum("amount_fen")).values("total")), 0),
        last_activity_on=Subquery(held.annotate(last=Max("held_on")).values("last")),
    )


COLUMNS = (
    "pk", "round_id", "state", "sign_by", "signed_on", "starts_on", "ends_on", "award_fen", "has_midterm",
    "midterm_passed", "midterm_failures", "rectify_by", "final_failed", "agreement__state", "spent_fen",
    "last_activity_on",
)  # fmt: skip


def board_of(rows: QuerySet[Project], rounds: Mapping[int, Round], today: date) -> Board:
    """Return the board of some projects; ``rounds`` by id hold the days of reports."""
    lights: dict[int, Light] = {}
    award = spent = 0
    for row in with_money(rows).order_by().values(*COLUMNS):
        project = _bare(row, rounds[row["round_id"]])
        course = course_of(
            project,
            today=today,
            is_accepted=row["agreement__state"] != A.PREPARED,
            spent_fen=row["spent_fen"],
            last_activity_on=row["last_activity_on"],
        )
        lights[row["pk"]] = board.light(course)
        award, spent = award + row["award_fen"], spent + row["spent_fen"]
    return Board(lights, award, spent)


def _bare(row: Mapping[str, Any], round_: Round) -> Project:
    own = {name: row[name] for name in COLUMNS if name not in ("agreement__state", *MEASURED)}
    own.pop("round_id")
    return Project(round=round_, **own)


MEASURED = ("spent_fen", "last_activity_on")


def course_of(
    project: Project,
    *,
    today: date,
    is_accepted: bool,
    spent_fen: int,
    last_activity_on: date | None,
) -> Course:
    """Return where a project stands, as plain values."""
    signed = project.signed_on
    return Course(
        state=project.state,
        today=today,
        sign_by=project.sign_by,
        is_accepted=is_accepted,
        first_day=rules.eligible_from(signed, project.starts_on) if signed else None,
        ends_on=project.ends_on,
        award_fen=project.award_fen,
        spent_fen=spent_fen,
        has_midterm=project.has_midterm,
        midterm_passed=project.midterm_passed,
        midterm_failures=project.midterm_failures,
        midterm_due=project.round.parsed_terms().day("midterm_report"),
        final_due=report_due(project, "final"),
        rectify_by=project.rectify_by,
        final_failed=project.final_failed,
        last_activity_on=last_activity_on,
    )
