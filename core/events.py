"""Facts: what happened, in the past tense, published upward inside the transaction that made it true.

A fact carries ids only. Handlers registered with ``@on`` run in the same transaction; handlers registered
with ``core.outbox.deliver`` run after the commit, in the worker.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from core.policy import Actor

Handler = Callable[..., None]

_handlers: dict[type[Fact], list[Handler]] = defaultdict(list)
_known: dict[str, type[Fact]] = {}


@dataclasses.dataclass(frozen=True)
class Fact:
    """Base of all facts; a subclass adds integer or string ids as fields and nothing else."""

    name: ClassVar[str] = "fact"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        room = ".".join(cls.__module__.split(".")[:-1]).rpartition(".")[2]
        cls.name = f"{room}.{cls.__name__}"
        _known[cls.name] = cls

    @classmethod
    def of(cls, obj: Any) -> Fact:
        """Build the fact about an object; by default its only field is the object's primary key."""
        return cls(obj.pk)  # type: ignore[call-arg]

    def ids(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return dataclasses.asdict(self)


def on(*facts: type[Fact]) -> Callable[[Handler], Handler]:
    """Register a handler ``(fact, *, by, now)`` that runs in the publishing transaction."""

    def register(handler: Handler) -> Handler:
        for fact in facts:
            if handler not in _handlers[fact]:
                _handlers[fact].append(handler)
        return handler

    return register


def dispatch(fact: Fact, *, by: Actor, now: datetime) -> None:
    """Run every same-transaction handler of a fact; an exception of one undoes the whole transaction."""
    for handler in _handlers[type(fact)]:
        handler(fact, by=by, now=now)


def fact_named(name: str) -> type[Fact]:
    """Return the class of a stored fact name; KeyError when the code no longer knows it."""
    return _known[name]


def handlers_of(fact: type[Fact]) -> list[Handler]:
    """Return the same-transaction handlers of a fact, for the generated documents."""
    return list(_handlers[fact])


def all_facts() -> list[type[Fact]]:
    """Return every fact of the house, by name."""
    return [_known[name] for name in sorted(_known)]
