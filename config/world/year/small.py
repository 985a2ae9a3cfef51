"""Ten applications of the year: every fate of a project, two that wait, one that is late; money to match."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import replace
from typing import Any

from config.world.content.model import World

# At the full ask of 20,000 yuan: three, two and two projects, in sources that fit whole projects.
BUDGET_YUAN = 150_000
SOURCES = [["welfare_lottery", "福彩公益金", 110_000], ["charity", "慈善捐赠", 40_000]]
WAITING = ("elderly_disability", "community_governance")


def chosen(world: World) -> list[str]:
    """Return the keys of the ten, in the order in which they are handed in."""
    plain = [
        p for p in world.proposals if p.tier == "waiting" and p.track == "light" and not world.flaws_of(p.key)
    ]
    waiting = [
        next(p.key for p in plain if p.category == category and p.requested_fen == 2_000_000)
        for category in WAITING
    ]
    keys = {*world.fates.values(), *waiting, world.flaws_like("late")[0].proposal}
    return sorted(keys)


def small_world(world: World) -> World:
    """Return the same world with ten applications and those who make them."""
    return narrowed(world, set(chosen(world)))


def narrowed(world: World, keys: Collection[str]) -> World:
    """Return the same world with some of its applications and those who make them."""
    proposals = tuple(p for p in world.proposals if p.key in keys)
    bodies = {p.applicant for p in proposals} | {p.host for p in proposals}
    return replace(
        world,
        proposals=proposals,
        organisations=tuple(one for one in world.organisations if one.key in bodies),
        groups=tuple(one for one in world.groups if one.key in bodies),
        flaws=tuple(flaw for flaw in world.flaws if flaw.proposal in keys),
    )


def small_terms(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the terms with money for seven projects."""
    found = deepcopy(terms)
    found |= {"budget_yuan": BUDGET_YUAN, "funding_sources": SOURCES, "projects_min": 7}
    return found
