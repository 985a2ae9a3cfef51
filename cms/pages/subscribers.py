"""The group of editors follows the memberships, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from cms.pages.services import sync_editors
from core.events import on
from core.policy import Actor, Role
from orgs.people.events import AccountDisabled, RoleDelegated, RoleEnded, RoleGranted, WorkHandedOver
from orgs.people.models import Delegation, Membership


@on(RoleGranted, RoleEnded)
def follow_the_role(fact: RoleGranted | RoleEnded, *, by: Actor, now: datetime) -> None:
    """A role of editor began or ended."""
    if Membership.objects.filter(pk=fact.membership_id, role=Role.EDITOR).exists():
        sync_editors(now=now)


@on(RoleDelegated)
def follow_the_stand_in(fact: RoleDelegated, *, by: Actor, now: datetime) -> None:
    """Somebody stands in for an editor."""
    if Delegation.objects.filter(pk=fact.delegation_id, membership__role=Role.EDITOR).exists():
        sync_editors(now=now)


@on(AccountDisabled, WorkHandedOver)
def follow_the_account(fact: AccountDisabled | WorkHandedOver, *, by: Actor, now: datetime) -> None:
    """An account was stopped, or its work moved to another."""
    sync_editors(now=now)
