"""Public pages drawn once for many: kept for seconds, never given to anybody who is signed in.

What differs for each visitor even so (the nonce of the policy, the token of the forms, the server's time) is
taken out before a page is kept and put in again when it is given out. A page is kept for each language and
for the large type; a visitor with a session, with a message or with a query of his own gets it drawn live.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from core import clock

NONCE, TOKEN, NOW, NOW_TEXT = (f"\x02{word}\x03" for word in ("nonce", "token", "now", "now-text"))
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')
_NOW = re.compile(r'(data-now=")[^"]*')
_CLOCK = re.compile(r'(<time datetime=")[^"]*(" data-clock>)[^<]*')

Draw = Callable[[], HttpResponse]


def kept(
    request: HttpRequest, name: str, draw: Draw, *, seconds: int, until: Callable[[], datetime | None]
) -> HttpResponse:
    """Return the page as kept, or draw it and keep it for so many seconds.

    ``until`` gives the instant at which it will be wrong, if one is known: it is not kept beyond it.
    """
    if seconds <= 0 or not may_be_kept(request):
        return draw()
    key = key_of(request, name)
    body = cache.get(key)
    if body is not None:
        return _given_out(request, body)
    response = draw()
    if hasattr(response, "render"):
        response = response.render()
    life = _life(seconds, until())
    if response.status_code == 200 and life > 0:
        cache.set(key, taken_in(response.content.decode(), str(request.csp_nonce)), life)  # type: ignore[attr-defined]
    return response


def may_be_kept(request: HttpRequest) -> bool:
    """Tell whether this visitor may share a page: nobody known, nothing said to him, nothing asked."""
    cookies = request.COOKIES
    known = settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies
    return request.method in ("GET", "HEAD") and not known and not request.META.get("QUERY_STRING")


def key_of(request: HttpRequest, name: str) -> str:
    """The key of a page as this visitor reads it: language and size of type; the site, for its links."""
    size = "elder" if request.COOKIES.get("elder") else "usual"
    return f"kept:{name}:{get_language()}:{size}:{request.get_host()}"


def taken_in(page: str, nonce: str) -> str:
    """The page without what belongs to one visitor or one moment."""
    page = page.replace(f'nonce="{nonce}"', f'nonce="{NONCE}"')
    page = _TOKEN.sub(rf"\g<1>{TOKEN}", page)
    page = _NOW.sub(rf"\g<1>{NOW}", page)
    return _CLOCK.sub(rf"\g<1>{NOW}\g<2>{NOW_TEXT}", page)


def _given_out(request: HttpRequest, page: str) -> HttpResponse:
    now = clock.now()
    told = {
        NONCE: str(request.csp_nonce),  # type: ignore[attr-defined]
        TOKEN: get_token(request),
        NOW: now.isoformat(),
        NOW_TEXT: f"{clock.local(now):%Y-%m-%d %H:%M:%S}",
    }
    for mark, value in told.items():
        page = page.replace(mark, value)
    response = HttpResponse(page)
    patch_vary_headers(response, ["Cookie"])
    return response


def _life(seconds: int, until: datetime | None) -> float:
    if until is None:
        return seconds
    return min(timedelta(seconds=seconds), until - clock.now()).total_seconds()
