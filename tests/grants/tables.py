"""Asking a state machine every question: what each verb does in each state, and who may press it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from core.audit.invariants import edges_of
from core.errors import Forbidden, NotNow
from core.lifecycle import Stateful, changing
from core.policy import Actor, Grant, Role, check
from tests.grants.funding import AUDIT

FORBIDDEN, NOT_NOW = "forbidden", "not now"


def force(obj: Stateful, **columns: Any) -> None:
    """Put a row where a case wants it, past the door: what the door then says of it is the test."""
    type(obj)._default_manager.filter(pk=obj.pk).update(**columns)


def outcome(obj: Stateful, verb: str, by: Actor) -> str:
    """Return where a verb leads, or why it does not; nothing of it stays."""
    mark = transaction.savepoint()
    try:
        with changing(type(obj), obj.pk, by=by, now=AUDIT) as held:
            getattr(held, verb)(by=by)
            return str(held.state)  # what follows in other rooms may move it on
    except NotNow:
        return NOT_NOW
    except Forbidden:
        return FORBIDDEN
    finally:
        transaction.savepoint_rollback(mark)


def edges(model: type[Stateful]) -> set[tuple[str, str, str]]:
    """Return the edges of a machine as (source, verb, target)."""
    return {(source, verb, target) for verb, source, target in edges_of(model)}


def spelled(table: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """Read a table of lines ``"source source": "verb target, verb target"`` into edges."""
    found = set()
    for sources, steps in table.items():
        for step in steps.split(", "):
            verb, target = step.split()
            found |= {(source, verb, target) for source in sources.split()}
    return found


def answers(
    table: set[tuple[str, str, str]], states: Iterable[str], verbs: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Return what every state must answer to every verb, by the table."""
    known = {(source, verb): target for source, verb, target in table}
    return {str(s): {verb: known.get((str(s), verb), NOT_NOW) for verb in verbs} for s in states}


def admitted(
    name: str, obj: Any, *, body_id: int | None = None, actors: Mapping[str, Actor] | None = None
) -> set[str]:
    """Return the roles that a row admits to an object, each held by an outsider or by the actor given."""
    known = dict(actors or {})
    found = set()
    for serial, role in enumerate(Role.values, start=700_001):
        actor = known.get(role) or Actor(serial, serial, (Grant(role, body_id=body_id),))
        if check(actor, name, obj):
            found.add(role)
    return found
