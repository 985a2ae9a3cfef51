"""Instalments: their list and their page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from core.documents import Document
from core.files.models import FileRef
from core.files.selectors import files_of_many
from core.policy import APPLICANT_ROLES, Role
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.pages import listed, shown
from core.ui.paperwork import Paper
from grants.payments.buttons import TRANCHE_BUTTONS
from grants.payments.documents import ADVICE, REQUEST
from grants.payments.lifecycle import O
from grants.payments.lists import TrancheList, condition_words
from grants.payments.models import Invoice, PaymentOrder, Tranche
from grants.payments.selectors import visible_tranches
from grants.projects.models import Project

GRANTEES = (*APPLICANT_ROLES, Role.COMMUNITY_WORKER)


@permits("payments.list")
def tranches(request: HttpRequest) -> HttpResponse:
    """The instalments somebody may see."""
    actor = actor_of(request)
    page = TrancheList(request, visible_tranches(actor))
    can_order = actor.has(Role.FINANCE_CLERK)
    return listed(
        request, page, filename="tranches", template="grants/payments/tranches.html", can_order=can_order
    )


def _paper(is_due: bool, document: Document, made: list[FileRef] | None) -> list[Paper]:
    """The document that goes with a receipt or a payment, once it can be had."""
    return [Paper(document, made[-1] if made else None)] if is_due or made else []


def _page(request: HttpRequest, tranche: Tranche, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    project = Project.objects.select_related("payee", "round", "plan__source").get(pk=tranche.project_id)
    tranche.project = project
    papers = list(tranche.invoices.order_by("-pk"))
    orders = list(tranche.orders.select_related("payee", "batch").order_by("-pk"))
    requests = files_of_many(Invoice, [one.pk for one in papers], REQUEST.purpose)
    advices = files_of_many(PaymentOrder, [one.pk for one in orders], ADVICE.purpose)
    context: dict[str, Any] = {
        "project": project,
        "plan": project.plan,
        "condition": condition_words(tranche),
        "invoices": [(one, _paper(one.is_live, REQUEST, requests.get(one.pk))) for one in papers],
        "orders": [(one, _paper(one.state == O.SETTLED, ADVICE, advices.get(one.pk))) for one in orders],
        "siblings": list(project.tranches.order_by("no")),
        "recoveries": list(project.recoveries.order_by("pk")),
        "is_grantee": not actor.roles() - set(GRANTEES),
    }
    return shown(
        request,
        tranche,
        "grants/payments/tranche.html",
        buttons=TRANCHE_BUTTONS,
        press="press_tranche",
        pressed=pressed,
        **context,
    )


@permits("payments.view", Tranche)
def tranche(request: HttpRequest, tranche: Tranche) -> HttpResponse:
    """An instalment: its condition, its receipts, its payment."""
    return _page(request, tranche)


@permits("payments.view", Tranche, "GET", "POST")
def press_tranche(request: HttpRequest, tranche: Tranche, code: str) -> HttpResponse:
    """Press a button of an instalment."""
    return press(request, tranche, code, TRANCHE_BUTTONS, _page, tranche.get_absolute_url())
