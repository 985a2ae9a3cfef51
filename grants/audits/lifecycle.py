"""The lives of an audit engagement and of a finding."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.audits import events


class E(models.TextChoices):
    """States of an engagement."""

    ENGAGED = "engaged", _("已委托")
    FIELDWORK = "fieldwork", _("现场审计")
    FINDINGS_ISSUED = "findings_issued", _("已发出审计发现")
    REPLIED = "replied", _("已收齐答复")
    CONCLUDED = "concluded", _("已出具结论")


class F(models.TextChoices):
    """States of a finding."""

    RAISED = "raised", _("已提出")
    REPLIED = "replied", _("已答复")
    UPHELD = "upheld", _("认定")
    LIFTED = "lifted", _("撤销")


@question(_("本届还有项目没有进入审计，现场审计不能开始。"))
def projects_are_ready(engagement: Any) -> bool:
    """Ask whether every project of the round is ready for the auditor, or has ended otherwise."""
    return not engagement.unready_projects().exists()


@question(_("还有项目的抽查凭证没有核对完。"))
def pages_are_checked(engagement: Any) -> bool:
    """Ask whether the firm has looked at the sample of every project."""
    return not engagement.pages.filter(checked_at__isnull=True).exists()


@question(_("还有审计发现没有作出结论。"))
def findings_are_decided(engagement: Any) -> bool:
    """Ask whether every finding was upheld or lifted."""
    return not engagement.pages.filter(findings__state__in=[F.RAISED, F.REPLIED]).exists()


class EngagementLifecycle(Stateful):
    """engaged → fieldwork → findings_issued → replied → concluded."""

    state = StateField(choices=E.choices, default=E.ENGAGED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [E.ENGAGED],
        E.FIELDWORK,
        conditions=[projects_are_ready],
        permission=may("audits.audit"),
        custom={"fact": events.FieldworkStarted},
    )
    def start(self, *, by: Actor) -> None:
        """开始现场审计"""

    @transition(
        "state",
        [E.FIELDWORK],
        E.FINDINGS_ISSUED,
        conditions=[pages_are_checked],
        permission=may("audits.audit"),
        custom={"fact": events.FindingsIssued},
    )
    def issue(self, *, by: Actor) -> None:
        """发出审计发现"""

    @transition(
        "state",
        [E.FINDINGS_ISSUED],
        E.REPLIED,
        permission=may("audits.audit"),
        custom={"fact": events.RepliesClosed},
    )
    def close_replies(self, *, by: Actor) -> None:
        """收齐答复"""

    @transition(
        "state",
        [E.REPLIED],
        E.CONCLUDED,
        conditions=[findings_are_decided],
        permission=may("audits.audit"),
        custom={"fact": events.AuditConcluded},
    )
    def conclude(self, *, by: Actor) -> None:
        """出具审计结论"""


class FindingLifecycle(Stateful):
    """raised → replied → upheld or lifted; what was never replied to is decided as it stands."""

    state = StateField(choices=F.choices, default=F.RAISED)

    class Meta:
        abstract = True

    @transition(
        "state", [F.RAISED], F.REPLIED, permission=may("audits.reply"), custom={"fact": events.FindingReplied}
    )
    def reply(self, *, by: Actor) -> None:
        """答复审计发现"""

    @transition(
        "state",
        [F.RAISED, F.REPLIED],
        F.UPHELD,
        permission=may("audits.decide"),
        custom={"fact": events.FindingDecided},
    )
    def uphold(self, *, by: Actor) -> None:
        """认定"""

    @transition(
        "state",
        [F.RAISED, F.REPLIED],
        F.LIFTED,
        permission=may("audits.decide"),
        custom={"fact": events.FindingDecided},
    )
    def lift(self, *, by: Actor) -> None:
        """撤销"""
