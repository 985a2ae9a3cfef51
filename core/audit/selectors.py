"""Questions to the log: what happened to an object, who did what, what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from core.audit.models import Entry
from core.unit import running


def entries_of(obj: Any) -> QuerySet[Entry]:
    """Return the entries of one object, oldest first, with their reasons."""
    return Entry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).select_related("reason")


def entries_since(obj: Any, version: int) -> list[Entry]:
    """Return what happened to an object after the row version a person saw."""
    return list(entries_of(obj).filter(row_version__gt=version))


def actors_of(obj: Any, *verbs: str) -> set[int]:
    """Return the user ids of all who carried out one of the steps, in the running unit too."""
    label = obj._meta.label_lower
    found = Entry.objects.filter(object_type=label, object_id=obj.pk, verb__in=verbs, actor_id__isnull=False)
    actors = {actor for actor in found.values_list("actor_id", flat=True) if actor is not None}
    if work := running():
        same = (step for step in work.steps if step.obj._meta.label_lower == label and step.obj.pk == obj.pk)
        actors |= {step.by.user_id for step in same if step.verb in verbs and step.by.user_id is not None}
    return actors


def last_entries(label: str, pks: Iterable[int]) -> dict[int, Entry]:
    """Return the newest entry of each of the objects of one type, in one query."""
    newest: dict[int, Entry] = {}
    for entry in Entry.objects.filter(object_type=label, object_id__in=list(pks)).order_by("seq"):
        newest[entry.object_id] = entry
    return newest


def timeline(obj: Any) -> list[Entry]:
    """Return the history of an object as its page shows it: state changes and named edits, oldest first."""
    return [entry for entry in entries_of(obj) if not entry.verb.startswith("fact:")]
