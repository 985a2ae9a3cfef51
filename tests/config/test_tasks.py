"""Celery: every scheduled task exists, and a message can carry nothing but ids."""

from __future__ import annotations

import pytest
from django.conf import settings

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
