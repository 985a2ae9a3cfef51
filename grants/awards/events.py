"""What happens to decisions, to money set aside, and to awards."""

from dataclasses import dataclass

from core.events import Fact


@dataclass(frozen=True)
class DecisionFact(Fact):
    """A fact about one decision."""

    decision_id: int


class DecisionTabled(DecisionFact):
    """The list goes to the meeting."""


class DecisionResolved(DecisionFact):
    """The meeting decided; every application on the list has its outcome."""


@dataclass(frozen=True)
class AllotmentFact(Fact):
    """A fact about money set aside for one application."""

    allotment_id: int


class MoneyReleased(AllotmentFact):
    """Money that was set aside is free again."""


@dataclass(frozen=True)
class AwardFact(Fact):
    """A fact about one award."""

    award_id: int


class Awarded(AwardFact):
    """An application is funded."""


class AwardLapsed(AwardFact):
    """Nobody signed in time, or the grantee gave it up."""
