"""Packing the file of a project in the worker: every paper is read and counted, then all is sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core import clock
from core.jobs.queue import Progress, job
from grants.audits.models import ProjectArchive
from grants.audits.selectors.papers import papers_of
from grants.audits.services import archive_project
from grants.audits.services.archiving import PACK
from grants.projects.models import Project
from orgs.people.models import User
from orgs.people.selectors import actor_for


@job(PACK)
def pack_project(payload: dict[str, Any], progress: Progress) -> Callable[[], dict[str, Any]]:
    """Read every paper, which also proves that none is damaged; seal together with the done mark."""
    project = Project.objects.get(pk=payload["project_id"])
    papers = papers_of(project)
    for number, paper in enumerate(papers, start=1):
        paper.data()
        progress.report(number, len(papers))

    def seal() -> dict[str, Any]:
        sealed = ProjectArchive.objects.filter(project=project).select_related("pack").first()
        if sealed is None:
            now = progress.now()
            by = actor_for(User.objects.get(pk=payload["actor_id"]), on=clock.day_of(now))
            sealed = archive_project(project_id=project.pk, by=by, now=now)
        assert sealed.pack is not None  # noqa: S101 - a sealed file has its pack
        return {"file": sealed.pack.public_id, "sha256": sealed.pack_sha256}

    return seal
