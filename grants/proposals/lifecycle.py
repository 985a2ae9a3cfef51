"""The life of an application, and of the consent of the place in which it is to happen."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.proposals import events


class P(models.TextChoices):
    """States of an application, as staff see them."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    RETURNED = "returned", _("退回补正")
    ELIGIBLE = "eligible", _("资格审查通过")
    INELIGIBLE = "ineligible", _("资格审查未通过")
    RECHECKING = "rechecking", _("复核中")
    OPTIMISING = "optimising", _("优化中")
    IN_REVIEW = "in_review", _("专家评审中")
    SCORED = "scored", _("已评分")
    PROPOSED = "proposed", _("拟立项")
    WAITLISTED = "waitlisted", _("备选")
    DECLINED = "declined", _("未立项")
    AWARDED = "awarded", _("已立项")
    STRUCK = "struck", _("异议成立，取消拟立项")
    LAPSED = "lapsed", _("逾期未签约，视为放弃")
    WITHDRAWN = "withdrawn", _("已撤回")


class C(models.TextChoices):
    """States of a consent."""

    ASKED = "asked", _("待社区确认")
    CONFIRMED = "confirmed", _("社区已同意")
    REFUSED = "refused", _("社区不同意")


UNTIL_AWARDED = [
    P.DRAFT,
    P.SUBMITTED,
    P.RETURNED,
    P.ELIGIBLE,
    P.INELIGIBLE,
    P.RECHECKING,
    P.OPTIMISING,
    P.IN_REVIEW,
    P.SCORED,
    P.PROPOSED,
    P.WAITLISTED,
]
EDITABLE = (P.DRAFT, P.RETURNED, P.OPTIMISING)
OVER = (P.INELIGIBLE, P.DECLINED, P.STRUCK, P.LAPSED, P.WITHDRAWN)
HIDDEN_UNTIL_NOTICE = (P.IN_REVIEW, P.SCORED, P.PROPOSED)


@question(_("退回须至少有一条写在具体栏目上的意见。"))
def has_remarks(proposal: Any) -> bool:
    """Tell whether the version at hand carries a remark at a field."""
    return proposal.remarks.filter(version_no=proposal.version_no).exists()


@question(_("资格审查各项尚未全部通过，或社区尚未同意。"))
def checks_passed(proposal: Any) -> bool:
    """Tell whether the version at hand was checked and every item passed."""
    checks = [one.verdict for one in proposal.checks.all() if one.version_no == proposal.version_no]
    return bool(checks) and all(verdict == "pass" for verdict in checks)


@question(_("须先由经办提出不通过意见并写明理由，再由科长确认。"))
def was_advised(proposal: Any) -> bool:
    """Tell whether a clerk advised to find this very version ineligible."""
    return bool(proposal.advised_version == proposal.version_no and proposal.version_no)


@question(_("专家评审尚未给出结论。"))
def has_score(proposal: Any) -> bool:
    """Tell whether the panel gave a verdict."""
    return bool(proposal.dossier_id and proposal.dossier.verdict)


@question(_("专家评分未达到合格线，不能列为拟立项或备选。"))
def passed_review(proposal: Any) -> bool:
    """Tell whether the panel's verdict is a pass."""
    return bool(proposal.dossier_id and proposal.dossier.verdict == "pass")


@question(_("最近一版在优化开始之后还没有提交。"))
def has_new_version(proposal: Any) -> bool:
    """Tell whether a version was frozen since the optimisation began."""
    return bool(proposal.version_no > proposal.optimised_from)


class ProposalLifecycle(Stateful):
    """From draft to award, with returns, rechecks and a waiting list; nothing is ever deleted."""

    state = StateField(choices=P.choices, default=P.DRAFT)

    class Meta:
        abstract = True

    @transition(
        "state",
        [P.DRAFT],
        P.SUBMITTED,
        permission=may("proposals.submit"),
        custom={"fact": events.ProposalSubmitted},
    )
    def submit(self, *, by: Actor) -> None:
        """提交申报"""

    @transition(
        "state",
        [P.SUBMITTED],
        P.RETURNED,
        conditions=[has_remarks],
        permission=may("proposals.return"),
        custom={"fact": events.ProposalReturned},
    )
    def send_back(self, *, by: Actor) -> None:
        """退回补正"""

    @transition(
        "state",
        [P.RETURNED],
        P.SUBMITTED,
        permission=may("proposals.submit"),
        custom={"fact": events.ProposalResubmitted},
    )
    def resubmit(self, *, by: Actor) -> None:
        """补正后重新提交"""

    @transition(
        "state",
        [P.SUBMITTED],
        P.ELIGIBLE,
        conditions=[checks_passed],
        permission=may("proposals.find_eligible"),
        custom={"fact": events.ProposalFoundEligible},
    )
    def find_eligible(self, *, by: Actor) -> None:
        """资格审查通过"""

    @transition(
        "state",
        [P.SUBMITTED],
        P.INELIGIBLE,
        conditions=[was_advised],
        permission=may("proposals.find_ineligible"),
        custom={"fact": events.ProposalFoundIneligible},
    )
    def find_ineligible(self, *, by: Actor) -> None:
        """确认资格审查不通过"""

    @transition(
        "state",
        [P.INELIGIBLE],
        P.RECHECKING,
        permission=may("proposals.request_recheck"),
        custom={"fact": events.RecheckRequested},
    )
    def request_recheck(self, *, by: Actor) -> None:
        """申请复核"""

    @transition(
        "state",
        [P.RECHECKING],
        P.INELIGIBLE,
        permission=may("proposals.recheck"),
        custom={"fact": events.RecheckUpheld},
    )
    def uphold(self, *, by: Actor) -> None:
        """复核维持原结论"""

    @transition(
        "state",
        [P.RECHECKING],
        P.ELIGIBLE,
        permission=may("proposals.recheck"),
        custom={"fact": events.RecheckOverturned},
    )
    def overturn(self, *, by: Actor) -> None:
        """复核改为通过"""

    @transition(
        "state",
        [P.ELIGIBLE],
        P.OPTIMISING,
        permission=may("proposals.optimise"),
        custom={"fact": events.OptimisationStarted},
    )
    def send_to_optimise(self, *, by: Actor) -> None:
        """转入优化"""

    @transition(
        "state",
        [P.OPTIMISING],
        P.ELIGIBLE,
        conditions=[has_new_version],
        permission=may("proposals.submit"),
        custom={"fact": events.OptimisationFinished},
    )
    def finish_optimise(self, *, by: Actor) -> None:
        """提交优化稿"""

    @transition(
        "state",
        [P.ELIGIBLE],
        P.IN_REVIEW,
        permission=may("proposals.open_review"),
        custom={"fact": events.ReviewOpened},
    )
    def open_review(self, *, by: Actor) -> None:
        """送专家评审"""

    @transition(
        "state",
        [P.IN_REVIEW],
        P.SCORED,
        conditions=[has_score],
        permission=may("proposals.record_verdict"),
        custom={"fact": events.VerdictRecorded},
    )
    def record_verdict(self, *, by: Actor) -> None:
        """记录评审结论"""

    @transition(
        "state",
        [P.SCORED],
        P.PROPOSED,
        conditions=[passed_review],
        permission=may("proposals.decide"),
        custom={"fact": events.ProposalProposed},
    )
    def propose(self, *, by: Actor) -> None:
        """列为拟立项"""

    @transition(
        "state",
        [P.SCORED],
        P.WAITLISTED,
        conditions=[passed_review],
        permission=may("proposals.decide"),
        custom={"fact": events.ProposalWaitlisted},
    )
    def waitlist(self, *, by: Actor) -> None:
        """列为备选"""

    @transition(
        "state",
        [P.SCORED],
        P.DECLINED,
        permission=may("proposals.decide"),
        custom={"fact": events.ProposalDeclined},
    )
    def decline(self, *, by: Actor) -> None:
        """不予立项"""

    @transition(
        "state",
        [P.WAITLISTED],
        P.PROPOSED,
        permission=may("proposals.promote"),
        custom={"fact": events.ProposalPromoted},
    )
    def promote(self, *, by: Actor) -> None:
        """递补为拟立项"""

    @transition(
        "state",
        [P.PROPOSED],
        P.AWARDED,
        permission=may("proposals.award"),
        custom={"fact": events.ProposalAwarded},
    )
    def award(self, *, by: Actor) -> None:
        """立项"""

    @transition(
        "state",
        [P.PROPOSED],
        P.STRUCK,
        permission=may("proposals.strike"),
        custom={"fact": events.ProposalStruck},
    )
    def strike(self, *, by: Actor) -> None:
        """异议成立，取消拟立项"""

    @transition(
        "state",
        [P.AWARDED],
        P.LAPSED,
        permission=may("proposals.lapse"),
        custom={"fact": events.ProposalLapsed},
    )
    def lapse(self, *, by: Actor) -> None:
        """逾期未签约，视为放弃"""

    @transition(
        "state",
        UNTIL_AWARDED,
        P.WITHDRAWN,
        permission=may("proposals.withdraw"),
        custom={"fact": events.ProposalWithdrawn},
    )
    def withdraw(self, *, by: Actor) -> None:
        """撤回申报"""


class ConsentLifecycle(Stateful):
    """asked → confirmed or refused; a new place, or a new try after a return, is a new consent."""

    state = StateField(choices=C.choices, default=C.ASKED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [C.ASKED],
        C.CONFIRMED,
        permission=may("proposals.answer_consent"),
        custom={"fact": events.ConsentConfirmed},
    )
    def confirm(self, *, by: Actor) -> None:
        """社区同意落地"""

    @transition(
        "state",
        [C.ASKED],
        C.REFUSED,
        permission=may("proposals.answer_consent"),
        custom={"fact": events.ConsentRefused},
    )
    def refuse(self, *, by: Actor) -> None:
        """社区不同意落地"""
