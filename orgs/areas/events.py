"""What happens to places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.events import Fact


@dataclass(frozen=True)
class CommunityMerged(Fact):
    """A community ended and another took over its ground; proposals and groups there may have to move."""

    community_id: int
    into_id: int

    @classmethod
    def of(cls, obj: Any) -> CommunityMerged:
        """Build the fact from the community that ended."""
        return cls(obj.pk, obj.replaced_by_id)
