"""No state changes but through core.lifecycle: the source is searched for every way around the door."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

Sources = tuple[tuple[Path, ast.Module], ...]
RAW_WRITE = re.compile(
    r"(?is)^\s*(insert\s+(or\s+\w+\s+)?into\s|update\s+\S+\s+set\s|delete\s+from\s|replace\s+into\s"
    r"|(drop|alter|create)\s+(table|trigger|index|view)\s|truncate\s+(table\s+)?\w+\s*;?\s*$)"
)
BULK_METHODS = {"update", "bulk_update", "update_or_create", "bulk_create"}


def side_doors(tree: ast.Module) -> list[tuple[int, str]]:
    """Every line that would write a state past the door, with what it does."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += _bulk_writes(node)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state" and _is_object(target.value):
                    found.append((node.lineno, "assigns .state"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW_WRITE.match(node.value):
            found.append((node.lineno, "writes by raw SQL"))
    return found


def _is_object(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Name) and value.id == "cls")


def _bulk_writes(node: ast.Call) -> list[tuple[int, str]]:
    assert isinstance(node.func, ast.Attribute)
    method = node.func.attr
    if method in BULK_METHODS and any(keyword.arg == "state" for keyword in node.keywords):
        return [(node.lineno, f".{method}(state=)")]
    if method == "bulk_update" and any(_names_state(argument) for argument in ast.walk(node)):
        return [(node.lineno, ".bulk_update(state)")]
    named = node.func.value
    if (
        method == "setattr"
        or (isinstance(named, ast.Name) and named.id == "object" and method == "__setattr__")
    ) and any(_names_state(argument) for argument in node.args):
        return [(node.lineno, "sets state by name")]
    return []


def _names_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "state"


def test_no_room_writes_a_state_past_the_door(sources: Sources) -> None:
    around = [
        f"{path}:{line} {what}"
        for path, tree in sources
        if path.parts[0] != "core"
        for line, what in side_doors(tree)
    ]
    assert around == []


@pytest.mark.parametrize(
    "source",
    [
        "Proposal.objects.filter(pk=1).update(state='awarded')",
        "Proposal.objects.bulk_update(rows, ['state'])",
        "Proposal.objects.bulk_update(rows, fields=['title', 'state'])",
        "proposal.state = S.AWARDED",
        "cursor.execute('UPDATE proposals_proposal SET state = 1')",
        "cursor.execute('  delete from audit_entry')",
        "Proposal.objects.update_or_create(number='1', state='awarded')",
    ],
)
def test_the_search_finds_each_way_around(source: str) -> None:
    assert side_doors(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "Proposal.objects.filter(state='awarded').update(title='x')",
        "proposal.state_since = now",
        "text = 'Update of the plan'",
        "seen.update(states)",
    ],
)
def test_the_search_lets_honest_lines_pass(source: str) -> None:
    assert side_doors(ast.parse(source)) == []


def stateful_models() -> list[type[models.Model]]:
    from core.lifecycle import Stateful

    return [model for model in apps.get_models() if issubclass(model, Stateful)]


def test_the_database_knows_the_states_of_every_machine() -> None:
    from core.lifecycle import StateField

    unguarded = []
    for model in apps.get_models():
        fields = [field for field in model._meta.get_fields() if isinstance(field, StateField)]
        for field in fields:
            checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
            if not any(field.name in str(check.condition) for check in checks):
                unguarded.append(f"{model._meta.label}.{field.name}")
    assert unguarded == []


def test_every_state_field_refuses_assignment() -> None:
    from core.lifecycle import StateField

    open_fields = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, StateField) and not getattr(field, "protected", False)
    ]
    assert open_fields == []
