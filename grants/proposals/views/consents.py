"""The consents of places, for workers who are signed in and for those who wait for the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.policy import check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.pages import listed, shown
from grants.proposals.buttons.screening import CONSENT
from grants.proposals.lists import ConsentList
from grants.proposals.models import PlaceConsent
from grants.proposals.selectors.queue import consents_visible_to

SEE = "proposals.view_consent"


@permits("proposals.list_consents")
def consents(request: HttpRequest) -> HttpResponse:
    """Every consent somebody gives, waits for, or is informed of."""
    page = ConsentList(request, consents_visible_to(actor_of(request)))
    return listed(request, page, filename="consents")


def _page(request: HttpRequest, consent: PlaceConsent, pressed: Pressed | None = None) -> HttpResponse:
    related = ("proposal__round__host", "proposal__applicant", "proposal__host", "community__street")
    consent = PlaceConsent.objects.select_related(*related).get(pk=consent.pk)
    version = consent.proposal.versions.filter(no=consent.version_no).first()
    answers = version.snapshot.get("answers", {}) if version else {}
    return shown(
        request, consent, "grants/proposals/place_consent.html",
        buttons=CONSENT, press="press_consent", pressed=pressed, proposal=consent.proposal,
        summary=answers.get("summary", ""), activities=answers.get("activities", ""),
        may_open=check(actor_of(request), "proposals.view", consent.proposal),
    )  # fmt: skip


@permits(SEE, PlaceConsent, see=SEE)
def consent(request: HttpRequest, consent: PlaceConsent) -> HttpResponse:
    """One consent: what is to happen where, and the answer."""
    return _page(request, consent)


@permits(SEE, PlaceConsent, "GET", "POST", see=SEE)
def press_consent(request: HttpRequest, consent: PlaceConsent, code: str) -> HttpResponse:
    """Agree or refuse, for the community."""
    return press(request, consent, code, CONSENT, _page, consent.get_absolute_url())
