"""``manage.py backup``: write the whole installation into one file, while people go on working."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import make_backup
from core import clock
from core.errors import Refused


class Command(BaseCommand):
    """Database, files, anchors and pictures in one sealed file with a signed list."""

    help = "Write a backup of database and files into one sealed file (0600)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder, and the wish for a file that is not sealed."""
        parser.add_argument("--to", type=Path, default=None, help="the folder; default: backups/ in VAR_DIR")
        parser.add_argument("--plain", action="store_true", help="not sealed: a tar anybody can read")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say where it is and what it holds."""
        folder = options["to"] or Path(settings.VAR_DIR) / "backups"
        try:
            made = make_backup(folder, now=clock.now(), sealed=not options["plain"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        manifest = made.manifest
        chain, files = manifest["chain"], len(manifest["parts"]) - 1
        stood = f"the log stood at {chain['seq']} {chain['hash']}"
        self.stdout.write(str(made.path))
        self.stdout.write(f"{made.size} bytes, sha256 {made.sha256}")
        self.stdout.write(f"{manifest['engine']} and {files} files; {stood}")
