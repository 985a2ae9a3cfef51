"""Streets and communities, and what becomes of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.routes import permits
from core.ui.buttons import Pressed, press
from core.ui.pages import listed, shown
from orgs.areas import selectors
from orgs.areas.buttons import COMMUNITY
from orgs.areas.lists import CommunityList
from orgs.areas.models import Community


@permits("areas.view")
def areas(request: HttpRequest) -> HttpResponse:
    """The communities."""
    rows = Community.objects.filter(street__hidden=False)
    return listed(request, CommunityList(request, rows), filename="communities")


@permits("areas.view", Community)
def community(request: HttpRequest, place: Community) -> HttpResponse:
    """One community."""
    return _page(request, place)


def _page(request: HttpRequest, place: Community, pressed: Pressed | None = None) -> HttpResponse:
    found = Community.objects.select_related("street", "replaced_by__street").get(pk=place.pk)
    return shown(
        request, found, "orgs/areas/community.html", buttons=COMMUNITY, press="press_community",
        pressed=pressed, predecessors=selectors.predecessors(found),
        bodies=found.bodies.order_by("kind", "name", "pk")[:50],
    )  # fmt: skip


@permits("areas.view", Community, "GET", "POST")
def press_community(request: HttpRequest, place: Community, code: str) -> HttpResponse:
    """Answer a button of a community."""
    return press(request, place, code, COMMUNITY, _page, place.get_absolute_url())
