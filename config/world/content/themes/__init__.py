"""Project themes: for each, three variants of every answer, written by hand in the YAML files beside this."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.world.content.texts import load_yaml

FILES = {
    "elderly_disability": ("elderly_home", "elderly_health", "elderly_society"),
    "youth_support": ("youth_care", "youth_growth"),
    "community_governance": ("governance_talk", "governance_place"),
}


@dataclass(frozen=True)
class PlannedKind:
    """A kind of activity: what is done, counted in `unit`, within a range for a light project."""

    name: str
    how: str
    unit: str
    low: int
    high: int


@dataclass(frozen=True)
class Theme:
    """A theme of a category; `texts` are threes by answer, `buys` the things bought by account code."""

    key: str
    category: str
    texts: dict[str, tuple[str, ...]]
    acts: tuple[PlannedKind, ...]
    buys: dict[str, tuple[str, ...]]


def parse_act(text: str) -> PlannedKind:
    """Read `name|how|unit|low-high`."""
    name, how, unit, span = text.split("|")
    low, high = span.split("-")
    return PlannedKind(name, how, unit, int(low), int(high))


@cache
def themes() -> dict[str, tuple[Theme, ...]]:
    """Return the themes by category, in the order they were written."""
    found: dict[str, tuple[Theme, ...]] = {}
    for category, files in FILES.items():
        rows = [row for name in files for row in load_yaml(Path(__file__).parent / f"{name}.yaml")]
        found[category] = tuple(
            Theme(
                key=row["key"],
                category=category,
                texts={key: tuple(value) for key, value in row.items() if key not in {"key", "acts", "buys"}},
                acts=tuple(map(parse_act, row["acts"])),
                buys={str(code): (v,) if isinstance(v, str) else tuple(v) for code, v in row["buys"].items()},
            )
            for row in rows
        )
    return found
