"""A burst of work rings a few times, not once for each piece; nothing that came in goes unannounced."""

from __future__ import annotations

import pytest

from config.celery import app
from core import doorbell


@pytest.fixture
def bells(settings, monkeypatch):
    """The broker of the tests, emptied; returns how many bells it holds."""
    settings.DOORBELL = True
    monkeypatch.setattr(doorbell, "_bells", {queue: doorbell.Bell() for queue in doorbell.TASKS})

    def count() -> int:
        with app.connection_for_read() as connection:
            return connection.SimpleQueue("celery").qsize()

    with app.connection_for_read() as connection:
        connection.SimpleQueue("celery").clear()
    return count


def test_a_burst_of_work_rings_twice(bells):
    for _ in range(500):
        doorbell.ring("jobs")
    assert bells() == 2


def test_each_queue_has_its_own_bell(bells):
    doorbell.ring("jobs")
    doorbell.ring("outbox")
    assert bells() == 2


def test_without_a_bell_nothing_is_sent(bells, settings):
    settings.DOORBELL = False
    doorbell.ring("jobs")
    assert bells() == 0


def test_whatever_comes_in_is_followed_by_a_bell_within_a_second():
    bell, at = doorbell.Bell(), []
    arrivals = [step * 0.13 for step in range(200)]
    for now in arrivals:
        wait = doorbell._wait(bell, now)
        if wait is not None:
            at.append(now + wait)
    assert len(at) < 40
    for now in arrivals:
        assert any(now <= rung <= now + doorbell.PAUSE for rung in at), now
