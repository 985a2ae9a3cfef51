"""Ring for the worker. Nothing depends on being heard: the sweep comes anyway."""

from __future__ import annotations

import logging

from django.conf import settings

log = logging.getLogger("core.doorbell")
TASKS = {"outbox": "core.outbox.sweep", "jobs": "core.jobs.sweep"}


def ring(queue: str) -> None:
    """Ask a worker to look at a queue now; a broker that is down is noted and forgiven."""
    if not getattr(settings, "DOORBELL", False):
        return
    from celery import current_app

    try:
        current_app.send_task(TASKS[queue], retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - kombu raises whatever its transport raises
        log.warning("the broker did not hear the bell: %s", type(error).__name__)
