"""Public pages, and the doors of the editor that stay shut."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from cms.pages import selectors
from core import clock
from core.routes import public, signed_in
from core.words import sentence
from grants.rounds.rules import words

PICTURE = re.compile(r"images/[A-Za-z0-9._-]+\.(jpe?g|png|gif|webp|avif)", re.ASCII)


@public("GET")
def round_page(request: HttpRequest, code: str) -> HttpResponse:
    """The call and the state of a round, for everybody."""
    found, now = selectors.public_round(code), clock.now()
    if found is None:
        raise Http404
    card, terms = selectors.card_of(found, now=now), found.parsed_terms()
    context = {
        "card": card,
        "round": found,
        "now": now,
        "instrument": sentence(words.INSTRUMENTS[found.instrument]),
        "who": words.who_may_apply(terms),
        "tracks": words.tracks(terms),
        "caps": words.spending_caps(terms),
        "limits": words.limits(terms),
        "selection": words.selection(terms),
        "sheet": selectors.score_sheet(found),
        "funnel": selectors.funnel_of(found, stage=card.stage),
    }
    return render(request, "pages/round.html", context)


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
