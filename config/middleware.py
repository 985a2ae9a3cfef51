"""What every request passes: one log line, the content policy, idle sessions, frames of the editor."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.defaults import page_not_found

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("gongyitong.request")
QUIET = ("/healthz", "/readyz", "/static/")
FRESHEN_AFTER = 60


def is_editor(request: HttpRequest) -> bool:
    """Whether the path belongs to the Wagtail admin, which cannot live under the strict policy."""
    return request.path.startswith(f"/{settings.EDITOR_PATH}")


def _path_without_secrets(request: HttpRequest) -> str:
    """The path as the log may keep it: of an address that is itself a key, only its pattern."""
    match = request.resolver_match
    if match is not None and {"token", "key"} & match.kwargs.keys():
        return f"/{match.route}"
    return request.path


class RequestLog:
    """One line for a request: method, path without query, status, milliseconds, account id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", request_id)
        if not request.path.startswith(QUIET):
            user = getattr(request, "_cached_user", None)
            log.info(
                "request",
                method=request.method,
                path=_path_without_secrets(request),
                status=response.status_code,
                ms=round((time.monotonic() - started) * 1000),
                user=getattr(user, "pk", None),
            )
        return response


class NoNulBytes:
    """Keeps NUL out of addresses: no name of ours holds one, and PostgreSQL refuses to look for it.

    In a path it is a page that does not exist; in a query it is left out, as if it had not been typed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:
            return page_not_found(request, Http404())
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            cleaned = request.GET.copy()
            for name, values in request.GET.lists():
                cleaned.setlist(name, [value.replace("\x00", "") for value in values])
            request.GET = cleaned  # type: ignore[assignment]
        return self.get_response(request)


class ContentSecurity(CSPMiddleware):
    """The strict policy with a nonce everywhere, a wider one on the Wagtail admin path only."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_editor(request) and not report_only and parts.replace is None:
            parts.replace = settings.EDITOR_CONTENT_SECURITY_POLICY
        return parts


class IdleSessions:
    """Ends a signed-in session after the idle time of its audience, and after twelve hours in any case.

    The sign-in may put `audience` ("staff" or "public") into the session. The time of the last request is
    written at most once a minute, so that reading pages does not take the write lock of SQLite.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._check(request, now=int(time.time()))
        return self.get_response(request)

    def _check(self, request: HttpRequest, *, now: int) -> None:
        session = request.session
        idle = settings.SESSION_IDLE_SECONDS[session.get("audience", "public")]
        seen, began = session.get("seen_at", now), session.get("began_at", now)
        if now - seen > idle or now - began > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif "began_at" not in session or now - seen >= FRESHEN_AFTER:
            session["seen_at"] = now
            session["began_at"] = began


class PrivatePages:
    """Keeps the pages of signed-in people out of every cache, and pages that differ by person apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        return response


class EditorFrames:
    """Lets the Wagtail admin show its own preview in a frame; everything else stays DENY."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if is_editor(request) and isinstance(response, HttpResponse):
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response


class ChosenLanguage(LocaleMiddleware):
    """Chinese unless the visitor chose otherwise in the header; what the browser prefers does not count.

    The house speaks to the residents of a Chinese district; many of their browsers are set up in English.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
