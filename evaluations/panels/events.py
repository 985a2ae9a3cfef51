"""What happened in a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class SheetsAssigned(Fact):
    """Every dossier of a panel has its reviewers."""

    panel_id: int


@dataclass(frozen=True)
class PanelOpened(Fact):
    """Reviewers may declare, read and score."""

    panel_id: int


@dataclass(frozen=True)
class PanelLocked(Fact):
    """No sheet of the panel is open any more."""

    panel_id: int


@dataclass(frozen=True)
class PanelConcluded(Fact):
    """Secretary and chair have signed; every dossier has its verdict."""

    panel_id: int


@dataclass(frozen=True)
class VerdictGiven(Fact):
    """A dossier has its official score and verdict."""

    dossier_id: int


@dataclass(frozen=True)
class SheetRecused(Fact):
    """A reviewer stands back from a dossier, or was absent."""

    sheet_id: int
    panel_id: int

    @classmethod
    def of(cls, obj: Any) -> SheetRecused:
        """Name the sheet and its panel."""
        return cls(obj.pk, obj.panel_id)


@dataclass(frozen=True)
class SheetReopened(Fact):
    """A locked sheet is open again, on the word of chair and supervisor."""

    sheet_id: int
    panel_id: int

    @classmethod
    def of(cls, obj: Any) -> SheetReopened:
        """Name the sheet and its panel."""
        return cls(obj.pk, obj.panel_id)


@dataclass(frozen=True)
class ReserveCalled(Fact):
    """A reserve has taken a place among the reviewers."""

    seat_id: int
    panel_id: int

    @classmethod
    def of(cls, obj: Any) -> ReserveCalled:
        """Name the seat and its panel."""
        return cls(obj.pk, obj.panel_id)
