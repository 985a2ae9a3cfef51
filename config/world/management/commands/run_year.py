"""``manage.py run_year``: play one whole year of the competition on an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.world.year.play import play
from config.world.year.workers import Processes
from grants.rounds.models import Round


class Command(BaseCommand):
    """Play the 2026 round through the services, with the cast and a stepped clock."""

    help = "Play one whole year of the competition on an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the seed."""
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database that holds a round; play; print the table."""
        if Round.objects.exists():
            raise CommandError("this database holds a round already; run_year plays on an empty one")
        play(options["seed"], self.say, Processes(options["workers"]))

    def say(self, line: str) -> None:
        """Show progress at once, also through a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
