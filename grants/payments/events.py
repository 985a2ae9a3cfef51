"""What happens to money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class OfProject(Fact):
    """A fact about something that belongs to a project."""

    object_id: int
    project_id: int

    @classmethod
    def of(cls, obj: Any) -> OfProject:
        """Name the thing and its project."""
        return cls(obj.pk, obj.project_id)


class TrancheDue(OfProject):
    """The condition of an instalment is met; the grantee hands in its receipt."""


class TranchePaid(OfProject):
    """An instalment has arrived."""


class TrancheHeld(OfProject):
    """An instalment is held back."""


class TrancheReleased(OfProject):
    """A held instalment may be paid."""


class TrancheCancelled(OfProject):
    """An instalment will not be paid; its money is free again."""


class InvoiceFiled(OfProject):
    """The receipt for an instalment is there."""


class PaymentMade(OfProject):
    """A payment order was drawn up."""


class PaymentApproved(OfProject):
    """A payment order was approved by a second person."""


class PaymentExecuted(OfProject):
    """A payment order is on its way."""


class PaymentSettled(OfProject):
    """A payment has arrived; the ledger shows it."""


class PaymentFailed(OfProject):
    """A payment came back; the instalment is due again."""


class PaymentVoided(OfProject):
    """A payment order was taken back before it went out."""


class RecoveryDemanded(OfProject):
    """Money is asked back."""


class RecoveryReminded(OfProject):
    """Money that was asked back has not come; a reminder goes out."""


class RecoveryReferred(OfProject):
    """Two reminders were in vain; the matter goes to court."""


class RecoveryReceived(OfProject):
    """All money that was asked back has arrived."""


class RecoveryWithdrawn(OfProject):
    """The demand was withdrawn."""


@dataclass(frozen=True)
class BatchFact(Fact):
    """A fact about a batch of orders."""

    batch_id: int


class BatchMade(BatchFact):
    """Orders wait for approval together."""


class BatchApproved(BatchFact):
    """One signature approved every order of the batch."""


class BatchExecuted(BatchFact):
    """The batch went to the treasury or the bank."""


class BatchCompleted(BatchFact):
    """Every order of the batch has its result."""


class BatchVoided(BatchFact):
    """The batch was taken back before it went out."""
