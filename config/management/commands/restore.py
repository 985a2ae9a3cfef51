"""``manage.py restore FILE``: put a backup back; stop web, worker and clock first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup import restore_backup
from core.errors import Refused


class Command(BaseCommand):
    """Check everything, then replace database and files, then verify; exit 1 when anything is wrong."""

    help = "Put a backup back into this installation, then verify. Stop the services first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and the wish to replace a database that holds something."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="replace a database that has a history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, say what came back, verify."""
        try:
            manifest = restore_backup(options["file"], replace=options["replace"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        chain = manifest["chain"]
        self.stdout.write(f"restored what {manifest['version']} wrote at {manifest['made_at']}")
        stands = f"the log stands at {chain['seq']} {chain['hash']} or later"
        self.stdout.write(f"{len(manifest['parts']) - 1} files; {stands}")
        call_command("verify", stdout=self.stdout)
