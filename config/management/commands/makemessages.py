"""Django's makemessages with our habits: the marker N_ of plain-Python rules counts, tests do not."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemessages

IGNORED = ["tests/*", "bench/*", "docs/*", "var/*", ".venv/*", "staticfiles/*", "config/ops/*", "locale/*"]


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=N_"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["locale"] = options["locale"] or ["en"]
        options["extensions"] = options["extensions"] or ["py", "html", "txt"]
        options["ignore_patterns"] = [*options["ignore_patterns"], *IGNORED]
        options |= {"no_wrap": True, "no_obsolete": True, "add_location": "file"}
        super().handle(*args, **options)
