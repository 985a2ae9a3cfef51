"""The life of a decision, of money set aside, and of an award."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.awards import events


class D(models.TextChoices):
    """States of a decision."""

    DRAFTED = "drafted", _("拟定")
    TABLED = "tabled", _("已提请会议")
    RESOLVED = "resolved", _("已决定")


class M(models.TextChoices):
    """States of money set aside."""

    RESERVED = "reserved", _("已安排")
    RELEASED = "released", _("已释放")


class W(models.TextChoices):
    """States of an award."""

    GRANTED = "granted", _("已立项")
    LAPSED = "lapsed", _("已失效")


@question(_("决定中没有任何申报。"))
def has_lines(decision: Any) -> bool:
    """Tell whether there is anything to decide."""
    return bool(decision.lines.exists())


@question(_("须填写会议纪要文号、参会人员、资金批复文号，并上传签字扫描件。"))
def is_minuted(decision: Any) -> bool:
    """Tell whether the meeting left its papers."""
    return bool(decision.minutes_no and decision.attendees and decision.money_reply_no and decision.scan_id)


class DecisionLifecycle(Stateful):
    """drafted → tabled → resolved; three people."""

    state = StateField(choices=D.choices, default=D.DRAFTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [D.DRAFTED],
        D.TABLED,
        conditions=[has_lines],
        permission=may("awards.table"),
        custom={"fact": events.DecisionTabled},
    )
    def table(self, *, by: Actor) -> None:
        """提请局长办公会"""

    @transition(
        "state",
        [D.TABLED],
        D.RESOLVED,
        conditions=[is_minuted],
        permission=may("awards.resolve"),
        custom={"fact": events.DecisionResolved},
    )
    def resolve(self, *, by: Actor) -> None:
        """形成会议决定"""


class AllotmentLifecycle(Stateful):
    """reserved → released."""

    state = StateField(choices=M.choices, default=M.RESERVED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [M.RESERVED],
        M.RELEASED,
        permission=may("awards.release"),
        custom={"fact": events.MoneyReleased},
    )
    def release(self, *, by: Actor) -> None:
        """释放资金"""


class AwardLifecycle(Stateful):
    """granted → lapsed."""

    state = StateField(choices=W.choices, default=W.GRANTED)

    class Meta:
        abstract = True

    @transition(
        "state", [W.GRANTED], W.LAPSED, permission=may("awards.lapse"), custom={"fact": events.AwardLapsed}
    )
    def lapse(self, *, by: Actor) -> None:
        """逾期未签约，立项失效"""
