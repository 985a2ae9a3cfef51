"""A real Celery worker over each broker hears the bell, does the work that waits, and stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kombu import Connection

from config.celery import app
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.policy import SYSTEM

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 4, 28, 4, 0, tzinfo=UTC)
# `make test` lends a Redis; without it the embedded broker alone is tried.
BROKERS = ["embedded", *(["redis"] if os.environ.get("TEST_REDIS_URL") else [])]


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        return os.environ["TEST_REDIS_URL"]
    return f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"


@pytest.fixture
def worker(own_database: str, broker: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "CELERY_BROKER_URL": broker,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "solo", "--loglevel", "ERROR"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        yield process
        process.kill()
        process.wait()


def wait_for(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.crash
def test_a_worker_hears_the_bell_and_stops_when_told(worker: subprocess.Popen[bytes], broker: str) -> None:
    job = enqueue("a kind that nobody knows", {}, by=SYSTEM, now=NOON)
    with Connection(broker) as connection:
        app.send_task("core.jobs.sweep", connection=connection, ignore_result=True)
    wait_for(lambda: Job.objects.get(pk=job.pk).error)
    told = Job.objects.get(pk=job.pk)
    assert (told.attempts, "a kind that nobody knows" in told.error) == (1, True)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
