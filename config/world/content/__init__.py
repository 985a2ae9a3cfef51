"""The content of the world: who takes part in a year and what they write, say and spend; no Django here.

`build_world(seed)` gives the people, bodies, organisations, proposals and special cases; `sheet` what an
expert scores; `activity_records`, `expenses`, `satisfaction` and `report` the life of a funded project; the
rest are the words of particular moments. The same arguments always give the same answer.
"""

from config.world.content.execution import (
    SpendLine,
    activity_records,
    budget_lines,
    expenses,
    satisfaction,
    spend_rate,
)
from config.world.content.model import World
from config.world.content.pack import pack_file, places, rows
from config.world.content.reports import (
    departure_reason,
    disallowed,
    meeting,
    midterm_failure,
    minor_finding,
    objection,
    recovery,
    report,
    saying,
)
from config.world.content.scores import items, sheet
from config.world.content.world import build_world

__all__ = [
    "SpendLine",
    "World",
    "activity_records",
    "budget_lines",
    "build_world",
    "departure_reason",
    "disallowed",
    "expenses",
    "items",
    "meeting",
    "midterm_failure",
    "minor_finding",
    "objection",
    "pack_file",
    "places",
    "recovery",
    "report",
    "rows",
    "saying",
    "satisfaction",
    "sheet",
    "spend_rate",
]
