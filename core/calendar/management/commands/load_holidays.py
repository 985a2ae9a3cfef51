"""`manage.py load_holidays FILE --year 2027 --source "国办发明电〔2026〕N号"`: load a yearly notice."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.calendar.services import load_holidays
from core.errors import Refused
from core.policy import SYSTEM


class Command(BaseCommand):
    """Load the days off and the weekend days worked of one year."""

    help = "Load a year's holidays from a CSV file with the columns date, kind (off or work), name"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--source", required=True, help="the notice these days follow")
        parser.add_argument("--provisional", action="store_true", help="an estimate: dates need confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        with options["file"].open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        try:
            year = load_holidays(
                rows=rows,
                year=options["year"],
                source=options["source"],
                provisional=options["provisional"],
                by=SYSTEM,
                now=clock.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{year.year}: {year.days.count()} days")
