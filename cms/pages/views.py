"""Public pages, and the doors of the editor that stay shut."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from wagtail.views import serve

from cms.pages import selectors
from cms.pages.selectors import figures
from core import clock
from core.routes import public, signed_in
from core.ui.kept import kept
from core.words import sentence
from grants.rounds.rules import words

PICTURE = re.compile(r"images/[A-Za-z0-9._-]+\.(jpe?g|png|gif|webp|avif)", re.ASCII)


@public("GET")
def home(request: HttpRequest) -> HttpResponse:
    """The home page; those who are not signed in share it for seconds, never past an opening or close."""
    now = clock.now()
    seconds = settings.HOME_KEPT_SECONDS

    def until() -> datetime | None:
        turns = [card.counts_down_to for card in selectors.front(now=now).open]
        return min((one for one in turns if one is not None), default=None)

    return kept(request, "home", lambda: serve(request, ""), seconds=seconds, until=until)


@public("GET")
def server_time(request: HttpRequest) -> HttpResponse:
    """The server's time, for countdowns on pages that were left open."""
    response = JsonResponse({"now": clock.local(clock.now()).isoformat()})
    response.headers["Cache-Control"] = "no-store"
    return response


@public("GET")
def accessibility(request: HttpRequest) -> HttpResponse:
    """How the site is used with large type, a keyboard, a screen reader or in English."""
    return render(request, "pages/accessibility.html")


def _round(code: str) -> tuple[Any, dict[str, Any]]:
    found, now = selectors.public_round(code), clock.now()
    if found is None:
        raise Http404
    return found, {"card": selectors.card_of(found, now=now), "round": found, "now": now}


@public("GET")
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """The call of a round: its terms in words, its dates, how to apply."""
    found, context = _round(code)
    terms = found.parsed_terms()
    context |= {
        "instrument": sentence(words.INSTRUMENTS[found.instrument]),
        "who": words.who_may_apply(terms),
        "tracks": words.tracks(terms),
        "caps": words.spending_caps(terms),
        "limits": words.limits(terms),
        "selection": words.selection(terms),
        "sheet": selectors.score_sheet(found),
    }
    return render(request, "pages/round.html", context)


@public("GET")
def round_status(request: HttpRequest, code: str) -> HttpResponse:
    """Where a round stands: stage of the year, the figures that may be told, notices, money and places."""
    found, context = _round(code)
    context |= {
        "figures": figures.figures_of(found, stage=context["card"].stage),
        "notices": figures.notices_of(found),
    }
    return render(request, "pages/status.html", context)


@public("GET")
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture an editor put on a page: renditions only, never an original or a document."""
    if not PICTURE.fullmatch(path):
        raise Http404
    file = Path(settings.MEDIA_ROOT) / path
    if not file.is_file():
        raise Http404
    response = FileResponse(file.open("rb"))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@public("GET")
def editor_sign_in(request: HttpRequest) -> HttpResponse:
    """The editor has no sign-in of its own: ours is asked, with its second factor."""
    wanted = request.GET.get("next", "")
    start = reverse("wagtailadmin_home")
    return redirect_to_login(wanted if wanted.startswith(start) else start)


@signed_in("GET")
def editor_account(request: HttpRequest) -> HttpResponse:
    """Accounts are kept by the people's room, not by the editor."""
    return redirect("desk")


@public("GET", "POST")
def shut(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Accounts, groups and passwords cannot be touched in the editor."""
    raise Http404
