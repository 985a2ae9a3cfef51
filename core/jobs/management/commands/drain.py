"""``manage.py drain``: deliver and run everything that waits, then stop; a worker without a broker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from core.jobs import queue as jobs
from core.outbox import queue as outbox


class Command(BaseCommand):
    """Empty the outbox and the job queue; several may run side by side."""

    help = "Deliver the outbox and run the waiting jobs, then stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an upper bound, so that a drain always ends."""
        parser.add_argument("--limit", type=int, default=100_000, help="at most so many of each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Alternate between the queues until both are empty: a delivery may enqueue a job."""
        sent = run = 0
        while True:
            more = outbox.drain(now=clock.now, limit=options["limit"])
            done = jobs.drain(now=clock.now, limit=options["limit"])
            sent, run = sent + more, run + done
            if not more and not done:
                break
        self.stdout.write(f"{sent} delivered, {run} jobs run")
