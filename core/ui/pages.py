"""The two kinds of pages everything is made of: the page of a list and the page of an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.policy import Role
from core.routes import actor_of
from core.ui.buttons import Button, Pressed, offers
from core.ui.lists import ListPage
from core.ui.paperwork import papers_of

# Applicants, residents' committees and experts read offices, not the names of officers.
NAMES_SHOWN_TO = (
    Role.CLERK,
    Role.SECTION_CHIEF,
    Role.LEADER,
    Role.SUPERVISOR,
    Role.AUDITOR,
    Role.AUDIT_ADMIN,
)


def listed(
    request: HttpRequest,
    page: ListPage,
    *,
    filename: str,
    template: str = "components/list_view.html",
    **more: Any,
) -> HttpResponse:
    """The page of a list, or its XLSX when that was asked for."""
    if page.wants_export:
        return page.export(filename)
    return render(request, template, {"list": page, **more})


def shown(
    request: HttpRequest,
    obj: Any,
    template: str,
    *,
    buttons: Sequence[Button] = (),
    press: str = "",
    pressed: Pressed | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of an object with its buttons for whoever asks.

    ``press`` is the name of the address that takes (public_id, code). A pressing that came back sets the
    status and is shown with what was typed.
    """
    actor = actor_of(request)
    context = {
        "object": obj,
        "offers": offers(
            obj, actor, buttons, lambda code: reverse(press, args=[obj.public_id, code]), pressed
        ),
        "pressed": pressed,
        "papers": papers_of(obj, actor),
        "named": actor.has(*NAMES_SHOWN_TO),
        **more,
    }
    return render(request, template, context, status=pressed.status if pressed else 200)
