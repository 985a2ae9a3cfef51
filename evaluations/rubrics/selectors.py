"""Named queries about score sheets."""

from __future__ import annotations

from core.errors import NotFound
from evaluations.rubrics.models import RubricVersion


def newest_version(code: str) -> RubricVersion:
    """Return the newest version of a rubric; NotFound when there is none."""
    found = RubricVersion.objects.filter(rubric__code=code).order_by("-no").first()
    if found is None:
        raise NotFound()
    return found
