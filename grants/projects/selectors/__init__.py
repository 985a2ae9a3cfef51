"""Questions about funded projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from core.files.selectors import files_of
from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Actor, Grant, Role
from grants.projects import rules
from grants.projects.lifecycle import ENDED, E, J, R
from grants.projects.models import (
    Agreement,
    BudgetVersion,
    Expense,
    Project,
    Report,
    ReportStage,
)
from grants.projects.rules import reports
from grants.projects.selectors.desk import todo_for as todo_for
from grants.proposals.models import PriorFunding
from grants.proposals.rules.eligibility import EarlierProject
from grants.rounds.models import Round

AGREEMENT_PDF = "document.projects.agreement"
SETTLED = (J.SETTLED, J.CLOSED, J.ARCHIVED)
REPORTED = (J.AUDITING, *SETTLED)
EVERYTHING = Q(pk__isnull=False)  # an empty Q joined by | would drop out


# Money as approved and as spent


def current_budget(project: Project) -> BudgetVersion:
    """Return the newest budget version."""
    return project.budgets.prefetch_related("lines").order_by("-no")[0]


def approved_budget(project: Project) -> BudgetVersion:
    """Return the newest version that a person decided; free moves are measured against it."""
    return project.budgets.filter(is_approved=True).prefetch_related("lines").order_by("-no")[0]


def spent_by_line(project: Project) -> dict[int, int]:
    """Return what each budget line already carries, in fen by line number."""
    rows = project.expenses.filter(state=E.RECORDED).order_by().values("line_no")
    return {row["line_no"]: row["spent"] for row in rows.annotate(spent=Sum("amount_fen"))}


def spent_fen(project: Project) -> int:
    """Return all recorded spending, in fen."""
    return sum(spent_by_line(project).values())


def books_of(project: Project) -> rules.Books:
    """Return what a voucher of the project is measured against."""
    terms = project.round.parsed_terms()
    lines = {line.no: line.as_line() for line in current_budget(project).lines.all()}
    return rules.Books(
        first_day=project.eligible_from or date.max,
        last_day=project.ends_on,
        lines=lines,
        spent_fen=spent_by_line(project),
        award_fen=project.award_fen,
        move_percent=terms.limits.move_percent_free,
        forbidden=terms.forbidden_items,
    )


# Papers


def agreement_pdf_sha256(agreement: Agreement) -> str:
    """Return the hash of the newest rendered agreement; empty until the worker has rendered it."""
    newest = files_of(agreement, AGREEMENT_PDF).order_by("-id").first()
    return newest.blob.sha256 if newest else ""


def open_report(project: Project, stage: str) -> Report | None:
    """Return the report of a stage that is being written, if there is one."""
    return project.reports.filter(stage=stage, state=R.DRAFT).first()


def of_dossier(dossier_id: int) -> Report | None:
    """Return the report behind a dossier; None for a dossier of another kind."""
    return Report.objects.select_related("project", "dossier").filter(dossier_id=dossier_id).first()


def report_snapshot(report: Report) -> dict[str, Any]:
    """Return what a panel sees: answers, activities, budget and spending; no party is named in it."""
    project = report.project
    held = list(project.activities.order_by("held_on", "id"))
    spent = spent_by_line(project)
    content = {
        "number_of_try": report.no,
        "period": [project.starts_on.isoformat(), project.ends_on.isoformat()],
        "answers": [
            {"label": question.label, "value": report.answers.get(question.key, "")}
            for question in reports.QUESTIONS[report.stage]
        ],
        "activities": [
            {
                "date": one.held_on.isoformat(),
                "title": one.title,
                "place": one.place,
                "participants": one.participants,
                "volunteers": one.volunteers,
                "service_count": one.service_count,
                "summary": one.summary,
            }
            for one in held
        ],
        "service_count": sum(one.service_count for one in held),
        "budget": [
            {
                "no": line.no,
                "code": line.code,
                "item": line.item,
                "amount_fen": line.amount_fen,
                "spent_fen": spent.get(line.no, 0),
            }
            for line in current_budget(project).lines.all()
        ],
        "award_fen": project.award_fen,
        "spent_fen": sum(spent.values()),
        "vouchers": project.expenses.filter(state=E.RECORDED).count(),
    }
    return reports.nameless(content, party_names(project))  # type: ignore[return-value]


def party_names(project: Project) -> list[str]:
    """Return every name under which the parties could be recognised."""
    return [name for body in (project.applicant, project.payee) for name in (body.name, body.short_name)]


def report_due(project: Project, stage: str) -> date:
    """Return when the report of a stage must be handed in; an extension moves the final one."""
    if stage == ReportStage.MIDTERM and project.rectify_by:
        return project.rectify_by
    terms = project.round.parsed_terms()
    day = terms.day("midterm_report" if stage == ReportStage.MIDTERM else "final_report")
    late_end = stage == ReportStage.FINAL and project.ends_on > terms.day("project_end")
    return project.ends_on + (day - terms.day("project_end")) if late_end else day


# Across projects


def unsettled_before(project: Project) -> list[str]:
    """Return the titles of earlier projects of the applicant that are not settled yet."""
    others = Project.objects.filter(applicant_id=project.applicant_id).exclude(pk=project.pk)
    ours = others.exclude(state__in=[*SETTLED, J.LAPSED, J.AWAITING_AGREEMENT]).values_list(
        "title", flat=True
    )
    imported = PriorFunding.objects.filter(applicant_id=project.applicant_id, is_ours=True, settled=False)
    return [*ours, *imported.values_list("title", flat=True)]


def earlier_projects(body_ids: Iterable[int]) -> dict[int, list[EarlierProject]]:
    """Tell the applications room what was funded here before, in one query; a project counts once signed."""
    found: dict[int, list[EarlierProject]] = defaultdict(list)
    rows = Project.objects.filter(applicant_id__in=list(body_ids)).exclude(state=J.LAPSED)
    for project in rows.select_related("round__host").order_by("pk"):
        found[project.applicant_id].append(
            EarlierProject(
                title=project.title,
                funder=project.round.host.name,
                report_filed=project.state in REPORTED,
                settled=project.state in SETTLED and not project.was_stopped,
                failed=project.was_stopped or project.final_failed,
            )
        )
    return dict(found)


def open_in(round_: Round) -> QuerySet[Project]:
    """Return the projects of a round that have not ended."""
    return Project.objects.filter(round=round_).exclude(state__in=ENDED)


def visible_to(actor: Actor) -> QuerySet[Project]:
    """Return the projects whose pages this person may open; the same rows as ``projects.view``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        seen |= _visible(grant)
    mine = Q(applicant_id__in=actor.interests) | Q(payee_id__in=actor.interests)
    found = Project.objects.filter(seen)
    return found.exclude(mine) if actor.interests else found


def _visible(grant: Grant) -> Q:
    if grant.role in APPLICANT_ROLES:
        return Q(applicant_id=grant.body_id) | Q(payee_id=grant.body_id)
    if grant.role in {
        *BUREAU_ROLES,
        Role.SUPERVISOR,
        Role.FINANCE_CLERK,
        Role.FINANCE_APPROVER,
        Role.CASHIER,
    }:
        return EVERYTHING
    if grant.role in {Role.OPERATOR, Role.EVALUATOR, Role.AUDITOR}:
        return Q(round__code=grant.round_code) if grant.round_code else EVERYTHING
    seen = Q(pk__in=[])
    if grant.role in {Role.STREET_OFFICER, Role.COMMUNITY_WORKER} and grant.area_code:
        seen |= Q(award__proposal__community__code__startswith=grant.area_code)
    if grant.role == Role.COMMUNITY_WORKER and grant.body_id is not None:
        seen |= Q(payee_id=grant.body_id)
    return seen


def idle_since(round_: Round, day: date) -> QuerySet[Project]:
    """Return running projects of a round without any activity record since a day, for the 60-day warning."""
    active = Project.objects.filter(round=round_, state=J.ACTIVE, signed_on__lt=day)
    return active.exclude(activities__held_on__gte=day)


def vouchers_of(projects: Iterable[Project]) -> QuerySet[Expense]:
    """Return the recorded vouchers of several projects, in one query and a fixed order."""
    wanted = [project.pk for project in projects]
    return Expense.objects.filter(project_id__in=wanted, state=E.RECORDED).order_by(
        "project_id", "spent_on", "id"
    )
