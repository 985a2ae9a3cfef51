"""The page of screening: items with their sources, fields with remarks, and what changed since the last try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from core.rulebook import rule_of
from grants.proposals.models import PriorFunding, Proposal, ProposalVersion, Remark, ScreeningCheck
from grants.proposals.rules.comparing import LineChange, Segment, changed_lines, compare
from grants.proposals.rules.eligibility import ELIGIBILITY_RULES, MANUAL_ITEMS, TITLES
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


def items_of(proposal: Proposal) -> Items:
    """Return the items of the version at hand, in one query."""
    found = Items()
    heaps = {"fail": found.failed, "human": found.human, "pass": found.passed}
    for check in proposal.checks.filter(version_no=proposal.version_no).order_by("id"):
        title = gettext(TITLES.get(check.code, check.code))
        source = gettext(SOURCES.get(check.code, "")) if SOURCES.get(check.code) else ""
        heaps[check.verdict].append(Item(check, title, source, VERDICT_TONES[check.verdict]))
    return found


def manual_codes_waiting(proposal: Proposal) -> list[str]:
    """Return the items that still wait for a person, by their words."""
    waiting = proposal.checks.filter(version_no=proposal.version_no, verdict="human").order_by("id")
    return [gettext(TITLES.get(code, code)) for code in waiting.values_list("code", flat=True)]


def is_manual(code: str) -> bool:
    """Tell whether an item is judged by a person from the outset."""
    return code in MANUAL_ITEMS


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


def version_before(proposal: Proposal) -> ProposalVersion | None:
    """Return the version before the one at hand."""
    return proposal.versions.filter(no__lt=proposal.version_no).order_by("-no").first()


def remarks_before(proposal: Proposal) -> list[Remark]:
    """Return the remarks with which the application was last sent back."""
    earlier = [one for one in proposal.remarks.all() if one.version_no < proposal.version_no]
    last = max((one.version_no for one in earlier), default=0)
    return [one for one in earlier if one.version_no == last]


def prior_funding(proposal: Proposal) -> QuerySet[PriorFunding]:
    """Return the records of earlier funding of applicant and host."""
    found = PriorFunding.objects.filter(applicant_id__in=proposal.parties()).select_related("applicant")
    return found.order_by("-year", "id")
