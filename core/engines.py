"""One file that is a whole database, made and put back: the online backup of SQLite, or pg_dump."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.db import connection, connections
from django.utils.translation import gettext as _

from core.errors import Refused

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
DEBIAN = "/usr/lib/postgresql"


def dump(folder: Path) -> Path:
    """Write the database of this moment into a folder, while people go on working."""
    target = folder / NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy, pages=4096)
        return target
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    _run([program("pg_dump"), *options, *_access()])
    return target


def put_back(source: Path) -> None:
    """Let the database be what a dump says, in one transaction; whatever was there is gone."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)
        connections.close_all()
        return
    script = source.with_suffix(".sql")
    _run([program("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}", str(source)])
    clear = source.with_suffix(".clear.sql")
    clear.write_text("\n".join(_clearing()), encoding="utf-8")
    connections.close_all()
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run([program("psql"), *options, f"--file={clear}", f"--file={script}", *_access()])


def _clearing() -> list[str]:
    """Drop what is ours: every table of the schema and our own functions, never those of an extension."""
    functions = (
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = current_schema() AND NOT EXISTS "
        "(SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        tables = connection.introspection.get_table_list(cursor)
        cursor.execute(functions)
        found = [row[0] for row in cursor.fetchall()]
    drops = [f"DROP TABLE IF EXISTS {quote(table.name)} CASCADE;" for table in tables]
    return [
        "SET client_min_messages = warning;",
        *drops,
        *(f"DROP FUNCTION {name} CASCADE;" for name in found),
    ]


def program(name: str) -> str:
    """Return where a client program of PostgreSQL is, the newest one; Refused where there is none."""
    installed = sorted(Path(DEBIAN).glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        says = _("缺少 PostgreSQL 客户端程序 %(name)s，请先安装：apt-get install -y postgresql-client")
        raise Refused(says % {"name": name})
    return found


def _access() -> list[str]:
    values = connection.settings_dict
    pairs = {
        "host": values["HOST"],
        "port": values["PORT"],
        "username": values["USER"],
        "dbname": values["NAME"],
    }
    return [f"--{name}={value}" for name, value in pairs.items() if value] + ["--no-password"]


def _run(command: list[str]) -> None:
    environment = {**os.environ, "PGPASSWORD": str(connection.settings_dict["PASSWORD"]), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        reason = said[-1] if said else str(done.returncode)
        raise Refused(_("%(name)s 没有完成：%(reason)s") % {"name": Path(command[0]).name, "reason": reason})
