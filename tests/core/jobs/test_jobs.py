"""Long work: progress, cancel, retry, and workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest

from core.jobs import queue
from core.jobs.models import Job
from core.jobs.queue import cancel, drain, enqueue, job
from tests.core.specimen import services
from tests.core.specimen.models import Lamp


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})


@pytest.mark.django_db
class TestInOneProcess:
    def test_a_job_runs_once_and_keeps_its_result(self, clerk, noon):
        job("count")(lambda payload, progress: {"sum": sum(payload["numbers"])})
        made = enqueue("count", {"numbers": [1, 2, 3]}, by=clerk, now=noon)
        assert drain(now=lambda: noon) == 1 and drain(now=lambda: noon) == 0
        made.refresh_from_db()
        assert (made.stage, made.result, made.percent, made.owner_id) == ("done", {"sum": 6}, 100, 1)

    def test_the_same_unique_key_is_the_same_job(self, clerk, noon):
        first = enqueue("count", {}, by=clerk, now=noon, unique="round 1")
        assert enqueue("count", {}, by=clerk, now=noon, unique="round 1").pk == first.pk

    def test_progress_is_visible_while_it_runs(self, clerk, noon):
        seen = []

        @job("walk")
        def walk(payload, progress):
            for step in range(1, 5):
                progress.report(step, 4)
                seen.append(Job.objects.get().percent)

        enqueue("walk", {}, by=clerk, now=noon)
        drain(now=lambda: noon)
        assert seen == [25, 50, 75, 100]

    def test_a_waiting_job_is_cancelled_at_once_by_its_owner_only(self, clerk, other_clerk, noon):
        ran = []
        job("walk")(lambda payload, progress: ran.append(1))
        made = enqueue("walk", {}, by=clerk, now=noon)
        assert not cancel(made.public_id, by=other_clerk, now=noon)
        assert cancel(made.public_id, by=clerk, now=noon)
        drain(now=lambda: noon)
        made.refresh_from_db()
        assert made.stage == "cancelled" and not ran

    def test_a_running_job_stops_at_its_next_report_and_keeps_nothing(self, clerk, noon):
        lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)

        @job("walk")
        def walk(payload, progress):
            progress.report(1, 3)
            cancel(made.public_id, by=clerk, now=noon)
            progress.report(2, 3)
            return lambda: Lamp.objects.filter(pk=lamp.pk).update(label="walked")

        made = enqueue("walk", {}, by=clerk, now=noon)
        drain(now=lambda: noon)
        made.refresh_from_db()
        assert made.stage == "cancelled" and Lamp.objects.get(pk=lamp.pk).label == ""

    def test_a_poison_job_is_parked_after_five_tries_and_the_queue_goes_on(self, clerk, noon):
        tries = []

        @job("poison")
        def poison(payload, progress):
            tries.append(progress.job.attempts)
            raise ZeroDivisionError("poison")

        job("count")(lambda payload, progress: {"ok": True})
        bad = enqueue("poison", {}, by=clerk, now=noon)
        good = enqueue("count", {}, by=clerk, now=noon)
        for minute in range(0, 60, 5):
            drain(now=lambda at=noon + timedelta(minutes=minute): at)
        bad.refresh_from_db()
        good.refresh_from_db()
        assert tries == [1, 2, 3, 4, 5]
        assert (bad.stage, bad.error, good.stage) == ("parked", "ZeroDivisionError: poison", "done")

    def test_a_worker_that_lost_its_lease_cannot_finish_for_the_one_that_has_it(self, clerk, noon):
        lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)

        @job("slow")
        def slow(payload, progress):
            Job.objects.update(attempts=2)
            return lambda: Lamp.objects.filter(pk=lamp.pk).update(label="twice")

        enqueue("slow", {}, by=clerk, now=noon)
        drain(now=lambda: noon)
        assert Lamp.objects.get(pk=lamp.pk).label == "" and Job.objects.get().stage == "queued"


CHILD = """
    import os, signal, sys
    import django
    django.setup()
    from datetime import timedelta
    from core import clock
    from core.jobs.queue import drain, job
    from tests.core.specimen.models import Lamp

    @job("mark")
    def mark(payload, progress):
        progress.report(1, 2)
        if progress.job.attempts <= int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        def keep():
            lamp = Lamp.objects.get(pk=payload["lamp"])
            Lamp.objects.filter(pk=lamp.pk).update(label=lamp.label + "x")
            return {"marked": lamp.pk}
        return keep

    drain(now=lambda: clock.now() + timedelta(days=int(sys.argv[1])))
"""


def worker(url, day, *, deaths):
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(day), str(deaths)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


@pytest.mark.crash
def test_kill_9_in_the_middle_of_a_job_loses_nothing_and_does_it_once(own_database, clerk, noon):
    lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)
    enqueue("mark", {"lamp": lamp.pk}, by=clerk, now=noon)
    first = worker(own_database, 0, deaths=2)
    assert first.returncode == -signal.SIGKILL, first.stderr
    assert worker(own_database, 1, deaths=2).returncode == -signal.SIGKILL
    for day in (2, 3):
        assert worker(own_database, day, deaths=2).returncode == 0
    done = Job.objects.get()
    assert (done.stage, done.attempts, Lamp.objects.get(pk=lamp.pk).label) == ("done", 3, "x")


@pytest.mark.crash
def test_a_job_that_kills_its_worker_is_parked_after_five_tries(own_database, clerk, noon):
    lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)
    enqueue("mark", {"lamp": lamp.pk}, by=clerk, now=noon)
    codes = [worker(own_database, day, deaths=99).returncode for day in range(6)]
    assert codes == [-signal.SIGKILL] * 5 + [0]
    assert Job.objects.get().stage == "parked"
