"""``manage.py drain``: deliver and run everything that waits, then stop; a worker without a broker."""

from __future__ import annotations

import select
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection

from core import clock
from core.jobs import queue as jobs
from core.outbox import queue as outbox

PATIENCE = 20


class Command(BaseCommand):
    """Empty the outbox and the job queue; several may run side by side."""

    help = "Deliver the outbox and run the waiting jobs, then stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an upper bound, so that a drain always ends, or the wish to go on."""
        parser.add_argument("--limit", type=int, default=100_000, help="at most so many of each")
        parser.add_argument("--follow", action="store_true", help="go on until standard input is closed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Alternate between the queues until both are empty: a delivery may enqueue a job."""
        done = self.empty(options["limit"])
        busy = 0
        while options["follow"] and not self.input_closed():
            try:
                more = self.empty(options["limit"])
            except OperationalError:
                # The database is busy or away; what waits goes on waiting, and so do we, for a while.
                busy += 1
                if busy > PATIENCE:
                    raise
                connection.close()
                continue
            busy, done = 0, [before + now for before, now in zip(done, more, strict=True)]
        self.stdout.write(f"{done[0]} delivered, {done[1]} jobs run")

    def empty(self, limit: int) -> list[int]:
        """Deliver and run until nothing is due; return how many of each."""
        sent = run = 0
        while True:
            more = outbox.drain(now=clock.now, limit=limit)
            done = jobs.drain(now=clock.now, limit=limit)
            sent, run = sent + more, run + done
            if not more and not done:
                return [sent, run]

    def input_closed(self) -> bool:
        """Wait up to half a second for the parent to close standard input."""
        ready, _out, _err = select.select([sys.stdin], [], [], 0.5)
        return bool(ready) and not sys.stdin.buffer.read1(1)  # type: ignore[union-attr]
