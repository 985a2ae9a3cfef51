"""The pages of score sheets: what is judged, with what weight, and the hash that proves it is unchanged."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from core.routes import actor_of, permits
from core.ui.pages import listed, shown
from evaluations.rubrics.lists import RubricList, stage_words
from evaluations.rubrics.models import Rubric, RubricVersion
from evaluations.rubrics.selectors import with_versions


@permits("rubrics.list")
def rubrics(request: HttpRequest) -> HttpResponse:
    """Every score sheet."""
    return listed(request, RubricList(request, with_versions()), filename="rubrics")


@permits("rubrics.view", Rubric)
def rubric(request: HttpRequest, rubric: Rubric) -> HttpResponse:
    """The newest version of a sheet."""
    return _page(request, rubric, rubric.versions.order_by("-no").first())


@permits("rubrics.view", Rubric)
def rubric_version(request: HttpRequest, rubric: Rubric, no: str) -> HttpResponse:
    """One version of a sheet, as it was frozen."""
    number = int(no) if no.isascii() and no.isdigit() and len(no) < 6 else 0
    return _page(request, rubric, rubric.versions.filter(no=number).first())


def _page(request: HttpRequest, rubric: Rubric, version: RubricVersion | None) -> HttpResponse:
    if version is None:
        raise Http404
    version.rubric = rubric
    return shown(
        request,
        rubric,
        "evaluations/rubrics/rubric.html",
        version=version,
        spec=version.parsed(),
        stage=stage_words(version.stage),
        versions=list(rubric.versions.order_by("-no").defer("spec")),
        is_officer=actor_of(request).has("clerk", "section_chief", "supervisor", "auditor"),
    )
