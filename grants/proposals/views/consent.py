"""The one page of an application that needs no account: the answer of the residents' committee."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.errors import Refused
from core.routes import public
from grants.proposals import services
from grants.proposals.lifecycle import C
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors import consent_by_token, link_bearer


@public("GET", "POST")
def answer_consent(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to happen where, and take the answer; the signed link is the key, one tap is enough."""
    consent = consent_by_token(token)
    if consent is None:
        raise Http404
    if request.method == "GET":
        return _page(request, consent)
    try:
        _answer(request, consent)
    except Refused as refused:
        return _page(request, consent, refused)
    return _page(request, PlaceConsent.objects.get(pk=consent.pk))


def _answer(request: HttpRequest, consent: PlaceConsent) -> None:
    now, by = clock.now(), link_bearer(consent)
    if request.POST.get("answer") == "confirm":
        services.confirm_consent(consent_id=consent.pk, by=by, now=now)
    else:
        reason = request.POST.get("reason", "")
        services.refuse_consent(consent_id=consent.pk, reason=reason, by=by, now=now)


def _page(request: HttpRequest, consent: PlaceConsent, refused: Refused | None = None) -> HttpResponse:
    answers = consent.proposal.answers()
    context = {
        "consent": consent,
        "proposal": consent.proposal,
        "summary": answers.get("summary", ""),
        "activities": answers.get("activities", ""),
        "is_open": consent.state == C.ASKED,
        "refused": refused,
        "reason": request.POST.get("reason", ""),
    }
    response = render(
        request, "grants/proposals/consent.html", context, status=refused.status if refused else 200
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
