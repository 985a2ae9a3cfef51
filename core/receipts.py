"""Receipts: what a person gets for a request, and why pressing twice does it once."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, OperationalError, models

from core.errors import Conflict, KeyReused
from core.unit import Unit, running, unit

if TYPE_CHECKING:
    from core.models import StoredReceipt
    from core.policy import Actor

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 3


@dataclass
class Receipt:
    """The acknowledgement of a change; its numbers are filled in when the transaction is written.

    ``entry_hash`` is the hash of the audit entry, so a printed receipt can be checked against the chain.
    """

    at: datetime
    object_label: str
    number: str = ""
    entry_seq: int = 0
    entry_hash: str = ""

    @classmethod
    def pending(cls, obj: Any, now: datetime) -> Receipt:
        """Start a receipt about an object."""
        return cls(at=now, object_label=f"{obj._meta.label_lower}:{obj.pk}")

    def settle(self, seq: int, digest: str) -> None:
        """Fill in what the chain says; the first step of a change gives the number."""
        if not self.entry_seq:
            self.entry_seq, self.entry_hash = seq, digest
            self.number = f"HZ{self.at:%Y%m%d}-{seq:07d}"


@dataclass(frozen=True)
class Press:
    """One pressing of a button: whose, which, and with what."""

    key: UUID
    actor: Actor
    action: str
    fingerprint: str


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(value)


def fingerprint(arguments: dict[str, Any]) -> str:
    """Hash what was asked, so that a key cannot be replayed with another request behind it."""
    asked = {name: value for name, value in arguments.items() if name not in {"by", "now", "key"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=_plain).encode()).hexdigest()


def find(press: Press) -> Any:
    """Return what the first pressing returned (Receipt or object), or None; KeyReused for a foreign key."""
    from core.models import StoredReceipt

    stored = StoredReceipt.objects.filter(key=press.key).first()
    if stored is None:
        return None
    same = (stored.actor_id, stored.action, stored.fingerprint)
    if same != (press.actor.user_id, press.action, press.fingerprint):
        raise KeyReused()
    return _restored(stored)


def _restored(stored: StoredReceipt) -> Any:
    result, _, label = stored.label.rpartition("|")
    if result == "object":
        model, _, pk = label.partition(":")
        return apps.get_model(model)._default_manager.get(pk=int(pk))
    return Receipt(stored.at, label, stored.number, stored.entry_seq, stored.entry_hash)


def store(work: Unit) -> None:
    """Keep the receipt of a unit under its key, in the same transaction."""
    if work.keep is None:
        return
    from core.models import StoredReceipt

    press, result = cast("tuple[Press, Any]", work.keep)
    receipt = next((step.receipt for step in work.steps if step.receipt), None)
    if receipt is None:
        return
    label = receipt.object_label
    if isinstance(result, models.Model):
        label = f"object|{result._meta.label_lower}:{result.pk}"
    StoredReceipt.objects.create(
        key=press.key,
        actor_id=press.actor.user_id,
        action=press.action,
        fingerprint=press.fingerprint,
        number=receipt.number,
        entry_seq=receipt.entry_seq,
        entry_hash=receipt.entry_hash,
        label=label,
        at=receipt.at,
    )


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") in {"40P01", "40001"}


def button(service: Callable[P, R]) -> Callable[P, R]:
    """Make a service one transaction that may be pressed twice: the same key gets the same answer.

    A deadlock the database resolved against us is tried again, at most three times; nested services join
    the running unit and their keys are ignored.
    """
    action = f"{service.__module__}.{service.__qualname__}"

    @functools.wraps(service)
    def press(*args: P.args, **kwargs: P.kwargs) -> R:
        key = cast("UUID | None", kwargs.get("key"))
        if running() is not None:
            return service(*args, **kwargs)
        pressed = Press(key, cast("Actor", kwargs["by"]), action, fingerprint(kwargs)) if key else None
        for attempt in range(1, TRIES + 1):
            try:
                return _press_once(service, pressed, args, kwargs)
            except OperationalError as error:
                if attempt == TRIES or not _is_deadlock(error):
                    raise
            except (Conflict, IntegrityError):
                # The twin of this request may have won the lock: then its answer is ours.
                if pressed and (answer := find(pressed)) is not None:
                    return cast("R", answer)
                raise
        raise AssertionError("unreachable")

    return press


def _press_once(service: Callable[..., R], pressed: Press | None, args: Any, kwargs: Any) -> R:
    with unit() as work:
        if pressed and (answer := find(pressed)) is not None:
            return cast("R", answer)
        result = service(*args, **kwargs)
        if pressed:
            work.keep = (pressed, result)
    return result
