"""``manage.py load_demo``: the living demo, on an empty database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.world.demo import load_demo
from grants.rounds.models import Round


class Command(BaseCommand):
    """Play three rounds up to the moment at which the demo stands; write the sign-ins to var/."""

    help = "Load the living demo into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse production and a database that holds a round."""
        if not settings.DEMO:
            raise CommandError("the demo is loaded only where DEMO is on; production never is")
        if Round.objects.exists():
            raise CommandError("this database holds a round already; the demo is loaded into an empty one")
        found = load_demo(self.stdout.write)
        self.stdout.write(f"{len(found)} sign-ins: {settings.VAR_DIR / 'demo-sign-ins.txt'}")
