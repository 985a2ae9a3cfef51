"""The log for those who watch: the list, one entry, and the check of everything."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import clock, policy
from core.audit import verify
from core.audit.anchors import anchors
from core.audit.lists import LogList, about, moved, step_of, thing_of
from core.audit.long_work import JOB
from core.audit.models import Entry
from core.audit.selectors import last_verification
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.routes import actor_of, page_for, permits
from core.ui.pages import listed
from core.ui.speech import role_words
from core.ui.timeline import names_of

ANCHORS_SHOWN = 30


@permits("log.view")
def log(request: HttpRequest) -> HttpResponse:
    """Every step of every thing, newest first."""
    page = LogList(request, Entry.objects.all())
    return listed(request, page, filename="log", template="core/audit/log.html")


@permits("log.view", Entry, by="hash")
def log_entry(request: HttpRequest, entry: Entry) -> HttpResponse:
    """One entry: what the chain holds of it, and its neighbours of the same thing."""
    entry = Entry.objects.select_related("reason").get(pk=entry.pk)
    same = Entry.objects.filter(about(entry))
    reads = policy.check(actor_of(request), "log.read_reasons") is not None
    context = {
        "entry": entry,
        "reason": getattr(entry, "reason", None),
        "who": entry.label or role_words(entry.role),
        "name": _name_of(entry.actor_id),
        "thing": thing_of(entry),
        "page": page_for(_thing(entry), actor_of(request).roles()),
        "step": step_of(entry),
        "moved": moved(entry),
        "reads": reads,
        "payload": sorted(entry.payload.items()) if reads else [],
        "cause": Entry.objects.filter(seq=entry.cause_seq).first() if entry.cause_seq else None,
        "before": same.filter(seq__lt=entry.seq).order_by("-seq").first(),
        "after": same.filter(seq__gt=entry.seq).order_by("seq").first(),
    }
    return render(request, "core/audit/entry.html", context)


def _name_of(user_id: int | None) -> str:
    """The name behind an account id."""
    return names_of([user_id]).get(user_id, "") if user_id is not None else ""


def _thing(entry: Entry) -> Any:
    """The thing itself, None where it or its kind is gone."""
    try:
        return apps.get_model(entry.object_type)._default_manager.filter(pk=entry.object_id).first()
    except LookupError:
        return None


@permits("log.verify")
def verify_log(request: HttpRequest) -> HttpResponse:
    """The last check of everything, the one that runs, and the anchors outside the database."""
    running = Job.objects.filter(kind=JOB, stage=Job.Stage.QUEUED).order_by("-pk").first()
    ended = Job.objects.filter(kind=JOB, owner_id=request.user.pk).order_by("-pk").first()
    last = last_verification()
    context = {
        "job": running,
        "is_own": running is not None and running.owner_id == request.user.pk,
        "failed": ended if ended is not None and ended.stage in (Job.Stage.PARKED, "cancelled") else None,
        "last": last,
        "by_name": _name_of(last.owner_id) if last else "",
        "groups": verify.GROUPS,
        "anchors": _anchored(),
    }
    return render(request, "core/audit/verify.html", context)


def _anchored() -> list[dict[str, Any]]:
    """The newest anchors, each compared with the chain, in one query."""
    notes = list(anchors())[-ANCHORS_SHOWN:][::-1]
    seqs = [note.seq for _path, note in notes if note is not None]
    hashes = dict(Entry.objects.filter(seq__in=seqs).values_list("seq", "hash"))
    return [
        {"name": path.name, "note": note, "holds": note is not None and hashes.get(note.seq) == note.hash}
        for path, note in notes
    ]


@permits("log.verify", None, "POST")
def start_verify(request: HttpRequest) -> HttpResponse:
    """Let the worker check everything; while one check waits or runs, asking again gives the same."""
    ended = Job.objects.filter(kind=JOB).exclude(stage=Job.Stage.QUEUED).count()
    enqueue(JOB, {}, by=actor_of(request), now=clock.now(), unique=f"{JOB}:{ended}")
    return redirect("verify_log")
