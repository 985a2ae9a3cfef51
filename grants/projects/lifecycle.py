"""The lives of a project, its agreement, reports, changes and vouchers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import StateField, Stateful, question, transition
from core.policy import Actor, may
from grants.projects import events


class J(models.TextChoices):
    """States of a project."""

    AWAITING_AGREEMENT = "awaiting_agreement", _("待签约")
    ACTIVE = "active", _("执行中")
    MIDTERM_REVIEW = "midterm_review", _("中期评估中")
    RECTIFYING = "rectifying", _("整改中")
    SUSPENDED = "suspended", _("暂停")
    FINAL_REVIEW = "final_review", _("末期评估中")
    AUDITING = "auditing", _("审计中")
    SETTLED = "settled", _("已结算")
    RECOVERING = "recovering", _("追回中")
    CLOSED = "closed", _("已结项")
    ARCHIVED = "archived", _("已归档")
    LAPSED = "lapsed", _("逾期未签约")


class A(models.TextChoices):
    """States of an agreement."""

    PREPARED = "prepared", _("待申报单位签署")
    ACCEPTED = "accepted", _("待主办单位签署")
    SIGNED = "signed", _("已签署")


class R(models.TextChoices):
    """States of a report."""

    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("已提交")
    PASSED = "passed", _("合格")
    FAILED = "failed", _("不合格")


class C(models.TextChoices):
    """States of a change request."""

    REQUESTED = "requested", _("待审批")
    RECORDED = "recorded", _("已备案")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("未批准")


class E(models.TextChoices):
    """States of a voucher."""

    RECORDED = "recorded", _("已入账")
    VOIDED = "voided", _("已冲销")


ENDED = (J.CLOSED, J.ARCHIVED, J.LAPSED)
RUNNING = (J.ACTIVE, J.MIDTERM_REVIEW, J.RECTIFYING)
STOPPABLE = [J.ACTIVE, J.MIDTERM_REVIEW, J.RECTIFYING, J.SUSPENDED, J.FINAL_REVIEW, J.AUDITING]


@question(_("协议尚未由双方签署。"))
def is_signed_by_both(project: Any) -> bool:
    """Ask for both signatures on the agreement."""
    return bool(project.agreement.state == A.SIGNED and project.signed_on)


@question(_("本档次没有中期评估，或中期评估已经通过。"))
def has_midterm_ahead(project: Any) -> bool:
    """Ask whether a mid-term is still to come."""
    return bool(project.has_midterm and not project.midterm_passed)


@question(_("整改后复评仍未合格，不能再次提交，须由局领导决定是否终止。"))
def may_be_judged_again(project: Any) -> bool:
    """Ask whether one of the two tries is left."""
    return bool(project.midterm_failures < 2)


@question(_("中期评估尚未通过，不能提交结项报告。"))
def midterm_is_behind(project: Any) -> bool:
    """Ask whether the mid-term was passed, where there is one."""
    return bool(project.midterm_passed or not project.has_midterm)


@question(_("末期评估尚未合格。"))
def passed_final(project: Any) -> bool:
    """Ask for a passed final report."""
    return bool(project.final_passed)


class ProjectLifecycle(Stateful):
    """awaiting_agreement → active → (mid-term) → final_review → auditing → settled → closed → archived."""

    state = StateField(choices=J.choices, default=J.AWAITING_AGREEMENT)

    class Meta:
        abstract = True

    @transition(
        "state",
        [J.AWAITING_AGREEMENT],
        J.ACTIVE,
        conditions=[is_signed_by_both],
        permission=may("projects.sign"),
        custom={"fact": events.AgreementSigned},
    )
    def sign(self, *, by: Actor) -> None:
        """签约"""

    @transition(
        "state",
        [J.AWAITING_AGREEMENT],
        J.LAPSED,
        permission=may("projects.lapse"),
        custom={"fact": events.ProjectLapsed},
    )
    def lapse(self, *, by: Actor) -> None:
        """逾期未签约，视为放弃"""

    @transition(
        "state",
        [J.ACTIVE, J.RECTIFYING],
        J.MIDTERM_REVIEW,
        conditions=[has_midterm_ahead, may_be_judged_again],
        permission=may("projects.submit_report"),
        custom={"fact": events.MidtermSubmitted},
    )
    def submit_midterm(self, *, by: Actor) -> None:
        """提交中期报告"""

    @transition(
        "state",
        [J.MIDTERM_REVIEW],
        J.ACTIVE,
        permission=may("projects.record_verdict"),
        custom={"fact": events.MidtermPassed},
    )
    def pass_midterm(self, *, by: Actor) -> None:
        """中期评估合格"""

    @transition(
        "state",
        [J.MIDTERM_REVIEW],
        J.RECTIFYING,
        permission=may("projects.record_verdict"),
        custom={"fact": events.MidtermFailed},
    )
    def fail_midterm(self, *, by: Actor) -> None:
        """中期评估不合格，限期整改"""

    @transition(
        "state",
        [J.ACTIVE],
        J.FINAL_REVIEW,
        conditions=[midterm_is_behind],
        permission=may("projects.submit_report"),
        custom={"fact": events.FinalSubmitted},
    )
    def submit_final(self, *, by: Actor) -> None:
        """提交结项报告"""

    @transition(
        "state",
        [J.FINAL_REVIEW],
        J.AUDITING,
        conditions=[passed_final],
        permission=may("projects.record_verdict"),
        custom={"fact": events.FinalPassed},
    )
    def pass_final(self, *, by: Actor) -> None:
        """末期评估合格，转入审计"""

    @transition(
        "state",
        [J.AUDITING],
        J.SETTLED,
        permission=may("projects.settle"),
        custom={"fact": events.ProjectSettled},
    )
    def settle(self, *, by: Actor) -> None:
        """结算"""

    @transition(
        "state",
        [J.SETTLED, J.RECOVERING],
        J.CLOSED,
        permission=may("projects.close"),
        custom={"fact": events.ProjectClosed},
    )
    def close(self, *, by: Actor) -> None:
        """结项"""

    @transition(
        "state",
        [J.CLOSED],
        J.ARCHIVED,
        permission=may("projects.archive"),
        custom={"fact": events.ProjectArchived},
    )
    def archive(self, *, by: Actor) -> None:
        """归档"""

    @transition(
        "state",
        [J.ACTIVE, J.RECTIFYING],
        J.SUSPENDED,
        permission=may("projects.suspend"),
        custom={"fact": events.ProjectSuspended},
    )
    def suspend(self, *, by: Actor) -> None:
        """暂停项目"""

    @transition(
        "state",
        [J.SUSPENDED],
        J.ACTIVE,
        permission=may("projects.resume"),
        custom={"fact": events.ProjectResumed},
    )
    def resume(self, *, by: Actor) -> None:
        """恢复项目"""

    @transition(
        "state",
        STOPPABLE,
        J.RECOVERING,
        permission=may("projects.terminate"),
        custom={"fact": events.ProjectTerminated},
    )
    def terminate(self, *, by: Actor) -> None:
        """终止项目"""

    @transition(
        "state",
        [*STOPPABLE, J.SETTLED],
        J.RECOVERING,
        permission=may("projects.revoke"),
        custom={"fact": events.ProjectRevoked},
    )
    def revoke(self, *, by: Actor) -> None:
        """撤销立项"""


class AgreementLifecycle(Stateful):
    """prepared → accepted by the grantee → signed by the bureau; two people, one PDF."""

    state = StateField(choices=A.choices, default=A.PREPARED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [A.PREPARED],
        A.ACCEPTED,
        permission=may("projects.accept_agreement"),
        custom={"fact": events.AgreementAccepted},
    )
    def accept(self, *, by: Actor) -> None:
        """申报单位签署"""

    @transition(
        "state",
        [A.ACCEPTED],
        A.SIGNED,
        permission=may("projects.countersign"),
        custom={"fact": events.AgreementConcluded},
    )
    def countersign(self, *, by: Actor) -> None:
        """主办单位签署"""


@question(_("评估结论尚未作出。"))
def has_verdict(report: Any) -> bool:
    """Ask for the verdict of the dossier."""
    return bool(report.dossier_id and report.dossier.verdict)


class ReportLifecycle(Stateful):
    """draft → submitted → passed or failed; a failed mid-term is answered by a new report."""

    state = StateField(choices=R.choices, default=R.DRAFT)

    class Meta:
        abstract = True

    @transition(
        "state",
        [R.DRAFT],
        R.SUBMITTED,
        permission=may("projects.submit_report"),
        custom={"fact": events.ReportSubmitted},
    )
    def submit(self, *, by: Actor) -> None:
        """提交报告"""

    @transition(
        "state",
        [R.SUBMITTED],
        R.PASSED,
        conditions=[has_verdict],
        permission=may("projects.record_verdict"),
        custom={"fact": events.ReportJudged},
    )
    def mark_passed(self, *, by: Actor) -> None:
        """记录合格结论"""

    @transition(
        "state",
        [R.SUBMITTED],
        R.FAILED,
        conditions=[has_verdict],
        permission=may("projects.record_verdict"),
        custom={"fact": events.ReportJudged},
    )
    def mark_failed(self, *, by: Actor) -> None:
        """记录不合格结论"""


class ChangeLifecycle(Stateful):
    """requested → approved or refused; a small move of money is only recorded."""

    state = StateField(choices=C.choices, default=C.REQUESTED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [C.REQUESTED],
        C.RECORDED,
        permission=may("projects.request_change"),
        custom={"fact": events.ChangeDecided},
    )
    def record(self, *, by: Actor) -> None:
        """备案（在自行调剂范围内）"""

    @transition(
        "state",
        [C.REQUESTED],
        C.APPROVED,
        permission=may("projects.decide_change"),
        custom={"fact": events.ChangeDecided},
    )
    def approve(self, *, by: Actor) -> None:
        """批准变更"""

    @transition(
        "state",
        [C.REQUESTED],
        C.REFUSED,
        permission=may("projects.decide_change"),
        custom={"fact": events.ChangeDecided},
    )
    def refuse(self, *, by: Actor) -> None:
        """不批准变更"""


class ExpenseLifecycle(Stateful):
    """recorded → voided; a voucher is never deleted."""

    state = StateField(choices=E.choices, default=E.RECORDED)

    class Meta:
        abstract = True

    @transition(
        "state",
        [E.RECORDED],
        E.VOIDED,
        permission=may("projects.void_expense"),
        custom={"fact": events.ExpenseVoided},
    )
    def void(self, *, by: Actor) -> None:
        """冲销凭证"""
