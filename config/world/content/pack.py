"""Read the data pack of the district as plain values: divisions, bodies, terms, rubrics, form, accounts."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from config.world.content.model import BodyCard, Place
from config.world.content.texts import load_yaml, stream

PACK = Path(__file__).resolve().parents[3] / "district" / "wuchang"
PSEUDO_STREETS = {"420106490"}  # statistical unit, run by the scenic area


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV of the pack."""
    with (PACK / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def pack_file(name: str) -> Any:
    """Return a YAML file of the pack by its name without the ending; never change what you get."""
    return load_yaml(PACK / f"{name}.yaml")


@cache
def accounts() -> dict[str, dict[str, str]]:
    """Return the chart of accounts by code."""
    return {row["code"]: row for row in rows("budget_categories.csv")}


def display_name(official: str) -> str:
    """Return the short name of a community: 四美塘社区居委会 -> 四美塘社区."""
    return official.removesuffix("居委会")


def places() -> tuple[Place, ...]:
    """Return all communities with invented figures that depend on the code alone."""
    found = []
    for row in rows("divisions.csv"):
        rng = stream("place", row["community_code"])
        households = rng.randint(1700, 5400)
        residents = int(households * rng.uniform(2.1, 2.9))
        facts = {
            "h": households,
            "r": residents,
            "e": int(residents * rng.uniform(0.19, 0.31)),
            "a": int(residents * rng.uniform(0.024, 0.045)),
            "d": rng.randint(64, 231),
            "k": int(residents * rng.uniform(0.09, 0.15)),
            "b": rng.randint(11, 57),
        }
        found.append(
            Place(
                code=row["community_code"],
                official_name=row["community_name"],
                name=display_name(row["community_name"]),
                street_code=row["street_code"],
                street_name=row["street_name"],
                hidden=row["street_code"] in PSEUDO_STREETS,
                facts=facts,
            )
        )
    return tuple(found)


def bodies() -> tuple[BodyCard, ...]:
    """Return the bodies of the pack and a residents' committee for each community of the streets."""
    found = [
        BodyCard(
            key=row["key"],
            kind=row["kind"],
            name=row["name"],
            short_name=row["short_name"],
            parent=row.get("parent", ""),
            street_code=row.get("street", ""),
        )
        for row in pack_file("bodies")
    ]
    for place in places():
        if not place.hidden:
            name = f"武昌区{place.street_name}{place.name}居民委员会"
            key = f"rc_{place.code}"
            street = place.street_code
            found.append(
                BodyCard(key, "residents_committee", name, place.official_name, "", street, place.code)
            )
    return tuple(found)
