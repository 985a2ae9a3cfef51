"""The clock's end of notices."""

from celery import shared_task

from core import clock
from grants.publicity.services import end_due_notices


@shared_task(name="grants.publicity.end_due")
def end_due() -> int:
    """End the notices whose period is over; safe to ring twice."""
    return end_due_notices(now=clock.now())
