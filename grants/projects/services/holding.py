"""Holding a project while sums over its papers are compared: the lock that comes before every other one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused
from grants.projects.models import Project


def hold_project(project_id: int) -> Project:
    """Lock the project's row until the transaction ends, and return it; NotFound when there is none."""
    found = Project.objects.select_for_update(of=("self",)).select_related("round", "applicant", "payee")
    project = found.filter(pk=project_id).first()
    if project is None:
        raise NotFound()
    return project


def needs(text: str, says: str = "", field: str = "reason") -> str:
    """Return the text without outer blanks; Refused when nothing is left."""
    if not text.strip():
        raise Refused(says or _("请写明理由。"), field=field)
    return text.strip()
