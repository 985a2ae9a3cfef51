"""Every named query of this room."""

from evaluations.panels.selectors.conflicts import conflict_of, conflicts_in, names_of_parties
from evaluations.panels.selectors.desk import (
    Progress,
    Reading,
    progress,
    progress_for,
    reading,
    sheets_of,
    todo_for,
)
from evaluations.panels.selectors.results import (
    Ranked,
    ranking,
    results,
    scores_of,
    sheet_digest,
)
from evaluations.panels.selectors.staffing import gaps, problem, reproduced
from evaluations.panels.selectors.statistics import agreement, cut_line
from evaluations.panels.selectors.watching import JOB, visible_to

__all__ = [
    "JOB",
    "Progress",
    "Ranked",
    "Reading",
    "agreement",
    "conflict_of",
    "conflicts_in",
    "cut_line",
    "gaps",
    "names_of_parties",
    "problem",
    "progress",
    "progress_for",
    "ranking",
    "reading",
    "reproduced",
    "results",
    "scores_of",
    "sheet_digest",
    "sheets_of",
    "todo_for",
    "visible_to",
]
