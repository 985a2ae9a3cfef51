"""Every address says who may open it; no permission row is stale; no GET writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import policy
from core.routes import PUBLIC, SIGNED_IN, declaration_of
from tests.orgs.builders import a_body, a_user, seat, signed_in

# Packages that check permissions themselves: Wagtail admin, its documents and its page serving.
FOREIGN = (settings.EDITOR_PATH, "documents/")
FOREIGN_NAMES = {"wagtail_serve", "wagtailcore_login", "wagtailcore_authenticate_with_password"}
WRITES = re.compile(r"(?i)^\s*(insert|update|delete|replace|create|alter|drop)\b")
HOUSEKEEPING = ("django_session", "RELEASE SAVEPOINT", "SAVEPOINT")


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def own_patterns() -> list[tuple[str, URLPattern]]:
    """Every address that is ours to declare; ours below the editor's path are declared too."""
    found = []
    for route, pattern in patterns():
        foreign = route.startswith(FOREIGN) and not _is_ours(pattern)
        if not foreign and pattern.name not in FOREIGN_NAMES:
            found.append((route, pattern))
    return found


def _is_ours(pattern: URLPattern) -> bool:
    module = getattr(pattern.callback, "__module__", "")
    return module.split(".")[0] in ("core", "orgs", "evaluations", "grants", "cms", "config")


def test_every_address_says_who_may_open_it() -> None:
    assert len(own_patterns()) > 15
    assert [route for route, pattern in own_patterns() if declaration_of(pattern.callback) is None] == []


def test_every_declared_permission_is_a_row() -> None:
    rows = {name for name, _row in policy.all_rows()} | {PUBLIC, SIGNED_IN}
    declared = {route: declaration_of(pattern.callback) for route, pattern in own_patterns()}
    assert {route: d.permission for route, d in declared.items() if d and d.permission not in rows} == {}


def room_rows() -> set[str]:
    """Every row that a room declares (tests declare some of their own)."""
    names: set[str] = set()
    for room in settings.ROOMS:
        if find_spec(f"{room}.permissions"):
            names |= set(import_module(f"{room}.permissions").PERMISSIONS)
    return names


def test_no_permission_row_is_stale(root: Path) -> None:
    """Each row is asked somewhere; `<noun>.view…` is asked by every @permits of the noun."""
    sources = [
        path.read_text(encoding="utf-8")
        for area in ("core", "orgs", "evaluations", "grants", "cms", "config")
        for path in (root / area).rglob("*.py")
        if path.stem != "permissions" and "permissions" not in path.parts and "migrations" not in path.parts
    ]
    used = set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", "\n".join(sources)))
    asked = {name for name in room_rows() if name in used or name.split(".")[1].startswith("view")}
    assert sorted(room_rows() - asked) == []


def test_addresses_carry_public_ids_never_primary_keys() -> None:
    numbered = [route for route, _pattern in own_patterns() if re.search(r"<int:|pk>|\bid>", route)]
    assert numbered == []


def readable() -> list[str]:
    """Every address without arguments that answers a GET."""
    found = []
    for route, pattern in own_patterns():
        declaration = declaration_of(pattern.callback)
        if declaration and "GET" in declaration.methods and not re.search(r"[<(]", route) and pattern.name:
            found.append(reverse(pattern.name))
    return sorted(set(found))


def visitors() -> Iterator[tuple[str, Client]]:
    yield "the stranger", Client()
    kinds = {"applicant_admin": "social_organisation", "auditor": "audit_firm", "evaluator": "evaluator_firm"}
    for role in ("applicant_admin", "expert", "clerk", "finance_clerk", "auditor", "editor"):
        body = a_body(kinds.get(role, "section"), f"单位{role}")
        user = a_user(f"人员{role}")
        seat(user, body, role)
        yield role, signed_in(Client(), user)


@pytest.mark.django_db
def test_no_get_writes_and_none_breaks() -> None:
    wrote, broke = [], []
    for role, client in visitors():
        for address in [*readable(), "/"]:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(address)
            if answer.status_code >= 500:
                broke.append(f"{role} {address} {answer.status_code}")
            for query in queries:
                if WRITES.match(query["sql"]) and not any(word in query["sql"] for word in HOUSEKEEPING):
                    wrote.append(f"{role} {address}: {query['sql'][:90]}")
    assert broke == []
    assert wrote == []


@pytest.mark.django_db
def test_signed_in_pages_send_a_stranger_to_sign_in() -> None:
    closed = [
        reverse(pattern.name)
        for route, pattern in own_patterns()
        if (d := declaration_of(pattern.callback))
        and d.permission != PUBLIC
        and "GET" in d.methods
        and not re.search(r"[<(]", route)
        and pattern.name
    ]
    assert closed
    answers = {address: Client().get(address) for address in closed}
    assert {
        a for a, answer in answers.items() if answer.status_code != 302 or "login" not in answer["Location"]
    } == set()
