"""`manage.py move_database URL`: move this installation into an empty database, of either engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config.env import database
from core.moving import NotEmpty, move

TARGET = "moving_to"


@contextmanager
def opened(url: str) -> Iterator[str]:
    """Open the receiving database beside ours; yields its alias."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        values = database("", pool=False)
    finally:
        os.environ.pop("DATABASE_URL") if before is None else os.environ.update(DATABASE_URL=before)
    defaults = {**connections["default"].settings_dict, "OPTIONS": {}, "TEST": {}}
    connections.settings[TARGET] = {**defaults, **values}
    try:
        yield TARGET
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.settings[TARGET]


def migrated(url: str) -> None:
    """Make the tables there, in a process of its own: some packages write to the default one."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--no-input"]
    command += ["--run-syncdb", "-v", "0"]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CommandError("The tables could not be made there; nothing was moved.")


class Command(BaseCommand):
    help = "Copy every row into the empty database at URL (sqlite:///… or postgres://…); stop the house first"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, **options: Any) -> None:
        migrated(options["url"])
        with opened(options["url"]) as to:
            try:
                rows = sum(number for _table, number in move(to))
            except NotEmpty:
                raise CommandError("The database at that address has a history of its own.") from None
        self.stdout.write(f"{rows} rows moved. Now point DATABASE_URL there and run: manage.py verify")
