"""Named queries about score sheets."""

from __future__ import annotations

from django.db.models import Count, Max, QuerySet

from core.errors import NotFound
from evaluations.rubrics.models import Rubric, RubricVersion


def newest_version(code: str) -> RubricVersion:
    """Return the newest version of a rubric; NotFound when there is none."""
    found = RubricVersion.objects.filter(rubric__code=code).order_by("-no").first()
    if found is None:
        raise NotFound()
    return found


def with_versions() -> QuerySet[Rubric]:
    """Return every sheet with the number of its versions and when the newest was frozen."""
    return Rubric.objects.annotate(version_count=Count("versions"), frozen_at=Max("versions__frozen_at"))
