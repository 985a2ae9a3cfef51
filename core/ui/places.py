"""Places: the lists a person works in, offered by the navigation of every page according to the roles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core import policy
from core.routes import actor_of


@dataclass(frozen=True)
class Place:
    """A list in the navigation: address name, label, the permission row whose roles see it, its order."""

    url_name: str
    label: Any
    permission: str
    order: int = 50
    roles: tuple[str, ...] = ()

    def is_for(self, actor: policy.Actor) -> bool:
        """Tell whether somebody holds a role that works here; no object is asked."""
        return actor.has(*(self.roles or policy.row(self.permission).roles()))


@dataclass(frozen=True)
class Way:
    """A link of the navigation."""

    label: Any
    address: str
    is_here: bool


_places: dict[str, Place] = {}


def register_place(*places: Place) -> None:
    """Put lists into the navigation; called from a room's `ready`."""
    for place in places:
        _places[place.url_name] = place


def places_of(actor: policy.Actor) -> list[Place]:
    """The places of somebody, in order."""
    return sorted((one for one in _places.values() if one.is_for(actor)), key=lambda one: one.order)


@lru_cache(maxsize=256)
def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def places(request: HttpRequest) -> dict[str, Any]:
    """Give every page the places of whoever reads it (a context processor)."""
    actor = actor_of(request)
    found = [(one, _address(one.url_name)) for one in places_of(actor)] if actor.grants else []
    ways = [Way(one.label, to, request.path.startswith(to)) for one, to in found if to]
    return {"places": ways}
