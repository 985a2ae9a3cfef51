"""The one door through which any state changes.

``changing`` locks the row, hands it over, and on leaving saves it, writes the audit entry and publishes the
fact, all in one transaction. A transition called outside the door is a programming error, because
:class:`StateField` refuses it; a transition called inside asks its permission with the object first, since
django-fsm by itself asks nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from core import policy
from core.errors import Forbidden, NotFound, NotNow, OutsideTheDoor, Stale
from core.events import Fact
from core.receipts import Receipt, button
from core.unit import Step, unit

__all__ = [
    "Receipt",
    "StateField",
    "Stateful",
    "button",
    "changing",
    "creating",
    "publish",
    "question",
    "state_check",
    "transition",
]

M = TypeVar("M", bound="Stateful")


def random_public_id() -> str:
    """Return an id for URLs that says nothing about order or number (96 random bits, 16 characters)."""
    return secrets.token_urlsafe(12)


def question(says: Any) -> Callable[[Callable[[Any], bool]], Callable[[Any], bool]]:
    """Mark a guard with the sentence shown when it answers no."""

    def mark(guard: Callable[[Any], bool]) -> Callable[[Any], bool]:
        guard.says = says  # type: ignore[attr-defined]
        return guard

    return mark


class StateField(FSMField):
    """A protected state that changes only while its object is held by the door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("protected", True)
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("verbose_name", _("状态"))
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Migrations see a plain CharField: each historical copy of an FSM field would listen to a signal."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs

    def change_state(self, instance: Any, method: Any, *args: Any, **kwargs: Any) -> Any:
        """Ask permission, state and guards in this order, then let django-fsm switch."""
        door: Door | None = instance.__dict__.get("_door")
        if door is None:
            raise OutsideTheDoor(f"{type(instance).__name__}.{method.__name__} was called outside changing()")
        meta, source = method._django_fsm, self.get_state(instance)
        found = meta.get_transition(source) or next(iter(meta.transitions.values()))
        grant = door.permit(found.permission, method.__name__)
        if not meta.has_transition(source):
            raise NotNow(_not_from(self, source, method), verb=method.__name__, state=source)
        for guard in found.conditions:
            if not guard(instance):
                raise NotNow(getattr(guard, "says", None), verb=method.__name__, state=source)
        result = super().change_state(instance, method, *args, **kwargs)
        door.record(method.__name__, source, self.get_state(instance), grant, found.custom.get("fact"))
        return result


def _not_from(field: StateField, source: str, method: Any) -> Any:
    label = dict(field.flatchoices).get(source, source)
    name = getattr(method, "label", "") or (method.__doc__ or method.__name__).strip().splitlines()[0]
    return _("“%(state)s”状态下不能办理这一步（%(verb)s）。") % {"state": label, "verb": name}


class Stateful(FSMModelMixin, models.Model):
    """A record with a life cycle: random public id, row version, and since when it stands where it stands."""

    public_id = models.CharField(
        _("公开编号"), max_length=24, unique=True, default=random_public_id, editable=False
    )
    row_version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    state_since = models.DateTimeField(_("进入当前状态的时间"), editable=False)
    created_at = models.DateTimeField(_("建立时间"), editable=False)

    class Meta:
        abstract = True

    @property
    def receipt(self) -> Receipt:
        """Return the receipt of the last change; complete once the transaction is written."""
        receipt: Receipt = self.__dict__["_receipt"]
        return receipt

    def note(self, **ids: Any) -> None:
        """Add ids, amounts or hashes to the audit payload of the running change; never personal data."""
        door: Door | None = self.__dict__.get("_door")
        if door is None:
            raise OutsideTheDoor("note() belongs inside changing()")
        door.payload.update(ids)


def state_check(
    states: type[models.TextChoices], *, name: str, field: str = "state"
) -> models.CheckConstraint:
    """Return the database check that a state is one of the known ones."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": list(states.values)}), name=name)


class Door:
    """One opening of the door: who passes, when and why, and what was done in between."""

    def __init__(
        self, instance: Stateful, by: policy.Actor, now: datetime, reason: str, document: str
    ) -> None:
        self.instance, self.by, self.now = instance, by, now
        self.reason, self.document = reason, document
        self.payload: dict[str, Any] = {}
        self.steps: list[Step] = []

    def permit(self, permission: Any, verb: str) -> policy.Grant:
        """Return the grant that admits the actor; a transition without a permission row admits nobody."""
        name = getattr(permission, "row_name", None)
        if name is None:
            raise Forbidden(code=f"no permission row for {verb}")
        return policy.require(self.by, name, self.instance)

    def record(
        self, verb: str, source: str, target: str, grant: policy.Grant, fact: type[Fact] | None
    ) -> None:
        """Remember a step; it is written when the door closes."""
        step = Step(self.instance, verb, source, target, grant, self.by, self.now)
        step.fact_type = fact
        self.steps.append(step)

    def close(self, work: Any, *, insert: bool = False) -> None:
        """Save the object, then publish each step in the order in which it was taken."""
        obj = self.instance
        obj.row_version += 1
        if insert or any(step.source != step.target for step in self.steps):
            obj.state_since = self.now
        obj.save(force_insert=insert, force_update=not insert)
        receipt = Receipt.pending(obj, self.now)
        for step in self.steps:
            step.reason, step.document, step.payload = self.reason, self.document, dict(self.payload)
            step.receipt = receipt
            step.fact = step.fact_type.of(obj) if step.fact_type else None
            work.add(step)
        obj.__dict__["_receipt"] = receipt
        obj.__dict__.pop("_door", None)
        for step in self.steps:
            work.publish(step)


def _locked(model: type[M], pk: int) -> M:
    try:
        return model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    except model.DoesNotExist:
        raise NotFound() from None


def _fresh(obj: Stateful, version: int | None) -> None:
    if version is not None and obj.row_version != version:
        from core.audit.selectors import entries_since

        raise Stale(entries_since(obj, version))


@contextmanager
def changing(
    model: type[M],
    pk: int,
    *,
    by: policy.Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
    reason: str = "",
    document: str = "",
    verb: str = "",
    permission: str = "",
) -> Iterator[M]:
    """Hold the row ``pk`` of ``model`` for one change; the only way to move a state.

    ``version`` is the row version the person saw (Stale if another change came between); ``key`` is kept by
    the enclosing ``@button``. Without a transition inside, ``verb`` and ``permission`` name the edit, which
    is audited as well. Raises NotFound, Stale, Forbidden, NotNow.
    """
    with unit() as work:
        work.want_key(key)
        obj = _locked(model, pk)
        _fresh(obj, version)
        door = obj.__dict__["_door"] = Door(obj, by, now, str(reason), document)
        if verb:
            grant = policy.require(by, permission, obj)
            state = _state_of(obj)
            door.record(verb, state, state, grant, None)
        yield obj
        if not door.steps:
            raise OutsideTheDoor(
                f"nothing happened to {model.__name__} {pk}: call a transition or give verb="
            )
        door.close(work)


def creating(
    instance: M,
    *,
    by: policy.Actor,
    now: datetime,
    permission: str,
    key: UUID | None = None,
    verb: str = "create",
    fact: type[Fact] | None = None,
    reason: str = "",
    document: str = "",
    **payload: Any,
) -> M:
    """Save a new record through the door: permission with the unsaved object, audit entry, fact."""
    with unit() as work:
        work.want_key(key)
        instance.created_at = now
        door = instance.__dict__["_door"] = Door(instance, by, now, str(reason), document)
        grant = policy.require(by, permission, instance)
        door.payload.update(payload)
        door.record(verb, "", _state_of(instance), grant, fact)
        door.close(work, insert=True)
    return instance


def publish(
    fact: Fact, *, by: policy.Actor, now: datetime, about: Stateful, grant: policy.Grant | None = None
) -> None:
    """Publish a fact that is no transition, as an audited step about an object, within the running unit."""
    with unit() as work:
        state = _state_of(about)
        step = Step(about, f"fact:{fact.name}", state, state, grant or policy.SYSTEM_GRANT, by, now)
        step.fact, step.payload = fact, fact.ids()
        work.add(step)
        work.publish(step)


def state_fields(model: type[models.Model]) -> Sequence[StateField]:
    """Return the state fields of a model (none for an ordinary one)."""
    return [field for field in model._meta.concrete_fields if isinstance(field, StateField)]


def _state_of(obj: Stateful) -> str:
    fields = state_fields(type(obj))
    return getattr(obj, fields[0].attname) if fields else ""
