"""System checks of the house: database options as the database reports them, keys, the demo mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections


@register(Tags.database)
def sqlite_options_are_in_force(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Reads the PRAGMAs back: an option that did not arrive loses transactions silently."""
    problems: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
            continue
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        with connection.cursor() as cursor:
            for pragma, value in wanted.items():
                found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if found != value:
                    problems.append(Error(f"SQLite {pragma} is {found}, not {value}.", id="config.E001"))
        if settings.DATABASES[alias]["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
            problems.append(Error("SQLite needs transaction_mode IMMEDIATE.", id="config.E002"))
    return problems


@register(Tags.database)
def postgresql_is_durable(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """In production a commit must be on disk before it is answered."""
    if not settings.PRODUCTION:
        return []
    problems: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] == "off":
                    problems.append(Error(f"PostgreSQL runs with {name} off.", id="config.E003"))
    return problems


@register()
def no_request_is_one_transaction(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """ATOMIC_REQUESTS with IMMEDIATE would make every page view take the write lock."""
    return [
        Error(f"ATOMIC_REQUESTS must be off for {alias}.", id="config.E004")
        for alias, options in settings.DATABASES.items()
        if options.get("ATOMIC_REQUESTS")
    ]


def carries_demo_mark(alias: str = "default") -> bool:
    """Whether a demo was ever loaded into this database (false while it has no tables yet)."""
    mark = apps.get_model("core", "DemoClock")
    connection = connections[alias]
    return mark._meta.db_table in connection.introspection.table_names() and mark._default_manager.exists()


def refuse_demo() -> None:
    """Called by web and worker at start: production does not serve people who do not exist."""
    if settings.PRODUCTION and carries_demo_mark():
        raise ImproperlyConfigured("This database carries the demo mark; production needs one of its own.")


@register(Tags.database)
def production_has_no_demo_mark(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A database into which a demo was loaded has invented people and a moved clock."""
    if not settings.PRODUCTION:
        return []
    return [
        Error("The database carries the demo mark.", hint="Use a database of its own.", id="config.E005")
        for alias in databases or []
        if carries_demo_mark(alias)
    ]
