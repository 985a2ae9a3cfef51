"""Division codes and their validity: plain values, no database.

Codes are those of GB/T 2260 (district, 6 digits) and of the National Bureau of Statistics' table (street 9,
community 12 digits). A name is never a key: 东湖路社区居委会 occurs twice in one district.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DISTRICT, STREET, COMMUNITY = "district", "street", "community"
_LEVELS = {6: DISTRICT, 9: STREET, 12: COMMUNITY}
_COLUMNS = ("street_code", "street_name", "community_code", "community_name")
# Serials 400-599 at street level are units that resemble a street only in the statistics.
_STATISTICAL_SERIALS = range(400, 600)


@dataclass(frozen=True)
class DivisionRow:
    """One community with its street, as the code table lists it."""

    street_code: str
    street_name: str
    community_code: str
    community_name: str


def level_of(code: str) -> str:
    """Return the level that a code's length denotes; ValueError for anything that is not a code.

    >>> level_of("420106001"), level_of("420106001001")
    ('street', 'community')
    """
    if not re.fullmatch(r"[0-9]+", code, re.ASCII) or len(code) not in _LEVELS:
        raise ValueError(f"not a division code: {code!r}")
    return _LEVELS[len(code)]


def parent_of(code: str) -> str:
    """Return the code one level up: of the street for a community, of the district for a street."""
    if level_of(code) == DISTRICT:
        raise ValueError(f"{code} is a district: its parent is outside the installation")
    return code[:-3]


def covers(area_code: str, code: str) -> bool:
    """Tell whether a place lies within an area: the same code, or a longer one that begins with it."""
    return bool(area_code) and code.startswith(area_code)


def display_name(official: str) -> str:
    """Return the everyday name of a community: without its committee.

    >>> display_name("中山社区居委会"), display_name("融侨华府社区"), display_name("701社区居民委员会")
    ('中山社区', '融侨华府社区', '701社区')
    """
    name = official.strip()
    for ending in ("居民委员会", "居委会", "村民委员会", "村委会"):
        short = name.removesuffix(ending)
        if short != name and short:
            return short if short.endswith(("社区", "村")) else name
    return name


def is_statistical_unit(street_code: str) -> bool:
    """Tell whether a street code stands for a unit of the statistics only, hidden from pick lists.

    >>> is_statistical_unit("420106490"), is_statistical_unit("420106012")
    (True, False)
    """
    return int(street_code[6:9]) in _STATISTICAL_SERIALS


def is_valid_on(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Tell whether a day lies within a validity; both ends are inclusive, None is open."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def day_before(day: date) -> date:
    """Return the last day of what ends when something else begins on ``day``."""
    return day - timedelta(days=1)


def read_rows(rows: Iterable[Mapping[str, str]], *, district: str) -> tuple[list[DivisionRow], list[str]]:
    """Return the rows of a code table and, for each row that is wrong, a line that says where and why."""
    good: list[DivisionRow] = []
    wrong: list[str] = []
    names: dict[str, str] = {}
    seen: set[str] = set()
    for number, raw in enumerate(rows, start=2):
        row = DivisionRow(*(str(raw.get(column) or "").strip() for column in _COLUMNS))
        if problem := _problem(row, district, names, seen):
            wrong.append(f"{number}: {problem}")
            continue
        names[row.street_code] = row.street_name
        seen.add(row.community_code)
        good.append(row)
    return good, wrong


def _problem(row: DivisionRow, district: str, names: Mapping[str, str], seen: set[str]) -> str:
    try:
        levels = level_of(row.street_code), level_of(row.community_code)
    except ValueError as error:
        return str(error)
    if levels != (STREET, COMMUNITY):
        return f"{row.street_code} {row.community_code}: expected 9 and 12 digits"
    if parent_of(row.street_code) != district:
        return f"{row.street_code} is not in district {district}"
    if parent_of(row.community_code) != row.street_code:
        return f"{row.community_code} is not in street {row.street_code}"
    if not row.street_name or not row.community_name:
        return f"{row.community_code} has no name"
    if row.community_code in seen:
        return f"{row.community_code} occurs twice"
    if names.get(row.street_code, row.street_name) != row.street_name:
        return f"{row.street_code} has two names"
    return ""
