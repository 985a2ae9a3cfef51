"""``manage.py demo_code clerk``: the current one-time code of a role of the demo."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.world.demo import code_of


class Command(BaseCommand):
    """Print the code that the sign-in page asks for; it is valid for half a minute."""

    help = "Print the current one-time code of a role of the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the role."""
        parser.add_argument("role", help="the role's code, such as clerk or leader")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print six digits."""
        try:
            self.stdout.write(code_of(options["role"], time.time()))
        except FileNotFoundError:
            raise CommandError("no demo is loaded here: run make run first") from None
        except KeyError:
            raise CommandError(
                f"{options['role']} signs in without a code, or is no role of the demo"
            ) from None
