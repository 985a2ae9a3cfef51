"""Load a district's data pack: places, holidays, bodies, accounts, sheets, form.

A pack is a folder; what is in it is described in district/wuchang/README.md. Loading twice changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from core.calendar.services import load_holidays
from core.policy import SYSTEM
from evaluations.rubrics.models import RubricVersion
from evaluations.rubrics.services import load_rubrics
from grants.rounds.models import FormVersion
from grants.rounds.services import keep_accounts, keep_form
from orgs.areas.models import Community, Street
from orgs.areas.services import load_divisions
from orgs.people.models import Body
from orgs.people.services import create_body

RUBRIC_NAMES = {"application": "申报评审评分表", "midterm": "中期评估评分表", "final": "末期评估评分表"}


@dataclass(frozen=True)
class Pack:
    """A data pack on disk."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file of the pack."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))

    def document(self, name: str) -> Any:
        """Return a YAML file of the pack."""
        return yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))

    def terms(self, year: int) -> dict[str, Any]:
        """Return the terms of a year's round."""
        return dict(self.document(f"terms_{year}.yaml"))

    def holiday_files(self) -> Iterator[tuple[int, bool, str]]:
        """Yield year, provisional or not, and file name of the holiday tables."""
        for path in sorted(self.folder.glob("holidays_*.csv")):
            _prefix, year, *rest = path.stem.split("_")
            yield int(year), bool(rest), path.name


@dataclass(frozen=True)
class Loaded:
    """What a pack brought: sheets by stage, the form, and the bodies by their key in the pack."""

    rubrics: dict[str, RubricVersion]
    form: FormVersion
    bodies: dict[str, Body]


def load_pack(pack: Pack, *, now: datetime, year: int = 2026) -> Loaded:
    """Load the whole pack through the services, as the kernel; every step is in the log."""
    district = pack.document("district.yaml")
    load_divisions(
        rows=pack.rows("divisions.csv"),
        district_code=district["code"],
        district_name=district["name"],
        by=SYSTEM,
        now=now,
    )
    for calendar_year, provisional, name in pack.holiday_files():
        source = district["holiday_sources"][calendar_year]
        load_holidays(
            rows=pack.rows(name),
            year=calendar_year,
            source=source,
            provisional=provisional,
            by=SYSTEM,
            now=now,
        )
    keep_accounts(pack.rows("budget_categories.csv"))
    rubrics = load_rubrics(
        pack=pack.document("rubrics.yaml"), prefix=district["prefix"], names=RUBRIC_NAMES, by=SYSTEM, now=now
    )
    form = keep_form(code=district["prefix"], no=1, schema=pack.document(f"form_{year}.yaml"))
    return Loaded(rubrics, form, _bodies(pack.document("bodies.yaml"), now))


def _bodies(cards: list[dict[str, str]], now: datetime) -> dict[str, Body]:
    known = {body.code: body for body in Body.objects.filter(code__isnull=False).select_related("street")}
    streets = {street.code: street for street in Street.objects.all()}
    found: dict[str, Body] = {}
    for card in cards:
        found[card["key"]] = known.get(card["key"]) or create_body(
            kind=card["kind"],
            name=card["name"],
            short_name=card.get("short_name", ""),
            code=card["key"],
            parent=found.get(card.get("parent", "")),
            street=streets.get(str(card.get("street", ""))),
            by=SYSTEM,
            now=now,
        )
    for community in Community.objects.select_related("street").order_by("code"):
        if not community.street.hidden:
            key = f"rc_{community.code}"
            found[key] = known.get(key) or _residents_committee(key, community, now)
    return found


def _residents_committee(key: str, community: Community, now: datetime) -> Body:
    return create_body(
        kind="residents_committee",
        name=f"武昌区{community.street.name}{community.display_name}居民委员会",
        short_name=community.name,
        code=key,
        community=community,
        by=SYSTEM,
        now=now,
    )
