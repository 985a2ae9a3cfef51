"""What happens in an audit, a settlement and the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class EngagementFact(Fact):
    """A fact about one engagement."""

    engagement_id: int


class AuditorEngaged(EngagementFact):
    """A firm is engaged for a round."""


class FieldworkStarted(EngagementFact):
    """The sample is drawn; the firm looks at vouchers."""


class FindingsIssued(EngagementFact):
    """The findings are with the grantees, who may reply."""


class RepliesClosed(EngagementFact):
    """Every grantee replied, or the time for it is over."""


class AuditConcluded(EngagementFact):
    """The firm has decided on every finding; accounts can be settled."""


@dataclass(frozen=True)
class FindingFact(Fact):
    """A fact about one finding."""

    finding_id: int
    project_id: int

    @classmethod
    def of(cls, obj: Any) -> FindingFact:
        """Name the finding and its project."""
        return cls(obj.pk, obj.page.project_id)


class FindingReplied(FindingFact):
    """The grantee replied."""


class FindingDecided(FindingFact):
    """The firm upheld, lowered or lifted a finding."""


@dataclass(frozen=True)
class OfProject(Fact):
    """A fact about something that belongs to a project."""

    object_id: int
    project_id: int

    @classmethod
    def of(cls, obj: Any) -> OfProject:
        """Name the thing and its project."""
        return cls(obj.pk, obj.project_id)


class AccountsSettled(OfProject):
    """The accounts of a project are settled."""


class ArchiveSealed(OfProject):
    """The file of a project is packed, hashed and kept."""
