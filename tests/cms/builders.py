"""A round with an application in it, and the people who look at both through pages and letters."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from core.outbox.models import Message
from core.outbox.queue import drain
from core.policy import Actor
from core.workdays import SHANGHAI
from grants.proposals import services as proposals
from grants.proposals.models import Proposal
from grants.rounds.services import keep_accounts
from orgs.people.models import User
from tests.grants.builders import PACK, Office, a_round, load_calendar
from tests.orgs.builders import a_body, a_user, actor, load_places, seat, signed_in

OPEN = datetime(2026, 4, 20, 10, 0, tzinfo=SHANGHAI)
STREET, COMMUNITY = "420106008", "420106008006"
LONG = "社区里独居老人多、子女在外，我们与居民一起商量后决定开展这个项目，按月开展活动并记录。" * 4
ANSWERS: dict[str, dict[str, Any]] = {
    "basics": {"title": "银龄守望互助行动", "category": "elderly_disability", "summary": LONG},
    "need": {
        "survey_size": 36,
        "need_analysis": LONG,
        "target_group": "独居且80岁以上的居民",
        "beneficiaries": 60,
    },
    "design": {
        "goals": LONG,
        "activities": "入户助浴12次。" + LONG,
        "schedule": LONG,
        "outputs": LONG,
        "risks": LONG,
    },
    "value": {"innovation": LONG, "resources": LONG, "sustainability": LONG},
    "team": {"team": LONG},
    "pledge": {"pledge": "agreed"},
}
LINE = {
    "code": "105",
    "item": "助浴物资包",
    "basis": "按次采购",
    "unit": "套",
    "unit_price_fen": 10_000,
    "quantity": 60,
    "times": 1,
    "subtotal_fen": 600_000,
    "grant_fen": 600_000,
    "own_fen": 0,
    "linked_activity": "入户助浴",
    "remark": "",
}


class Scene:
    """The 2026 round in its weeks of application; names one applicant, her rival and the officers."""

    def __init__(self, *, state: str = "published") -> None:
        load_calendar(2026)
        self.places = load_places(STREET)
        self.office = Office()
        keep_accounts(rows=list(csv.DictReader((PACK / "budget_categories.csv").open(encoding="utf-8-sig"))))
        self.round = a_round(self.office, state=state)
        self.house = a_body("social_organisation", "武昌区银龄助老服务中心")
        self.applicant = self.member("陈申报", self.house, "applicant_admin", email="chen@example.org")
        self.rival_house = a_body("social_organisation", "武昌区向阳青少年服务社")
        self.rival = self.member("罗对手", self.rival_house, "applicant_admin", email="luo@example.org")
        committee = a_body("residents_committee", "社区居委会")
        self.worker = self.member(
            "何社工", committee, "community_worker", email="he@example.org", area_code=COMMUNITY
        )
        office = a_body("street_office", "街道办事处")
        self.street = self.member("高街道", office, "street_officer", area_code=STREET)

    @staticmethod
    def member(name: str, body: Any, role: str, *, email: str = "", **fields: Any) -> Actor:
        """Make a person with a role and, where given, an e-mail address."""
        user = a_user(name, email=email)
        seat(user, body, role, **fields)
        return actor(user)

    def draft(self, by: Actor, house: Any, *, now: datetime = OPEN, **changes: Any) -> Proposal:
        """Write a complete application; ``changes`` replace answers of the first section."""
        found = proposals.start_draft(round_id=self.round.pk, applicant=house, by=by, now=now)
        for section, data in ANSWERS.items():
            first = {"community": COMMUNITY, **changes} if section == "basics" else {}
            proposals.save_section(
                proposal_id=found.pk, section=section, data={**data, **first}, by=by, now=now
            )
        proposals.set_budget(proposal_id=found.pk, lines=[LINE], by=by, now=now)
        return Proposal.objects.get(pk=found.pk)

    def submitted(self, *, now: datetime = OPEN, **changes: Any) -> Proposal:
        """Hand in the applicant's application."""
        found = self.draft(self.applicant, self.house, now=now, **changes)
        proposals.submit_proposal(proposal_id=found.pk, by=self.applicant, now=now)
        return Proposal.objects.get(pk=found.pk)


def deliver(now: datetime = OPEN) -> int:
    """Let the worker empty the outbox."""
    done = drain(now=lambda: now + timedelta(seconds=1))
    stuck = Message.objects.exclude(stage="done").values_list("fact", "consumer", "error")
    assert list(stuck) == []
    return done


def user_of(who: Actor) -> User:
    """Return the account of an actor."""
    return User.objects.get(pk=who.user_id)


def browser(who: Actor) -> Client:
    """Return a browser in which somebody is signed in, past the second factor."""
    return signed_in(Client(), user_of(who))
