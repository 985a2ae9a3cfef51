"""A small competition for the tests of this area: the bureau, a round on the real terms, applications."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from core.audit.digest import canonical, sha256
from core.calendar.services import load_holidays
from core.lifecycle import creating
from core.policy import SYSTEM, Actor, Grant, Role
from core.unit import unit
from evaluations.panels.models import Dossier
from evaluations.rubrics.rules import digest
from evaluations.rubrics.services import load_rubrics
from grants.proposals.models import BudgetLine, Proposal, ProposalVersion
from grants.rounds import services as rounds
from grants.rounds.models import Category, Round, Stage
from grants.rounds.selectors import rubric_of
from orgs.people.models import Body
from tests.orgs.builders import Bureau, a_body, someone

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
        self.known: dict[str, Actor] = {}
        self.second_clerk = someone("吴经办", self.section, "clerk")
        self.second_chief = someone("郑科长", self.section, "section_chief")
        self.second_leader = someone("冯局长", self.committee, "leader")
        self.stranger = Actor(user_id=999_999, person_id=999_999)

    def __getattr__(self, role: str) -> Actor:
        """Return the actor who holds a role, asked for once: nobody here changes posts."""
        known = self.__dict__.get("known", {})
        if role not in known:
            known[role] = super().__getattr__(role)
        return known[role]


def a_round(office: Bureau, *, state: str = "drafting", **changes: Any) -> Round:
    """Prepare the 2026 round on its real terms (``equipped``: drafting with form and sheets).

    ``changes`` replace top-level terms.
    """
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
    if state == "equipped":
        return Round.objects.get(pk=round_.pk)
    rounds.publish_round(round_id=round_.pk, by=office.leader, now=CALL)
    if state == "selecting":
        closed = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)
        rounds.start_selection(round_id=round_.pk, by=office.section_chief, now=closed)
    return Round.objects.get(pk=round_.pk)


JUDGED = datetime(2026, 6, 4, 9, 0, tzinfo=UTC)


def a_scored_proposal(round_: Round, **fields: Any) -> Proposal:
    """Make an application as the panel left it: scored, its dossier judged.

    It comes in at the end of its way through the door (one entry each), for tests of what follows. ``score``,
    ``category`` (code), ``yuan``, ``title``, ``criteria`` and ``votes`` are what such tests are about.
    """
    serial = next(_serial)
    score = Decimal(fields.get("score", "80.00"))
    category = Category.objects.get(round=round_, code=fields.get("category", "elderly_disability"))
    applicant = fields.get("applicant") or a_body("social_organisation", f"武昌区第{serial}服务中心")
    title = fields.get("title", f"银龄守望{serial}")
    dossier = _a_judged_dossier(round_, serial, title, category, score, fields)
    dossier.party_bodies = [applicant.pk]
    creating(dossier, by=SYSTEM, now=JUDGED, permission="panels.open_dossier")
    with unit():
        number = rounds.application_number(round_, rounds.take_number(round_.pk, "application"))
    proposal = Proposal(
        state=fields.get("state", "scored"),
        number=number,
        round=round_,
        applicant=applicant,
        track="light",
        category=category,
        title=title,
        requested_fen=fields.get("yuan", 20_000) * 100,
        version_no=1,
        submitted_at=CALL,
        slot=1,
        dossier=dossier,
        official_score=score,
    )
    creating(proposal, by=head_of(applicant), now=JUDGED, permission="proposals.draft")
    ProposalVersion.objects.create(
        proposal=proposal, no=1, snapshot={}, digest=sha256(canonical({})), submitted_at=CALL
    )
    BudgetLine.objects.create(
        proposal=proposal,
        no=1,
        code="105",
        item="活动物资",
        unit="批",
        unit_price_fen=proposal.requested_fen,
        quantity=1,
        subtotal_fen=proposal.requested_fen,
        grant_fen=proposal.requested_fen,
    )
    return proposal


def _a_judged_dossier(
    round_: Round, serial: int, title: str, category: Category, score: Decimal, fields: dict[str, Any]
) -> Dossier:
    return Dossier(
        state="judged",
        round_code=round_.code,
        stage="application",
        code=f"D{serial:05d}",
        title=title,
        category=category.code,
        snapshot={},
        snapshot_digest=digest({"title": title, "snapshot": {}, "open_part": {}}),
        rubric_version=rubric_of(round_, Stage.APPLICATION),
        official_score=score,
        verdict="pass" if score >= 60 else "fail",
        votes=fields.get("votes", 0),
        breakdown={"criteria": fields.get("criteria", {})},
    )


def head_of(body: Body) -> Actor:
    """Return the person in charge of an applicant."""
    return Actor(800_000 + body.pk, 800_000 + body.pk, (Grant(Role.APPLICANT_ADMIN, body_id=body.pk),))
