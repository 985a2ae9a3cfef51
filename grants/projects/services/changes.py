"""Departing from the agreement: money moved between lines, more time, other content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import NotNow, Refused, RulesBroken
from core.lifecycle import Receipt, button, changing, creating, publish
from core.policy import Actor
from core.rulebook import violations
from grants.projects import rules
from grants.projects.events import BudgetChanged, ChangeRequested, ProjectExtended
from grants.projects.lifecycle import RUNNING, C
from grants.projects.models import ChangeKind, ChangeRequest, Project
from grants.projects.selectors import approved_budget, current_budget, spent_by_line
from grants.projects.services.holding import hold_project, needs
from grants.projects.services.opening import write_budget

ANSWER_WORKING_DAYS = 10


@button
def move_budget(
    *,
    project_id: int,
    wanted: Mapping[int, int],
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> ChangeRequest:
    """Ask for another budget (fen by line number); within the free share it is recorded at once.

    The free share is measured against the last approved version, so small moves do not add up unseen.
    """
    project = _changeable(project_id, now)
    move = _move(project, wanted)
    percent = project.round.parsed_terms().limits.move_percent_free
    if broken := violations(rules.MOVE_RULES, move, percent):
        raise RulesBroken(broken)
    change = _ask(
        project, ChangeKind.BUDGET, {str(no): fen for no, fen in wanted.items()}, reason, by, now, key
    )
    if rules.is_free(move, percent):
        with changing(ChangeRequest, change.pk, by=by, now=now) as change:
            change.record(by=by)
        _write(project, wanted, f"自行调剂备案：{reason}", is_approved=False, by=by, now=now)
    return change


def _move(project: Project, wanted: Mapping[int, int]) -> rules.Move:
    approved = {line.no: line.amount_fen for line in approved_budget(project).lines.all()}
    return rules.Move(approved, dict(wanted), spent_by_line(project))


def _changeable(project_id: int, now: datetime) -> Project:
    project = hold_project(project_id)
    if project.state not in RUNNING:
        raise NotNow(_("项目不在执行中，不能申请变更。"), verb="request_change", state=project.state)
    if not rules.is_in_time(clock.day_of(now), project.ends_on):
        raise NotNow(_("距项目结束不足一个月，不再受理变更。"), code="too_late_to_change")
    return project


def _ask(
    project: Project,
    kind: str,
    wanted: dict[str, Any],
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None,
) -> ChangeRequest:
    if project.changes.filter(kind=kind, state=C.REQUESTED).exists():
        raise Refused(_("同类变更申请正在审批，请等待答复。"), code="already_asked")
    answer_by = working_calendar().add(clock.day_of(now), ANSWER_WORKING_DAYS)
    change = ChangeRequest(
        project=project,
        kind=kind,
        wanted=wanted,
        reason=needs(reason)[:300],
        asked_at=now,
        answer_by=answer_by,
    )
    return creating(
        change,
        by=by,
        now=now,
        key=key,
        permission="projects.request_change",
        verb="request",
        fact=ChangeRequested,
    )


def _write(
    project: Project, wanted: Mapping[int, int], reason: str, *, is_approved: bool, by: Actor, now: datetime
) -> None:
    lines = [
        rules.Line(line.no, line.code, line.item, wanted[line.no], line.linked_activity)
        for line in current_budget(project).lines.all()
    ]
    version = write_budget(project, lines, reason, is_approved=is_approved, now=now)
    publish(BudgetChanged(project.pk), by=by, now=now, about=project)
    assert version.no > 1  # noqa: S101 - the first version comes with the award


@button
def request_extension(
    *, project_id: int, months: int, reason: str, by: Actor, now: datetime, key: UUID | None = None
) -> ChangeRequest:
    """Ask for more time: once, and at most as many months as the terms allow."""
    project = _changeable(project_id, now)
    wish = rules.Prolonging(
        months,
        project.extended_months,
        project.ends_on,
        clock.day_of(now),
        project.round.parsed_terms().limits.extension_max_months,
    )
    if broken := violations(rules.EXTENSION_RULES, wish):
        raise RulesBroken(broken)
    return _ask(project, ChangeKind.EXTENSION, {"months": months}, reason, by, now, key)


@button
def request_change(
    *, project_id: int, kind: str, wanted: str, reason: str, by: Actor, now: datetime, key: UUID | None = None
) -> ChangeRequest:
    """Ask for another content, place, leader or name, in words."""
    if kind not in (ChangeKind.CONTENT, ChangeKind.PLACE, ChangeKind.LEADER):
        raise Refused(_("预算和期限的变更请用各自的申请。"), field="kind")
    project = _changeable(project_id, now)
    return _ask(
        project, kind, {"text": needs(wanted, _("请写明变更内容。"), "wanted")[:500]}, reason, by, now, key
    )


@button
def approve_change(
    *,
    change_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Approve a change; a budget gets a new approved version, an extension moves the last day."""
    asked = ChangeRequest.objects.get(pk=change_id)
    project = hold_project(asked.project_id)
    if project.state not in RUNNING:
        raise NotNow(_("项目不在执行中，不能批准变更。"), verb="approve_change", state=project.state)
    with changing(
        ChangeRequest, change_id, by=by, now=now, key=key, version=version, reason=reason
    ) as change:
        change.approve(by=by)
    if change.kind == ChangeKind.BUDGET:
        wanted = {int(no): fen for no, fen in change.wanted.items()}
        if broken := violations(rules.MOVE_RULES, _move(project, wanted), 0):
            raise RulesBroken(broken)
        _write(project, wanted, "批准的预算调整", is_approved=True, by=by, now=now)
    elif change.kind == ChangeKind.EXTENSION:
        _extend(project, int(change.wanted["months"]), by=by, now=now)
    return change.receipt


def _extend(project: Project, months: int, *, by: Actor, now: datetime) -> None:
    with changing(
        Project, project.pk, by=by, now=now, verb="extend", permission="projects.decide_change"
    ) as held:
        held.extended_months = months
        held.ends_on = rules.months_later(held.ends_on, months)
        held.note(months=months, ends_on=held.ends_on.isoformat())
        publish(ProjectExtended(held.pk), by=by, now=now, about=held)


@button
def refuse_change(
    *,
    change_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Refuse a change, with the reason."""
    with changing(
        ChangeRequest, change_id, by=by, now=now, key=key, version=version, reason=needs(reason)
    ) as change:
        change.refuse(by=by)
    return change.receipt
