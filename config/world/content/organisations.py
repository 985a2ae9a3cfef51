"""Fictional organisations, hosts and community groups, sound unless a flaw is put on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from config.world.content.codes import credit_code
from config.world.content.model import (
    AccountCard,
    EarlierProject,
    GradeCard,
    GroupCard,
    ListingCard,
    OrganisationCard,
    PersonCard,
    Place,
)
from config.world.content.names import Registry
from config.world.content.pack import pack_file
from config.world.content.texts import fill, stream, texts

DISTRICT, CITY = "420106", "420100"
CATEGORIES = ("elderly_disability", "youth_support", "community_governance")
# streets of the hosts and how many groups each carries; the fourth of the first host is one too many
HOSTS = (
    ("420106011", 4),
    ("420106012", 3),
    ("420106003", 3),
    ("420106002", 3),
    ("420106001", 2),
    ("420106009", 2),
)
EXISTING = ("operator", "evaluator_north")  # bodies of the pack which try to apply


class Founder:
    """Founds organisations one after another; serial numbers and names never repeat."""

    def __init__(self, seed: int, people: Registry, places: Sequence[Place]) -> None:
        self.seed = seed
        self.people = people
        self.serial = 0
        self.brands = list(texts("words")["brands"])
        stream(seed, "brands").shuffle(self.brands)
        self.homes = {
            street: [p for p in places if p.street_code == street]
            for street in {p.street_code for p in places}
        }

    def account(self, holder: str, rng: Random) -> AccountCard:
        """Return a bank account whose number lies in a block of no bank."""
        return AccountCard(
            holder, rng.choice(texts("words")["banks"]), f"9900{self.seed % 100:02d}{self.serial:06d}0001"
        )

    def found(self, key: str, name: str, short_name: str, org_type: str, home: Place) -> OrganisationCard:
        """Return a sound organisation, registered in the district or (one in fifteen) the city."""
        self.serial += 1
        rng = stream(self.seed, "organisation", key)
        registered = CITY if self.serial % 15 == 0 else DISTRICT
        founded = date(2012, 1, 1) + timedelta(days=rng.randint(0, 4700))
        lead, admin, finance = (self.people.person(f"{key}_{post}") for post in ("legal", "admin", "finance"))
        return OrganisationCard(
            key=key,
            name=name,
            short_name=short_name,
            org_type=org_type,
            uscc=credit_code(org_type, registered, self.serial),
            founded_on=founded,
            registered_in=registered,
            status="normal",
            community_code=home.code,
            address=f"武昌区{rng.choice(texts('words')['roads'])}{rng.randint(1, 298)}号（{home.name}）",
            legal_representative=lead,
            admin=admin,
            finance=finance,
            inspections=inspections(founded, rng),
            grade=grade(founded, rng),
            party_organisation=rng.random() < 0.45,
            account=self.account(name, rng),
            listings=old_listing(rng) if self.serial % 41 == 0 else (),
            earlier=earlier(self.serial, rng) if self.serial % 17 == 0 else (),
        )

    def applicant(self, key: str, category: str, place: Place) -> OrganisationCard:
        """Return an organisation of the category whose seat is in the street of the place."""
        brand = self.brands.pop()
        rng = stream(self.seed, "kind", key)
        pattern, org_type = rng.choice(texts("words")["kinds"][category])
        name = fill(pattern, rng, {"b": brand})
        return self.found(
            key, name, name.removeprefix("武昌区"), org_type, rng.choice(self.homes[place.street_code])
        )

    def existing(self, key: str, home: Place) -> OrganisationCard:
        """Return the registry entry of a body that the pack has already."""
        body = next(row for row in pack_file("bodies") if row["key"] == key)
        return self.found(key, body["name"], body["short_name"], body["uscc_type"], home)

    def host(self, number: int, street_code: str) -> OrganisationCard:
        """Return the federation of a street, which carries groups and does not apply itself."""
        home = self.homes[street_code][0]
        name = f"武昌区{home.street_name}社会组织联合会"
        card = self.found(f"host_{number}", name, f"{home.street_name}社联会", "association", home)
        return replace_host(card)

    def group(self, number: int, category: str, place: Place, host: str) -> GroupCard:
        """Return a community group on file with its host."""
        key = f"group_{number:02d}"
        rng = stream(self.seed, "group", key)
        name = f"{place.name}{self.brands.pop()}{rng.choice(texts('words')['groups'][category])}"
        filed = date(2021, 3, 1) + timedelta(days=rng.randint(0, 1500))
        leader, admin = self.people.person(f"{key}_leader"), self.people.person(f"{key}_admin")
        number_text = f"武昌社备〔{filed.year}〕{rng.randint(10, 99)}{number:02d}号"
        return GroupCard(
            key, name, name.removeprefix(place.name), number_text, filed, place.code, host, leader, admin
        )


def replace_host(card: OrganisationCard) -> OrganisationCard:
    """Return the card as one of a host: an old, clean federation with an account."""
    return replace(
        card, founded_on=date(2015, 6, 18), hosts_groups=True, listings=(), earlier=(), registered_in=DISTRICT
    )


def inspections(founded: date, rng: Random) -> tuple[tuple[int, str], ...]:
    """Return annual inspections of three years; that of 2025 is due by the end of May 2026."""
    years = [year for year in (2023, 2024) if founded < date(year, 7, 1)]
    passed = [(year, "basically_passed" if rng.random() < 0.12 else "passed") for year in years]
    return (*passed, (2025, "passed" if years and rng.random() < 0.3 else "not_yet_due"))


def grade(founded: date, rng: Random) -> GradeCard | None:
    """Return an assessment grade of the old rule (five years from its announcement), or none."""
    if founded > date(2021, 1, 1) or rng.random() < 0.55:
        return None
    start = date(rng.choice((2022, 2023, 2024, 2025)), rng.choice((11, 12)), rng.randint(1, 28))
    return GradeCard(rng.choice(("2A", "3A", "3A", "4A", "5A")), start, start.replace(year=start.year + 5))


def old_listing(rng: Random) -> tuple[ListingCard, ...]:
    """Return an entry of the abnormal list that ended long enough ago to do no harm."""
    start = date(2023, rng.randint(1, 6), rng.randint(1, 28))
    return (ListingCard("abnormal", start, start + timedelta(days=200), "未按时报送年度报告，已整改移出"),)


def earlier(serial: int, rng: Random) -> tuple[EarlierProject, ...]:
    """Return last year's project, whose final report is filed: settled or not, no bar to applying."""
    code = rng.choice(("YL", "QS", "ZL"))
    return (
        EarlierProject(
            f"WCCT-2025-{code}-{serial % 50 + 1:03d}", 2025, "上一年度公益创投项目", True, rng.random() < 0.5
        ),
    )


def people_of(card: OrganisationCard | GroupCard) -> tuple[PersonCard, ...]:
    """Return the people of an organisation or group."""
    if isinstance(card, GroupCard):
        return card.leader, card.admin
    return card.legal_representative, card.admin, card.finance
