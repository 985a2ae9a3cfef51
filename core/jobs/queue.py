"""The queue of long work: enqueue inside a change, run in the worker, sweep what a dead worker left.

A handler ``(payload, progress)`` does its slow part outside any transaction and returns a callable or plain
JSON. A returned callable is run in the same transaction as the done mark, so a job's own effects happen
exactly once even if its worker is killed at any point.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import doorbell
from core.jobs.models import Job
from core.leases import MAX_ATTEMPTS, backoff, claim
from core.policy import Actor
from core.unit import unit

Handler = Callable[[dict[str, Any], "Progress"], Any]
LEASE = timedelta(minutes=5)
log = logging.getLogger("core.jobs")
_handlers: dict[str, Handler] = {}


class Cancelled(Exception):
    """Raised inside a handler when somebody asked to stop; nothing of the job is kept."""


@dataclass
class Progress:
    """What a handler tells the person who waits; also the place where a wish to stop is noticed."""

    job: Job
    now: Callable[[], datetime]

    def report(self, done: int, total: int) -> None:
        """Show progress, extend the lease, and stop here if somebody asked to."""
        lease = self.now() + LEASE
        mine = Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts, stage=Job.Stage.QUEUED)
        updated = mine.filter(cancel_asked=False).update(
            done_count=done, total_count=total, lease_until=lease
        )
        if not updated:
            raise Cancelled()


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def enqueue(kind: str, payload: dict[str, Any], *, by: Actor, now: datetime, unique: str = "") -> Job:
    """Queue a job, in the running transaction if there is one; the same unique key gives the same job."""
    values = {"kind": kind, "payload": payload, "owner_id": by.user_id, "created_at": now, "next_at": now}
    if unique:
        found, made = Job.objects.get_or_create(unique_key=unique, defaults=values)
    else:
        found, made = Job.objects.create(**values), True
    if made:
        transaction.on_commit(lambda: doorbell.ring("jobs"))
    return found


def cancel(public_id: str, *, by: Actor, now: datetime) -> bool:
    """Ask a job to stop; False when it is not the caller's or has already ended."""
    mine = Job.objects.filter(public_id=public_id, owner_id=by.user_id, stage=Job.Stage.QUEUED)
    with transaction.atomic():
        idle = mine.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
        if idle.update(stage=Job.Stage.CANCELLED, cancel_asked=True, finished_at=now):
            return True
        return bool(mine.update(cancel_asked=True))


def waiting(now: datetime) -> Any:
    """Return the jobs that may be claimed now, oldest first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Job.objects.filter(free, stage=Job.Stage.QUEUED, next_at__lte=now).order_by("next_at", "id")


def drain(*, now: Callable[[], datetime], limit: int = 1000) -> int:
    """Run up to ``limit`` jobs that wait; return how many were tried."""
    count = 0
    while count < limit and (found := claim(waiting(now()), now=now(), lease=LEASE)):
        run(found, now=now)
        count += 1
    return count


def run(found: Job, *, now: Callable[[], datetime]) -> None:
    """Run one claimed job to its end, whatever the end is."""
    if found.attempts > MAX_ATTEMPTS:
        _end(found, Job.Stage.PARKED, now(), error=found.error or "the worker died each time")
        return
    if found.cancel_asked:
        _end(found, Job.Stage.CANCELLED, now())
        return
    try:
        outcome = _handlers[found.kind](found.payload, Progress(found, now))
        _finish(found, outcome, now())
    except Cancelled:
        _end(found, Job.Stage.CANCELLED, now())
    except Exception as error:  # noqa: BLE001 - one bad job must not stop the queue
        log.warning("job failed", extra={"job": found.public_id, "kind": found.kind})
        _failed(found, error, now())


def _finish(found: Job, outcome: Any, now: datetime) -> None:
    with unit():
        current = Job.objects.select_for_update().get(pk=found.pk)
        if current.stage != Job.Stage.QUEUED or current.attempts != found.attempts:
            return
        result = outcome() if callable(outcome) else outcome
        current.stage, current.finished_at, current.lease_until = Job.Stage.DONE, now, None
        current.result, current.error = result or {}, ""
        current.done_count = current.total_count = current.total_count or 1
        current.save()


def _end(found: Job, stage: str, now: datetime, *, error: str = "") -> None:
    ours = Job.objects.filter(pk=found.pk, attempts=found.attempts, stage=Job.Stage.QUEUED)
    ours.update(stage=stage, finished_at=now, lease_until=None, error=error)


def _failed(found: Job, error: Exception, now: datetime) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    if found.attempts >= MAX_ATTEMPTS:
        _end(found, Job.Stage.PARKED, now, error=text)
        return
    ours = Job.objects.filter(pk=found.pk, attempts=found.attempts, stage=Job.Stage.QUEUED)
    ours.update(error=text, lease_until=None, next_at=now + backoff(found.attempts))
