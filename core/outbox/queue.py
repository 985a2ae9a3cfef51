"""The outbox: what must leave the house is a row in the transaction that caused it.

``put`` writes the rows, ``drain`` delivers them. A consumer's own effects happen exactly once, because they
share a transaction with the mark that they are done; what leaves the database (an e-mail) is sent at least
once, with a Message-ID made from the row's id.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import doorbell
from core.events import Fact, fact_named
from core.leases import MAX_ATTEMPTS, backoff, claim
from core.outbox.models import Message
from core.unit import Step, unit

Consumer = Callable[..., None]
LEASE = timedelta(minutes=2)
log = logging.getLogger("core.outbox")
_consumers: dict[type[Fact], dict[str, Consumer]] = defaultdict(dict)


def deliver(*facts: type[Fact], to: str) -> Callable[[Consumer], Consumer]:
    """Register a consumer ``(fact, *, message, now)`` of facts, run by the worker after the commit."""

    def register(consumer: Consumer) -> Consumer:
        for fact in facts:
            _consumers[fact][to] = consumer
        return consumer

    return register


def consumers_of(fact: type[Fact]) -> dict[str, Consumer]:
    """Return the consumers of a fact by name."""
    return dict(_consumers[fact])


def put(steps: Sequence[Step]) -> None:
    """Write one row for each fact and consumer, and ring the bell once the transaction is committed."""
    rows = [
        Message(
            fact=step.fact.name,
            ids=step.fact.ids(),
            consumer=name,
            entry_seq=step.seq,
            by_id=step.by.user_id,
            at=step.now,
            next_at=step.now,
        )
        for step in steps
        if step.fact is not None
        for name in _consumers[type(step.fact)]
    ]
    if rows:
        Message.objects.bulk_create(rows)
        transaction.on_commit(lambda: doorbell.ring("outbox"))


def waiting(now: datetime) -> Any:
    """Return the messages that may be claimed now, oldest first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Message.objects.filter(free, stage=Message.Stage.WAITING, next_at__lte=now).order_by(
        "next_at", "id"
    )


def drain(*, now: Callable[[], datetime], limit: int = 1000) -> int:
    """Deliver up to ``limit`` messages; return how many were delivered or failed."""
    count = 0
    while count < limit and (message := claim(waiting(now()), now=now(), lease=LEASE)):
        _deliver(message, now())
        count += 1
    return count


def _deliver(message: Message, now: datetime) -> None:
    if message.attempts > MAX_ATTEMPTS:
        _park(message, message.error or "the worker died each time")
        return
    try:
        with unit():
            if not _still_ours(message):
                return
            fact = fact_named(message.fact)
            _consumers[fact][message.consumer](fact(**message.ids), message=message, now=now)
            message.stage, message.done_at, message.lease_until = Message.Stage.DONE, now, None
            message.save(update_fields=["stage", "done_at", "lease_until"])
    except Exception as error:  # noqa: BLE001 - one bad consumer must not stop the queue
        log.warning("delivery failed", extra={"message_id": message.pk, "consumer": message.consumer})
        _failed(message, error, now)


def _still_ours(message: Message) -> bool:
    current = Message.objects.select_for_update().get(pk=message.pk)
    return current.stage == Message.Stage.WAITING and current.attempts == message.attempts


def _failed(message: Message, error: Exception, now: datetime) -> None:
    message.error = f"{type(error).__name__}: {error}"[:2000]
    if message.attempts >= MAX_ATTEMPTS:
        _park(message, message.error)
        return
    message.stage, message.lease_until = Message.Stage.WAITING, None
    message.next_at = now + backoff(message.attempts)
    message.save(update_fields=["stage", "error", "lease_until", "next_at"])


def _park(message: Message, error: str) -> None:
    message.stage, message.error, message.lease_until = Message.Stage.PARKED, error, None
    message.save(update_fields=["stage", "error", "lease_until"])
