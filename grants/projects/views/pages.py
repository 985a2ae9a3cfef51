"""The pages of funded projects: the board, the project, its vouchers and activities."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from core import clock
from core.files.selectors import files_of_many
from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Role, check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, offers, press
from core.ui.pages import listed, shown
from grants.projects.buttons import EXPENSE_BUTTONS, buttons_of
from grants.projects.lists import ActivityList, ExpenseList, ProjectList
from grants.projects.models import ActivityRecord, Expense, Project
from grants.projects.selectors import visible_to
from grants.projects.selectors.board import board_of, with_money
from grants.projects.selectors.seen import for_list, in_full, links_of, next_report, seen
from grants.rounds.models import Round

GRANTEES = (*APPLICANT_ROLES, Role.COMMUNITY_WORKER)
SCORES_SHOWN_TO = (*APPLICANT_ROLES, *BUREAU_ROLES, Role.SUPERVISOR, Role.EVALUATOR, Role.AUDITOR)


@permits("projects.list")
def projects(request: HttpRequest) -> HttpResponse:
    """The board of all projects somebody may see."""
    actor, today = actor_of(request), clock.today()
    rows = visible_to(actor)
    funded = Round.objects.filter(pk__in=Project.objects.values("round_id"))
    rounds = {one.pk: one for one in funded.order_by("-year")}
    lights = board_of(rows, rounds, today)
    page = ProjectList(
        request, with_money(for_list(rows)), actor=actor, today=today, rounds=rounds, lights=lights
    )
    return listed(request, page, filename="projects", template="grants/projects/projects.html", board=lights)


def _page(request: HttpRequest, project: Project, pressed: Pressed | None = None) -> HttpResponse:
    project, actor = in_full(project), actor_of(request)
    return shown(
        request,
        project,
        "grants/projects/project.html",
        buttons=buttons_of(project),
        press="press_project",
        pressed=pressed,
        parts=seen(project),
        light=seen(project).light(clock.today()),
        links=links_of(project, actor),
        is_grantee=not actor.roles() - set(GRANTEES),
        sees_scores=actor.has(*SCORES_SHOWN_TO),
        writes=check(actor, "projects.write_report", project),
        next_report=next_report(project),
    )


@permits("projects.view", Project)
def project(request: HttpRequest, project: Project) -> HttpResponse:
    """One project: agreement, budget, activities, vouchers, reports, changes, and what one may do."""
    return _page(request, project)


@permits("projects.view", Project, "GET", "POST")
def press_project(request: HttpRequest, project: Project, code: str) -> HttpResponse:
    """Press a button of a project, or of a change it asked for."""
    home = project.get_absolute_url()
    return press(request, project, code, buttons_of(project, only_open=False), _page, home)


@permits("projects.view", Project)
def expenses(request: HttpRequest, project: Project) -> HttpResponse:
    """The vouchers of a project."""
    rows = project.expenses.select_related("project")
    page = ExpenseList(request, rows, lines=seen(project).lines)
    template = "grants/projects/expenses.html"
    return listed(
        request, page, filename=f"expenses-{project.number}", template=template, project=project,
        parts=seen(project),
    )  # fmt: skip


def _expense_page(request: HttpRequest, expense: Expense, pressed: Pressed | None = None) -> HttpResponse:
    project = expense.project = in_full(expense.project)
    actor = actor_of(request)
    return shown(
        request,
        expense,
        "grants/projects/expense.html",
        pressed=pressed,
        offers=offers(
            expense,
            actor,
            EXPENSE_BUTTONS,
            lambda code: reverse("press_expense", args=[project.public_id, expense.public_id, code]),
            pressed,
        ),
        project=project,
        line=next((one for one in seen(project).lines if one.no == expense.line_no), None),
        is_grantee=not actor.roles() - set(GRANTEES),
    )


@permits("projects.view", Project)
def expense(request: HttpRequest, project: Project, voucher: str) -> HttpResponse:
    """One voucher with its scan."""
    return _expense_page(request, _voucher(project, voucher))


@permits("projects.view", Project, "GET", "POST")
def press_expense(request: HttpRequest, project: Project, voucher: str, code: str) -> HttpResponse:
    """Press a button of a voucher."""
    found = _voucher(project, voucher)
    home = reverse("expense", args=[project.public_id, found.public_id])
    return press(request, found, code, EXPENSE_BUTTONS, _expense_page, home)


def _voucher(project: Project, public_id: str) -> Expense:
    """The voucher of this very project; that of another one is not there."""
    found = project.expenses.filter(public_id=public_id).select_related("project").first()
    if found is None:
        raise Http404
    return found


@permits("projects.view", Project)
def activities(request: HttpRequest, project: Project) -> HttpResponse:
    """The activities of a project."""
    rows = project.activities.select_related("project")
    photos = files_of_many(ActivityRecord, rows.values_list("pk", flat=True))
    page = ActivityList(request, rows, photos=photos)
    template = "grants/projects/activities.html"
    return listed(request, page, filename=f"activities-{project.number}", template=template, project=project)


@permits("projects.view", Project)
def activity(request: HttpRequest, project: Project, record: str) -> HttpResponse:
    """One activity with its photos."""
    found = project.activities.filter(public_id=record).first()
    if found is None:
        raise Http404
    return shown(request, found, "grants/projects/activity.html", project=project)
