"""Hand-over: an officer who leaves moves all work to a successor in one step."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating
from core.policy import SYSTEM, Actor
from orgs.areas.rules import day_before
from orgs.people import rules, selectors
from orgs.people.lifecycle import D, M
from orgs.people.models import Delegation, HandOver, Membership, Origin, User
from orgs.people.services.roles import give_role


@button
def request_handover(
    *,
    from_user_id: int,
    to_user_id: int,
    on: date,
    reason: str,
    by: Actor,
    now: datetime,
    body_id: int | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> HandOver:
    """Ask that all roles of one person (or those in one body) move to another from the day ``on``."""
    users = {user.pk: user for user in User.objects.filter(pk__in=[from_user_id, to_user_id], is_active=True)}
    if from_user_id not in users or to_user_id not in users:
        raise NotFound()
    if from_user_id == to_user_id:
        raise Refused(_("移交人与接手人不能是同一人。"), field="to_user")
    wanted = HandOver(
        from_user=users[from_user_id],
        to_user=users[to_user_id],
        body_id=body_id,
        on=on,
        requested_by_id=by.user_id,
    )
    _fits(wanted, now)
    return creating(wanted, by=by, now=now, permission="people.request_handover", reason=reason)


def _moving(handover: HandOver, *, on: date) -> list[Membership]:
    live = Membership.objects.filter(user=handover.from_user, state=M.ACTIVE)
    live = live.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).select_related("body").order_by("pk")
    return list(live.filter(body_id=handover.body_id) if handover.body_id else live)


def _fits(handover: HandOver, now: datetime) -> list[Membership]:
    moving = _moving(handover, on=handover.on)
    if not moving:
        raise Refused(_("移交人没有可移交的岗位。"), code="nothing_to_move")
    held = selectors.held_roles(handover.to_user, on=day_of(now))
    coming = {membership.role for membership in moving}
    reasons = [why for role in sorted(coming) for why in rules.conflicts(held | coming, role)]
    if reasons:
        why = "；".join(_(one) for one in dict.fromkeys(reasons))
        raise Refused(_("接手人现有岗位不相容：%(why)s。") % {"why": why}, code="incompatible_roles")
    return moving


@button
def carry_out_handover(
    *, handover_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> HandOver:
    """Approve a hand-over and do it: the old roles end the day before, the new ones begin on the day.

    Publishes WorkHandedOver with the ids of both users; rooms above move the open work in the same
    transaction.
    """
    with changing(HandOver, handover_id, by=by, now=now, key=key, version=version) as handover:
        handover.carry_out(by=by)
        if handover.requested_by_id != by.user_id:
            handover.approved_by_id = by.user_id
        moved = [_move(one, handover, by, now) for one in _fits(handover, now)]
        handover.note(memberships=[one.pk for one in moved])
    return handover


def _move(old: Membership, handover: HandOver, by: Actor, now: datetime) -> Membership:
    with changing(
        Membership, old.pk, by=SYSTEM, now=now, verb="hand_over", permission="people.end_role"
    ) as held:
        held.valid_to = max(day_before(handover.on), held.valid_from)
    for lent in Delegation.objects.filter(membership=old, state=D.GIVEN, valid_to__gte=handover.on):
        with changing(
            Delegation, lent.pk, by=SYSTEM, now=now, verb="shorten", permission="people.shorten_delegation"
        ) as shortened:
            shortened.valid_to = max(day_before(handover.on), shortened.valid_from)
    same = Membership.objects.filter(
        user=handover.to_user,
        body=old.body,
        role=old.role,
        area_code=old.area_code,
        round_code=old.round_code,
        state=M.ACTIVE,
        valid_to__isnull=True,
    ).first()
    if same is not None:
        return same
    new = Membership(
        user=handover.to_user,
        body=old.body,
        role=old.role,
        area_code=old.area_code,
        round_code=old.round_code,
        valid_from=handover.on,
        valid_to=old.valid_to,
        requested_by_id=handover.requested_by_id,
        approved_by_id=handover.approved_by_id,
    )
    return give_role(new, Origin.HANDED_OVER, cause=by, now=now)


@button
def refuse_handover(
    *,
    handover_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> HandOver:
    """Turn a hand-over down, with the reason."""
    with changing(HandOver, handover_id, by=by, now=now, key=key, version=version, reason=reason) as handover:
        handover.approved_by_id = by.user_id
        handover.refuse(by=by)
    return handover
