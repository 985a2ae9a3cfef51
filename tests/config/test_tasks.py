"""Celery: every scheduled task exists, and a message can carry nothing but ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection

from config import broker
from config.celery import app


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_every_scheduled_task_exists(name: str) -> None:
    app.loader.import_default_modules()
    assert app.conf.beat_schedule[name]["task"] in app.tasks


def test_a_killed_worker_loses_no_message_and_hoards_none() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_only_json_is_accepted() -> None:
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result


def test_no_tables_for_schedule_or_results() -> None:
    assert not [name for name in settings.INSTALLED_APPS if name.startswith("django_celery")]


def test_the_embedded_broker_forgets_what_it_delivered(tmp_path: Path) -> None:
    url = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    assert broker.tidy(url, now=datetime.now(UTC)) == 0
    with Connection(url) as connection:
        queue = connection.SimpleQueue("bells")
        for number in range(5):
            queue.put({"number": number})
        for _ in range(3):
            queue.get(timeout=5).ack()
        queue.close()
    assert broker.tidy(url, now=datetime.now(UTC)) == 0
    later = datetime.now(UTC) + timedelta(minutes=61)
    assert broker.tidy(url, now=later) == 3
    with Connection(url) as connection:
        assert connection.SimpleQueue("bells").get(timeout=5).payload == {"number": 3}


def test_another_broker_is_left_alone() -> None:
    assert broker.tidy("redis://localhost:1/0", now=datetime.now(UTC)) == 0
