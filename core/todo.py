"""What waits for somebody: the row every noun's ``todo_for`` returns and every desk shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, DateField, DateTimeField, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast

from core.clock import SHANGHAI

Answer = tuple[int, datetime | None, str]  # how many, the nearest deadline, the first of them


@dataclass(frozen=True)
class Todo:
    """A kind of work that waits, counted and dated.

    ``due`` is the nearest deadline (None: no deadline), ``url_name`` and ``args`` lead to the list or the
    object, ``query`` narrows the list to what waits ("state=submitted"); an empty ``url_name`` means that
    the work is done elsewhere.
    """

    label: Any
    count: int
    due: datetime | None = None
    url_name: str = ""
    args: tuple[str, ...] = ()
    query: str = ""

    def is_late(self, now: datetime) -> bool:
        """Tell whether the nearest deadline has passed."""
        return self.due is not None and self.due < now


class Pending:
    """Work that waits and is not counted yet, so that one query can count everything on a desk.

    ``due_by`` names the field with the deadline: an instant, or a day whose last moment counts. ``page``
    names the page of a single one, by its public id: where only one waits, the desk leads straight to it.
    Asked for its count alone, it counts itself.
    """

    def __init__(
        self,
        label: Any,
        rows: QuerySet[Any],
        due_by: str = "",
        url_name: str = "",
        args: tuple[str, ...] = (),
        query: str = "",
        page: str = "",
    ) -> None:
        self.label, self.rows, self.due_by = label, rows, due_by
        self.url_name, self.args, self.query, self.page = url_name, args, query, page

    @cached_property
    def counted(self) -> Todo:
        """Return the same work, counted and dated."""
        return self.as_todo(_count({0: self}).get(0, NOTHING))

    @property
    def count(self) -> int:
        """Return how many wait."""
        return self.counted.count

    @property
    def due(self) -> datetime | None:
        """Return the nearest deadline."""
        return self.counted.due

    def as_todo(self, answer: Answer) -> Todo:
        """Return the work with its count and its nearest deadline; a single one with its own page."""
        number, due, first = answer
        if number == 1 and self.page:
            return Todo(self.label, number, due, self.page, (first,))
        return Todo(self.label, number, due, self.url_name, self.args, self.query)

    def falls_on_a_day(self) -> bool:
        """Tell whether the deadline is a day and not an instant."""
        meta, field = self.rows.model._meta, None
        for name in self.due_by.split("__") if self.due_by else ():
            field = meta.get_field(name)
            meta = field.related_model._meta if field.is_relation else meta  # type: ignore[union-attr]
        return field is not None and not isinstance(field, DateTimeField)


COLUMNS = ("place", "number", "instant", "day", "first")
NOTHING: Answer = (0, None, "")


def counted(items: Iterable[Todo | Pending]) -> list[Todo]:
    """Return everything as counted work, in the same order; what is pending is counted in one query."""
    found = list(items)
    answers = _count({place: one for place, one in enumerate(found) if isinstance(one, Pending)})
    return [
        one.as_todo(answers.get(place, NOTHING)) if isinstance(one, Pending) else one
        for place, one in enumerate(found)
    ]


def _count(pending: dict[int, Pending]) -> dict[int, Answer]:
    parts = [_part(place, one) for place, one in pending.items()]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {
        place: (number, instant or _moment(day), first or "") for place, number, instant, day, first in rows
    }


def _part(place: int, one: Pending) -> QuerySet[Any]:
    # PostgreSQL wants every part of a union typed alike, an absent deadline included.
    is_day = one.falls_on_a_day()
    nearest = {
        "instant": Min(one.due_by if one.due_by and not is_day else Cast(Value(None), DateTimeField())),
        "day": Min(one.due_by if is_day else Cast(Value(None), DateField())),
        "first": Min(Cast("public_id" if one.page else Value(""), CharField(max_length=24))),
    }
    rows = one.rows.order_by().values(place=Value(place, IntegerField()))
    part: QuerySet[Any] = rows.annotate(number=Count("pk", distinct=True), **nearest).values_list(*COLUMNS)
    return part


def _moment(day: date | None) -> datetime | None:
    """Return the end of a day in Shanghai, its 24:00."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC) if day else None


def by_urgency(todos: list[Todo]) -> list[Todo]:
    """Order the most urgent first; undated work comes after dated work, larger heaps first."""
    return sorted(
        (todo for todo in todos if todo.count),
        key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0.0, -todo.count),
    )
