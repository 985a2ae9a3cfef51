"""Every state machine as a table and a diagram."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from core import policy
from core.audit.invariants import stateful_models
from core.lifecycle import Stateful, state_fields


def machines() -> list[type[Stateful]]:
    """Return every model with a state, by area and name."""
    found = [model for model in stateful_models() if state_fields(model)]
    own = [model for model in found if not model.__module__.startswith("tests.")]
    return sorted(own, key=lambda model: (model.__module__, model.__name__))


def edges(model: type[Stateful]) -> list[tuple[str, str, str, str, str, str]]:
    """Return (source, verb, target, permission, guards, fact) of a machine, in order of its states."""
    field = state_fields(model)[0]
    order = [value for value, _label in field.flatchoices]
    rows = []
    for method in field.transitions[model].values():
        for source, found in method._django_fsm.transitions.items():
            target = found.target if found.target is not None else source
            permission = getattr(found.permission, "row_name", "—")
            guards = ", ".join(guard.__name__ for guard in found.conditions)
            fact = found.custom["fact"].__name__ if found.custom.get("fact") else ""
            rows.append((str(source), found.name, str(target), permission, guards, fact))
    return sorted(rows, key=lambda row: (order.index(row[0]), row[1], row[2]))


def who(permission: str) -> str:
    """Return the roles a permission row admits; ``system`` for a step the kernel takes on a fact."""
    if permission == "—":
        return "nobody"
    found = policy.row(permission)
    names = [str(role) for role in sorted(found.roles())]
    return ", ".join(names + (["system"] if found.by_system else []))


def section(model: type[Stateful]) -> Iterator[str]:
    """Yield the lines of one machine."""
    field = state_fields(model)[0]
    yield f"## {model.__name__} ({model._meta.label_lower})"
    yield ""
    yield (model.__doc__ or "").strip().splitlines()[0]
    yield ""
    yield "| state | name |"
    yield "|---|---|"
    yield from (f"| `{value}` | {label} |" for value, label in field.flatchoices)
    yield ""
    yield "| from | verb | to | who | guards | fact |"
    yield "|---|---|---|---|---|---|"
    rows = edges(model)
    for source, verb, target, permission, guards, fact in rows:
        yield f"| `{source}` | {verb} | `{target}` | {who(permission)} | {guards} | {fact} |"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {field.default}"
    yield from (f"    {source} --> {target}: {verb}" for source, verb, target, *_rest in rows)
    yield "```"
    yield ""


def page() -> str:
    """Return the page of all machines."""
    lines = ["# Life cycles", "", "A verb that is not in a table does not exist: the door refuses it.", ""]
    with translation.override("zh-hans"):
        for model in machines():
            lines += section(model)
    return "\n".join(lines)
