"""What waits for somebody about projects; the desk counts it, and the list shows just that work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Actor, Role
from core.todo import Pending, Todo
from core.workdays import Period
from grants.projects.lifecycle import A, C, J
from grants.projects.models import ChangeRequest, Project

GRANTEES = (Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR, Role.COMMUNITY_WORKER)
TO_BE_JUDGED = ("assigned", "open")
Wait = Callable[[Actor, date], Q]

_final_ahead = Q(state=J.ACTIVE) & (Q(has_midterm=False) | Q(midterm_passed=True))
_unsigned = Q(state=J.AWAITING_AGREEMENT, agreement__state=A.PREPARED)


def _judged_by(actor: Actor) -> Q:
    """Projects whose report lies before this very person."""
    reports = Project.objects.filter(
        reports__dossier__sheets__reviewer_id=actor.person_id or 0,
        reports__dossier__sheets__state__in=TO_BE_JUDGED,
    )
    return Q(pk__in=reports.values("pk"))


WAITS: dict[str, tuple[Any, Wait]] = {
    "accept": (_("待申报单位签署"), lambda actor, on: _unsigned),
    "countersign": (
        _("待主办单位签署"),
        lambda actor, on: Q(state=J.AWAITING_AGREEMENT, agreement__state=A.ACCEPTED),
    ),
    "unsigned": (_("逾期未签约"), lambda actor, on: _unsigned & Q(sign_by__lt=on)),
    "midterm": (
        _("待提交中期报告"),
        lambda actor, on: Q(state=J.ACTIVE, has_midterm=True, midterm_passed=False),
    ),
    "rectify": (_("整改后待重新提交"), lambda actor, on: Q(state=J.RECTIFYING, midterm_failures=1)),
    "final": (_("待提交结项报告"), lambda actor, on: _final_ahead & Q(ends_on__lt=on)),
    "change": (
        _("有变更待审批"),
        lambda actor, on: Q(
            pk__in=ChangeRequest.objects.filter(state=C.REQUESTED).values("project_id"),
        ),
    ),
    "hopeless": (
        _("待决定是否终止"),
        lambda actor, on: (
            Q(state=J.RECTIFYING, midterm_failures=2)
            | Q(state=J.RECTIFYING, rectify_by__lt=on)
            | Q(state=J.FINAL_REVIEW, final_failed=True)
        ),
    ),
    "judging": (_("由我评估"), lambda actor, on: _judged_by(actor)),
}


def waiting(name: str, actor: Actor, on: date, rows: QuerySet[Project] | None = None) -> QuerySet[Project]:
    """Return the projects of which one kind of work waits."""
    found = Project.objects.all() if rows is None else rows
    return found.filter(WAITS[name][1](actor, on))


def _pending(
    label: Any, name: str, actor: Actor, now: datetime, rows: QuerySet[Project] | None = None, due: str = ""
) -> Pending:
    found = waiting(name, actor, clock.day_of(now), rows)
    page = "" if name == "judging" else "project"
    return Pending(label, found, due, url_name="projects", query=f"waits={name}", page=page, titled="title")


def todo_for(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """Return what waits for this person about projects."""
    return [*_todo_of_grantee(actor, now), *_todo_of_bureau(actor, now), *_todo_of_evaluator(actor, now)]


def _todo_of_grantee(actor: Actor, now: datetime) -> list[Todo | Pending]:
    bodies = actor.bodies(*GRANTEES)
    if not bodies:
        return []
    mine = Project.objects.filter(Q(applicant_id__in=bodies) | Q(payee_id__in=bodies))
    today = clock.day_of(now)
    return [
        _pending(_("待签署的协议"), "accept", actor, now, mine.filter(payee_id__in=bodies), "sign_by"),
        _reports_due(
            _("待提交的中期报告"), "midterm", waiting("midterm", actor, today, mine), "midterm_report"
        ),
        _pending(_("整改后待重新提交的中期报告"), "rectify", actor, now, mine, "rectify_by"),
        _reports_due(_("待提交的结项报告"), "final", waiting("final", actor, today, mine), "final_report"),
    ]


def _todo_of_bureau(actor: Actor, now: datetime) -> list[Todo | Pending]:
    todos: list[Todo | Pending] = []
    if actor.has(Role.SECTION_CHIEF, Role.LEADER):
        todos.append(_pending(_("待主办单位签署的协议"), "countersign", actor, now))
    if actor.has(Role.SECTION_CHIEF):
        asked = ChangeRequest.objects.filter(state=C.REQUESTED)
        todos.append(_pending(_("逾期未签约的项目"), "unsigned", actor, now))
        todos.append(
            Pending(_("待审批的变更"), asked, "answer_by", url_name="projects", query="waits=change")
        )
    if actor.has(Role.LEADER):
        todos.append(_pending(_("评估不合格、待决定是否终止的项目"), "hopeless", actor, now))
    return todos


def _todo_of_evaluator(actor: Actor, now: datetime) -> list[Todo | Pending]:
    """The files of the projects behind one's sheets; the sheets themselves wait in the panels room."""
    if not actor.has(Role.EVALUATOR) or actor.person_id is None:
        return []
    return [_pending(_("待评估项目的过程资料"), "judging", actor, now)]


def _reports_due(label: Any, name: str, projects: QuerySet[Project], day_name: str) -> Todo:
    """Count the reports to come and date the first, in one query; a single one is led to straight."""
    found = list(projects.select_related("round").order_by("round__year"))
    due = None
    if found:
        day = found[0].round.parsed_terms().day(day_name)
        due = Period(day, day).ends_at.astimezone(UTC)
    if len(found) == 1:
        return Todo(label, 1, due, url_name="report", args=(found[0].public_id, name))
    return Todo(label, len(found), due, url_name="projects", query=f"waits={name}")
