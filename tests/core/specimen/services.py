"""Buttons of lamps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.errors import Refused
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from tests.core.specimen.models import Lamp


@button
def make_lamp(*, owner_id: int, label: str = "", by: Actor, now: datetime, key: UUID | None = None) -> Lamp:
    return creating(Lamp(owner_id=owner_id, label=label), by=by, now=now, key=key, permission="lamps.create")


@button
def light_lamp(
    *,
    lamp_id: int,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
    reason: str = "",
) -> Receipt:
    with changing(Lamp, lamp_id, by=by, now=now, key=key, version=version, reason=reason) as lamp:
        lamp.light(by=by)
    return lamp.receipt


@button
def dim_lamp(*, lamp_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    with changing(Lamp, lamp_id, by=by, now=now, key=key) as lamp:
        lamp.dim(by=by)
    return lamp.receipt


@button
def smash_lamp(*, lamp_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Receipt:
    with changing(Lamp, lamp_id, by=by, now=now, key=key) as lamp:
        lamp.smash(by=by)
    return lamp.receipt


@button
def label_lamp(
    *, lamp_id: int, label: str, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    with changing(
        Lamp, lamp_id, by=by, now=now, key=key, version=version, verb="label", permission="lamps.label"
    ) as lamp:
        if not label:
            raise Refused("请写标签")
        lamp.label = label
        lamp.note(length=len(label))
    return lamp.receipt
