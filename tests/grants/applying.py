"""The weeks of application: registered organisations, their complete drafts, and the officers who screen."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from typing import Any

from core.policy import Actor
from core.workdays import SHANGHAI
from grants.proposals import services
from grants.proposals.models import PlaceConsent, Proposal
from grants.proposals.rules.answers import questions
from grants.proposals.selectors import link_bearer
from grants.rounds.models import Round
from grants.rounds.services import keep_accounts
from orgs.areas.models import Community
from orgs.registry import services as registry
from tests.grants.builders import PACK, Office, a_round, load_calendar, pack_yaml
from tests.orgs.builders import House, a_body, a_user, actor, load_places, seat, someone

STREET, COMMUNITY, NEXT_DOOR = "420106001", "420106001001", "420106001002"
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    """Return an instant in Shanghai: ``at("2026-04-20 10:00")``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


OPENS, OPEN, DEADLINE = at("2026-04-09 09:00"), at("2026-04-20 10:00"), at("2026-04-28 17:30")
SCREENING, RECHECK = at("2026-04-29 10:00"), at("2026-05-18 10:00")
FIXED = {
    "title": "助浴到家：高龄失能老人居家助浴",
    "category": "elderly_disability",
    "community": COMMUNITY,
    "pledge": "agreed",
    "activities": "入户助浴" + "每月上门十二次，由护理员两人一组进行；" * 7,
}


def answers(**changes: Any) -> dict[str, dict[str, Any]]:
    """Return a complete form by section; ``changes`` replace single answers."""
    found: dict[str, dict[str, Any]] = {}
    for q in questions(pack_yaml("form_2026.yaml")):
        if q.required or q.key in changes:
            text = "助" * max(q.bounds.get("min_length", 0), 20)
            filled = q.bounds.get("min", 20) if q.type == "int" else text
            found.setdefault(q.section, {})[q.key] = changes.get(q.key, FIXED.get(q.key, filled))
    return found


def line(**changes: Any) -> dict[str, Any]:
    """Return a sound budget line of 10,000 yuan; ``yuan`` gives another amount."""
    fen = changes.pop("yuan", 10_000) * 100
    row = {"code": "105", "item": "助浴物资", "basis": "按次采购", "unit": "批", "unit_price_fen": fen}
    sums = {"quantity": 1, "times": 1, "subtotal_fen": fen, "grant_fen": fen, "own_fen": 0}
    return {**row, **sums, "linked_activity": "入户助浴", "remark": "", **changes}


class Call:
    """The 2026 round in its weeks of application, an applicant, a rival, and those who screen."""

    def __init__(self) -> None:
        load_calendar(2026)
        load_places(STREET)
        rows = csv.DictReader((PACK / "budget_categories.csv").read_text(encoding="utf-8-sig").splitlines())
        keep_accounts(rows)
        self.office = Office()
        self.round: Round = a_round(self.office, state="published")
        self.house = self.an_organisation("武昌区夕阳红助老服务中心")
        self.applicant = self.house.admin
        self.operator_body = a_body("operator", "武昌区社会组织促进会")
        self.operator = someone("管承办", self.operator_body, "operator")
        self.place = Community.objects.get(code=COMMUNITY)

    def an_organisation(self, name: str) -> House:
        """Register an organisation that may apply: inspected, with a verified account of its own."""
        house, now = House(name), at("2026-04-10 09:00")
        clerk, verifier = self.office.clerk, self.office.finance_clerk
        registry.record_inspection(
            organisation_id=house.entry.pk, year=2025, result="passed", by=clerk, now=now,
            concluded_on=date(2026, 3, 31),
        )  # fmt: skip
        account = registry.add_bank_account(
            body_id=house.body.pk, holder_name=name, bank="汉口银行武昌支行",
            number=f"62170000{house.body.pk:08d}", by=house.admin, now=now,
        )  # fmt: skip
        registry.verify_bank_account(account_id=account.pk, by=verifier, now=now)
        return house

    def member(self, house: House, role: str) -> Actor:
        """Seat somebody else in an organisation."""
        return someone(f"{role}成员", house.body, role)

    def worker(self, code: str) -> Actor:
        """Return a worker of a community, with an account."""
        body = a_body("residents_committee", f"社区居委会{code}")
        user = a_user(f"社工{code[-3:]}")
        seat(user, body, "community_worker", area_code=code)
        return actor(user)

    def draft(self, house: House | None = None, *, lines: Any = None, **changes: Any) -> Proposal:
        """Write a complete draft."""
        house = house or self.house
        by = house.admin
        made = services.start_draft(round_id=self.round.pk, applicant=house.body, by=by, now=OPENS)
        for section, data in answers(**changes).items():
            services.save_section(proposal_id=made.pk, section=section, data=data, by=by, now=OPENS)
        lines = [line()] if lines is None else lines
        services.set_budget(proposal_id=made.pk, lines=lines, by=by, now=OPENS)
        return fresh(made)

    def submit(
        self, proposal: Proposal, *, by: Actor | None = None, now: datetime = OPEN, **more: Any
    ) -> Any:
        """Press the button of the applicant."""
        by = by or self.applicant
        return services.submit_proposal(proposal_id=proposal.pk, by=by, now=now, **more)

    def submitted(self, house: House | None = None, **changes: Any) -> Proposal:
        """Write a draft and hand it in."""
        made = self.draft(house, **changes)
        self.submit(made, by=(house or self.house).admin)
        return fresh(made)

    def confirm(self, proposal: Proposal) -> PlaceConsent:
        """Let the place agree through its link."""
        consent = proposal.consents.get(state="asked")
        services.confirm_consent(consent_id=consent.pk, by=link_bearer(consent), now=OPEN)
        return consent

    def screen(self, proposal: Proposal, *, now: datetime = SCREENING) -> None:
        """Check by machine, then by hand."""
        services.screen_proposal(proposal_id=proposal.pk, by=self.operator, now=now)
        services.pass_manual_checks(proposal_id=proposal.pk, says="已核对原件", by=self.office.clerk, now=now)

    def eligible(self, house: House | None = None) -> Proposal:
        """Bring an application through screening."""
        proposal = self.submitted(house)
        self.confirm(proposal)
        self.screen(proposal)
        services.find_eligible(proposal_id=proposal.pk, by=self.office.clerk, now=SCREENING)
        return fresh(proposal)

    def ineligible(self, house: House | None = None, *, now: datetime = SCREENING) -> Proposal:
        """Find an application ineligible with two signatures: its place did not agree."""
        proposal = self.submitted(house)
        self.screen(proposal, now=now)
        pk, office = proposal.pk, self.office
        services.advise_ineligible(proposal_id=pk, reason="社区未同意", by=office.clerk, now=now)
        services.find_ineligible(proposal_id=pk, by=office.section_chief, now=now)
        return fresh(proposal)


def fresh(proposal: Proposal) -> Proposal:
    """Read an application anew."""
    return Proposal.objects.get(pk=proposal.pk)
