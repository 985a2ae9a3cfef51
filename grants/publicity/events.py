"""What happens to notices, their items, and objections."""

from dataclasses import dataclass

from core.events import Fact


@dataclass(frozen=True)
class NoticeFact(Fact):
    """A fact about one notice."""

    notice_id: int


class NoticePublished(NoticeFact):
    """The notice is public and its period runs."""


class NoticeEnded(NoticeFact):
    """The period is over; what nobody objected to is cleared."""


@dataclass(frozen=True)
class ItemFact(Fact):
    """A fact about one item of a notice."""

    item_id: int


class ItemHeld(ItemFact):
    """A signed objection holds the item until it is answered."""


class ItemReleased(ItemFact):
    """The hold is over while the notice still runs."""


class ItemCleared(ItemFact):
    """The item passed its notice."""


class ItemStruck(ItemFact):
    """An upheld objection took the item off the notice."""


class ItemWithdrawn(ItemFact):
    """The subject left by itself."""


@dataclass(frozen=True)
class ObjectionFact(Fact):
    """A fact about one objection."""

    objection_id: int


class ObjectionLodged(ObjectionFact):
    """A signed objection awaits an investigator."""


class ObjectionNoted(ObjectionFact):
    """An anonymous or late hint is kept; it need not be answered."""


class ObjectionInvestigated(ObjectionFact):
    """Somebody who was not involved took it up."""


class ObjectionUpheld(ObjectionFact):
    """The objection is right."""


class ObjectionDismissed(ObjectionFact):
    """The objection is not supported."""
