"""``manage.py make_docs``: write docs/generated/; ``--check`` only says what is stale."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.env import BASE_DIR
from config.reference import HEAD, PAGES


class Command(BaseCommand):
    """Write the generated pages, or say which are stale."""

    help = "Write docs/generated from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="write nothing, fail when a page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare each page with what the code says now."""
        folder = BASE_DIR / "docs" / "generated"
        folder.mkdir(parents=True, exist_ok=True)
        stale = []
        for name, page in PAGES.items():
            path, text = folder / name, HEAD + page()
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
                if not options["check"]:
                    path.write_text(text, encoding="utf-8")
        if options["check"] and stale:
            raise CommandError(f"stale: {', '.join(stale)}; run: make docs")
        self.stdout.write(f"{len(PAGES)} pages, {len(stale)} {'stale' if options['check'] else 'written'}")
