"""One function per button: those before and in the meeting, and those after it."""

from grants.awards.services.awarding import (
    award_cleared,
    draft_award_notice,
    draft_supplement_notice,
    lapse_award,
    promote_waitlisted,
    release_money,
)
from grants.awards.services.deciding import (
    Change,
    Paper,
    amend_decision,
    resolve_decision,
    table_decision,
)
from grants.awards.services.drafting import draft_decision, recompute_decision

__all__ = [
    "Change",
    "Paper",
    "amend_decision",
    "award_cleared",
    "draft_award_notice",
    "draft_decision",
    "draft_supplement_notice",
    "lapse_award",
    "promote_waitlisted",
    "recompute_decision",
    "release_money",
    "resolve_decision",
    "table_decision",
]
