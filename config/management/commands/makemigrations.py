"""Django's makemigrations, with constraints and indexes written where the table is created.

Django 5.2 writes one AddConstraint after the other; each of them rebuilds every model that is related (and on
SQLite the table). A constraint that names only fields of the CreateModel before it belongs into that.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation


def folded(operations: list[Operation]) -> list[Operation]:
    """The same operations with every constraint and index moved into the CreateModel it can move into."""
    created: dict[str, CreateModel] = {}
    left: list[Operation] = []
    for operation in operations:
        if isinstance(operation, CreateModel):
            created[operation.name_lower] = operation
        elif isinstance(operation, AddField):
            created.pop(operation.model_name_lower, None)
        elif isinstance(operation, AddConstraint) and (model := created.get(operation.model_name_lower)):
            model.options = _with(model.options, "constraints", operation.constraint)
            continue
        elif isinstance(operation, AddIndex) and (model := created.get(operation.model_name_lower)):
            model.options = _with(model.options, "indexes", operation.index)
            continue
        left.append(operation)
    return left


def _with(options: dict[str, Any], name: str, item: Any) -> dict[str, Any]:
    return {**options, name: [*options.get(name, []), item]}


class Command(makemigrations.Command):
    def write_migration_files(self, changes: dict[str, list[Migration]], *args: Any, **kwargs: Any) -> None:
        for migrations in changes.values():
            for migration in migrations:
                vars(migration)["operations"] = folded(list(migration.operations))
        super().write_migration_files(changes, *args, **kwargs)
