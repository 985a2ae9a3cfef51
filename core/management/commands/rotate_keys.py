"""`manage.py rotate_keys`: re-encrypt every encrypted field under the first of FIELD_KEYS."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.secrets import KeyMissing, Tampered, encrypted_fields, rotate


class Command(BaseCommand):
    """Put the new key first in FIELD_KEYS, run this, then take the old key out."""

    help = "Re-encrypt personal data under the first of FIELD_KEYS; may be stopped and started again"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for model, field in encrypted_fields():
            done = 0
            try:
                for size in rotate(model, field, batch=options["batch"]):
                    done += size
                    if options["verbosity"] > 1:
                        self.stdout.write(f"{field.purpose}: {done}")
            except (KeyMissing, Tampered) as error:
                raise CommandError(f"{error}; {total + done} values are done, nothing is lost") from None
            total += done
            self.stdout.write(f"{field.purpose}: {done}")
        self.stdout.write(f"all: {total}")
