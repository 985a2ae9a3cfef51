"""Every fact: its ids, who handles it in the same transaction, who gets it after the commit."""

from __future__ import annotations

import dataclasses

from core.apps import declaring_modules
from core.events import all_facts, handlers_of
from core.outbox.queue import consumers_of


def page() -> str:
    """Return the table of facts, also of those that nothing has imported yet."""
    declaring_modules("events")
    lines = [
        "# Facts",
        "",
        "| fact | ids | means | same transaction | after the commit |",
        "|---|---|---|---|---|",
    ]
    for fact in all_facts():
        if fact.__module__.startswith("tests."):
            continue
        ids = ", ".join(field.name for field in dataclasses.fields(fact))
        doc = (fact.__doc__ or "").strip().splitlines()[0]
        same = ", ".join(f"{handler.__module__}.{handler.__name__}" for handler in handlers_of(fact))
        after = ", ".join(sorted(consumers_of(fact)))
        if ids:
            lines.append(f"| `{fact.name}` | {ids} | {doc} | {same} | {after} |")
    return "\n".join([*lines, ""])
