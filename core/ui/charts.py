"""Charts as inline SVG that our own stylesheet colours, each with its figures for a table beside it.

pygal lays the marks out; of what it draws only shapes, classes and numbers are kept, so that no script, style
or tooltip of it reaches a page under the strict policy. Series differ by pattern as well as by colour, every
mark carries its figure in words, and the same figures give the same bytes.

    {% load charts %}{% funnel title rows %}     (and static/css/charts.css in the head of the page)
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pygal
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from pygal.style import Style

from core.money import format_yuan

WIDTH, FONT, ROW = 400, 14, 30
LONGEST_LABEL = 9
KEPT = {
    "g": ("class", "transform"),
    "rect": ("class", "x", "y", "width", "height"),
    "path": ("class", "d"),
    "circle": ("class", "cx", "cy", "r"),
    "text": ("class", "x", "y"),
}
PATTERNS = ("", "M0 6 6 0", "M0 0v6M3 0v6", "M0 3h6M3 0v6")
Number = int | float | Decimal


@dataclass(frozen=True)
class Chart:
    """A drawn chart: the picture, the keys of its series, and its figures as a table."""

    title: str
    svg: SafeString
    heads: list[tuple[str, str]]
    rows: list[list[str]]
    legend: list[tuple[str, SafeString]] = field(default_factory=list)
    kind: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.rows

    def cells(self) -> list[list[tuple[str, str, str]]]:
        """The table's cells with the name and kind of their column."""
        return [[(value, *head) for value, head in zip(row, self.heads, strict=True)] for row in self.rows]


@dataclass(frozen=True)
class Tile:
    """A place of a schematic map: where it stands in the grid, its name, and what is told of it."""

    column: int
    row: int
    name: str
    count: int = 0
    amount_fen: int | None = None
    href: str = ""


@dataclass(frozen=True)
class Line:
    """A row of bars: its label, its values, and the words at the end of each bar."""

    label: str
    values: tuple[Number, ...]
    words: tuple[str, ...]


def funnel(title: str, rows: Sequence[Sequence[Any]]) -> Chart:
    """How many came how far. Rows are (label, count); the parts are of the first row."""
    most = max((int(row[1]) for row in rows), default=0)
    shares = [f"{int(row[1]) * 100 // most}%" if most else "—" for row in rows]
    lines = [
        Line(str(row[0]), (int(row[1]),), (f"{int(row[1]):,} · {share}",))
        for row, share in zip(rows, shares, strict=True)
    ]
    table = [[str(row[0]), f"{int(row[1]):,}", share] for row, share in zip(rows, shares, strict=True)]
    heads = [(_("环节"), "text"), (_("数量"), "int"), (_("占比"), "int")]
    return Chart(title, _bars("funnel", title, lines, ()), heads, table, kind="funnel")


def bars(
    title: str, rows: Sequence[Sequence[Any]], series: Sequence[Any], *, kind: str = "int", head: str = ""
) -> Chart:
    """Values side by side. Rows are (label, value of each series); kind is int, yuan, percent or decimal."""
    names = [str(name) for name in series]
    lines = [
        Line(str(row[0]), tuple(row[1:]), tuple(_short(value, kind) for value in row[1:])) for row in rows
    ]
    table = [[str(row[0]), *(_full(value, kind) for value in row[1:])] for row in rows]
    heads = [(head or _("名称"), "text"), *((name, "int") for name in names)]
    svg = _bars("bars", title, lines, names)
    legend = _legend(svg, names) if len(names) > 1 else []
    return Chart(title, svg, heads, table, legend, kind="bars")


def planned_paid(title: str, rows: Sequence[Sequence[Any]], *, head: str = "") -> Chart:
    """Money planned and of it paid, stacked. Rows are (label, planned in fen, paid in fen)."""
    lines = [
        Line(str(label), (paid, max(0, planned - paid)), ("", f"{_wan(paid)} / {_wan(planned)}"))
        for label, planned, paid in rows
    ]
    table = [
        [
            str(label),
            format_yuan(planned),
            format_yuan(paid),
            format_yuan(planned - paid),
            _part(paid, planned),
        ]
        for label, planned, paid in rows
    ]
    heads = [
        (head or _("类别"), "text"),
        (_("计划（元）"), "yuan"),
        (_("已拨（元）"), "yuan"),
        (_("未拨（元）"), "yuan"),
        (_("执行率"), "int"),
    ]
    names = [_("已拨"), _("未拨")]
    svg = _bars("money", title, lines, names, stacked=True)
    return Chart(title, svg, heads, table, _legend(svg, names), kind="money")


def spread(
    title: str, rows: Sequence[Sequence[Any]], *, lowest: int = 0, highest: int = 100, head: str = ""
) -> Chart:
    """Scores as dots with their median. Rows are (label, scores); those without scores only have a row."""
    told = [(str(label), sorted(float(one) for one in scores)) for label, scores in rows]
    table = [[label, str(len(found)), *(_decimal(one) for one in _five(found))] for label, found in told]
    heads = [
        (head or _("名称"), "text"),
        (_("个数"), "int"),
        (_("最低"), "decimal"),
        (_("中位"), "decimal"),
        (_("最高"), "decimal"),
        (_("平均"), "decimal"),
    ]
    svg = _dots(title, told, lowest, highest)
    return Chart(title, svg, heads, table, kind="spread")


def tile_map(title: str, cells: Sequence[Tile], *, head: str = "", counted: str = "") -> Chart:
    """A schematic map: a tile a place, darker the more there is, with name and number on it."""
    ordered = sorted(cells, key=lambda one: (one.row, one.column))
    money = any(one.amount_fen is not None for one in cells)
    heads = [(head or _("街道"), "text"), (counted or _("项目数"), "int")]
    heads += [(_("金额（元）"), "yuan")] if money else []
    table = [
        [one.name, f"{one.count:,}", *([format_yuan(one.amount_fen or 0)] if money else [])]
        for one in sorted(cells, key=lambda one: (-one.count, -(one.amount_fen or 0), one.name))
    ]
    return Chart(title, _map(title, ordered), heads, table, kind="map")


# --- drawing


def _bars(
    kind: str, title: str, lines: Sequence[Line], series: Sequence[str], *, stacked: bool = False
) -> SafeString:
    many = 1 if stacked else max((len(line.values) for line in lines), default=1)
    made = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    totals = [sum(line.values) if stacked else max(line.values) for line in lines] or [0]
    left = _label_width([line.label for line in lines])
    words = max((_width(word) for line in lines for word in line.words), default=0) + FONT
    room = WIDTH - left - 8
    height = len(lines) * (10 + 20 * many) + 8
    chart = made(
        **_plain(height),
        margin_left=_margin(left, lines),
        x_labels=[_cut(line.label) for line in reversed(lines)],
        print_values=True,
        print_values_position="top",
        show_x_guides=False,
        show_x_labels=False,
        range=(0, float(max(totals) or 1) * room / max(room - words, room / 3)),
    )
    for index in range(len(lines[0].values) if lines else 0):
        chart.add(
            series[index] if series else title,
            [
                {"value": float(line.values[index]), "formatter": _saying(line.words[index])}
                for line in reversed(lines)
            ],
        )
    reading = "；".join(f"{line.label} {' '.join(word for word in line.words if word)}" for line in lines)
    return _drawn(chart, kind, title, reading, height)


def _dots(title: str, rows: Sequence[tuple[str, list[float]]], lowest: int, highest: int) -> SafeString:
    left, many = _label_width([label for label, _scores in rows]), len(rows)
    height = many * ROW + 34
    places = [(many - index, label, scores) for index, (label, scores) in enumerate(rows)]
    chart = pygal.XY(
        **_plain(height),
        margin_left=left - 10 - int(max((len(_cut(label)) for label, _s in rows), default=0) * FONT * 0.6),
        margin_right=14,
        stroke=False,
        dots_size=4.5,
        xrange=(lowest, highest),
        range=(0.5, many + 0.5),
        x_labels=[lowest + (highest - lowest) * part // 4 for part in range(5)],
        x_value_formatter=lambda value: f"{value:g}",
        y_labels=[{"value": place, "label": _cut(label)} for place, label, _scores in places],
        show_y_guides=True,
    )
    chart.add("dots", [(score, place) for place, _label, scores in places for score in scores])
    chart.add("median", [(statistics.median(s), place) for place, _label, s in places if s])
    reading = "；".join(
        f"{label} {_decimal(statistics.median(scores)) if scores else '—'}" for label, scores in rows
    )
    return _drawn(chart, "spread", title, reading, height)


def _map(title: str, cells: Sequence[Tile]) -> SafeString:
    columns = max((one.column for one in cells), default=1)
    height = max((one.row for one in cells), default=1) * 64 + 4
    size, most = (WIDTH - 4) / columns, max((one.count for one in cells), default=0)
    drawn = []
    for one in cells:
        x, y = (one.column - 1) * size + 2, (one.row - 1) * 64 + 2
        step = -(-one.count * 4 // max(most, 4))
        middle = x + size / 2
        words = [(one.name.removesuffix("街道"), 24, "tile-name"), (f"{one.count:,}", 46, "tile-count")]
        texts = "".join(
            f'<text class="{css}" x="{_round(middle)}" y="{_round(y + down)}">{escape(text)}</text>'
            for text, down, css in words
        )
        drawn.append(
            f'<g class="tile tile-{step}"><rect x="{_round(x)}" y="{_round(y)}" width="{_round(size - 4)}" '
            f'height="60" rx="4"/>{texts}</g>'
        )
    reading = "；".join(f"{one.name} {one.count}" for one in cells)
    return _wrapped("map", title, reading, height, "".join(drawn))


def _plain(height: int) -> dict[str, Any]:
    style = Style(
        label_font_size=FONT, major_label_font_size=FONT, value_font_size=FONT, title_font_size=FONT
    )
    return {
        "width": WIDTH,
        "height": height,
        "style": style,
        "js": [],
        "css": [],
        "show_legend": False,
        "no_prefix": True,
        "margin": 4,
        "no_data_text": "",
    }


def _saying(words: str) -> Any:
    return lambda _value: words


def _drawn(chart: Any, kind: str, title: str, reading: str, height: int) -> SafeString:
    name = _name(kind, title, reading)
    inner = "".join(_written(chart.render_tree(), name, "")) if reading else ""
    return _wrapped(kind, title, reading, height, inner)


def _wrapped(kind: str, title: str, reading: str, height: int, inner: str) -> SafeString:
    """The element around the drawing: what it is called, what it says, and its patterns."""
    name = _name(kind, title, reading)
    says = f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(reading)}</desc>'
    box = f'<svg class="chart-svg chart-svg--{kind}" viewBox="0 0 {WIDTH} {height}" role="img" '
    box += f'aria-labelledby="{name}-t" aria-describedby="{name}-d" data-name="{name}" focusable="false">'
    # Everything in it was escaped above or is a number or a class of ours.
    return mark_safe(f"{box}{says}{_patterns(name)}{inner}</svg>")  # noqa: S308


def _patterns(name: str) -> str:
    return "<defs>{}</defs>".format(
        "".join(
            f'<pattern id="{name}-p{index}" class="chart-pattern chart-pattern--{index}" '
            f'width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6"/><path d="{path}"/></pattern>'
            for index, path in enumerate(PATTERNS)
            if path
        )
    )


def _written(element: Any, name: str, series: str) -> Iterator[str]:
    """The elements of pygal's tree that are kept, as text; of those left out, nothing inside either."""
    tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
    classes = (element.get("class") or "").split()
    series = next((one for one in classes if one.startswith("serie-")), series)
    if tag not in KEPT:
        if tag == "svg":
            for child in element:
                yield from _written(child, name, series)
        return
    if "background" in classes or "tooltip" in classes:
        return
    if tag == "circle" and series == "serie-1":
        x, y = element.get("cx"), float(element.get("cy"))
        yield f'<path class="median" d="M{_round(x)} {_round(y - 10)}v20"/>'
        return
    kept = "".join(
        f' {key}="{_round(value)}"' for key in KEPT[tag] if (value := element.get(key)) not in (None, "")
    )
    if tag == "rect" and series and series != "serie-0":
        kept += f' fill="url(#{name}-p{min(int(series[6:]), len(PATTERNS) - 1)})"'
    inner = "".join(part for child in element for part in _written(child, name, series))
    words = escape((element.text or "").strip()) if tag == "text" else ""
    if inner or words or tag not in ("g", "text"):
        yield f"<{tag}{kept}>{words}{inner}</{tag}>"


def _legend(svg: str, names: Sequence[str]) -> list[tuple[str, SafeString]]:
    """The key of each series: a small square with its pattern."""
    name = svg.split('data-name="', 1)[1].split('"', 1)[0]
    found = []
    for index, label in enumerate(names):
        fill = f' fill="url(#{name}-p{min(index, len(PATTERNS) - 1)})"' if index else ""
        key = '<svg class="chart-key" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" '
        key += f'focusable="false"><g class="serie-{index}"><rect class="rect" x="1" y="1" width="12" '
        found.append((label, mark_safe(f'{key}height="12"{fill}/></g></svg>')))  # noqa: S308
    return found


# --- words and measures


def _name(*parts: str) -> str:
    return "c" + hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:10]


def _round(value: Any) -> str:
    try:
        return f"{float(value):.2f}".rstrip("0").rstrip(".")
    except (TypeError, ValueError):
        return str(escape(value))


def _width(text: str) -> float:
    return sum(FONT if ord(one) > 0x2000 else FONT * 0.58 for one in text)


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def _label_width(labels: Sequence[str]) -> int:
    return int(max((_width(_cut(label)) for label in labels), default=0)) + 10


def _margin(left: int, lines: Sequence[Line]) -> int:
    longest = max((len(_cut(line.label)) for line in lines), default=0)
    return max(0, left - 10 - int(longest * FONT * 0.6))


def _wan(fen: Number) -> str:
    return _("%(amount)s万") % {"amount": f"{float(fen) / 1_000_000:,.2f}".rstrip("0").rstrip(".")}


def _part(part: int, whole: int) -> str:
    return f"{part * 100 // whole}%" if whole else "—"


def _short(value: Number, kind: str) -> str:
    return _wan(value) if kind == "yuan" else _full(value, kind)


def _full(value: Number, kind: str) -> str:
    if kind == "yuan":
        return format_yuan(int(value))
    return f"{value}%" if kind == "percent" else _decimal(value) if kind == "decimal" else f"{int(value):,}"


def _decimal(value: Number | None) -> str:
    return "—" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _five(scores: Sequence[float]) -> tuple[float | None, ...]:
    if not scores:
        return (None, None, None, None)
    return scores[0], statistics.median(scores), scores[-1], statistics.fmean(scores)
