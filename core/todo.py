"""What waits for somebody: the row every noun's ``todo_for`` returns and every desk shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, DateField, DateTimeField, F, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast

from core.clock import SHANGHAI

Answer = tuple[int, datetime | None]  # how many, the nearest deadline


@dataclass(frozen=True)
class Nearest:
    """One of the things that wait: what it is called, and its page."""

    title: str
    url_name: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Todo:
    """A kind of work that waits, counted and dated.

    ``due`` is the nearest deadline (None: no deadline), ``url_name`` and ``args`` lead to the list or the
    object, ``query`` narrows the list to what waits ("state=submitted"); an empty ``url_name`` means that
    the work is done elsewhere. ``nearest`` are the most urgent ones by name, where several wait.
    """

    label: Any
    count: int
    due: datetime | None = None
    url_name: str = ""
    args: tuple[str, ...] = ()
    query: str = ""
    nearest: tuple[Nearest, ...] = ()

    def is_late(self, now: datetime) -> bool:
        """Tell whether the nearest deadline has passed."""
        return self.due is not None and self.due < now


class Pending:
    """Work that waits and is not counted yet, so that one query can count everything on a desk.

    ``due_by`` names the field with the deadline: an instant, or a day whose last moment counts. ``page``
    names the page of a single one, whose address takes the ``keys``: where only one waits, the desk leads
    straight to it. Where several wait and ``titled`` names what they are called by, it names the nearest.
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
        titled: str = "",
        keys: tuple[str, ...] = ("public_id",),
    ) -> None:
        self.label, self.rows, self.due_by = label, rows, due_by
        self.url_name, self.args, self.query = url_name, args, query
        self.page, self.titled, self.keys = page, titled, keys

    @cached_property
    def counted(self) -> Todo:
        """Return the same work, counted and dated."""
        return counted([self])[0]

    @property
    def count(self) -> int:
        """Return how many wait."""
        return self.counted.count

    @property
    def due(self) -> datetime | None:
        """Return the nearest deadline."""
        return self.counted.due

    def as_todo(self, answer: Answer, named: list[Nearest]) -> Todo:
        """Return the work with its count and its nearest deadline; a single one with its own page."""
        number, due = answer
        if number == 1 and named:
            return Todo(self.label, number, due, named[0].url_name, named[0].args)
        nearest = tuple(named) if self.titled else ()
        return Todo(self.label, number, due, self.url_name, self.args, self.query, nearest)

    def falls_on_a_day(self) -> bool:
        """Tell whether the deadline is a day and not an instant."""
        meta, field = self.rows.model._meta, None
        for name in self.due_by.split("__") if self.due_by else ():
            field = meta.get_field(name)
            meta = field.related_model._meta if field.is_relation else meta  # type: ignore[union-attr]
        return field is not None and not isinstance(field, DateTimeField)


COLUMNS = ("place", "number", "instant", "day")
NOTHING: Answer = (0, None)
MOST_NAMED, MOST_KEYS = 5, 2


def counted(items: Iterable[Todo | Pending]) -> list[Todo]:
    """Return everything as counted work, in the same order, in one query; the nearest named in a second."""
    found = list(items)
    pending = {place: one for place, one in enumerate(found) if isinstance(one, Pending)}
    named = _nearest({place: one for place, one in pending.items() if one.page})
    answers = _count(pending)
    return [
        one.as_todo(answers.get(place, NOTHING), named[place]) if isinstance(one, Pending) else one
        for place, one in enumerate(found)
    ]


def _count(pending: dict[int, Pending]) -> dict[int, Answer]:
    parts = [_part(place, one) for place, one in pending.items()]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {place: (number, instant or _moment(day)) for place, number, instant, day in rows}


def _part(place: int, one: Pending) -> QuerySet[Any]:
    # PostgreSQL wants every part of a union typed alike, an absent deadline included.
    is_day = one.falls_on_a_day()
    nearest = {
        "instant": Min(one.due_by if one.due_by and not is_day else Cast(Value(None), DateTimeField())),
        "day": Min(one.due_by if is_day else Cast(Value(None), DateField())),
    }
    rows = one.rows.order_by().values(place=Value(place, IntegerField()))
    # Only joins repeat a row, and counting apart sorts what is counted.
    number = Count("pk", distinct=len(rows.query.alias_map) > 1)
    part: QuerySet[Any] = rows.annotate(number=number, **nearest).values_list(*COLUMNS)
    return part


def _nearest(pending: dict[int, Pending]) -> dict[int, list[Nearest]]:
    """Name the few that are due first of every kind of work, in one query."""
    parts = [_first_ones(place, one) for place, one in pending.items()]
    named: dict[int, list[Nearest]] = defaultdict(list)
    if parts:
        rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
        for place, _instant, _day, _pk, title, *keys in sorted(rows, key=_by_deadline):
            work = pending[place]
            named[place].append(Nearest(title, work.page, tuple(keys[: len(work.keys)])))
    return named


def _by_deadline(row: tuple[Any, ...]) -> tuple[Any, ...]:
    place, instant, day, pk = row[:4]
    due = instant or _moment(day)
    return (place, due is None, due.timestamp() if due else 0.0, pk)


def _first_ones(place: int, one: Pending) -> QuerySet[Any]:
    rows, is_day = one.rows.model._default_manager.order_by(), one.falls_on_a_day()
    due = (F(one.due_by).asc(nulls_last=True),) if one.due_by else ()
    # Sorted and cut as they are, so that an index finds the first few among thousands.
    first = one.rows.order_by(*due, "pk").values("pk")[:MOST_NAMED]
    part: QuerySet[Any] = rows.filter(pk__in=first)
    key, nothing = CharField(max_length=200), Value(None)
    return part.values_list(
        Value(place, IntegerField()),
        Cast(F(one.due_by) if one.due_by and not is_day else nothing, DateTimeField()),
        Cast(F(one.due_by) if is_day else nothing, DateField()),
        "pk",
        Cast(F(one.titled) if one.titled else Value(""), key),
        *(Cast(F(path) if path else Value(""), key) for path in (*one.keys, "")[:MOST_KEYS]),
    )


def _moment(day: date | None) -> datetime | None:
    """Return the end of a day in Shanghai, its 24:00."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC) if day else None


def by_urgency(todos: list[Todo]) -> list[Todo]:
    """Order the most urgent first; undated work comes after dated work, larger heaps first."""
    return sorted(
        (todo for todo in todos if todo.count),
        key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0.0, -todo.count),
    )
