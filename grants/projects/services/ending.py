"""Stopping, resuming and ending a project. What follows for its money is decided in the room above."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.lifecycle import Receipt, button, changing
from core.policy import Actor
from grants.projects.models import Project
from grants.projects.services.holding import needs


@button
def suspend_project(
    *,
    project_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Let a project stand still; nothing is paid meanwhile."""
    with changing(
        Project, project_id, by=by, now=now, key=key, version=version, reason=needs(reason)
    ) as project:
        project.suspend(by=by)
    return project.receipt


@button
def resume_project(
    *,
    project_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Let a project go on."""
    with changing(
        Project, project_id, by=by, now=now, key=key, version=version, reason=needs(reason)
    ) as project:
        project.resume(by=by)
    return project.receipt


@button
def terminate_project(
    *,
    project_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """End a project early; what was paid and not properly spent comes back."""
    with changing(
        Project, project_id, by=by, now=now, key=key, version=version, reason=needs(reason), document=document
    ) as project:
        project.was_stopped = True
        project.terminate(by=by)
    return project.receipt


@button
def revoke_project(
    *,
    project_id: int,
    reason: str,
    recover_all: bool,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Revoke an award for false material or misuse; all of the money comes back, or the rest of it."""
    with changing(
        Project, project_id, by=by, now=now, key=key, version=version, reason=needs(reason), document=document
    ) as project:
        project.was_stopped, project.recover_all = True, recover_all
        project.revoke(by=by)
        project.note(recover_all=recover_all)
    return project.receipt


@button
def settle_project(
    *, project_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Take the audited accounts as final; called with the settlement."""
    with changing(Project, project_id, by=by, now=now, key=key, version=version) as project:
        project.settle(by=by)
    return project.receipt


@button
def close_project(*, project_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    """Close a project whose money is square; the room above refuses when it is not."""
    with changing(Project, project_id, by=by, now=now, key=key) as project:
        project.close(by=by)
    return project.receipt


@button
def archive_project(
    *, project_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Mark the file of a project complete; called with its sealed archive."""
    with changing(Project, project_id, by=by, now=now, key=key, version=version) as project:
        project.archive(by=by)
    return project.receipt
