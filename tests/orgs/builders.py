"""Small worlds for the tests of this area, built through the services."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from django.test import Client

from core.policy import ADMINISTRATORS, SYSTEM, Actor
from orgs.areas.services import Loaded, load_divisions
from orgs.people import selectors, services
from orgs.people.models import Body, Membership, User
from orgs.registry import services as registry
from orgs.registry.models import BankAccount
from orgs.registry.rules import compose_code

NOW = datetime(2026, 4, 10, 1, 0, tzinfo=UTC)
TODAY = date(2026, 4, 10)
PASSWORD = "Wuchang-2026-春天"
DIVISIONS = Path(__file__).parents[2] / "district" / "wuchang" / "divisions.csv"

_serial = itertools.count(1)


@lru_cache(maxsize=1)
def division_rows() -> list[dict[str, str]]:
    """Return the code table of the district as the data pack holds it."""
    with DIVISIONS.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def load_places(*streets: str) -> Loaded:
    """Load the places of some streets, or of the whole district."""
    rows = [row for row in division_rows() if not streets or row["street_code"] in streets]
    return load_divisions(rows=rows, district_code="420106", district_name="武昌区", by=SYSTEM, now=NOW)


def a_body(kind: str, name: str, **fields: object) -> Body:
    """Make a body."""
    return services.create_body(kind=kind, name=name, by=SYSTEM, now=NOW, **fields)


def a_user(name: str, *, password: str | None = None, email: str = "", phone: str = "") -> User:
    """Make a person with an account; the phone is the next free one unless given."""
    phone = phone or f"138{next(_serial):08d}"
    person = services.register_person(name=name, phone=phone, email=email, by=SYSTEM, now=NOW)
    return services.open_account(person_id=person.pk, password=password, by=SYSTEM, now=NOW)


def seat(user: User, body: Body, role: str, **fields: object) -> Membership:
    """Give a user a role as the data pack does."""
    return services.install_role(
        user_id=user.pk, body_id=body.pk, role=role, by=SYSTEM, now=NOW, valid_from=date(2026, 1, 1), **fields
    )


def actor(user: User, *, on: date = TODAY) -> Actor:
    """Return who the user is on a day."""
    return selectors.actor_for(User.objects.get(pk=user.pk), on=on)


def someone(name: str, body: Body, *roles: str) -> Actor:
    """Make a user with roles in a body, and return who that is."""
    user = a_user(name)
    for role in roles:
        seat(user, body, role)
    return actor(user)


class Bureau:
    """The civil-affairs committee with the people the tests name."""

    def __init__(self) -> None:
        self.committee = a_body(
            "committee", "武昌区民政事务管理委员会", short_name="区民政委", code="committee"
        )
        self.section = a_body("section", "社会组织管理科", parent=self.committee, code="section")
        self.finance = a_body("section", "计划财务科", parent=self.committee, code="finance")
        admins = {role: a_user(f"管理员{role}").pk for role in sorted(ADMINISTRATORS)}
        services.appoint_administrators(users=admins, body_id=self.committee.pk, by=SYSTEM, now=NOW)
        self.users = {role: User.objects.get(pk=pk) for role, pk in admins.items()}
        for role, name, body in (
            ("clerk", "周经办", self.section),
            ("section_chief", "秦科长", self.section),
            ("leader", "方局长", self.committee),
            ("finance_clerk", "钱制单", self.finance),
            ("finance_approver", "孙审批", self.finance),
            ("supervisor", "严监督", self.committee),
        ):
            self.users[role] = a_user(name)
            seat(self.users[role], body, role)

    def __getattr__(self, role: str) -> Actor:
        """Return the actor who holds a role: ``bureau.clerk``."""
        try:
            return actor(self.__dict__["users"][role])
        except KeyError:
            raise AttributeError(role) from None


def signed_in(client: Client, user: User) -> Client:
    """Sign a user in past password and second factor, for tests that are about other things."""
    client.force_login(user)
    session = client.session
    session["second_factor"] = user.pk
    session.save()
    return client


def browser(who: User | Actor) -> Client:
    """Return a browser in which a user, or the user behind an actor, is signed in."""
    user = who if isinstance(who, User) else User.objects.get(pk=who.user_id)
    return signed_in(Client(), user)


class House:
    """A registered organisation with the person responsible for it."""

    _serial = itertools.count(50_001)  # clear of the codes that tests spell out

    def __init__(self, name: str = "武昌区夕阳红助老服务中心", **fields: object) -> None:
        subject = f"MJH{next(self._serial):05d}"
        org_type = str(fields.pop("org_type", "service_institution"))
        code = compose_code(org_type=org_type, division="420106", subject8=subject)
        self.entry = registry.register_organisation(
            name=name, uscc=code, org_type=org_type, by=SYSTEM, now=NOW,
            **{"founded_on": date(2018, 5, 1)} | fields,
        )  # fmt: skip
        self.body = self.entry.body
        self.admin_user = a_user(f"{name[-8:]}负责人")
        seat(self.admin_user, self.body, "applicant_admin")

    @property
    def admin(self) -> Actor:
        """The person responsible, as an actor."""
        return actor(self.admin_user)


def an_account(house: House, *, number: str = "42050123456789000011") -> BankAccount:
    """Report a bank account of an organisation, not yet verified."""
    return registry.add_bank_account(
        body_id=house.body.pk,
        holder_name=house.body.name,
        bank="汉口银行洪山支行",
        number=number,
        by=house.admin,
        now=NOW,
    )
