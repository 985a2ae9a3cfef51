"""New entries of the register, and its import from a table."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import Refused
from core.files.models import FileRef
from core.files.services import read
from core.jobs.models import Job
from core.routes import actor_of, permits
from core.ui.making import made
from orgs.registry import forms, services
from orgs.registry.services.imports import COLUMNS, PURPOSE, jobs_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


def _register(data: dict[str, Any], **press: Any) -> Any:
    community, founded_on = data.pop("community"), data.pop("founded_on")
    more = {"founded_on": founded_on} if founded_on else {}
    code = community.code if community else ""
    return services.register_organisation(community_code=code, **data, **more, **press)


@permits("registry.register", None, "GET", "POST")
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Register an organisation; what is wrong with the code is told sign by sign."""
    return made(
        request, forms.RegisterForm, _register, title=_("登记社会组织"), done=_("已登记入册。"),
        template="orgs/registry/new_organisation.html", submit=_("登记入册"),
    )  # fmt: skip


def _register_group(data: dict[str, Any], **press: Any) -> Any:
    community, host = data.pop("community"), data.pop("host")
    data["member_count"] = data["member_count"] or 0
    return services.register_group(community_code=community.code, host_id=host.pk, **data, **press)


@permits("registry.offer_group", None, "GET", "POST")
def new_group(request: HttpRequest) -> HttpResponse:
    """Record a community group."""
    return made(
        request, forms.GroupForm, _register_group, title=_("备案社区社会组织"), done=_("已备案。"),
        submit=_("备案"), hint=_("备案组织没有法人资格，由代管单位签约和收款。"),
    )  # fmt: skip


@permits("registry.import", None, "GET", "POST")
def new_import(request: HttpRequest) -> HttpResponse:
    """Hand in a table; it is read at once and shown before anything is written."""
    posted = request.method == "POST"
    form = forms.SheetForm(request.POST, request.FILES) if posted else forms.SheetForm()
    refused: Refused | None = None
    if posted and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        try:
            ref = services.keep_sheet(
                data=sheet.read(), filename=sheet.name, by=actor_of(request), now=clock.now()
            )
            return redirect("registry_preview", ref.public_id)
        except Refused as refusal:
            refused = refusal
    context = {"form": form, "refused": refused, "columns": COLUMNS}
    status = refused.status if refused else 422 if posted else 200
    return render(request, "orgs/registry/import.html", context, status=status)


@permits("registry.import")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty table with the titles."""
    response = HttpResponse(services.template_sheet(), content_type=XLSX)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, "名册导入模板.xlsx"))
    return response


def _own_sheet(request: HttpRequest, public_id: str) -> FileRef:
    """A table that this very person handed in."""
    mine = {"purpose": PURPOSE, "owner_type": "people.user", "owner_id": request.user.pk}
    ref = FileRef.objects.select_related("blob").filter(public_id=public_id, **mine).first()
    if ref is None:
        raise Http404
    return ref


@permits("registry.import", None, "GET", "POST")
def import_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the import would change, then how far it is and what came of it."""
    ref, actor = _own_sheet(request, public_id), actor_of(request)
    if request.method == "POST":
        digest = request.POST.get("digest", "")[:64]
        services.request_import(ref=ref, digest=digest, by=actor, now=clock.now())
        return redirect("registry_preview", ref.public_id)
    job = jobs_of(ref).first()
    running = job is not None and job.stage == Job.Stage.QUEUED
    shown = None if running else services.preview_import(data=read(ref), by=actor)
    context = {"sheet": ref, "job": job, "shown": shown, "most": SHOWN}
    return render(request, "orgs/registry/preview.html", context)
