"""Named queries about places; every list is in the order of the codes."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from core.errors import NotFound
from orgs.areas.models import Community, District, Street


def valid(on: date, prefix: str = "") -> Q:
    """Return the condition "exists on this day" for a division, or for one that ``prefix`` leads to."""
    return (Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": on})) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": on})
    )


def district() -> District:
    """Return the district of this installation; NotFound before the data pack was loaded."""
    found = District.objects.order_by("pk").first()
    if found is None:
        raise NotFound()
    return found


def streets(*, on: date, hidden: bool = False) -> QuerySet[Street]:
    """Return the streets of a day for pick lists; ``hidden`` adds the units of the statistics."""
    found = Street.objects.filter(valid(on))
    return found if hidden else found.filter(hidden=False)


def communities(*, on: date, street_code: str = "", hidden: bool = False) -> QuerySet[Community]:
    """Return the communities of a day, of one street or of all, with their streets."""
    found = Community.objects.filter(valid(on)).select_related("street")
    if street_code:
        found = found.filter(street__code=street_code)
    return found if hidden else found.filter(street__hidden=False)


def community(code: str) -> Community:
    """Return the community with this code, whether it still exists or not."""
    found = Community.objects.select_related("street").filter(code=code).first()
    if found is None:
        raise NotFound()
    return found


def successor(place: Community, *, on: date) -> Community:
    """Return what stands on the ground of a community on a day, following every merger until then."""
    while not place.is_valid_on(on) and place.replaced_by_id:
        place = Community.objects.select_related("street").get(pk=place.replaced_by_id)
    return place


def predecessors(place: Community) -> list[Community]:
    """Return all communities that were merged into this one, directly or through others, by code."""
    found: dict[int, Community] = {}
    waiting = [place.pk]
    while waiting:
        layer = list(Community.objects.filter(replaced_by_id__in=waiting).exclude(pk__in=found))
        found |= {one.pk: one for one in layer}
        waiting = [one.pk for one in layer]
    return sorted(found.values(), key=lambda one: one.code)
