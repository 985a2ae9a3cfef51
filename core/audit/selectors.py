"""Questions to the log: what happened to an object, who did what, what changed since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit.models import Entry
from core.policy import Actor, Role
from core.todo import Todo
from core.unit import running

if TYPE_CHECKING:
    from core.jobs.models import Job

VERIFY_EVERY = timedelta(days=7)


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


def timeline(obj: Any) -> list[Entry]:
    """Return the history of an object as its page shows it: state changes and named edits, oldest first."""
    return [entry for entry in entries_of(obj) if not entry.verb.startswith("fact:")]


# The check of everything


def last_verification() -> Job | None:
    """Return the last check of the whole log that came to an end."""
    from core.jobs.models import Job

    return Job.objects.filter(kind="log.verify", stage=Job.Stage.DONE).order_by("-finished_at", "-pk").first()


def todo_for(actor: Actor, *, now: datetime) -> list[Todo]:
    """Return what waits for the audit administrator: a check that found something, or one that is due."""
    if not actor.has(Role.AUDIT_ADMIN):
        return []
    last = last_verification()
    wrong = last.result.get("wrong", 0) if last else 0
    if wrong:
        return [Todo(_("日志校验发现问题的项目"), wrong, url_name="verify_log")]
    due = last.finished_at + VERIFY_EVERY if last and last.finished_at else now
    return [Todo(_("日志全面校验"), 1, due, "verify_log")] if due <= now + timedelta(days=1) else []
