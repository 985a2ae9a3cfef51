"""Charts on a page: `{% load charts %}`; each with its figures as a table below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from core.ui import charts

register = template.Library()
PAGE = "components/chart.html"


@register.inclusion_tag(PAGE)
def chart(drawn: charts.Chart, open: bool = False) -> dict[str, Any]:
    """A chart that was drawn elsewhere; ``open`` shows its table at once."""
    return {"chart": drawn, "is_open": open}


@register.inclusion_tag(PAGE)
def funnel(title: Any, rows: Sequence[Sequence[Any]], open: bool = False) -> dict[str, Any]:
    """How many came how far: rows of (label, count)."""
    return {"chart": charts.funnel(str(title), rows), "is_open": open}


@register.inclusion_tag(PAGE)
def bars(
    title: Any,
    rows: Sequence[Sequence[Any]],
    series: Sequence[Any],
    kind: str = "int",
    head: Any = "",
    open: bool = False,
) -> dict[str, Any]:
    """Values side by side: rows of (label, value of each series)."""
    return {"chart": charts.bars(str(title), rows, series, kind=kind, head=str(head)), "is_open": open}


@register.inclusion_tag(PAGE)
def planned_paid(
    title: Any, rows: Sequence[Sequence[Any]], head: Any = "", open: bool = False
) -> dict[str, Any]:
    """Money planned and paid: rows of (label, planned fen, paid fen)."""
    return {"chart": charts.planned_paid(str(title), rows, head=str(head)), "is_open": open}


@register.inclusion_tag(PAGE)
def spread(
    title: Any,
    rows: Sequence[Sequence[Any]],
    lowest: int = 0,
    highest: int = 100,
    head: Any = "",
    open: bool = False,
) -> dict[str, Any]:
    """Scores as dots with their median: rows of (label, scores)."""
    made = charts.spread(str(title), rows, lowest=lowest, highest=highest, head=str(head))
    return {"chart": made, "is_open": open}


@register.inclusion_tag(PAGE)
def tile_map(
    title: Any, cells: Sequence[charts.Tile], head: Any = "", counted: Any = "", open: bool = False
) -> dict[str, Any]:
    """A schematic map of places: `core.ui.charts.Tile` each."""
    made = charts.tile_map(str(title), cells, head=str(head), counted=str(counted))
    return {"chart": made, "is_open": open}
