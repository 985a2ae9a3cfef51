"""The life of a round. Whether applications are open is a question of the clock, never a state."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.rounds.events import (
    ExecutionStarted,
    RoundArchived,
    RoundCancelled,
    RoundClosed,
    RoundPublished,
    SelectionStarted,
)


class R(models.TextChoices):
    """States of a round."""

    DRAFTING = "drafting", _("筹备中")
    PUBLISHED = "published", _("征集中")
    SELECTING = "selecting", _("评审中")
    EXECUTING = "executing", _("执行中")
    CLOSED = "closed", _("已结项")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已取消")


@question(_("届次尚未配齐：资金合计须等于总预算，类别占比合计须为100%，申报表和各阶段评分表须已选定。"))
def is_complete(round_: Any) -> bool:
    """Tell whether money, shares, form and sheets of the round fit together."""
    return not round_.gaps()


class RoundLifecycle(Stateful):
    """drafting → published → selecting → executing → closed → archived; cancelled from the first two."""

    state = StateField(choices=R.choices, default=R.DRAFTING)

    class Meta:
        abstract = True

    @transition(
        "state",
        [R.DRAFTING],
        R.PUBLISHED,
        conditions=[is_complete],
        permission=may("rounds.publish"),
        custom={"fact": RoundPublished},
    )
    def publish(self, *, by: Actor) -> None:
        """发布征集公告"""

    @transition(
        "state",
        [R.PUBLISHED],
        R.SELECTING,
        permission=may("rounds.start_selection"),
        custom={"fact": SelectionStarted},
    )
    def start_selection(self, *, by: Actor) -> None:
        """进入评审"""

    @transition(
        "state",
        [R.SELECTING],
        R.EXECUTING,
        permission=may("rounds.start_execution"),
        custom={"fact": ExecutionStarted},
    )
    def start_execution(self, *, by: Actor) -> None:
        """进入执行"""

    @transition(
        "state", [R.EXECUTING], R.CLOSED, permission=may("rounds.close"), custom={"fact": RoundClosed}
    )
    def close(self, *, by: Actor) -> None:
        """届次结项"""

    @transition(
        "state", [R.CLOSED], R.ARCHIVED, permission=may("rounds.archive"), custom={"fact": RoundArchived}
    )
    def archive(self, *, by: Actor) -> None:
        """届次归档"""

    @transition(
        "state",
        [R.DRAFTING, R.PUBLISHED],
        R.CANCELLED,
        permission=may("rounds.cancel"),
        custom={"fact": RoundCancelled},
    )
    def cancel(self, *, by: Actor) -> None:
        """取消届次"""
