"""What happens to accounts and roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class RoleGranted(Fact):
    """A membership became active: approved by a second person, or accepted by invitation."""

    membership_id: int


@dataclass(frozen=True)
class RoleEnded(Fact):
    """A membership ended before its time."""

    membership_id: int


@dataclass(frozen=True)
class InvitationSent(Fact):
    """A one-time link may go out; the mailroom asks selectors.invitation_token() for it."""

    invitation_id: int


@dataclass(frozen=True)
class InvitationAccepted(Fact):
    """The invited person has an account and the role."""

    invitation_id: int


@dataclass(frozen=True)
class RoleDelegated(Fact):
    """A role is exercised by another person for a period (AB角)."""

    delegation_id: int


@dataclass(frozen=True)
class AccountDisabled(Fact):
    """Somebody can no longer sign in; open sessions are gone."""

    person_id: int
    user_id: int

    @classmethod
    def of(cls, obj: Any) -> AccountDisabled:
        """Build the fact from the person whose account it is."""
        return cls(obj.pk, obj.user.pk)


@dataclass(frozen=True)
class WorkHandedOver(Fact):
    """The memberships of one person moved to another; rooms above move the open work in this transaction."""

    handover_id: int
    from_user_id: int
    to_user_id: int

    @classmethod
    def of(cls, obj: Any) -> WorkHandedOver:
        """Build the fact from the hand-over."""
        return cls(obj.pk, obj.from_user_id, obj.to_user_id)


@dataclass(frozen=True)
class BodyRenamed(Fact):
    """A body carries a new name; what was checked against the old one has to be checked again."""

    body_id: int
