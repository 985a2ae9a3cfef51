"""The cast of a panel with accounts, so that its pages can be opened and its buttons pressed over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import now as real_now
from core.policy import SYSTEM, Actor, Role
from evaluations.experts.services import register_expert
from evaluations.panels.models import Sheet
from evaluations.rubrics.services import freeze_rubric
from orgs.people.models import User
from tests.evaluations.cast import NOW, SPEC, Cast, body
from tests.orgs.builders import a_body, a_user, actor, seat, signed_in

OFFICERS = {
    "clerk": ("经办员", Role.CLERK),
    "secretary": ("秘书甲", Role.CLERK),
    "chief": ("科长甲", Role.SECTION_CHIEF),
    "leader": ("局长甲", Role.LEADER),
    "chair": ("主席甲", Role.EXPERT),
    "supervisor": ("纪检员", Role.SUPERVISOR),
    "auditor": ("审计员", Role.AUDITOR),
    "stranger": ("路人甲", Role.EXPERT),
    "applicant_admin": ("申报人", Role.APPLICANT_ADMIN),
}


@dataclass
class Rooms(Cast):
    """The cast whose members can sign in: `users` by name, experts by code."""

    users: dict[str, User] = field(default_factory=dict)
    leader: Actor | None = None
    chief: Actor | None = None

    def client(self, who: str) -> Client:
        """The browser of somebody, signed in past the second factor."""
        return signed_in(Client(), self.users[who])

    def of(self, sheet: Sheet) -> Client:
        """The browser of the reviewer of a sheet."""
        return self.client(sheet.seat.expert.code)


def build_rooms(experts: int = 9, finance: int = 3) -> Rooms:
    """Build the same cast as `build_cast`, everybody with an account and a role."""
    committee = a_body("committee", "武昌区民政事务管理委员会")
    applicant = body("武昌区心光社会工作服务中心", short_name="心光社工")
    at = {Role.APPLICANT_ADMIN: applicant, Role.AUDITOR: a_body("audit_firm", "武汉信诚会计师事务所")}
    users = {}
    for name, (called, role) in OFFICERS.items():
        users[name] = a_user(called)
        seat(users[name], at.get(role, committee), role)
    rubric = freeze_rubric(code="application", name="申报评分表", spec=SPEC, by=SYSTEM, now=NOW)
    people = {name: actor(user) for name, user in users.items()}
    rooms = Rooms(
        **{n: people[n] for n in ("clerk", "secretary", "chair", "supervisor", "auditor", "stranger")},
        applicant=applicant,
        representative=a_user("欧阳明澈").person,
        rubric=rubric,
        users=users,
        leader=people["leader"],
        chief=people["chief"],
    )
    for number in range(1, experts + 1):
        user = a_user(f"龘专家{number:02}号")
        seat(user, committee, Role.EXPERT)
        expert = register_expert(
            person_id=user.person_id,
            fields=["elderly"] if number % 2 else ["youth"],
            is_finance=number <= finance,
            employer_name=f"单位{number}",
            by=SYSTEM,
            now=NOW,
        )
        rooms.users[expert.code] = user
        rooms.experts[expert.code] = actor(user)
    return rooms


def soon() -> str:
    """A day to come, as a form wants it."""
    return f"{real_now() + timedelta(days=30):%Y-%m-%d}"


def shown(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


def press(client: Client, obj: Any, code: str, **fields: Any) -> Any:
    """Press a button of an object's page and follow where it leads."""
    return client.post(f"{obj.get_absolute_url()}do/{code}/", fields, follow=True)


def cost(client: Client, address: str) -> int:
    """How many queries a page takes, session and account included; the page is opened once before."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
