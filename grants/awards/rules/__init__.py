"""Who is recommended, and what the meeting may do with it. Plain Python; money in integer fen."""

from grants.awards.rules.allocation import (
    DECLINE,
    PROPOSE,
    WAITLIST,
    Advice,
    Allocation,
    Candidate,
    Leftover,
    Ranked,
    allocate,
    may_be_cut_to,
    ranked_by_category,
)
from grants.awards.rules.meeting import (
    MEETING,
    MOVES,
    Line,
    Meeting,
    Move,
    leftovers,
)
from grants.awards.rules.sources import NoFit, assign_sources, best_fit

__all__ = [
    "DECLINE",
    "MEETING",
    "MOVES",
    "PROPOSE",
    "WAITLIST",
    "Advice",
    "Allocation",
    "Candidate",
    "Leftover",
    "Line",
    "Meeting",
    "Move",
    "NoFit",
    "Ranked",
    "allocate",
    "assign_sources",
    "best_fit",
    "leftovers",
    "may_be_cut_to",
    "ranked_by_category",
]
