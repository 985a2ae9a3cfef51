"""Somebody who opens everything: what is offered, and what others were offered."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from tests.trust.reading import links_of, text_of

NOT_OPENED = ("/static/", "/accounts/logout", "/i18n/", "/elder", f"/{settings.EDITOR_PATH}")
READS = ("export", "page", "q", "state", "read")

Look = Callable[[str, str, Any, str], None]


@dataclass
class Visit:
    """What one person was offered and got: address -> status."""

    who: str
    client: Client
    seen: dict[str, int] = field(default_factory=dict)
    per_route: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)


def route_of(address: str) -> str:
    """The pattern behind an address, the path itself for pages of the editors; "" for none of ours."""
    path = urlsplit(address).path
    try:
        return resolve(path).route or path
    except Resolver404:
        return ""


def opened(visit: Visit, address: str, look: Look) -> Any:
    """Open an address once and hand what came to the looker."""
    response = visit.client.get(address, follow=False)
    visit.seen[address] = response.status_code
    look(visit.who, address, response, text_of(response))
    return response


def wander(visit: Visit, starts: Iterable[str], look: Look, *, per_route: int) -> None:
    """Follow every link from some pages, a few objects for each kind of page, all exports of lists."""
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        if address in visit.seen or address.startswith(NOT_OPENED) or not worth(visit, address, per_route):
            continue
        response = opened(visit, address, look)
        if response.status_code in (301, 302):
            waiting.append(urlsplit(response.headers["Location"]).path)
        waiting += [link for link in links_of(response) if link not in visit.seen]


def worth(visit: Visit, address: str, per_route: int) -> bool:
    """Whether an address is opened: a known kind of page, not too often, queries only where they read."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    if asked and not set(asked) <= {"export", "page"}:
        return False
    kind = f"{route_of(parts.path)}?{'&'.join(sorted(asked))}"
    if kind.startswith("?"):
        return False
    visit.per_route[kind] += 1
    return visit.per_route[kind] <= per_route


def knock(visit: Visit, addresses: Iterable[str], look: Look) -> None:
    """Try what others were offered."""
    for address in addresses:
        if address not in visit.seen:
            opened(visit, address, look)


def by_route(visits: Iterable[Visit], chance: random.Random, most: int) -> list[str]:
    """A few addresses of every kind that anybody could open, those without an object left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for visit in visits:
        for address, status in visit.seen.items():
            if status == 200 and "<" in route_of(address):
                found[f"{route_of(address)}{'?' in address}"].add(address)
    return [
        one
        for kind in sorted(found)
        for one in chance.sample(sorted(found[kind]), min(most, len(found[kind])))
    ]
