"""The page of screening: items with their sources, fields with remarks, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext

from core.rulebook import rule_of
from grants.proposals.models import PriorFunding, Proposal, ProposalVersion, Remark, ScreeningCheck
from grants.proposals.rules.comparing import LineChange, Segment, changed_lines, compare
from grants.proposals.rules.eligibility import ELIGIBILITY_RULES, TITLES
from grants.proposals.selectors.seeing import Answer, Reading

SOURCES = {rule_of(check).code: rule_of(check).source for check in ELIGIBILITY_RULES}
VERDICT_TONES = {"pass": "ok", "fail": "bad", "human": "warn"}


@dataclass(frozen=True)
class Item:
    """One item of screening with its result."""

    check: ScreeningCheck
    title: str
    source: str
    tone: str

    @property
    def says(self) -> str:
        """Return what is said of the result; a manual item that waits says nothing beyond its title."""
        return "" if self.check.verdict == "human" and not self.check.by_person else self.check.says


@dataclass(frozen=True)
class Items:
    """The items of the version at hand, by what must be looked at first."""

    failed: list[Item] = field(default_factory=list)
    human: list[Item] = field(default_factory=list)
    passed: list[Item] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.failed) + len(self.human) + len(self.passed)


def checks_at_hand(proposal: Proposal) -> list[ScreeningCheck]:
    """Return the checks of the version at hand; prefetch them where several questions are asked."""
    found = [one for one in proposal.checks.all() if one.version_no == proposal.version_no]
    return sorted(found, key=lambda one: one.pk)


def has_failed(proposal: Proposal) -> bool:
    """Tell whether an item of the version at hand failed."""
    return any(one.verdict == "fail" for one in checks_at_hand(proposal))


def items_of(proposal: Proposal) -> Items:
    """Return the items of the version at hand."""
    found = Items()
    heaps = {"fail": found.failed, "human": found.human, "pass": found.passed}
    for check in checks_at_hand(proposal):
        title = gettext(TITLES.get(check.code, check.code))
        source = gettext(SOURCES.get(check.code, "")) if SOURCES.get(check.code) else ""
        heaps[check.verdict].append(Item(check, title, source, VERDICT_TONES[check.verdict]))
    return found


def manual_codes_waiting(proposal: Proposal) -> list[str]:
    """Return the items that still wait for a person, by their words."""
    waiting = [one.code for one in checks_at_hand(proposal) if one.verdict == "human"]
    return [gettext(TITLES.get(code, code)) for code in waiting]


@dataclass(frozen=True)
class Change:
    """How an answer differs from the last version."""

    before: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Difference:
    """What changed between two versions."""

    before: ProposalVersion
    answers: Mapping[str, Change]
    lines: list[LineChange]
    labels: list[tuple[str, str]]


def difference(reading: Reading, before: ProposalVersion | None) -> Difference | None:
    """Return what changed since an earlier version; None where there is none to compare with."""
    if before is None or reading.version is None:
        return None
    old = Reading(reading.proposal, before)
    earlier = {one.key: one for one in _answers(old)}
    changes: dict[str, Change] = {}
    labels: list[tuple[str, str]] = []
    for answer in _answers(reading):
        was = earlier.pop(answer.key, None)
        text = was.value if was else ""
        if text != answer.value:
            changes[answer.key] = Change(text, compare(text, answer.value))
            labels.append((answer.key, answer.label))
    return Difference(before, changes, changed_lines(old.budget, reading.budget), labels)


def _answers(reading: Reading) -> list[Answer]:
    return [answer for part in reading.parts for answer in part.answers]


def last_two_versions(proposal: Proposal) -> tuple[ProposalVersion | None, ProposalVersion | None]:
    """Return the version at hand and the one before it."""
    found = list(proposal.versions.order_by("-no")[:2])
    return (*found, None, None)[0], (*found, None, None)[1]


def remarks_before(proposal: Proposal) -> list[Remark]:
    """Return the remarks with which the application was last sent back."""
    earlier = [one for one in proposal.remarks.all() if one.version_no < proposal.version_no]
    last = max((one.version_no for one in earlier), default=0)
    return [one for one in earlier if one.version_no == last]


def prior_funding(proposal: Proposal) -> QuerySet[PriorFunding]:
    """Return the records of earlier funding of applicant and host."""
    found = PriorFunding.objects.filter(applicant_id__in=proposal.parties()).select_related("applicant")
    return found.order_by("-year", "id")
