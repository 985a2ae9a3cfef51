"""The worker's end of the calendar."""

from celery import shared_task

from cms.mailroom.services import remind
from cms.mailroom.subscribers.catalogue import REMINDERS
from core import clock


@shared_task(name="cms.mailroom.remind")
def remind_of_deadlines() -> int:
    """Tell those whose report is due within a week; safe to run twice a day."""
    now = clock.now()
    return sum(remind(letter, now=now) for letter in REMINDERS)
