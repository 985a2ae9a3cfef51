"""``manage.py load_district district/wuchang``: load a district's data pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.world.loader import Pack, load_pack
from core import clock
from orgs.areas.models import Community, Street


class Command(BaseCommand):
    """Load places, holidays, bodies, accounts, sheets and form; a second run changes nothing."""

    help = "Load a district's data pack."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of the pack."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what is there."""
        folder: Path = options["folder"]
        if not (folder / "district.yaml").exists():
            raise CommandError(f"{folder} is no data pack: district.yaml is missing")
        loaded = load_pack(Pack(folder), now=clock.now())
        self.stdout.write(
            f"{Street.objects.count()} streets, {Community.objects.count()} communities, "
            f"{len(loaded.bodies)} bodies, {len(loaded.rubrics)} sheets, form {loaded.form}"
        )
