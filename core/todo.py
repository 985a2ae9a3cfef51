"""What waits for somebody: the row every noun's ``todo_for`` returns and every desk shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DateField, DateTimeField, IntegerField, Min, QuerySet, Value

from core.clock import SHANGHAI


@dataclass(frozen=True)
class Todo:
    """A kind of work that waits, counted and dated.

    ``due`` is the nearest deadline (None: no deadline), ``url_name`` and ``args`` lead to the list or the
    object; an empty ``url_name`` means that the work has no page of its own yet.
    """

    label: Any
    count: int
    due: datetime | None = None
    url_name: str = ""
    args: tuple[str, ...] = ()

    def is_late(self, now: datetime) -> bool:
        """Tell whether the nearest deadline has passed."""
        return self.due is not None and self.due < now


@dataclass(frozen=True)
class Pending:
    """Work that waits and is not counted yet, so that one query can count everything on a desk.

    ``due`` names the field with the deadline: an instant, or a day whose last moment counts.
    """

    label: Any
    rows: QuerySet[Any]
    due: str = ""
    url_name: str = ""
    args: tuple[str, ...] = ()


def counted(items: Iterable[Todo | Pending]) -> list[Todo]:
    """Return everything as counted work, in the same order, in at most two queries however many rows."""
    found = list(items)
    pending = {place: one for place, one in enumerate(found) if isinstance(one, Pending)}
    days = {place: one for place, one in pending.items() if _is_day(one)}
    instants = {place: one for place, one in pending.items() if place not in days}
    answers = _count(instants, DateTimeField()) | _count(days, DateField())
    for place, one in pending.items():
        number, due = answers.get(place, (0, None))
        found[place] = Todo(one.label, number, due, one.url_name, one.args)
    return [one for one in found if isinstance(one, Todo)]


def _is_day(one: Pending) -> bool:
    if not one.due:
        return False
    field: Any = one.rows.model._meta
    for name in one.due.split("__"):
        field = (field.related_model._meta if getattr(field, "is_relation", False) else field).get_field(name)
    return not isinstance(field, DateTimeField)


def _count(pending: dict[int, Pending], kind: DateField) -> dict[int, tuple[int, datetime | None]]:
    parts = [
        one.rows.order_by()
        .values(place=Value(place, IntegerField()))
        .annotate(number=Count("pk", distinct=True))
        .annotate(nearest=Min(one.due or Value(None, kind), output_field=kind))
        .values_list("place", "number", "nearest")
        for place, one in pending.items()
    ]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return {place: (number, _moment(nearest)) for place, number, nearest in rows}


def _moment(nearest: date | datetime | None) -> datetime | None:
    """Return an instant; of a day, its last one."""
    if nearest is None or isinstance(nearest, datetime):
        return nearest
    return datetime.combine(nearest + timedelta(days=1), time(), SHANGHAI) - timedelta(seconds=1)


def by_urgency(todos: list[Todo]) -> list[Todo]:
    """Order the most urgent first; undated work comes after dated work, larger heaps first."""
    return sorted(
        (todo for todo in todos if todo.count),
        key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0.0, -todo.count),
    )
