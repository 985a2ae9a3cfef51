"""What must leave the house leaves it once, whatever dies on the way."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from celery import current_app
from kombu import pools

from core import doorbell
from core.events import fact_named
from core.outbox import queue
from core.outbox.invariants import facts_have_their_messages
from core.outbox.models import Message
from core.outbox.queue import deliver, drain
from tests.core.specimen import services
from tests.core.specimen.models import Lamp, LampBroken, LampLit


@pytest.fixture(autouse=True)
def consumers(monkeypatch):
    """Only the consumers of this test listen."""
    monkeypatch.setattr(queue, "_consumers", queue.defaultdict(dict))


@pytest.fixture
def lamp(clerk, noon, request):
    request.getfixturevalue("db")
    return services.make_lamp(owner_id=7, by=clerk, now=noon)


def test_a_fact_becomes_one_message_for_each_consumer(lamp, clerk, noon):
    heard = []
    for name in ("mailroom", "ledger"):
        deliver(LampLit, to=name)(
            lambda fact, *, message, now: heard.append((message.consumer, fact.lamp_id))
        )
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    assert drain(now=lambda: noon) == 2 and drain(now=lambda: noon) == 0
    assert sorted(heard) == [("ledger", lamp.pk), ("mailroom", lamp.pk)]


def test_nothing_is_written_when_the_change_is_refused(lamp, stranger, noon):
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: None)
    with pytest.raises(Exception, match="办理"):
        services.light_lamp(lamp_id=lamp.pk, by=stranger, now=noon)
    assert not Message.objects.exists()


def test_a_failing_consumer_is_tried_five_times_then_parked_and_the_others_go_on(lamp, clerk, noon):
    tries, heard = [], []

    @deliver(LampLit, to="broken")
    def broken(fact, *, message, now):
        tries.append(message.attempts)
        Lamp.objects.filter(pk=fact.lamp_id).update(label="half done")
        raise ValueError("no such template")

    deliver(LampLit, to="sound")(lambda fact, *, message, now: heard.append(fact.lamp_id))
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    for minute in range(0, 60, 5):
        drain(now=lambda at=noon + timedelta(minutes=minute): at)
    parked = Message.objects.get(consumer="broken")
    assert tries == [1, 2, 3, 4, 5] and heard == [lamp.pk]
    assert parked.stage == "parked" and parked.error == "ValueError: no such template"
    assert Lamp.objects.get(pk=lamp.pk).label != "half done"


def test_a_failed_message_waits_longer_each_time(lamp, clerk, noon):
    @deliver(LampLit, to="broken")
    def broken(fact, *, message, now):
        raise ValueError("later")

    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    drain(now=lambda: noon)
    first = Message.objects.get().next_at
    drain(now=lambda: first)
    assert first - noon == timedelta(seconds=10) and Message.objects.get().next_at - first == timedelta(
        seconds=40
    )


def test_a_message_under_lease_is_left_alone_until_the_lease_runs_out(lamp, clerk, noon):
    heard = []
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: heard.append(now))
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    Message.objects.update(lease_until=noon + timedelta(minutes=2), attempts=1)
    assert drain(now=lambda: noon + timedelta(minutes=1)) == 0
    assert drain(now=lambda: noon + timedelta(minutes=2)) == 1 and len(heard) == 1


@contextlib.contextmanager
def a_broker_that_is_down():
    """Point the application at a port where nobody listens, and forget its connections before and after."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    forget_connections()
    try:
        yield
    finally:
        current_app.conf.broker_url = before
        forget_connections()


def forget_connections():
    current_app.pool.force_close_all()
    current_app._pool = None
    current_app.amqp._producer_pool = None
    pools.reset()


def test_a_broker_that_is_down_is_forgiven(
    lamp, clerk, noon, settings, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(doorbell, "_bells", {queue: doorbell.Bell() for queue in doorbell.TASKS})
    settings.DOORBELL = True
    heard = []
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: heard.append(fact))
    with a_broker_that_is_down():
        with django_capture_on_commit_callbacks(execute=True):
            services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
        doorbell.ring("outbox")
    assert "did not hear" in caplog.text
    assert drain(now=lambda: noon) == 1 and heard


def test_a_fact_keeps_its_name_and_ids(lamp):
    assert fact_named("specimen.LampBroken") is LampBroken
    assert LampBroken.of(lamp).ids() == {"lamp_id": lamp.pk}


CHILD = """
    import os, signal, sys
    import django
    django.setup()
    from core import clock
    from core.outbox.queue import deliver, drain
    from tests.core.specimen.models import Lamp, LampLit

    @deliver(LampLit, to="mailroom")
    def write_down(fact, *, message, now):
        Lamp.objects.filter(pk=fact.lamp_id).update(label="delivered")
        if message.attempts <= {deaths}:
            os.kill(os.getpid(), signal.SIGKILL)
        with open(sys.argv[1], "a") as sent:
            sent.write(f"<{{message.pk}}>\\n")

    from datetime import timedelta
    drain(now=lambda: clock.now() + timedelta(days=int(sys.argv[2])))
"""


def worker(url, sent, day, *, deaths):
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    code = textwrap.dedent(CHILD.format(deaths=deaths))
    return subprocess.run(
        [sys.executable, "-c", code, str(sent), str(day)],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.crash
def test_kill_9_between_commit_and_delivery_loses_nothing_and_repeats_no_effect(
    own_database, clerk, noon, tmp_path
):
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: None)
    lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    sent = tmp_path / "sent"
    first = worker(own_database, sent, 0, deaths=1)
    assert first.returncode == -signal.SIGKILL, first.stderr
    assert Lamp.objects.get(pk=lamp.pk).label == "" and not sent.exists()
    second = worker(own_database, sent, 1, deaths=1)
    assert second.returncode == 0, second.stderr
    third = worker(own_database, sent, 2, deaths=1)
    assert third.returncode == 0
    message = Message.objects.get()
    assert (message.stage, message.attempts) == ("done", 2)
    assert sent.read_text() == f"<{message.pk}>\n" and Lamp.objects.get(pk=lamp.pk).label == "delivered"


@pytest.mark.crash
def test_a_message_that_kills_its_worker_is_parked_after_five_tries(own_database, clerk, noon, tmp_path):
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: None)
    lamp = services.make_lamp(owner_id=7, by=clerk, now=noon)
    services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
    codes = [worker(own_database, tmp_path / "sent", day, deaths=99).returncode for day in range(6)]
    assert codes == [-signal.SIGKILL] * 5 + [0]
    assert Message.objects.get().stage == "parked"


def test_a_message_that_was_taken_away_is_missed(lamp, clerk, other_clerk, noon):
    deliver(LampLit, to="mailroom")(lambda fact, *, message, now: None)
    for _ in range(3):
        services.light_lamp(lamp_id=lamp.pk, by=clerk, now=noon)
        services.dim_lamp(lamp_id=lamp.pk, by=other_clerk, now=noon)
    assert list(facts_have_their_messages()) == []
    second = Message.objects.order_by("entry_seq")[1]
    seq = second.entry_seq
    second.delete()
    assert [problem.where for problem in facts_have_their_messages()] == [f"seq {seq}"]
