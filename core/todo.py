"""What waits for somebody: the row every noun's ``todo_for`` returns and every desk shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


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


def by_urgency(todos: list[Todo]) -> list[Todo]:
    """Order the most urgent first; undated work comes after dated work, larger heaps first."""
    return sorted(
        (todo for todo in todos if todo.count),
        key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0.0, -todo.count),
    )
