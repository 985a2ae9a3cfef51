"""The worker's end of the doorbell."""

from celery import shared_task

from core import clock
from core.jobs.queue import drain


@shared_task(name="core.jobs.sweep")
def drain_jobs() -> int:
    """Run what waits; safe to ring twice."""
    return drain(now=clock.now)


@shared_task(name="core.audit.anchor")
def daily_anchor() -> str:
    """Write today's anchor outside the database."""
    from core.audit.anchors import drop_anchor

    return str(drop_anchor(clock.now()) or "")
