"""The databases that measurements run on: a file, and a database of its own on the lent PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


def engines() -> list[str]:
    """The engines at hand."""
    return ["sqlite", "postgres"] if os.environ.get("BENCH_POSTGRES_URL") else ["sqlite"]


@contextmanager
def empty_database(engine: str, folder: str) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    import psycopg

    lent = os.environ["BENCH_POSTGRES_URL"]
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(lent, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(lent)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(lent, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
