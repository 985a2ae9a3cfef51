"""Questions about decisions, money and awards."""

from grants.awards.selectors.desk import todo_for
from grants.awards.selectors.money import (
    LeftRow,
    MoneyPicture,
    MoneyRow,
    explain_left,
    left_by_category,
    left_by_source,
    live_allotments,
    money_picture,
)
from grants.awards.selectors.ranking import (
    award_of,
    candidates_of,
    chances,
    meeting_of,
    unannounced,
    waiting_list,
)

__all__ = [
    "LeftRow",
    "MoneyPicture",
    "MoneyRow",
    "award_of",
    "candidates_of",
    "chances",
    "explain_left",
    "left_by_category",
    "left_by_source",
    "live_allotments",
    "meeting_of",
    "money_picture",
    "todo_for",
    "unannounced",
    "waiting_list",
]
