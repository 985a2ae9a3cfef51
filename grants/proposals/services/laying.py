"""Laying many applications before a panel: at once when they are few, by the worker when they are many."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.policy import Actor

LAYING_JOB = "proposals.laying"
AT_ONCE = 60


def start_laying(*, panel_id: int, round_code: str, seed: str, by: Actor, now: datetime, key: UUID) -> Job:
    """Queue the laying of what waits in a round; the same key is queued once."""
    payload = {"panel": panel_id, "round": round_code, "seed": seed}
    return enqueue(LAYING_JOB, payload, by=by, now=now, unique=f"{LAYING_JOB}:{by.user_id}:{key}")
