"""The pages of the archive: what is ready, what is missing, what is sealed."""

from __future__ import annotations

from collections import defaultdict

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from core.jobs.models import Job
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.pages import listed, shown
from core.ui.paperwork import papers_of
from grants.audits.buttons import ARCHIVE_BUTTONS
from grants.audits.lists import ArchiveList
from grants.audits.models import ArchiveItem, ProjectArchive
from grants.audits.rules import GROUPS
from grants.audits.selectors.readiness import FILED, projects_to_file, shortfalls
from grants.projects.lifecycle import J
from grants.projects.models import Project

READ = "audits.read_archive"


@permits(READ)
def archive(request: HttpRequest) -> HttpResponse:
    """Every project that ended: ready, or what it lacks, or sealed."""
    page = ArchiveList(request, projects_to_file(actor_of(request)))
    return listed(request, page, filename="archive")


def _page(request: HttpRequest, project: Project, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    project = projects_to_file(actor).get(pk=project.pk)
    sealed: ProjectArchive | None = getattr(project, "sealed_file", None)
    return shown(
        request,
        project,
        "grants/audits/archive_file.html",
        buttons=ARCHIVE_BUTTONS,
        press="press_archive",
        pressed=pressed,
        papers=papers_of(sealed if sealed is not None else project, actor),
        sealed=sealed,
        groups=_groups(sealed) if sealed is not None else [],
        missing=shortfalls([project])[project.pk] if project.state == J.CLOSED else [],
        job=_job(project, request.user.pk),
    )


def _job(project: Project, user_id: int | None) -> Job | None:
    """The last packing that this person asked for."""
    asked = Job.objects.filter(unique_key__startswith=f"archive:{project.pk}:", owner_id=user_id)
    return asked.order_by("-id").first()


def _groups(sealed: ProjectArchive) -> list[tuple[str, list[ArchiveItem]]]:
    rows: dict[int, list[ArchiveItem]] = defaultdict(list)
    for item in sealed.items.all():
        rows[item.group].append(item)
    titles = {group.no: group.title for group in GROUPS}
    return [(f"{no} {titles[no]}", rows[no]) for no in sorted(rows)]


def _ended(project: Project) -> None:
    if project.state not in FILED:
        raise Http404


@permits(READ, Project, see=READ)
def archive_file(request: HttpRequest, project: Project) -> HttpResponse:
    """The file of one project: what is missing, or its catalogue, hashes and pack."""
    _ended(project)
    return _page(request, project)


@permits(READ, Project, "GET", "POST", see=READ)
def press_archive(request: HttpRequest, project: Project, code: str) -> HttpResponse:
    """Have the file packed."""
    _ended(project)
    home = reverse("archive_file", args=[project.public_id])
    return press(request, project, code, ARCHIVE_BUTTONS, _page, home)
