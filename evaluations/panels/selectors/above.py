"""What the rooms above know and this one may not ask them: stage rules, words of a form, and the money.

Each installs its provider when it starts; without one the pages show codes and leave the cut line out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StageRule:
    """A stage of a round under whose published rule a panel can be formed."""

    round_code: str
    round_name: str
    stage: str
    stage_name: str
    rule: Mapping[str, Any]


@dataclass(frozen=True)
class Heading:
    """A section of a form: its title, the labels of its answers, and the words of their choices."""

    title: str
    labels: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """The money of a category, and what each dossier of it asks for, by code."""

    budget_fen: int
    asked_fen: Mapping[str, int]


StageRules = Callable[[], list[StageRule]]
Headings = Callable[[str, str], list[Heading]]
Envelopes = Callable[[str, str], dict[str, Envelope]]
_stage_rules: list[StageRules] = []
_headings: list[Headings] = []
_envelopes: list[Envelopes] = []


def tell_stage_rules(provider: StageRules) -> None:
    """Install who knows the rules of the stages."""
    _stage_rules[:] = [provider]


def tell_headings(provider: Headings) -> None:
    """Install who knows the words of a form, by round and stage."""
    _headings[:] = [provider]


def tell_envelopes(provider: Envelopes) -> None:
    """Install who knows the money, by round and stage."""
    _envelopes[:] = [provider]


def stage_rules() -> list[StageRule]:
    """Return every stage under which a panel can be formed."""
    return _stage_rules[0]() if _stage_rules else []


def headings(round_code: str, stage: str) -> list[Heading]:
    """Return the sections of the form behind the dossiers of a stage."""
    return _headings[0](round_code, stage) if _headings else []


def envelopes(round_code: str, stage: str) -> dict[str, Envelope]:
    """Return the money of each category of a stage; empty where no money is decided."""
    return _envelopes[0](round_code, stage) if _envelopes else {}
