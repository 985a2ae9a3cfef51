"""A small competition for the tests of this area: the bureau, a round on the real terms, scored applications."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from core.calendar.services import load_holidays
from core.policy import SYSTEM, Actor
from evaluations.rubrics.services import load_rubrics
from grants.rounds import services as rounds
from grants.rounds.models import Round, Stage
from tests.orgs.builders import Bureau, someone

PACK = Path(__file__).parents[2] / "district" / "wuchang"
CALL = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
_serial = itertools.count(1)


@lru_cache(maxsize=4)
def _text(name: str) -> str:
    return (PACK / name).read_text(encoding="utf-8-sig")


def pack_yaml(name: str) -> Any:
    """Return a YAML file of the data pack, parsed anew each time."""
    return yaml.safe_load(_text(name))


def load_calendar(*years: int) -> None:
    """Load the calendar of 2026, and of 2027 as the estimate it is."""
    names = {2026: "holidays_2026.csv", 2027: "holidays_2027_provisional.csv"}
    for year in years or (2026,):
        load_holidays(
            rows=list(csv.DictReader(_text(names[year]).splitlines())),
            year=year,
            source="国务院办公厅通知",
            provisional=year == 2027,
            by=SYSTEM,
            now=CALL,
        )


class Office(Bureau):
    """The bureau with a second person in each deciding role, for the separation of duties."""

    def __init__(self) -> None:
        super().__init__()
        self.second_clerk = someone("吴经办", self.section, "clerk")
        self.second_chief = someone("郑科长", self.section, "section_chief")
        self.second_leader = someone("冯局长", self.committee, "leader")
        self.stranger = Actor(user_id=999_999, person_id=999_999)


def a_round(office: Bureau, *, state: str = "drafting", **changes: Any) -> Round:
    """Prepare the 2026 round on its real terms; ``changes`` replace top-level terms."""
    terms = {**pack_yaml("terms_2026.yaml"), **changes}
    round_ = rounds.prepare_round(
        terms=terms, host=office.committee, operator=None, leads={}, by=office.clerk, now=CALL
    )
    if state == "drafting":
        return round_
    pack = pack_yaml("rubrics.yaml")
    names = {str(stage): str(stage.label) for stage in Stage}
    sheets = load_rubrics(pack=pack, prefix=round_.code, names=names, by=SYSTEM, now=CALL)
    form = rounds.keep_form(code=round_.code, no=1, schema=pack_yaml("form_2026.yaml"))
    rounds.equip_round(round_id=round_.pk, form=form, rubrics=sheets, by=office.clerk, now=CALL)
    rounds.publish_round(round_id=round_.pk, by=office.leader, now=CALL)
    if state == "selecting":
        closed = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)
        rounds.start_selection(round_id=round_.pk, by=office.section_chief, now=closed)
    return Round.objects.get(pk=round_.pk)
