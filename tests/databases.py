"""A database of one's own: a copy of the migrated test database, for tests that commit, kill and tamper."""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, connections

_count = itertools.count(1)


def make_template(folder: Path) -> Path | str:
    """Keep a copy of the database as it is now: a file, or on PostgreSQL the name of a database."""
    if connection.vendor == "sqlite":
        path = folder / "template.sqlite3"
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        return path
    name = connection.settings_dict["NAME"]
    connection.close()
    with _maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}_template"')
        cursor.execute(f'CREATE DATABASE "{name}_template" TEMPLATE "{name}"')
    return f"{name}_template"


@contextlib.contextmanager
def _maintenance() -> Iterator[object]:
    import psycopg

    values = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    access = {name: values[key] for name, key in names.items()}
    with psycopg.connect(**access, dbname="postgres", autocommit=True) as own, own.cursor() as cursor:
        yield cursor


@contextlib.contextmanager
def own_database(template: Path | str, folder: Path) -> Iterator[str]:
    """Point the default connection at a private copy and yield its DATABASE_URL for child processes."""
    values = connection.settings_dict
    before = dict(values)
    if isinstance(template, Path):
        path = folder / f"own{next(_count)}.sqlite3"
        path.write_bytes(template.read_bytes())
        name, url = str(path), f"sqlite:///{path}"
    else:
        name = f"{values['NAME']}_own{os.getpid()}_{next(_count)}"
        with _maintenance() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        host, port = values["HOST"], values["PORT"]
        url = f"postgres://{values['USER']}:{values['PASSWORD']}@{host}:{port}/{name}"
    shelved = connection.connection
    connection.connection = None
    values["NAME"] = name
    try:
        yield url
    finally:
        connections.close_all()
        values.clear()
        values.update(before)
        connection.connection = shelved
        if isinstance(template, str):
            with _maintenance() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
