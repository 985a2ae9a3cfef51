"""What lies on somebody's desk: gathered from every room, in a number of queries that work does not raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse

from core.audit.models import Entry
from core.policy import APPLICANT_ROLES, Actor
from core.routes import page_for
from core.todo import Nearest, Pending, Todo, by_urgency, counted
from core.ui.speech import state_words, verb_words
from grants.proposals.lifecycle import HIDDEN_UNTIL_NOTICE
from grants.proposals.models import Proposal
from grants.proposals.selectors import public_state
from grants.publicity.models import Notice

TodoFor = Callable[..., list[Todo] | list[Pending]]
RECENT, LOOKED_AT = 8, 60
BEFORE_NOTICE = (*HIDDEN_UNTIL_NOTICE, "waitlisted", "declined")
TITLES = ("title", "name", "number", "code")
TITLES_ELSEWHERE = {
    "calendar.holidayyear": "year",
    "experts.draw": "purpose",
    "experts.drawwitness": "draw__purpose",
    "experts.expertleave": "expert__code",
    "panels.assignmentrun": "panel__name",
    "awards.allotment": "proposal__title",
    "awards.award": "proposal__title",
    "projects.agreement": "project__title",
    "projects.expense": "item",
    "projects.changerequest": "project__title",
    "projects.report": "project__title",
    "payments.paymentplan": "project__title",
    "payments.tranche": "project__title",
    "audits.engagement": "round__name",
    "audits.auditpage": "project__title",
    "audits.finding": "expense__item",
    "panels.sheet": "dossier__code",
    "panels.panelseat": "panel__name",
    "proposals.placeconsent": "proposal__title",
    "people.membership": "body__name",
    "people.delegation": "membership__body__name",
    "people.handover": "from_user__person__name",
    "people.interest": "body__name",
    "registry.socialorganisation": "body__name",
    "registry.communitygroup": "body__name",
    "registry.bankaccount": "body__name",
    "registry.inspection": "organisation__body__name",
    "registry.assessmentgrade": "organisation__body__name",
    "registry.creditlisting": "organisation__body__name",
}


@cache
def _collectors() -> list[TodoFor]:
    """Return the todo_for of every room that has one, lowest room first."""
    found = []
    for room in settings.ROOMS:
        if find_spec(f"{room}.selectors"):
            ask = getattr(import_module(f"{room}.selectors"), "todo_for", None)
            if ask is not None:
                found.append(ask)
    return found


@dataclass(frozen=True)
class Waiting:
    """A row of the desk: the work, whether it is late, and where it is done."""

    todo: Todo
    is_late: bool
    address: str
    nearest: list[tuple[str, str]]


def waiting_for(actor: Actor, *, now: datetime) -> list[Waiting]:
    """Return everything that waits for somebody, most urgent first."""
    found: list[Todo | Pending] = []
    for ask in _collectors():
        found += ask(actor, now=now)
    return [
        Waiting(todo, todo.is_late(now), _address(todo), [(one.title, _address(one)) for one in todo.nearest])
        for todo in by_urgency(counted(found))
    ]


def _address(todo: Todo | Nearest) -> str:
    if not todo.url_name:
        return ""
    try:
        address = reverse(todo.url_name, args=todo.args)
    except NoReverseMatch:
        return ""
    query = getattr(todo, "query", "")
    return f"{address}?{query}" if query else address


@dataclass(frozen=True)
class HandedOn:
    """A thing somebody worked on: what it is, the last step taken, and where it stands now."""

    kind: str
    title: str
    did: str
    at: datetime
    state: str
    address: str = ""


def handed_on(actor: Actor) -> list[HandedOn]:
    """Return the last things somebody worked on, newest first, in at most three queries."""
    if actor.user_id is None:
        return []
    newest = Entry.objects.filter(object_type=OuterRef("object_type"), object_id=OuterRef("object_id"))
    stands = Subquery(newest.order_by("-seq").values("target")[:1])
    mine = Entry.objects.filter(actor_id=actor.user_id).exclude(verb__startswith="fact:")
    entries: dict[tuple[str, int], Entry] = {}
    for entry in mine.annotate(stands=stands).order_by("-seq")[:LOOKED_AT]:
        entries.setdefault((entry.object_type, entry.object_id), entry)
    shown = list(entries.items())
    titles = _titles(key for key, _entry in shown)
    applied = {pk: entry.stands for (label, pk), entry in shown if label == "proposals.proposal"}  # type: ignore[attr-defined]
    hidden = _as_applicants_read(actor, applied)
    roles = actor.roles()
    rows = [_row(key, entry, titles.get(key, ("", "")), hidden, roles) for key, entry in shown]
    return list({(row.kind, row.title, row.did): row for row in reversed(rows)}.values())[::-1][:RECENT]


def _row(
    key: tuple[str, int], entry: Entry, named: tuple[str, str], hidden: dict[int, str], roles: frozenset[str]
) -> HandedOn:
    label, pk = key
    state = hidden.get(pk) if label == "proposals.proposal" else None
    if state is None:
        state = state_words(label, entry.stands)  # type: ignore[attr-defined]
    did, (title, public_id) = verb_words(label, entry.verb), named
    kind = str(apps.get_model(label)._meta.verbose_name)
    page = page_for(apps.get_model(label)(public_id=public_id), roles) if public_id else ""
    return HandedOn(kind, title, did, entry.at, state, page)


def _as_applicants_read(actor: Actor, entries: dict[int, str]) -> dict[int, str]:
    """Return the states of applications as their applicants may know them; nothing for officers.

    ``entries`` maps applications to where they stand. What the notice hides is asked for in one query.
    """
    if not actor.roles() <= APPLICANT_ROLES:
        return {}
    unknown = [pk for pk, state in entries.items() if state in BEFORE_NOTICE]
    if not unknown:
        return {}
    out = Notice.objects.filter(round_id=OuterRef("round_id"), published_at__isnull=False)
    found = Proposal.objects.filter(pk__in=unknown).annotate(noticed=Exists(out))
    return {one.pk: str(public_state(one, noticed=one.noticed)) for one in found}


def _titles(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, str]]:
    """Return what things are called and their public ids, all kinds of them in one query."""
    by_model: dict[str, list[int]] = {}
    for label, pk in keys:
        by_model.setdefault(label, []).append(pk)
    parts = []
    for label, pks in by_model.items():
        model = apps.get_model(label)
        if path := title_path(model):  # type: ignore[arg-type]
            named = Cast(path, CharField(max_length=200))
            rows = model._default_manager.filter(pk__in=pks).order_by()
            parts.append(
                rows.values_list(Value(label, CharField(max_length=60)), "pk", named, _public(model))
            )
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {(label, pk): (title or "", public_id) for label, pk, title, public_id in rows}


def _public(model: Any) -> Any:
    has_one = any(field.name == "public_id" for field in model._meta.concrete_fields)
    return Cast(F("public_id") if has_one else Value(""), CharField(max_length=24))


@cache
def title_path(model: Any) -> str:
    """Return the field by which things of a kind are called, theirs or of what they belong to; "": none."""
    if elsewhere := TITLES_ELSEWHERE.get(model._meta.label_lower):
        return elsewhere
    for name in TITLES:
        try:
            field: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, CharField):
            return name
    return ""
