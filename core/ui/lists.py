"""List pages: filter, sort, page, export. Declared once, asked with a request, the same number of queries
for one row and for a thousand.

    class ProposalList(ListPage):
        columns = [Col("number", _("编号"), sort="number"), Col("requested_fen", _("申请金额"), kind="yuan")]
        filters = [Choice("state", _("状态"), choices=S.choices), Search("q", _("名称"), fields=["title"])]
        default_sort = "-created_at"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

MOST_EXPORTED = 20_000
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Col:
    """A column: where its value comes from (a path or a function), how it is shown and sorted.

    `kind`: text, int, yuan, decimal, date, datetime, bool, badge. `link` gives the address a cell leads to.
    """

    key: str
    title: Any
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    sort: str = ""
    link: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    width: int = 0
    on_page: bool = True
    in_export: bool = True

    def of(self, obj: Any) -> Any:
        """The value of this column for a row."""
        if self.value is not None:
            return self.value(obj)
        for name in self.key.split("__"):
            obj = getattr(obj, name, None)
        return obj


def page_of(obj: Any) -> str:
    """The page that the cell of a row leads to."""
    return str(obj.get_absolute_url())


def state_col(title: Any = "", tone: Callable[[Any], str] | None = None, **more: Any) -> Col:
    """The column that says where every row stands, in the colours of its kind or in ``tone``."""
    toned = tone or (lambda obj: obj.STATE_TONES.get(obj.state, "neutral"))
    shown: Callable[[Any], Any] = lambda obj: obj.get_state_display()  # noqa: E731
    return Col("state", title or _("状态"), "badge", shown, sort="state", tone=toned, **more)


@dataclass(frozen=True)
class Filter:
    """Something a list can be narrowed by; what is not understood narrows nothing."""

    name: str
    label: Any

    kind = "text"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        raise NotImplementedError

    def accepts(self, value: str) -> bool:
        return bool(value)

    def settled(self) -> Filter:
        """The filter as one request uses it: choices that come from the database are asked for once."""
        return self


@dataclass(frozen=True)
class Choice(Filter):
    """One of some values; `field` is looked up exactly, or `by` narrows in its own way."""

    choices: Sequence[tuple[str, Any]] | Callable[[], Sequence[tuple[str, Any]]] = ()
    field: str = ""
    by: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None

    kind = "choice"

    def options(self) -> list[tuple[str, Any]]:
        return [
            (str(code), label) for code, label in (self.choices() if callable(self.choices) else self.choices)
        ]

    def settled(self) -> Choice:
        return replace(self, choices=self.options()) if callable(self.choices) else self

    def accepts(self, value: str) -> bool:
        return value in {code for code, _label in self.options()}

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return self.by(rows, value) if self.by else rows.filter(**{self.field or self.name: value})


@dataclass(frozen=True)
class Search(Filter):
    """Words that must all stand in one of some fields."""

    fields: Sequence[str] = field(default_factory=list)

    kind = "search"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in value.replace("\x00", "")[:LONGEST_SEARCH].split():
            anywhere = Q()
            for name in self.fields:
                anywhere |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(anywhere)
        return rows


@dataclass(frozen=True)
class Cell:
    """A value on its way to the page."""

    col: Col
    value: Any
    link: str
    tone: str
    pick: str = ""


class ListPage:
    """A list of rows as one request asks for it.

    ``pick_form`` is the id of a form on the page for which rows can be ticked, by their public id.
    """

    columns: Sequence[Col] = ()
    filters: Sequence[Filter] = ()
    default_sort: str = "-pk"
    per_page: int = 20
    per_page_offered: Sequence[int] = (20, 60)
    title: Any = _("列表")
    nothing: Any = _("还没有记录。")
    empty: Any = _("没有符合条件的记录。")
    empty_hint: Any = _("可以放宽筛选条件，或清空后再看。")
    pick_form: str = ""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.request, self._rows = request, rows
        self.filters = [one.settled() for one in self.filters]
        self.asked = {key: str(value).strip() for key, value in request.GET.items() if str(value).strip()}

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows after filter and sort, all pages of them."""
        rows = self._rows
        for one in self.filters:
            if value := self.chosen(one):
                rows = one.narrow(rows, value)
        order = self.sort_key
        return rows.order_by(order, "pk") if order.lstrip("-") != "pk" else rows.order_by(order)

    def chosen(self, one: Filter) -> str:
        """What was asked of a filter, if it makes sense."""
        value = self.asked.get(one.name, "")
        return value if one.accepts(value) else ""

    @cached_property
    def sort_key(self) -> str:
        """The ordering asked for, if a column offers it; else the list's own."""
        asked = self.asked.get("sort", "")
        offered = {col.sort for col in self.columns if col.sort}
        return asked if asked.lstrip("-") in offered and asked.count("-") <= 1 else self.default_sort

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; a number that makes no sense gives the first, one too large the last."""
        return Paginator(self.rows, self.rows_a_page).get_page(self.asked.get("page", "1"))

    @property
    def rows_a_page(self) -> int:
        """How many rows were asked for on a page, of the numbers offered; else the list's own."""
        asked = self.asked.get("per", "")
        return int(asked) if asked in {str(number) for number in self.per_page_offered} else self.per_page

    def lengths(self) -> Iterator[tuple[int, str, bool]]:
        """Rows a page, the address that asks for them, and whether it is this one."""
        for number in self.per_page_offered:
            address = self.address(per="" if number == self.per_page else str(number), page="")
            yield number, address, number == self.rows_a_page

    @property
    def visible(self) -> list[Col]:
        return [col for col in self.columns if col.on_page]

    def lines(self) -> Iterator[list[Cell]]:
        """The cells of the page asked for."""
        for obj in self.page.object_list:
            pick = str(obj.public_id) if self.pick_form else ""
            yield [
                Cell(
                    col,
                    col.of(obj),
                    col.link(obj) if col.link else "",
                    col.tone(obj) if col.tone else "neutral",
                    "" if place else pick,
                )
                for place, col in enumerate(self.visible)
            ]

    def heads(self) -> Iterator[tuple[Col, str, str]]:
        """Column, address that sorts by it, and its present direction for aria-sort."""
        for col in self.visible:
            if not col.sort:
                yield col, "", ""
            elif self.sort_key == col.sort:
                yield col, self.address(sort=f"-{col.sort}", page=""), "ascending"
            else:
                is_down = self.sort_key == f"-{col.sort}"
                yield col, self.address(sort=col.sort, page=""), "descending" if is_down else "none"

    def controls(self) -> Iterator[tuple[Filter, str]]:
        """Each filter with what is chosen."""
        for one in self.filters:
            yield one, self.chosen(one)

    @property
    def is_narrowed(self) -> bool:
        return any(chosen for _filter, chosen in self.controls())

    def address(self, **changes: str) -> str:
        """This list with something changed, filters kept; only parameters we know are carried on."""
        known = {one.name: self.chosen(one) for one in self.filters}
        sort = self.sort_key if self.sort_key != self.default_sort else ""
        per = str(self.rows_a_page) if self.rows_a_page != self.per_page else ""
        known |= {"sort": sort, "per": per, "page": str(self.page.number), **changes}
        left = {key: value for key, value in known.items() if value and (key, value) != ("page", "1")}
        return f"?{urlencode(left)}" if left else "?"

    def pages(self) -> Iterator[tuple[str, str, bool]]:
        """Numbers around the present page: text, address, is it this one; an ellipsis has no address."""
        for number in self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1):
            text = str(number)
            address = self.address(page=text) if isinstance(number, int) else ""
            yield text, address, number == self.page.number

    @property
    def previous(self) -> str:
        return self.address(page=str(self.page.previous_page_number())) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        return self.address(page=str(self.page.next_page_number())) if self.page.has_next() else ""

    @property
    def wants_export(self) -> bool:
        return self.asked.get("export") == "xlsx"

    @property
    def export_address(self) -> str:
        return self.address(export="xlsx", page="")

    def export(self, filename: str) -> HttpResponse:
        """Everything the filters leave, as XLSX."""
        from core.columns import KINDS, Column
        from core.sheets import Sheet, write_xlsx

        cols = [col for col in self.columns if col.in_export]
        columns = [
            Column(c.key, str(c.title), kind=c.kind if c.kind in KINDS else "text", width=c.width)
            for c in cols
        ]
        body = ([_plain(col.of(obj)) for col in cols] for obj in self.rows[:MOST_EXPORTED])
        data = write_xlsx([Sheet(str(self.title), columns, body)])
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(data, content_type=kind)
        response.headers["Content-Disposition"] = str(content_disposition_header(True, f"{filename}.xlsx"))
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _plain(value: Any) -> Any:
    return (
        value if isinstance(value, int | float) or hasattr(value, "year") or value is None else _number(value)
    )


def _number(value: Any) -> Any:
    from decimal import Decimal

    return value if isinstance(value, Decimal) else str(value)
