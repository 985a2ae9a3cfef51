"""What happens to a round."""

from dataclasses import dataclass

from core.events import Fact


@dataclass(frozen=True)
class RoundPublished(Fact):
    """The call is public; terms, form and sheets are frozen."""

    round_id: int


@dataclass(frozen=True)
class SelectionStarted(Fact):
    """Applications are closed and judged."""

    round_id: int


@dataclass(frozen=True)
class ExecutionStarted(Fact):
    """The selection is over; funded projects run."""

    round_id: int


@dataclass(frozen=True)
class RoundClosed(Fact):
    """Every project of the round has ended; upper rooms refuse in the same transaction if one has not."""

    round_id: int


@dataclass(frozen=True)
class RoundArchived(Fact):
    """The file of the round is complete."""

    round_id: int


@dataclass(frozen=True)
class RoundCancelled(Fact):
    """The round will not take place."""

    round_id: int


@dataclass(frozen=True)
class DeadlineExtended(Fact):
    """A deadline moved for everybody."""

    round_id: int
    extension_id: int
