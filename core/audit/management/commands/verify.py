"""``manage.py verify``: is everything as the log says it is?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.audit import verify


class Command(BaseCommand):
    """Check the chain, states, rows, ledger, files and invariants; exit 1 and name every problem."""

    help = "Check the audit chain, states, rows, ledger, files and invariants."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the groups or codes to run, and where to start in the chain."""
        parser.add_argument("--only", action="append", default=[], help="a group or code; may be repeated")
        parser.add_argument("--from", dest="start", type=int, default=1, help="first audit sequence number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per invariant and a line per problem."""
        wanted = [name for value in options["only"] for name in value.split(",") if name]
        known = {item.code for item in verify.invariants()} | set(verify.GROUPS)
        if unknown := [name for name in wanted if name not in known]:
            raise CommandError(
                f"unknown group or code: {', '.join(unknown)}; known: {', '.join(sorted(known))}"
            )
        wrong = right = 0
        for item, found in verify.run(wanted, start=options["start"]):
            self.stdout.write(f"{'FAIL' if found else 'ok  '} {item.code:<6} {item.group:<10} {item.says}")
            for problem in found:
                self.stdout.write(f"     {problem.where}: {problem.says}")
            wrong, right = wrong + bool(found), right + (not found)
        self.stdout.write(f"{right} passed, {wrong} failed")
        if wrong:
            raise SystemExit(1)
