"""``manage.py run_year``: play one whole year of the competition on an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.world.year.play import play
from config.world.year.report import fingerprint, table, write_folder
from config.world.year.workers import Inline, Processes
from grants.rounds.models import Round


class Command(BaseCommand):
    """Play the 2026 round through the services, with the cast and a stepped clock.

    Ends with a table in which every yuan adds up, the folder of documents and a clean ``verify``.
    """

    help = "Play one whole year of the competition on an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take seed, number of workers, size of the year, and where the documents go."""
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--workers", type=int, default=2, help="worker processes; 0: this process")
        parser.add_argument("--small", action="store_true", help="ten applications of the year")
        parser.add_argument("--out", type=Path, default=None, help="folder of the documents")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database that holds a round; play; print the table."""
        if Round.objects.exists():
            raise CommandError("this database holds a round already; run_year plays on an empty one")
        if not settings.DEMO:
            raise CommandError("run_year moves the clock of the installation: it runs where DEMO is on")
        workers = Processes(options["workers"]) if options["workers"] else Inline()
        stage = play(options["seed"], self.say, workers, small=options["small"])
        folder: Path = options["out"] or settings.VAR_DIR / f"year-{options['seed']}"
        counts = write_folder(stage.round, folder)
        self.say("\n" + table(stage.round))
        self.say(
            "\n" + "，".join(f"{title} {count}" for title, count in sorted(counts.items())) + f"：{folder}"
        )
        for name, digest in fingerprint(stage.round, stage.notes["panel"]).items():
            self.say(f"{name:<10}{digest}")
        refused = "，".join(f"{code} {count}" for code, count in sorted(stage.notes["refused"].items()))
        self.say(f"拒收：{refused}\n")
        call_command("verify", stdout=self.stdout)

    def say(self, line: str) -> None:
        """Show progress at once, also through a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
