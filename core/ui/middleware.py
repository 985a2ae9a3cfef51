"""Refusals become pages: what happened, what was kept, what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from core.errors import Refused, Stale
from core.files.refusals import FileDamaged

log = logging.getLogger("core.ui")
PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "409.html", 422: "409.html", 503: "503.html"}


class RefusalPages:
    """Answers a refusal that no view handled with its own status; a database that is away with 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and _leads_to_sign_in(response):
            return _signed_out()
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn the exceptions we know into pages; all others stay what they are."""
        if isinstance(error, Refused):
            return page(request, error.status, error)
        if isinstance(error, OperationalError | InterfaceError | FileDamaged):
            log.exception("unavailable")
            return unavailable(request)
        return None


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response.headers.get("Location", "").startswith(
        str(settings.LOGIN_URL)
    )


def _signed_out() -> HttpResponse:
    """Tell a page in use that its session ended; the page stays as it is, with what was typed."""
    response = HttpResponse(status=401)
    response.headers["HX-Trigger"] = "signed-out"
    return response


def page(request: HttpRequest, status: int, error: Refused) -> HttpResponse:
    """The page of a refusal; what changed meanwhile is told for a stale one."""
    violations = getattr(error, "violations", ())
    told = error.says if violations else str(error)
    context: dict[str, Any] = {"says": told, "violations": violations, "status": status, "code": error.code}
    if isinstance(error, Stale):
        context["changed"] = error.changed
    name = PAGES.get(status, "409.html")
    return HttpResponse(render_to_string(name, context, request=request), status=status)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The page for when the database or the files are away; it asks neither."""
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = "30"
    return response
