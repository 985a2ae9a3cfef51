"""The unit of work: everything one request changes, written in one transaction, the chain head last.

Steps are collected while services and subscribers run, and become audit entries, receipts and outbox rows
when the outermost block ends. So the single head row of the chain is locked last and shortest, whatever
order the services took their locks in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from core import events, policy

if TYPE_CHECKING:
    from core.receipts import Receipt


@dataclass(eq=False)
class Step:
    """One thing that was done to one object; becomes one audit entry."""

    obj: Any
    verb: str
    source: str
    target: str
    grant: policy.Grant
    by: policy.Actor
    now: datetime
    reason: str = ""
    document: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    fact_type: type[events.Fact] | None = None
    fact: events.Fact | None = None
    receipt: Receipt | None = None
    cause: Step | None = None
    version: int = 0
    row_digest: str = ""
    seq: int = 0


class Unit:
    """The steps of one transaction, and the key under which its receipt is kept."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.key: UUID | None = None
        self.keep: Any = None
        self.broken = False
        self._cause: list[Step] = []

    def want_key(self, key: UUID | None) -> None:
        """Remember the first key of the unit; nested services bring none of their own."""
        if key is not None and self.key is None:
            self.key = key

    def add(self, step: Step) -> None:
        """Take a step in, linked to the step whose fact caused it."""
        from core.audit.digest import row_digest

        step.cause = self._cause[-1] if self._cause else None
        step.version = step.obj.row_version
        step.row_digest = row_digest(step.obj)
        self.steps.append(step)

    def publish(self, step: Step) -> None:
        """Run the same-transaction handlers of the step's fact."""
        if step.fact is None:
            return
        self._cause.append(step)
        try:
            events.dispatch(step.fact, by=step.by, now=step.now)
        finally:
            self._cause.pop()

    def write(self) -> None:
        """Write entries, receipts and outbox rows; called once, at the end of the outermost block."""
        if self.broken:
            raise RuntimeError("a refusal was swallowed inside a unit of work; its changes cannot be kept")
        if not self.steps:
            return
        from core.audit.append import append
        from core.outbox.queue import put
        from core.receipts import store

        append(self.steps)
        put(self.steps)
        store(self)


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


def running() -> Unit | None:
    """Return the unit that is open in this thread, if any."""
    return _current.get()


@contextmanager
def unit() -> Iterator[Unit]:
    """Join the running unit of work, or open one in a transaction of its own.

    An exception that crosses a nested block spoils the whole unit: a service must not catch a refusal and
    go on, since the refused half-change would be committed with the rest.
    """
    work = _current.get()
    if work is not None:
        try:
            yield work
        except BaseException:
            work.broken = True
            raise
        return
    with transaction.atomic(durable=True):
        work = Unit()
        token = _current.set(work)
        try:
            yield work
            work.write()
        finally:
            _current.reset(token)
