"""Ring for the worker. Nothing depends on being heard: the sweep comes anyway.

A bell empties the whole queue, so a burst of work needs few of them: the first rings at once, one more a
second later stands for everything that came in between.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.conf import settings

log = logging.getLogger("core.doorbell")
TASKS = {"outbox": "core.outbox.sweep", "jobs": "core.jobs.sweep"}
PAUSE = 1.0
STALE_AFTER = 60


@dataclass
class Bell:
    """When this process last rang a queue, and until when a bell that is under way speaks for all."""

    rung_at: float = -PAUSE
    promised_for: float = -PAUSE


_bells = {queue: Bell() for queue in TASKS}


def ring(queue: str) -> None:
    """Ask a worker to look at a queue now; a broker that is down is noted and forgiven."""
    if not getattr(settings, "DOORBELL", False):
        return
    wait = _wait(_bells[queue], time.monotonic())
    if wait is None:
        return
    from celery import current_app

    try:
        current_app.send_task(
            TASKS[queue], countdown=wait, expires=wait + STALE_AFTER, retry=False, ignore_result=True
        )
    except Exception as error:  # noqa: BLE001 - kombu raises whatever its transport raises
        log.warning("the broker did not hear the bell: %s", type(error).__name__)


def _wait(bell: Bell, now: float) -> float | None:
    """Return in how many seconds to ring; None while a bell that is under way will do."""
    if now < bell.promised_for:
        return None
    if now - bell.rung_at >= PAUSE:
        bell.rung_at = now
        return 0.0
    bell.promised_for = bell.rung_at = now + PAUSE
    return PAUSE
