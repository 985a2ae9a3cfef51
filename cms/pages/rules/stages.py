"""The public stage of a round, what is left of its time, and its public figures. Plain values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.words import N_, sentence

SOON, OPEN, OVER = "soon", "open", "over"
STAGES = {
    SOON: N_("即将开放申报"),
    OPEN: N_("正在接受申报"),
    OVER: N_("申报已截止"),
    "selecting": N_("评审中"),
    "executing": N_("项目执行中"),
    "closed": N_("已结项"),
    "archived": N_("已归档"),
}
RESULT_STATES = ("executing", "closed", "archived")
STEPS = (
    (N_("征集"), (SOON, OPEN)),
    (N_("评审"), (OVER, "selecting")),
    (N_("执行"), ("executing",)),
    (N_("结项"), ("closed", "archived")),
)


def stage_of(*, state: str, opens: datetime, is_over: bool, now: datetime) -> str:
    """Return the public stage of a round; the clock decides within the published state.

    >>> from datetime import UTC
    >>> day = datetime(2026, 4, 9, tzinfo=UTC)
    >>> stage_of(state="published", opens=day, is_over=False, now=day)
    'open'
    >>> stage_of(state="selecting", opens=day, is_over=True, now=day)
    'selecting'
    """
    if state != "published":
        return state
    if is_over:
        return OVER
    return OPEN if now >= opens else SOON


def countdown(until: datetime, now: datetime) -> tuple[int, int, int]:
    """Return days, hours and minutes that are left, never below nought.

    >>> from datetime import UTC, timedelta
    >>> day = datetime(2026, 4, 9, tzinfo=UTC)
    >>> countdown(day + timedelta(days=2, hours=3, seconds=90), day), countdown(day, day + timedelta(1))
    ((2, 3, 1), (0, 0, 0))
    """
    seconds = max(0, int((until - now).total_seconds()))
    return seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60


@dataclass(frozen=True)
class Funnel:
    """How many applications came how far; a figure that is not public yet is None."""

    received: int | None = None
    judged: int | None = None
    funded: int | None = None
    granted_fen: int | None = None

    def rows(self) -> Sequence[tuple[str, int, int]]:
        """Return (what, how many, percent of those received) of the public figures."""
        named = [
            (N_("收到申报"), self.received),
            (N_("进入评审"), self.judged),
            (N_("获得资助"), self.funded),
        ]
        most = self.received or 1
        return [(sentence(says), count, count * 100 // most) for says, count in named if count is not None]


def funnel(*, stage: str, counts: Mapping[str, int], granted_fen: int) -> Funnel:
    """Return what is public at a stage: nothing before the close, results only once projects run.

    ``counts`` holds received, judged and funded.
    """
    if stage in (SOON, OPEN):
        return Funnel()
    if stage in RESULT_STATES:
        return Funnel(counts["received"], counts["judged"], counts["funded"], granted_fen)
    return Funnel(received=counts["received"])
