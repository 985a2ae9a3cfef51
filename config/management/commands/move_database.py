"""`manage.py move_database URL`: move this installation into an empty database, of either engine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.moving import NotEmpty, move, opened


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
