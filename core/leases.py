"""Claiming work from a table: one worker at a time, and a dead worker's work comes back.

The broker is only a doorbell. A row is claimed by writing a lease in its own short transaction; a worker
that dies leaves a lease that runs out, and the sweep finds the row again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, models, transaction

MAX_ATTEMPTS = 5
T = TypeVar("T", bound=models.Model)


def claim(rows: models.QuerySet[T], *, now: datetime, lease: timedelta) -> T | None:
    """Lease the first claimable row and count the attempt; None when nothing waits.

    ``rows`` is ordered and holds what may be claimed (waiting, due, lease run out). The attempt is counted
    before the work starts, so that a job that kills its worker runs out of attempts too.
    """
    if not rows.exists():
        # An idle worker only reads: on SQLite a claim takes the one write lock of the whole database.
        return None
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        found = rows.select_for_update(skip_locked=skip).first()
        if found is None:
            return None
        found.attempts += 1  # type: ignore[attr-defined]
        found.lease_until = now + lease  # type: ignore[attr-defined]
        found.save(update_fields=["attempts", "lease_until"])
        return found


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th failure: 10 s, 40 s, 90 s, 160 s."""
    return timedelta(seconds=10 * attempts * attempts)
