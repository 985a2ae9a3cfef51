"""Who hears, what lies in an inbox, and what is unread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cms.mailroom.models import InboxMessage
from cms.mailroom.rules import Addressee
from core.policy import Actor
from core.todo import Pending
from orgs.people.models import User
from orgs.people.selectors import delegations, memberships

PREFIXES = (6, 9, 12)


def holders(
    *roles: str, on: date, bodies: Iterable[int | None] | None = None, area: str = "", round_code: str = ""
) -> list[Addressee]:
    """Return the active accounts that hold one of the roles on a day, stand-ins included, in three queries.

    ``bodies`` narrows to these bodies; ``area`` to grants whose area covers the code; ``round_code`` to
    grants for that round or for none in particular.
    """
    wanted = Q(role__in=roles)
    if bodies is not None:
        wanted &= Q(body_id__in=[body for body in bodies if body is not None])
    if area:
        wanted &= Q(area_code__in=[area[:length] for length in PREFIXES])
    if round_code:
        wanted &= Q(round_code__in=["", round_code])
    held = memberships(on=on).filter(wanted).order_by()
    lent = delegations(on=on).filter(membership__in=held.values("pk"))
    users = set(held.values_list("user_id", flat=True)) | set(lent.values_list("delegate_id", flat=True))
    return addressees(users)


def addressees(user_ids: Iterable[int]) -> list[Addressee]:
    """Return accounts as addressees, those that are disabled left out."""
    users = User.objects.filter(pk__in=list(user_ids), is_active=True).select_related("person").order_by("pk")
    return [Addressee(user.pk, user.person.name, user.email or user.person.email) for user in users]


def inbox_of(actor: Actor) -> QuerySet[InboxMessage]:
    """Return the messages of a person, newest first."""
    return InboxMessage.objects.filter(recipient_id=actor.user_id)


def unread_count(actor: Actor) -> int:
    """Return how many messages a person has not opened."""
    return inbox_of(actor).filter(read_at__isnull=True).count()


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return the unread messages as something that waits."""
    return [Pending(_("未读消息"), inbox_of(actor).filter(read_at__isnull=True), url_name="inbox")]
