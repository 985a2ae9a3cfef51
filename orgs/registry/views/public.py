"""The look-up of the register for everybody: public facts only, no sign-in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.clock import today
from core.routes import public
from core.ui.pages import listed
from orgs.registry import selectors
from orgs.registry.lists import PublicList, entry_of
from orgs.registry.models import CreditListing


@public()
def public_registry(request: HttpRequest) -> HttpResponse:
    """Look up by name or code; everything that the filters leave goes out as open data."""
    page = PublicList(request, selectors.public_bodies())
    return listed(request, page, filename="registry", template="orgs/registry/public.html")


@public()
def public_registry_entry(request: HttpRequest, public_id: str) -> HttpResponse:
    """The public facts of one entry."""
    rows = selectors.with_papers(selectors.public_bodies(), on=today())
    body = rows.filter(public_id=public_id).first()
    if body is None:
        raise Http404
    listings = CreditListing.objects.filter(organisation__body=body).order_by("-from_date", "-pk")
    former = [one for one in selectors.changes_of(body) if one.kind == "name"]
    context = {"body": body, "entry": entry_of(body), "listings": listings, "former": former}
    return render(request, "orgs/registry/public_entry.html", context)
