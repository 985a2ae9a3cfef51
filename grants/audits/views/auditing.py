"""The pages of an audit: engagements, one page a project, findings."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.errors import Refused
from core.policy import APPLICANT_ROLES, Role, check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, key_of, offers, press
from core.ui.pages import listed, shown
from core.ui.paperwork import papers_of
from grants.audits import services
from grants.audits.buttons import ENGAGEMENT_BUTTONS, page_buttons
from grants.audits.forms import EngageForm
from grants.audits.lists import EngagementList, FindingList, PageList
from grants.audits.models import AuditPage, Engagement
from grants.audits.selectors import visible_engagements, visible_findings, visible_pages
from grants.audits.selectors.seen import (
    coverage_of,
    engagement_in_full,
    in_full,
    pages_of,
    seen,
    with_sums,
)

GRANTEES = (*APPLICANT_ROLES, Role.COMMUNITY_WORKER)


@permits("audits.list")
def engagements(request: HttpRequest) -> HttpResponse:
    """The audits somebody may see."""
    actor = actor_of(request)
    page = EngagementList(request, with_sums(visible_engagements(actor)))
    may_engage = check(actor, "audits.engage")
    return listed(
        request, page, filename="audits", template="grants/audits/engagements.html", may_engage=may_engage
    )


@permits("audits.engage", None, "GET", "POST")
def engage(request: HttpRequest) -> HttpResponse:
    """Engage a firm for a round whose projects wait for an auditor."""
    if request.method != "POST":
        return _engage_page(request, EngageForm())
    form = EngageForm(request.POST)
    if not form.is_valid():
        return _engage_page(request, form, status=422)
    data = form.cleaned_data
    try:
        made = services.engage_auditor(
            round_id=data["round"].pk, firm=data["firm"], contract_no=data["contract_no"],
            seed=data["seed"], sample_percent=data["sample_percent"], by=actor_of(request),
            now=clock.now(), key=key_of(request),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return _engage_page(request, form, status=refused.status)
    return redirect(made)


def _engage_page(request: HttpRequest, form: EngageForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "key": uuid4(), "cancel": reverse("engagements")}
    return render(request, "grants/audits/engage.html", context, status=status)


def _engagement_page(
    request: HttpRequest, engagement: Engagement, pressed: Pressed | None = None
) -> HttpResponse:
    engagement = engagement_in_full(engagement)
    pages = pages_of(engagement)
    return shown(
        request,
        engagement,
        "grants/audits/engagement.html",
        buttons=ENGAGEMENT_BUTTONS,
        press="press_engagement",
        pressed=pressed,
        pages=pages,
        coverage=coverage_of(engagement, pages),
    )


@permits("audits.view", Engagement)
def engagement(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    """One audit: its firm, its sample, its pages."""
    return _engagement_page(request, engagement)


@permits("audits.view", Engagement, "GET", "POST")
def press_engagement(request: HttpRequest, engagement: Engagement, code: str) -> HttpResponse:
    """Press a button of an engagement."""
    home = engagement.get_absolute_url()
    return press(request, engagement, code, ENGAGEMENT_BUTTONS, _engagement_page, home)


@permits("audits.list_pages")
def audit_pages(request: HttpRequest) -> HttpResponse:
    """The pages of projects in all audits somebody may see."""
    rows = visible_pages(actor_of(request)).select_related("engagement", "project__applicant", "settlement")
    return listed(request, PageList(request, rows), filename="audit-pages")


@permits("audits.list_pages")
def findings(request: HttpRequest) -> HttpResponse:
    """The findings somebody may see."""
    rows = visible_findings(actor_of(request)).select_related("expense", "page__project", "page__engagement")
    return listed(request, FindingList(request, rows), filename="findings")


def _within(page: AuditPage, engagement: str) -> None:
    """The page of another engagement is not there."""
    if page.engagement.public_id != engagement:
        raise Http404


def _audit_page(request: HttpRequest, page: AuditPage, pressed: Pressed | None = None) -> HttpResponse:
    page, actor = in_full(page), actor_of(request)
    page.__dict__["asked_voucher"] = request.GET.get("voucher", "")
    engagement, parts = page.engagement, seen(page)
    settlement = parts.settlement
    if settlement is not None:
        settlement.page, settlement.project = page, page.project
    return shown(
        request,
        page,
        "grants/audits/page.html",
        pressed=pressed,
        offers=offers(
            page,
            actor,
            page_buttons(page),
            lambda code: reverse("press_audit_page", args=[engagement.public_id, page.public_id, code]),
            pressed,
        ),
        papers=papers_of(settlement if settlement is not None else page, actor),
        engagement=engagement,
        parts=parts,
        audits=check(actor, "audits.audit", page) and engagement.state == "fieldwork",
        sees_engagement=check(actor, "audits.view", engagement),
        is_grantee=not actor.roles() - set(GRANTEES),
    )


@permits("audits.view", AuditPage)
def audit_page(request: HttpRequest, page: AuditPage, engagement: str) -> HttpResponse:
    """The audit of one project, on one page: vouchers with scans, findings, replies, settlement."""
    _within(page, engagement)
    return _audit_page(request, page)


@permits("audits.view", AuditPage, "GET", "POST")
def press_audit_page(request: HttpRequest, page: AuditPage, engagement: str, code: str) -> HttpResponse:
    """Press a button of an audit page, or of a finding on it."""
    _within(page, engagement)
    buttons = page_buttons(page, only_open=False)
    return press(request, page, code, buttons, _audit_page, page.get_absolute_url())
