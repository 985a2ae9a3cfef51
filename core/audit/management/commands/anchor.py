"""``manage.py anchor``: write a signed note of the chain's head outside the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.audit.anchors import drop_anchor


class Command(BaseCommand):
    """Drop today's anchor; copy the folder to another machine."""

    help = "Write a signed note of the chain's head into ANCHOR_DIR."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the note and print its path."""
        path = drop_anchor(clock.now())
        self.stdout.write(str(path) if path else "the chain is empty: nothing to anchor")
