"""The page of a report: written with autosave, complete or not, handed in once nothing is missing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, NotFound, Refused
from core.files.selectors import files_of
from core.policy import check
from core.routes import actor_of, permits
from core.ui.buttons import key_of, version_of
from grants.projects import services
from grants.projects.forms import report_form
from grants.projects.lifecycle import J, R
from grants.projects.models import Project, Report, ReportStage
from grants.projects.rules.reports import QUESTIONS
from grants.projects.selectors import open_report, report_due
from grants.projects.selectors.seen import in_full, missing_in, next_report, prefilled, report_of, seen

WRITABLE = (J.ACTIVE, J.RECTIFYING)
LIGHT = ("micro", "light")


@permits("projects.view", Project)
def report(request: HttpRequest, project: Project, stage: str) -> HttpResponse:
    """The report of a stage: a form for those who write it, what was handed in for all others."""
    return _page(request, project, stage)


@permits("projects.write_report", Project, "POST")
def save_report(request: HttpRequest, project: Project, stage: str) -> HttpResponse:
    """Save what is there; answers in JSON to the script that saves while one types."""
    quietly = "application/json" in request.headers.get("Accept", "")
    form = _filled(request, project, stage)
    try:
        saved = _save(request, project, stage, form)
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        if quietly:
            return JsonResponse({"says": str(refused)}, status=refused.status)
        return _page(request, project, stage, form, refused)
    if quietly:
        return JsonResponse(_told(project, stage, saved, form))
    if not form.is_valid():
        return _page(request, project, stage, form, status=422)
    messages.success(request, _("已保存 %(at)s") % {"at": _time()})
    return redirect("report", project.public_id, stage)


@permits("projects.submit_report", Project, "POST")
def submit_report(request: HttpRequest, project: Project, stage: str) -> HttpResponse:
    """Save what is there and hand it in; with something missing it stays a draft and the page says what."""
    form = _filled(request, project, stage)
    try:
        if project.state in WRITABLE:  # pressed a second time, it has gone on: the key finds the answer
            _save(request, project, stage, form)
        if not form.is_valid():
            return _page(request, project, stage, form, status=422)
        services.submit_report(
            project_id=project.pk, stage=stage, by=actor_of(request), now=clock.now(), key=key_of(request)
        )
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        return _page(request, project, stage, form, refused)
    messages.success(request, _("报告已提交，等待评估。"))
    return redirect("project", project.public_id)


def _filled(request: HttpRequest, project: Project, stage: str) -> forms.Form:
    _known(project, stage)
    return report_form(stage)(request.POST, request.FILES, auto_id="report-%s")


def _known(project: Project, stage: str) -> None:
    if stage not in ReportStage.values or (stage == ReportStage.MIDTERM and not project.has_midterm):
        raise Http404


def _save(request: HttpRequest, project: Project, stage: str, form: forms.Form) -> Report:
    """Save every answer that can be read; one that cannot stays on the page with its fault."""
    form.is_valid()
    answers = {
        question.key: form.cleaned_data[question.key]
        for question in QUESTIONS[stage]
        if question.key in form.cleaned_data and question.key in form.data
    }
    draft = open_report(project, stage)
    return services.save_report(
        project_id=project.pk,
        stage=stage,
        answers=answers,
        files=tuple((one.filename, one.data) for one in form.cleaned_data.get("files") or ()),
        version=version_of(request) if draft is not None else None,
        by=actor_of(request),
        now=clock.now(),
    )


def _told(project: Project, stage: str, saved: Report, form: forms.Form) -> dict[str, Any]:
    missing = missing_in(stage, saved.answers, project.activities.count())
    return {
        "saved": _("已保存 %(at)s") % {"at": _time()},
        "version": saved.row_version,
        "faults": {f"report-{name}": [str(one) for one in errors] for name, errors in form.errors.items()},
        "missing": [[f"report-{one.subject}" if one.subject else "", str(one)] for one in missing],
    }


def _time() -> str:
    return f"{clock.local(clock.now()):%H:%M:%S}"


def _page(
    request: HttpRequest,
    project: Project,
    stage: str,
    form: forms.Form | None = None,
    refused: Refused | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    _known(project, stage)
    project, actor = in_full(project), actor_of(request)
    latest = report_of(project, stage)
    writes = check(actor, "projects.write_report", project) and stage == next_report(project)
    is_draft = latest is not None and latest.state == R.DRAFT
    answers = prefilled(latest, project)
    if form is None and writes:
        form = report_form(stage)(initial=answers, auto_id="report-%s")
    context = {
        "project": project,
        "stage": stage,
        "stage_name": ReportStage(stage).label,
        "report": latest,
        "form": form if writes else None,
        "refused": refused,
        "key": uuid4(),
        "version": latest.row_version if latest is not None and is_draft else 0,
        "missing": missing_in(stage, answers, len(seen(project).activities)) if writes else [],
        "may_submit": check(actor, "projects.submit_report", project),
        "handed_in": _handed_in(latest, stage) if latest is not None and not is_draft else [],
        "files": list(files_of(latest)) if latest is not None and (writes or not is_draft) else [],
        "due_on": latest.due_on if latest is not None and is_draft else report_due(project, stage),
        "is_light": project.track in LIGHT,
        "parts": seen(project),
        "home": project.get_absolute_url(),
    }
    return render(
        request, "grants/projects/report.html", context, status=refused.status if refused else status
    )


def _handed_in(latest: Report, stage: str) -> list[tuple[str, Any]]:
    return [(_(question.label), latest.answers.get(question.key, "")) for question in QUESTIONS[stage]]
