"""Recoveries: their list and their page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.pages import listed, shown
from grants.payments.buttons import RECOVERY_BUTTONS
from grants.payments.lists import RecoveryList
from grants.payments.models import Recovery
from grants.payments.selectors import visible_recoveries
from grants.payments.views.tranches import GRANTEES
from grants.projects.models import Project


@permits("payments.list")
def recoveries(request: HttpRequest) -> HttpResponse:
    """The recoveries somebody may see."""
    rows = visible_recoveries(actor_of(request)).select_related("project__payee", "project__round")
    return listed(request, RecoveryList(request, rows), filename="recoveries")


def _page(request: HttpRequest, recovery: Recovery, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    recovery.project = Project.objects.select_related("payee", "round").get(pk=recovery.project_id)
    return shown(
        request,
        recovery,
        "grants/payments/recovery.html",
        buttons=RECOVERY_BUTTONS,
        press="press_recovery",
        pressed=pressed,
        project=recovery.project,
        refunds=list(recovery.refunds.order_by("received_on", "pk")),
        is_grantee=not actor.roles() - set(GRANTEES),
    )


@permits("payments.view", Recovery)
def recovery(request: HttpRequest, recovery: Recovery) -> HttpResponse:
    """A recovery: how much, why, until when, what has come."""
    return _page(request, recovery)


@permits("payments.view", Recovery, "GET", "POST")
def press_recovery(request: HttpRequest, recovery: Recovery, code: str) -> HttpResponse:
    """Press a button of a recovery."""
    return press(request, recovery, code, RECOVERY_BUTTONS, _page, recovery.get_absolute_url())
