"""Workers of the year: two processes that deliver and render while the year goes on, or this very process."""

from __future__ import annotations

import subprocess  # noqa: S404 - our own manage.py, fixed arguments
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from core.jobs import queue as jobs
from core.jobs.models import Job
from core.models import DemoClock
from core.outbox import queue as outbox
from core.outbox.models import Message

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 600
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def set_clock(now: datetime) -> None:
    """Let every process of this installation believe that it is ``now``."""
    offset = round((now - datetime.now(UTC)).total_seconds())
    DemoClock.objects.update_or_create(pk=1, defaults={"offset_seconds": offset, "title": "年度演示"})


class Inline:
    """Work is done by the playing process itself when it waits; for tests."""

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def keep_time(self, now: datetime) -> None:
        """Nobody else reads the clock."""

    def catch_up(self, now: datetime) -> None:
        """Deliver and run everything that is due."""
        later = now + timedelta(hours=1)
        while outbox.drain(now=lambda: later) + jobs.drain(now=lambda: later):
            pass
        check_nothing_failed()


class Processes:
    """Worker processes beside the play; each empties the queues until its standard input is closed."""

    def __init__(self, count: int = 2, start: datetime = START) -> None:
        self.count = count
        self.start = start
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Processes:
        set_clock(self.start)
        command = [sys.executable, str(ROOT / "manage.py"), "drain", "--follow"]
        for _number in range(self.count):
            self.running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL))  # noqa: S603 - fixed command
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.running:
            if worker.stdin:
                worker.stdin.close()
        for worker in self.running:
            worker.wait(timeout=60)

    def keep_time(self, now: datetime) -> None:
        """Let the workers take up what is due by now, while the play goes on."""
        set_clock(now)

    def catch_up(self, now: datetime) -> None:
        """Wait until nothing is due any more; an error when a worker died or work was parked."""
        set_clock(now + timedelta(minutes=1))
        until = time.monotonic() + PATIENCE
        while waiting():
            check_nothing_failed()
            if dead := [worker.returncode for worker in self.running if worker.poll() is not None]:
                raise RuntimeError(f"a worker ended with {dead}")
            if time.monotonic() > until:
                raise RuntimeError(f"{waiting()} pieces of work are still waiting after {PATIENCE} s")
            time.sleep(0.2)
        check_nothing_failed()


def waiting() -> int:
    """Return how many messages and jobs are not done yet."""
    messages = Message.objects.filter(stage=Message.Stage.WAITING).count()
    return messages + Job.objects.filter(stage=Job.Stage.QUEUED).count()


def check_nothing_failed() -> None:
    """Raise on the first error of a message or job: the year has no room for excuses."""
    failed = Message.objects.exclude(error="").first() or Job.objects.exclude(error="").first()
    if failed is not None:
        raise RuntimeError(f"{failed}: {failed.error}")
