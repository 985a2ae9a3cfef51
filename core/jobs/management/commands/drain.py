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
PORTION = 5  # between two looks whether the parent is still there


class Command(BaseCommand):
    """Empty the outbox and the job queue; several may run side by side."""

    help = "Deliver the outbox and run the waiting jobs, then stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an upper bound, so that a drain always ends, or the wish to go on."""
        parser.add_argument("--limit", type=int, default=100_000, help="at most so many of each")
        parser.add_argument("--follow", action="store_true", help="go on until standard input is closed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Alternate between the queues until both are empty: a delivery may enqueue a job."""
        done = [0, 0] if options["follow"] else self.empty(options["limit"])
        busy, pause = 0, 0.0
        while options["follow"] and not self.input_closed(pause):
            try:
                more = self.portion(PORTION)
            except OperationalError:
                # The database is busy or away; what waits goes on waiting, and so do we, for a while.
                busy += 1
                if busy > PATIENCE:
                    raise
                connection.close()
                pause = 0.5
                continue
            busy, done = 0, [before + now for before, now in zip(done, more, strict=True)]
            pause = 0.0 if any(more) else 0.5
        self.stdout.write(f"{done[0]} delivered, {done[1]} jobs run")

    def empty(self, limit: int) -> list[int]:
        """Deliver and run until nothing is due; return how many of each."""
        total = [0, 0]
        while any(more := self.portion(limit)):
            total = [before + now for before, now in zip(total, more, strict=True)]
        return total

    def portion(self, limit: int) -> list[int]:
        """Deliver and run at most so many of each; return how many."""
        return [outbox.drain(now=clock.now, limit=limit), jobs.drain(now=clock.now, limit=limit)]

    def input_closed(self, pause: float) -> bool:
        """Tell whether the parent closed standard input, waiting a moment for it where nothing is to do."""
        ready, _out, _err = select.select([sys.stdin], [], [], pause)
        return bool(ready) and not sys.stdin.buffer.read1(1)  # type: ignore[union-attr]
