"""``manage.py run_year``: play one whole year of the competition on an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.world.year.play import play
from grants.rounds.models import Round


class Command(BaseCommand):
    """Play the 2026 round through the services, with the cast and a stepped clock."""

    help = "Play one whole year of the competition on an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the seed."""
        parser.add_argument("--seed", type=int, default=2026)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database that holds a round; play; print the table."""
        if Round.objects.exists():
            raise CommandError("this database holds a round already; run_year plays on an empty one")
        play(options["seed"], self.stdout.write)
