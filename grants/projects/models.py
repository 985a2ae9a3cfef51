"""The funded project and its papers: budget versions, agreement, activities, vouchers, changes, reports."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, state_check
from evaluations.panels.models import Dossier
from grants.awards.models import Award
from grants.projects import rules
from grants.projects.lifecycle import (
    A,
    AgreementLifecycle,
    C,
    ChangeLifecycle,
    E,
    ExpenseLifecycle,
    J,
    ProjectLifecycle,
    R,
    ReportLifecycle,
)
from grants.rounds.models import Round
from orgs.people.models import Body


class Project(ProjectLifecycle):
    """One award being carried out. ``payee`` signs and is paid: the applicant, or the host of a group."""

    LOCK_RANK = 40
    STATE_TONES = {
        J.AWAITING_AGREEMENT: "neutral",
        J.ACTIVE: "info",
        J.MIDTERM_REVIEW: "info",
        J.RECTIFYING: "warn",
        J.SUSPENDED: "bad",
        J.FINAL_REVIEW: "info",
        J.AUDITING: "info",
        J.SETTLED: "ok",
        J.RECOVERING: "bad",
        J.CLOSED: "ok",
        J.ARCHIVED: "ok",
        J.LAPSED: "neutral",
    }

    award = models.OneToOneField(Award, models.PROTECT, related_name="project", verbose_name=_("立项"))
    round = models.ForeignKey(Round, models.PROTECT, related_name="projects", verbose_name=_("届次"))
    applicant = models.ForeignKey(Body, models.PROTECT, related_name="projects", verbose_name=_("申报主体"))
    payee = models.ForeignKey(Body, models.PROTECT, related_name="paid_projects", verbose_name=_("收款单位"))
    number = models.CharField(_("项目编号"), max_length=40, unique=True)
    title = models.CharField(_("项目名称"), max_length=80)
    track = models.CharField(_("资助档次"), max_length=20)
    award_fen = models.BigIntegerField(_("资助金额（分）"))
    has_midterm = models.BooleanField(_("设中期评估"))
    sign_by = models.DateField(_("签约期限"))
    signed_on = models.DateField(_("签约日期"), null=True)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))
    extended_months = models.PositiveSmallIntegerField(_("延期（月）"), default=0)
    midterm_passed = models.BooleanField(_("中期合格"), default=False)
    midterm_failures = models.PositiveSmallIntegerField(_("中期不合格次数"), default=0)
    midterm_score = models.DecimalField(_("中期得分"), max_digits=6, decimal_places=2, null=True)
    rectify_by = models.DateField(_("整改期限"), null=True)
    rectify_what = models.TextField(_("整改要求"), blank=True)
    final_passed = models.BooleanField(_("末期合格"), default=False)
    final_failed = models.BooleanField(_("末期不合格"), default=False)
    final_score = models.DecimalField(_("末期得分"), max_digits=6, decimal_places=2, null=True)
    band = models.CharField(_("等次"), max_length=20, blank=True)
    was_stopped = models.BooleanField(_("被终止或撤销"), default=False)
    recover_all = models.BooleanField(_("全额追回"), default=False)

    class Meta:
        verbose_name = _("项目")
        verbose_name_plural = _("项目")
        ordering = ["number"]
        indexes = [models.Index(fields=["round", "state"], name="project_by_round_and_state")]
        constraints = [
            state_check(J, name="project_state_is_known"),
            models.CheckConstraint(condition=Q(award_fen__gt=0), name="project_has_money"),
            models.CheckConstraint(
                condition=Q(state__in=[J.AWAITING_AGREEMENT, J.LAPSED]) | Q(signed_on__isnull=False),
                name="running_project_was_signed",
            ),
            models.CheckConstraint(
                condition=Q(midterm_failures__lte=2), name="midterm_is_failed_twice_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the project's page."""
        return reverse("project", args=[self.public_id])

    @property
    def STAGES(self) -> list[str]:  # noqa: N802 - the name the stage bar reads
        """Return the stations of the main way; a mid-term only while it is ahead."""
        ahead = self.has_midterm and not self.midterm_passed
        midterm = [J.MIDTERM_REVIEW] if ahead else []
        later = [J.FINAL_REVIEW, J.AUDITING, J.SETTLED, J.CLOSED, J.ARCHIVED]
        return [J.AWAITING_AGREEMENT, J.ACTIVE, *midterm, *later]

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return {pk for pk in (self.applicant_id, self.payee_id) if pk}

    @property
    def eligible_from(self) -> date | None:
        """Return the first day whose spending counts; None before the signature."""
        return rules.eligible_from(self.signed_on, self.starts_on) if self.signed_on else None


class BudgetVersion(models.Model):
    """The approved budget; the newest counts. ``is_approved``: a person decided it, it is no free move."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="budgets", verbose_name=_("项目"))
    no = models.PositiveIntegerField(_("版次"))
    is_approved = models.BooleanField(_("经核定"))
    reason = models.CharField(_("说明"), max_length=200)
    digest = models.CharField(_("摘要"), max_length=64)
    made_at = models.DateTimeField(_("形成时间"))

    class Meta:
        verbose_name = _("预算版本")
        verbose_name_plural = _("预算版本")
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["project", "no"], name="budget_version_is_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} v{self.no}"


class BudgetVersionLine(models.Model):
    """One line of a budget version; the line number stays the same through all versions."""

    version = models.ForeignKey(
        BudgetVersion, models.PROTECT, related_name="lines", verbose_name=_("预算版本")
    )
    no = models.PositiveSmallIntegerField(_("序号"))
    code = models.CharField(_("科目"), max_length=6)
    item = models.CharField(_("支出内容"), max_length=80)
    amount_fen = models.BigIntegerField(_("核定金额（分）"))
    linked_activity = models.CharField(_("对应活动"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("核定预算行")
        verbose_name_plural = _("核定预算行")
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["version", "no"], name="approved_line_is_numbered_once"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="approved_line_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.item}"

    def as_line(self) -> rules.Line:
        """Return the line as a plain value."""
        return rules.Line(self.no, self.code, self.item, self.amount_fen, self.linked_activity)


class Agreement(AgreementLifecycle):
    """The agreement: its frozen values, the hash of the PDF that both sides signed, and the sealed page."""

    STATE_TONES = {A.PREPARED: "neutral", A.ACCEPTED: "warn", A.SIGNED: "ok"}

    project = models.OneToOneField(Project, models.PROTECT, related_name="agreement", verbose_name=_("项目"))
    content = models.JSONField(_("协议内容"))
    digest = models.CharField(_("内容摘要"), max_length=64)
    pdf_sha256 = models.CharField(_("协议文本摘要"), max_length=64, blank=True)
    seal_sha256 = models.CharField(_("签章页摘要"), max_length=64, blank=True)
    accepted_by_id = models.BigIntegerField(_("申报单位签署账号"), null=True)
    accepted_at = models.DateTimeField(_("申报单位签署时间"), null=True)
    countersigned_by_id = models.BigIntegerField(_("主办单位签署账号"), null=True)
    countersigned_at = models.DateTimeField(_("主办单位签署时间"), null=True)

    class Meta:
        verbose_name = _("资助协议")
        verbose_name_plural = _("资助协议")
        constraints = [
            state_check(A, name="agreement_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=A.PREPARED)
                | (~Q(pdf_sha256="") & ~Q(seal_sha256="") & Q(accepted_by_id__isnull=False)),
                name="accepted_agreement_carries_both_hashes",
            ),
            models.CheckConstraint(
                condition=~Q(state=A.SIGNED)
                | (Q(countersigned_by_id__isnull=False) & ~Q(countersigned_by_id=models.F("accepted_by_id"))),
                name="agreement_is_countersigned_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class ActivityRecord(Stateful):
    """One activity as it took place; for a light project these records are the monthly report."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="activities", verbose_name=_("项目"))
    held_on = models.DateField(_("活动日期"))
    title = models.CharField(_("活动名称"), max_length=80)
    place = models.CharField(_("地点"), max_length=80)
    participants = models.PositiveIntegerField(_("参加人数"))
    volunteers = models.PositiveIntegerField(_("志愿者人数"), default=0)
    service_count = models.PositiveIntegerField(_("服务人次"))
    summary = models.CharField(_("简要情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("活动记录")
        verbose_name_plural = _("活动记录")
        ordering = ["held_on", "id"]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class Method(models.TextChoices):
    """How a voucher was paid."""

    TRANSFER = rules.TRANSFER, _("转账")
    CARD = rules.CARD, _("公务卡或扫码")
    CASH = rules.CASH, _("现金")


class Expense(ExpenseLifecycle):
    """One voucher. ``payee_index`` is a blind index of the payee: an invoice is claimed once, anywhere."""

    STATE_TONES = {E.RECORDED: "ok", E.VOIDED: "neutral"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="expenses", verbose_name=_("项目"))
    voucher_no = models.CharField(_("凭证号"), max_length=30)
    spent_on = models.DateField(_("支出日期"))
    line_no = models.PositiveSmallIntegerField(_("预算行"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    item = models.CharField(_("摘要"), max_length=80)
    payee = models.CharField(_("收款方"), max_length=80)
    payee_index = models.CharField(_("收款方索引"), max_length=64, editable=False)
    invoice_no = models.CharField(_("票据号码"), max_length=40, blank=True)
    method = models.CharField(_("付款方式"), max_length=10, choices=Method.choices, default=Method.TRANSFER)

    class Meta:
        verbose_name = _("支出凭证")
        verbose_name_plural = _("支出凭证")
        ordering = ["spent_on", "id"]
        constraints = [
            state_check(E, name="expense_state_is_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="expense_is_positive"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="expense_method_is_known"),
            models.UniqueConstraint(
                fields=["project", "voucher_no"],
                condition=Q(state=E.RECORDED),
                name="voucher_is_booked_once_per_project",
            ),
            models.UniqueConstraint(
                fields=["payee_index", "invoice_no"],
                condition=Q(state=E.RECORDED) & ~Q(invoice_no=""),
                name="invoice_of_a_payee_is_claimed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.item}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class ChangeKind(models.TextChoices):
    """What a change is about."""

    BUDGET = "budget", _("预算调整")
    EXTENSION = "extension", _("延期")
    CONTENT = "content", _("活动内容或指标")
    PLACE = "place", _("实施地点")
    LEADER = "leader", _("负责人或名称")


class ChangeRequest(ChangeLifecycle):
    """A wish to depart from the agreement; ``wanted`` holds amounts by line number, or months, or words."""

    STATE_TONES = {C.REQUESTED: "warn", C.RECORDED: "ok", C.APPROVED: "ok", C.REFUSED: "bad"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="changes", verbose_name=_("项目"))
    kind = models.CharField(_("类别"), max_length=20, choices=ChangeKind.choices)
    wanted = models.JSONField(_("变更内容"))
    reason = models.CharField(_("理由"), max_length=300)
    asked_at = models.DateTimeField(_("申请时间"))
    answer_by = models.DateField(_("答复期限"))

    class Meta:
        verbose_name = _("变更申请")
        verbose_name_plural = _("变更申请")
        ordering = ["id"]
        constraints = [
            state_check(C, name="change_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind_is_known"),
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=Q(state=C.REQUESTED),
                name="one_open_change_of_a_kind_per_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.get_kind_display()}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class ReportStage(models.TextChoices):
    """When a report is due."""

    MIDTERM = "midterm", _("中期报告")
    FINAL = "final", _("结项报告")


class Report(ReportLifecycle):
    """A mid-term or final report; what was handed in is frozen with its hash and laid before a panel."""

    STATE_TONES = {R.DRAFT: "neutral", R.SUBMITTED: "info", R.PASSED: "ok", R.FAILED: "bad"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="reports", verbose_name=_("项目"))
    stage = models.CharField(_("阶段"), max_length=20, choices=ReportStage.choices)
    no = models.PositiveSmallIntegerField(_("次数"), default=1)
    answers = models.JSONField(_("自评内容"), default=dict)
    due_on = models.DateField(_("提交期限"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    snapshot = models.JSONField(_("提交时的内容"), null=True)
    digest = models.CharField(_("摘要"), max_length=64, blank=True)
    marks = models.JSONField(_("扣分情形"), default=list)
    dossier = models.OneToOneField(
        Dossier, models.PROTECT, null=True, related_name="project_report", verbose_name=_("评审卷")
    )

    class Meta:
        verbose_name = _("项目报告")
        verbose_name_plural = _("项目报告")
        ordering = ["id"]
        constraints = [
            state_check(R, name="report_state_is_known"),
            models.CheckConstraint(condition=Q(stage__in=ReportStage.values), name="report_stage_is_known"),
            models.UniqueConstraint(
                fields=["project", "stage", "no"], name="report_is_numbered_once_per_stage"
            ),
            models.CheckConstraint(
                condition=Q(state=R.DRAFT) | (Q(snapshot__isnull=False) & ~Q(digest="")),
                name="submitted_report_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.get_stage_display()}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()
