"""The embedded broker keeps every message it has delivered; this removes them.

A message is only a doorbell, so one that is removed too early costs nothing: the next sweep finds the work.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy
from celery import shared_task
from django.conf import settings

PREFIX = "sqla+"
KEPT = timedelta(hours=1)
messages = sqlalchemy.table(
    "kombu_message", sqlalchemy.column("visible"), sqlalchemy.column("timestamp", sqlalchemy.DateTime)
)


def tidy(url: str, *, now: datetime) -> int:
    """Remove delivered messages older than an hour and return their number; other brokers tidy themselves."""
    if not url.startswith(PREFIX):
        return 0
    engine = sqlalchemy.create_engine(url.removeprefix(PREFIX))
    old = messages.c.timestamp < now.astimezone().replace(tzinfo=None) - KEPT  # kombu stamps local time
    try:
        if not sqlalchemy.inspect(engine).has_table(messages.name):
            return 0
        with engine.begin() as connection:
            return connection.execute(sqlalchemy.delete(messages).where(~messages.c.visible, old)).rowcount
    finally:
        engine.dispose()


@shared_task(name="config.broker.tidy")
def tidy_broker() -> int:
    """Safe to ring twice. The broker's stamps are the machine's, so the demo's moved clock is not asked."""
    return tidy(settings.CELERY_BROKER_URL, now=datetime.now(UTC))
