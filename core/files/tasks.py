"""The worker's end of the files' doorbell."""

from celery import shared_task

from core import clock
from core.files.services import sweep_orphans


@shared_task(name="core.files.sweep")
def sweep() -> int:
    """Remove bytes nobody refers to; safe to ring twice."""
    return sweep_orphans(now=clock.now())
