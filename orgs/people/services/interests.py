"""Declared interests: the ground of every recusal (回避)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from core.clock import day_of
from core.errors import NotFound
from core.lifecycle import button, changing, creating
from core.policy import Actor
from orgs.people.models import Body, Interest, Person


@button
def declare_interest(
    *,
    person_id: int,
    body_id: int,
    kind: str,
    by: Actor,
    now: datetime,
    note: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Interest:
    """Declare an interest in a body; every permission row about the body then refuses the person."""
    person = Person.objects.filter(pk=person_id).first()
    body = Body.objects.filter(pk=body_id).first()
    if person is None or body is None:
        raise NotFound()
    interest = Interest(
        person=person,
        body=body,
        kind=kind,
        remark=note,
        valid_from=valid_from or day_of(now),
        valid_to=valid_to,
    )
    return creating(interest, by=by, now=now, permission="people.declare_interest", body_id=body.pk)


@button
def end_interest(
    *,
    interest_id: int,
    on: date,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Interest:
    """End a declared interest on a day (inclusive), with the reason; the declaration itself stays."""
    with changing(
        Interest,
        interest_id,
        by=by,
        now=now,
        version=version,
        reason=reason,
        verb="end",
        permission="people.declare_interest",
    ) as interest:
        interest.valid_to = max(on, interest.valid_from)
    return interest
