"""Put the world together: people first, then places and bodies, entries, applicants, and what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from config.world.content import cast, pack
from config.world.content.codes import credit_code
from config.world.content.model import (
    EarlierProject,
    ExpertCard,
    Flaw,
    GroupCard,
    ListingCard,
    OrganisationCard,
    Place,
    World,
)
from config.world.content.names import Registry
from config.world.content.organisations import EXISTING, HOSTS, Founder
from config.world.content.proposals import Commission, Desk
from config.world.content.roster import Entry, roster
from config.world.content.texts import stream

CHANGES: dict[str, dict[str, object]] = {
    "ineligible:too_young": {
        "founded_on": date(2026, 1, 12), "inspections": (), "grade": None, "earlier": (),
    },
    "exempt:incubated": {
        "founded_on": date(2026, 1, 20), "inspections": (), "grade": None, "earlier": (), "incubated": True,
    },
    "ineligible:failed_inspection": {
        "inspections": ((2023, "passed"), (2024, "basically_passed"), (2025, "failed"))
    },
    "ineligible:abnormal_list": {
        "listings": (ListingCard("abnormal", date(2025, 3, 3), date(2025, 11, 20), "无法通过登记住所联系"),)
    },
    "ineligible:serious_list": {
        "listings": (ListingCard("serious", date(2023, 2, 6), date(2025, 3, 10), "连续两年未参加年检"),)
    },
    "ineligible:no_own_account": {"account": None},
    "ineligible:earlier_unfinished": {
        "earlier": (EarlierProject("WCCT-2024-ZL-031", 2024, "前年度公益创投项目", False, False),)
    },
}  # fmt: skip


class Gathering:
    """Finds an applicant, a host and a place for each entry."""

    def __init__(self, seed: int, people: Registry, places: Sequence[Place]) -> None:
        self.founder = Founder(seed, people, places)
        self.rng = stream(seed, "gathering")
        self.people = people
        self.organisations: dict[str, OrganisationCard] = {}
        self.groups: dict[str, GroupCard] = {}
        self.free = [place for place in places if not place.hidden]
        self.rng.shuffle(self.free)
        self.hosts = [
            key for number, (street, count) in enumerate(HOSTS, 1) for key in self.host(number, street, count)
        ]

    def host(self, number: int, street: str, count: int) -> list[str]:
        """Found a host and return its key as often as it may carry a group, three times at most."""
        card = self.founder.host(number, street)
        self.organisations[card.key] = card
        return [card.key] * min(count, 3)

    def street_of(self, host: str) -> str:
        """Return the street of a host."""
        return self.organisations[host].community_code[:9]

    def take_place(self, street: str = "") -> Place:
        """Take a community that has no proposal yet, in a street if one is named."""
        index = next(i for i, place in enumerate(self.free) if not street or place.street_code == street)
        return self.free.pop(index)

    def group_job(self, key: str, entry: Entry) -> Commission:
        """Return the commission of a micro project: a group and its host."""
        fourth = entry.flaw == "host_fourth_group"
        host = "host_1" if fourth else self.hosts.pop()
        place = self.take_place(self.street_of(host))
        group = self.founder.group(len(self.groups) + 1, entry.category, place, host)
        self.groups[group.key] = group
        team = (group.leader.name, group.admin.name, self.organisations[host].finance.name)
        return Commission(key, entry, group.key, host, place, team)

    def organisation_job(self, key: str, entry: Entry, twin: str) -> Commission:
        """Return the commission of a light project; `twin` is the applicant of a duplicate."""
        place = self.take_place()
        if twin:
            card = self.organisations[twin]
        else:
            card = flawed(self.found(entry, place), entry.flaw)
            self.organisations[card.key] = card
        team = (card.admin.name, self.people.name(), card.finance.name)
        return Commission(key, entry, card.key, "", place, team)

    def found(self, entry: Entry, place: Place) -> OrganisationCard:
        """Found the applicant of an entry, or register a body that the pack has already."""
        known = {"ineligible:is_operator": EXISTING[0], "ineligible:is_evaluator": EXISTING[1]}.get(
            entry.flaw
        )
        if known:
            return self.founder.existing(known, place)
        return self.founder.applicant(f"org_{self.founder.serial + 1:03d}", entry.category, place)


def flawed(card: OrganisationCard, flaw: str) -> OrganisationCard:
    """Return the organisation with what the special case says of it."""
    if flaw == "ineligible:registered_elsewhere":
        name = card.name.replace("武昌区", "武汉市洪山区", 1)
        code = credit_code(card.org_type, "420111", int(card.uscc[11:16]))
        holder = replace(card.account, holder=name) if card.account else None
        return replace(card, name=name, registered_in="420111", uscc=code, account=holder)
    plain = {"earlier": ()} if flaw.startswith(("ineligible", "duplicate")) else {}
    return replace(card, **{**plain, **CHANGES.get(flaw, {})})  # type: ignore[arg-type]


def commissions(gathering: Gathering, entries: Sequence[Entry]) -> list[Commission]:
    """Return a commission for each entry; groups choose first, because their streets are given."""
    keys = {id(entry): f"p{number:03d}" for number, entry in enumerate(entries, start=1)}
    micro = [entry for entry in entries if entry.micro]
    light = [entry for entry in entries if not entry.micro and entry.flaw != "duplicate"]
    found = [gathering.group_job(keys[id(entry)], entry) for entry in micro]
    found += [gathering.organisation_job(keys[id(entry)], entry, "") for entry in light]
    twins = {}
    for entry in (entry for entry in entries if entry.flaw == "duplicate"):
        plain = (
            j for j in found if j.entry.category == entry.category and not j.entry.flaw and not j.entry.fate
        )
        twins[id(entry)] = next(j.applicant for j in plain if not j.entry.micro and j.key < keys[id(entry)])
        found.append(gathering.organisation_job(keys[id(entry)], entry, twins[id(entry)]))
    return sorted(found, key=lambda job: job.key)


def tie_experts(
    experts: tuple[ExpertCard, ...], jobs: Sequence[Commission], organisations: dict[str, OrganisationCard]
) -> tuple[ExpertCard, ...]:
    """Return the experts with two of them employed by applicants; a third is made legal representative."""
    tied = {expert.key: expert for expert in experts}
    employed = [job for job in jobs if job.entry.flaw == "conflict:employer"]
    for key, job in zip(("expert_03", "expert_11"), employed, strict=True):
        card = organisations[job.applicant]
        tied[key] = replace(tied[key], employer=card.name, employer_key=card.key)
    led = next(job for job in jobs if job.entry.flaw == "conflict:legal_representative")
    card = organisations[led.applicant]
    organisations[card.key] = replace(card, legal_representative=tied["expert_09"].person)
    return tuple(tied.values())


def parties(
    flaws: Sequence[Flaw],
    jobs: Sequence[Commission],
    world_experts: Sequence[ExpertCard],
    led_by: dict[str, str],
) -> tuple[Flaw, ...]:
    """Return the special cases with the other party named: expert, first proposal, or host."""
    job = {found.key: found for found in jobs}
    employer = {expert.employer_key: expert.key for expert in world_experts if expert.employer_key}
    found = []
    for flaw in flaws:
        mine = job[flaw.proposal]
        other: dict[str, str] = {}
        if flaw.code == "conflict:employer":
            other = {"expert": employer[mine.applicant]}
        elif flaw.code == "conflict:legal_representative":
            other = {"expert": led_by[mine.applicant]}
        elif flaw.code == "duplicate":
            other = {"first": min(j.key for j in jobs if j.applicant == mine.applicant)}
        elif flaw.code == "host_fourth_group":
            other = {"host": mine.host}
        found.append(replace(flaw, detail={**flaw.detail, **other}))
    return tuple(found)


@cache
def build_world(seed: int = 2026) -> World:
    """Return the world of a seed; the same seed gives the same world, and it is built once in a process."""
    people = Registry(seed)
    places, bodies = pack.places(), pack.bodies()
    posts = cast.posts(people, bodies)
    experts = cast.experts(people, seed)
    gathering = Gathering(seed, people, places)
    jobs = commissions(gathering, roster(seed))
    experts = tie_experts(experts, jobs, gathering.organisations)
    desk = Desk(seed)
    proposals = tuple(desk.write(job) for job in jobs)
    expert_of = {expert.person: expert.key for expert in experts}
    organisations = gathering.organisations
    led_by = {key: expert_of.get(card.legal_representative, "") for key, card in organisations.items()}
    return World(
        seed=seed,
        places=places,
        bodies=bodies,
        posts=posts,
        experts=experts,
        absent_experts=cast.ABSENT,
        organisations=tuple(organisations.values()),
        groups=tuple(gathering.groups.values()),
        proposals=proposals,
        flaws=parties(desk.flaws, jobs, experts, led_by),
        fates={job.entry.fate: job.key for job in jobs if job.entry.fate},
    )
