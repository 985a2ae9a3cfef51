"""The life of a panel, of a dossier before it, and of a score sheet."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from evaluations.panels.events import (
    PanelConcluded,
    PanelLocked,
    PanelOpened,
    SheetRecused,
    SheetReopened,
    SheetsAssigned,
    VerdictGiven,
)


class P(models.TextChoices):
    """States of a panel."""

    FORMING = "forming", _("组建中")
    ASSIGNED = "assigned", _("已分配")
    SCORING = "scoring", _("评分中")
    LOCKED = "locked", _("已锁分")
    CONCLUDED = "concluded", _("已结论")


class D(models.TextChoices):
    """States of a dossier."""

    WAITING = "waiting", _("待评审")
    JUDGED = "judged", _("已评审")


class S(models.TextChoices):
    """States of a sheet."""

    ASSIGNED = "assigned", _("待声明")
    OPEN = "open", _("评分中")
    LOCKED = "locked", _("已锁定")
    RECUSED = "recused", _("已回避")


@question(_("评审组还没有待评材料，或主席、秘书、评委席位不全。"))
def panel_is_complete(panel: Any) -> bool:
    """Ask for dossiers, chair, secretary, and as many reviewers as the rule wants."""
    kinds = list(panel.seats.filter(left_at__isnull=True).values_list("kind", flat=True))
    enough = kinds.count("reviewer") >= panel.parsed_rule().reviewers
    return bool(enough and {"chair", "secretary"} <= set(kinds) and panel.dossiers.exists())


@question(_("还有未锁定的评分表，不能锁分。"))
def sheets_are_done(panel: Any) -> bool:
    """Ask whether every sheet is locked or recused, and there is one at all."""
    states = set(panel.sheets.values_list("state", flat=True))
    return S.LOCKED in states and states <= {S.LOCKED, S.RECUSED}


@question(_("有效评分表少于规定份数，须补评后再办理。"))
def every_dossier_has_enough(panel: Any) -> bool:
    """Ask whether each dossier has at least valid_min locked sheets for every component that weighs."""
    return not panel.short_dossiers()


@question(_("秘书尚未签署评审结果。"))
def secretary_has_signed(panel: Any) -> bool:
    """Ask for the secretary's half of the conclusion; whether it fits the results is the service's check."""
    return bool(panel.signed_digest)


@question(_("评审组不在评分阶段。"))
def panel_is_open(sheet: Any) -> bool:
    """Ask whether the panel lets its reviewers in; a replacement may come after the lock."""
    return sheet.panel.state in (P.SCORING, P.LOCKED)


@question(_("评审组已作出结论，不能再改。"))
def panel_is_not_concluded(sheet: Any) -> bool:
    """Ask whether the result can still change."""
    return bool(sheet.panel.state != P.CONCLUDED)


@question(_("须先由主席提出重开申请并说明理由。"))
def reopening_is_asked(sheet: Any) -> bool:
    """Ask for the chair's half of the reopening."""
    return sheet.reopen_asked_at is not None


class PanelLifecycle(Stateful):
    """A panel is formed, scores in private, is locked, and concludes by two signatures."""

    state = StateField(choices=P.choices, default=P.FORMING)

    class Meta:
        abstract = True

    @transition(
        "state",
        [P.FORMING],
        P.ASSIGNED,
        conditions=[panel_is_complete],
        permission=may("panels.assign"),
        custom={"fact": SheetsAssigned},
    )
    def assign(self, *, by: Actor) -> None:
        """分配评审材料"""

    @transition("state", [P.ASSIGNED], P.SCORING, permission=may("panels.open"), custom={"fact": PanelOpened})
    def open(self, *, by: Actor) -> None:
        """开放评分"""

    @transition(
        "state",
        [P.SCORING],
        P.LOCKED,
        conditions=[sheets_are_done, every_dossier_has_enough],
        permission=may("panels.lock"),
        custom={"fact": PanelLocked},
    )
    def lock(self, *, by: Actor) -> None:
        """锁定评分"""

    @transition(
        "state",
        [P.LOCKED],
        P.CONCLUDED,
        conditions=[sheets_are_done, every_dossier_has_enough, secretary_has_signed],
        permission=may("panels.conclude"),
        custom={"fact": PanelConcluded},
    )
    def conclude(self, *, by: Actor) -> None:
        """作出评审结论"""


class DossierLifecycle(Stateful):
    """A dossier waits for its panel and is judged once."""

    state = StateField(choices=D.choices, default=D.WAITING)

    class Meta:
        abstract = True

    @transition(
        "state",
        [D.WAITING],
        D.JUDGED,
        permission=may("panels.give_verdict"),
        custom={"fact": VerdictGiven},
    )
    def give_verdict(self, *, by: Actor) -> None:
        """给出评审结论"""


class SheetLifecycle(Stateful):
    """A sheet opens after a declaration, is locked once, and reopens only by two people."""

    state = StateField(choices=S.choices, default=S.ASSIGNED)

    class Meta:
        abstract = True

    @transition("state", [S.ASSIGNED], S.OPEN, conditions=[panel_is_open], permission=may("panels.attest"))
    def attest(self, *, by: Actor) -> None:
        """声明无利害关系"""

    @transition("state", [S.OPEN], S.LOCKED, conditions=[panel_is_open], permission=may("panels.lock_sheet"))
    def lock(self, *, by: Actor) -> None:
        """提交并锁定评分表"""

    @transition(
        "state",
        [S.ASSIGNED, S.OPEN, S.LOCKED],
        S.RECUSED,
        conditions=[panel_is_not_concluded],
        permission=may("panels.recuse"),
        custom={"fact": SheetRecused},
    )
    def recuse(self, *, by: Actor) -> None:
        """回避"""

    @transition(
        "state",
        [S.LOCKED],
        S.OPEN,
        conditions=[panel_is_not_concluded, reopening_is_asked],
        permission=may("panels.reopen_sheet"),
        custom={"fact": SheetReopened},
    )
    def reopen(self, *, by: Actor) -> None:
        """重开评分表"""
