"""What happens to organisations and their papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class _AboutBody:
    """The fields of a fact about a register entry and the body behind it."""

    entry_id: int
    body_id: int

    @classmethod
    def of(cls, obj: Any) -> Any:
        """Build the fact from the entry."""
        return cls(obj.pk, obj.body_id)


@dataclass(frozen=True)
class OrganisationRegistered(_AboutBody, Fact):
    """An organisation entered the register."""


@dataclass(frozen=True)
class OrganisationDeregistered(_AboutBody, Fact):
    """An organisation was struck off at its own wish (注销); what is open has to be settled."""


@dataclass(frozen=True)
class OrganisationRevoked(_AboutBody, Fact):
    """The authority took the registration away (撤销登记 or 吊销证书); awards may have to be revoked."""


@dataclass(frozen=True)
class LegalRepresentativeChanged(_AboutBody, Fact):
    """Somebody else signs for the organisation from a day on."""


@dataclass(frozen=True)
class GroupRegistered(_AboutBody, Fact):
    """A community group was recorded (备案)."""


@dataclass(frozen=True)
class GroupDissolved(_AboutBody, Fact):
    """A recorded community group ended."""


@dataclass(frozen=True)
class HostChanged(_AboutBody, Fact):
    """Another body stands behind a hosted group."""


@dataclass(frozen=True)
class BankAccountVerified(_AboutBody, Fact):
    """A second person compared the account with the papers; money may go there."""


@dataclass(frozen=True)
class BankAccountLapsed(_AboutBody, Fact):
    """An account no longer stands verified: closed, replaced, or its holder's name changed."""


@dataclass(frozen=True)
class CreditListed(Fact):
    """An organisation was put on a credit list."""

    listing_id: int
    body_id: int

    @classmethod
    def of(cls, obj: Any) -> CreditListed:
        """Build the fact from the listing."""
        return cls(obj.pk, obj.organisation.body_id)


@dataclass(frozen=True)
class CreditLifted(CreditListed):
    """An organisation left a credit list."""
