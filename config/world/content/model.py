"""What the world consists of: frozen cards of people, bodies, organisations, proposals and their flaws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Place:
    """A community: code of 12 digits, names, and invented figures."""

    code: str
    official_name: str
    name: str
    street_code: str
    street_name: str
    hidden: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class PersonCard:
    """A fictional person; the phone lies in the block 199 0000 0000, the e-mail at example.org."""

    key: str
    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class BodyCard:
    """A body of the data pack or a residents' committee; `parent` is a key, codes are those of areas."""

    key: str
    kind: str
    name: str
    short_name: str
    parent: str = ""
    street_code: str = ""
    community_code: str = ""


@dataclass(frozen=True)
class Post:
    """A role that a person holds in a body: what becomes a membership."""

    key: str
    person: PersonCard
    role: str
    body: str
    area_code: str = ""
    round_bound: bool = False


@dataclass(frozen=True)
class ExpertCard:
    """An expert; `employer_key` names an organisation of the world, empty where the employer is none."""

    key: str
    person: PersonCard
    fields: tuple[str, ...]
    is_finance: bool
    employer: str
    employer_key: str
    title: str
    reserve: bool
    leniency: float


@dataclass(frozen=True)
class GradeCard:
    """An assessment grade such as 3A, valid between two days."""

    level: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class ListingCard:
    """A row of a credit list: `abnormal` or `serious`; an open end means still listed."""

    kind: str
    start: date
    end: date | None
    reason: str


@dataclass(frozen=True)
class AccountCard:
    """A bank account; the bank and the number are fictional."""

    holder: str
    bank: str
    number: str


@dataclass(frozen=True)
class EarlierProject:
    """A grant of an earlier round and how far it has come."""

    number: str
    year: int
    title: str
    final_report_filed: bool
    settled: bool


@dataclass(frozen=True)
class OrganisationCard:
    """A registered social organisation; `key` may be that of a body of the pack (operator, evaluator)."""

    key: str
    name: str
    short_name: str
    org_type: str
    uscc: str
    founded_on: date
    registered_in: str
    status: str
    community_code: str
    address: str
    legal_representative: PersonCard
    admin: PersonCard
    finance: PersonCard
    inspections: tuple[tuple[int, str], ...]
    grade: GradeCard | None
    party_organisation: bool
    account: AccountCard | None
    listings: tuple[ListingCard, ...] = ()
    earlier: tuple[EarlierProject, ...] = ()
    incubated: bool = False
    hosts_groups: bool = False


@dataclass(frozen=True)
class GroupCard:
    """A community group on file (备案) without legal personality; its host signs and receives the money."""

    key: str
    name: str
    short_name: str
    filing_no: str
    filed_on: date
    community_code: str
    host: str
    leader: PersonCard
    admin: PersonCard


@dataclass(frozen=True)
class Activity:
    """A planned activity: its number is a count of `unit`."""

    name: str
    how: str
    unit: str
    count: int


@dataclass(frozen=True)
class BudgetItem:
    """A budget line; money in fen, subtotal = price x quantity x times = grant + own."""

    seq: int
    code: str
    item: str
    basis: str
    unit: str
    unit_price_fen: int
    quantity: int
    times: int
    subtotal_fen: int
    grant_fen: int
    own_fen: int
    linked_activity: str
    remark: str = ""


@dataclass(frozen=True)
class ProposalCard:
    """A proposal as it finally stands; the first try, where it differed, is kept beside it.

    `tier` is strong (to be funded), waiting (passes, no money) or weak; `quality` is the hidden score of 100.
    `answers` is section -> field -> value after the form of 2026.
    """

    key: str
    applicant: str
    host: str
    track: str
    category: str
    theme: str
    title: str
    community_code: str
    requested_fen: int
    answers: Mapping[str, Mapping[str, Any]]
    activities: tuple[Activity, ...]
    budget: tuple[BudgetItem, ...]
    beneficiaries: int
    target_group: str
    tier: str
    quality: float
    first_answers: Mapping[str, Mapping[str, Any]] | None = None
    first_budget: tuple[BudgetItem, ...] | None = None


@dataclass(frozen=True)
class Flaw:
    """A special case: its code, the proposal, what is needed to play it, and a note in Chinese."""

    code: str
    proposal: str
    note: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetDraft:
    """What an expert puts on a sheet: item code (`needs.evidence`) -> score, and a comment."""

    scores: Mapping[str, Decimal]
    comment: str

    @property
    def total(self) -> Decimal:
        """Return the sum of the items."""
        return sum(self.scores.values(), Decimal(0))


@dataclass(frozen=True)
class World:
    """Everybody and everything of the demo year, found by key."""

    seed: int
    places: tuple[Place, ...]
    bodies: tuple[BodyCard, ...]
    posts: tuple[Post, ...]
    experts: tuple[ExpertCard, ...]
    absent_experts: tuple[str, ...]
    organisations: tuple[OrganisationCard, ...]
    groups: tuple[GroupCard, ...]
    proposals: tuple[ProposalCard, ...]
    flaws: tuple[Flaw, ...]
    fates: Mapping[str, str]

    @cached_property
    def place(self) -> dict[str, Place]:
        """Return communities by code."""
        return {place.code: place for place in self.places}

    @cached_property
    def post(self) -> dict[str, Post]:
        """Return posts by key, such as `clerk_1` or `community_420106001001`."""
        return {post.key: post for post in self.posts}

    @cached_property
    def expert(self) -> dict[str, ExpertCard]:
        """Return experts by key."""
        return {expert.key: expert for expert in self.experts}

    @cached_property
    def organisation(self) -> dict[str, OrganisationCard]:
        """Return organisations by key."""
        return {organisation.key: organisation for organisation in self.organisations}

    @cached_property
    def group(self) -> dict[str, GroupCard]:
        """Return community groups by key."""
        return {group.key: group for group in self.groups}

    @cached_property
    def proposal(self) -> dict[str, ProposalCard]:
        """Return proposals by key."""
        return {proposal.key: proposal for proposal in self.proposals}

    def flaws_of(self, proposal_key: str) -> list[Flaw]:
        """Return the special cases of one proposal."""
        return [flaw for flaw in self.flaws if flaw.proposal == proposal_key]

    def flaws_like(self, prefix: str) -> list[Flaw]:
        """Return the special cases whose code is or starts with the prefix, such as `budget:`."""
        return [flaw for flaw in self.flaws if flaw.code.startswith(prefix)]

    def applicant_name(self, proposal: ProposalCard) -> str:
        """Return the name of the organisation or group that applies."""
        found = self.organisation.get(proposal.applicant) or self.group[proposal.applicant]
        return found.name

    def payee(self, proposal: ProposalCard) -> OrganisationCard:
        """Return who signs and receives the money: the host of a group, else the applicant."""
        return self.organisation[proposal.host or proposal.applicant]
