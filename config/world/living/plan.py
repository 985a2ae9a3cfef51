"""What each of the three rounds plays with: its terms, its calendar, and its share of the applications."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.world.content.model import OrganisationCard, ProposalCard, World
from config.world.content.texts import load_yaml
from config.world.loader import Pack
from config.world.year.small import narrowed
from config.world.year.stage import Diary

LAST, THIS, NEXT = 2025, 2026, 2027
WRITTEN_FOR = 2026
YEAR = re.compile(r"20(2[0-9])(?=年)")
FATES = {LAST: ("audit_disallowed",)}  # every other fate of a project is met this year
# Special cases that end an application early; they wait in the queues of next year's round, if at all.
OWN_FLAWS = ("late", "duplicate", "incomplete", "ineligible", "host_fourth", "withdrawn", "community_refused")


@cache
def schedule() -> Any:
    """Return what rounds.yaml says."""
    return load_yaml(Path(__file__).with_name("rounds.yaml"))


def stands_at() -> datetime:
    """Return the moment at which the demo stands."""
    return datetime.fromisoformat(schedule()["stands_at"])


def diary(year: int) -> Diary:
    """Return when a round is played."""
    return Diary(year=year, shift_days=int(schedule()["rounds"][year]["shift_days"]), series=f"/{year}")


def terms(pack: Pack, year: int) -> dict[str, Any]:
    """Return the terms of a round: those of the pack, moved, with what the round has of its own."""
    own = schedule()["rounds"][year]
    found = pack.terms(WRITTEN_FOR)
    days = timedelta(days=own["shift_days"])
    calendar = {name: moved(value, days) for name, value in found["calendar"].items()}
    found |= {name: own[name] for name in ("budget_yuan", "funding_sources", "projects_min")}
    found |= {"calendar": calendar | own["calendar"], "year": year}
    found["code"] = found["code"].replace(str(WRITTEN_FOR), str(year))
    found["name"] = found["name"].replace(str(WRITTEN_FOR), str(year))
    return found


def moved(value: Any, by: timedelta) -> Any:
    """Return a date, an instant or a list of them so many days away; anything else as it is.

    >>> moved("2026-04-01T09:00:00+08:00", timedelta(days=-364))
    '2025-04-02T09:00:00+08:00'
    """
    if isinstance(value, list):
        return [moved(one, by) for one in value]
    if not isinstance(value, str):
        return value
    if "T" in value:
        return (datetime.fromisoformat(value) + by).isoformat()
    return (date.fromisoformat(value) + by).isoformat()


def worlds(world: World) -> dict[int, World]:
    """Return the world of each round: other applications, other applicants, the words of the right year."""
    shares = dealt(world)
    found = {}
    for year, keys in shares.items():
        part = narrowed(world, keys)
        found[year] = replace(
            part,
            proposals=tuple(of_year(card, year - WRITTEN_FOR) for card in part.proposals),
            organisations=tuple(known_in(card, year) for card in part.organisations),
        )
    return found


def dealt(world: World) -> dict[int, set[str]]:
    """Deal the applications to the rounds, none twice, best first; fates go where they belong."""
    meets = {key: year for year in FATES for fate, key in world.fates.items() if fate in FATES[year]}
    meets |= {key: THIS for key in world.fates.values() if key not in meets}
    shares: dict[int, set[str]] = {year: set() for year in schedule()["rounds"]}
    plain: dict[str, list[ProposalCard]] = defaultdict(list)
    for card in sorted(world.proposals, key=lambda card: -card.quality):
        own = any(flaw.code.startswith(OWN_FLAWS) for flaw in world.flaws_of(card.key))
        if card.key in meets:
            shares[meets[card.key]].add(card.key)
        elif own:
            shares[NEXT].add(card.key)
        else:
            plain[card.category].append(card)
    for category, cards in plain.items():
        _deal(world, shares, category, cards)
    return shares


def _deal(world: World, shares: dict[int, set[str]], category: str, cards: list[ProposalCard]) -> None:
    """Every third goes to next year, the others to this year and last year while they need some."""
    wanted = {year: schedule()["rounds"][year]["applications"].get(category, 0) for year in (LAST, THIS)}
    for year in wanted:
        wanted[year] -= sum(world.proposal[key].category == category for key in shares[year])
    for serial, card in enumerate(cards):
        takers = [year for year in (THIS, LAST) if wanted[year] > 0 and may_apply(world, card, year)]
        if serial % 3 == 2 or not takers:
            shares[NEXT].add(card.key)
            continue
        year = max(takers, key=lambda one: wanted[one])
        shares[year].add(card.key)
        wanted[year] -= 1


def may_apply(world: World, card: ProposalCard, year: int) -> bool:
    """Tell whether the applicant was old enough in the spring; hosted groups apply from this year on."""
    if year != LAST:
        return True
    house = world.organisation.get(card.applicant)
    return house is not None and house.founded_on < date(year - 1, 8, 1) and not house.incubated


def of_year(value: Any, years: int) -> Any:
    """Return a card with every year in its words moved, whatever it is made of.

    >>> of_year({"a": ("2026年7月至2027年3月", 3)}, -1)
    {'a': ('2025年7月至2026年3月', 3)}
    """
    if years == 0:
        return value
    if isinstance(value, str):
        return YEAR.sub(lambda found: str(int(found[0]) + years), value)
    if isinstance(value, Mapping):
        return {name: of_year(one, years) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(of_year(one, years) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: of_year(getattr(value, f.name), years) for f in fields(value)})
    return value


def known_in(card: OrganisationCard, year: int) -> OrganisationCard:
    """Return what the register can know of an organisation when it enters: last year's round came earlier."""
    earlier = tuple(project for project in card.earlier if not project.final_report_filed)
    if year == THIS:
        return replace(card, earlier=earlier)
    if year == NEXT:
        papers = tuple(
            (of, "passed" if result == "not_yet_due" else result) for of, result in card.inspections
        )
        return replace(card, earlier=earlier, inspections=papers)
    grade = card.grade if card.grade and card.grade.valid_from < date(year, 1, 1) else None
    papers = tuple((paper, result) for paper, result in card.inspections if paper < year - 1)
    return replace(card, earlier=earlier, grade=grade, inspections=papers)
