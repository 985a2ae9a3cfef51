"""Append-only tables: triggers that refuse UPDATE, DELETE and TRUNCATE on both engines.

An altered table on SQLite is rebuilt and silently loses its triggers; they are therefore installed after
every migrate, and their presence is asserted by a system check and by ``manage.py verify``.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, models

_models: list[type[models.Model]] = []
_columns: dict[type[models.Model], tuple[str, ...]] = {}
FUNCTION = "refuse_rewriting"


def append_only(model: type[models.Model], *, except_for: tuple[str, ...] = ()) -> None:
    """Declare a table append-only; ``except_for`` names columns that may still be set (none by default)."""
    if model not in _models:
        _models.append(model)
    _columns[model] = except_for


def append_only_models() -> list[type[models.Model]]:
    """Return every table that is declared append-only."""
    return list(_models)


def _names(table: str) -> dict[str, str]:
    return {
        "update": f"{table}_no_update",
        "delete": f"{table}_no_delete",
        "truncate": f"{table}_no_truncate",
    }


def _frozen_columns(model: type[models.Model]) -> list[str]:
    return [str(f.column) for f in model._meta.concrete_fields if f.name not in _columns[model]]


def statements(model: type[models.Model], vendor: str) -> list[str]:
    """Return the SQL that makes one table append-only."""
    table = model._meta.db_table
    names = _names(table)
    of = "" if not _columns[model] else " OF " + ", ".join(f'"{c}"' for c in _frozen_columns(model))
    if vendor == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        return [
            f'DROP TRIGGER IF EXISTS "{names["update"]}"',
            f'DROP TRIGGER IF EXISTS "{names["delete"]}"',
            f'CREATE TRIGGER "{names["update"]}" BEFORE UPDATE{of} ON "{table}" BEGIN {refuse}',
            f'CREATE TRIGGER "{names["delete"]}" BEFORE DELETE ON "{table}" BEGIN {refuse}',
        ]
    run = f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        *(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"' for name in names.values()),
        f'CREATE TRIGGER "{names["update"]}" BEFORE UPDATE{of} ON "{table}" FOR EACH ROW {run}',
        f'CREATE TRIGGER "{names["delete"]}" BEFORE DELETE ON "{table}" FOR EACH ROW {run}',
        f'CREATE TRIGGER "{names["truncate"]}" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {run}',
    ]


def install(using: str = "default") -> None:
    """(Re)create the triggers of every append-only table that exists."""
    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
            )
        for model in _models:
            if model._meta.db_table in existing:
                for statement in statements(model, connection.vendor):
                    cursor.execute(statement)


def missing(using: str = "default") -> list[str]:
    """Return the names of triggers that should exist and do not, for tables that exist."""
    connection = connections[using]
    kinds = ("update", "delete") if connection.vendor == "sqlite" else ("update", "delete", "truncate")
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    tables = [model._meta.db_table for model in _models if model._meta.db_table in existing]
    return [_names(table)[kind] for table in tables for kind in kinds if _names(table)[kind] not in found]


def install_after_migrate(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """Install once per migrate, when the last app with models has been migrated."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender.name == last.name:
        install(using)
