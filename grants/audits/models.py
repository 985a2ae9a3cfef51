"""Engagement, a page a project, the drawn vouchers, findings, settlement, archive. Amounts in fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F as Column
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.files.models import FileRef
from core.lifecycle import Stateful, state_check
from grants.audits.lifecycle import E, EngagementLifecycle, F, FindingLifecycle
from grants.projects.lifecycle import ENDED, J
from grants.projects.models import Expense, Project
from grants.rounds.models import Round
from orgs.people.models import Body


class Engagement(EngagementLifecycle):
    """One audit of one round by one firm; the seed of the sample is set when the firm is engaged."""

    LOCK_RANK = 11
    STATE_TONES = {
        E.ENGAGED: "neutral",
        E.FIELDWORK: "info",
        E.FINDINGS_ISSUED: "warn",
        E.REPLIED: "info",
        E.CONCLUDED: "ok",
    }

    round = models.OneToOneField(Round, models.PROTECT, related_name="engagement", verbose_name=_("届次"))
    firm = models.ForeignKey(Body, models.PROTECT, related_name="engagements", verbose_name=_("会计师事务所"))
    contract_no = models.CharField(_("委托合同号"), max_length=60)
    seed = models.CharField(_("抽样种子"), max_length=80)
    sample_percent = models.PositiveSmallIntegerField(_("抽查比例下限（%）"), default=30)
    reply_by = models.DateField(_("答复期限"), null=True)
    report_no = models.CharField(_("审计报告号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("审计委托")
        verbose_name_plural = _("审计委托")
        constraints = [
            state_check(E, name="engagement_state_is_known"),
            models.CheckConstraint(
                condition=Q(sample_percent__gte=30, sample_percent__lte=100),
                name="sample_is_at_least_thirty_percent",
            ),
            models.CheckConstraint(
                condition=~Q(state=E.CONCLUDED) | ~Q(report_no=""), name="concluded_audit_has_a_report"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.contract_no}"

    def get_absolute_url(self) -> str:
        """Return the address of the engagement's page."""
        return reverse("engagement", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the firm; grantees are parties of their own pages."""
        return {self.firm_id}

    def unready_projects(self) -> QuerySet[Project]:
        """Return the projects that still run or wait for their final evaluation."""
        return Project.objects.filter(round_id=self.round_id).exclude(
            state__in=[J.AUDITING, J.RECOVERING, J.SETTLED, *ENDED]
        )


class AuditPage(Stateful):
    """The audit of one project: what was claimed, what was looked at, what is recognised."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="pages", verbose_name=_("审计委托")
    )
    project = models.OneToOneField(Project, models.PROTECT, related_name="audit_page", verbose_name=_("项目"))
    claimed_fen = models.BigIntegerField(_("申报支出（分）"))
    sampled_fen = models.BigIntegerField(_("抽查金额（分）"))
    checked_at = models.DateTimeField(_("核对时间"), null=True)
    remark = models.CharField(_("审计说明"), max_length=300, blank=True)
    disallowed_fen = models.BigIntegerField(_("不予认可（分）"), default=0)
    eligible_fen = models.BigIntegerField(_("核定支出（分）"), null=True)

    class Meta:
        verbose_name = _("审计页")
        verbose_name_plural = _("审计页")
        ordering = ["project__number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_fen__gte=0, sampled_fen__gte=0)
                & Q(claimed_fen__gte=Column("sampled_fen")),
                name="sample_is_within_the_claim",
            ),
            models.CheckConstraint(
                condition=Q(eligible_fen__isnull=True)
                | Q(eligible_fen=Column("claimed_fen") - Column("disallowed_fen"), eligible_fen__gte=0),
                name="eligible_is_claim_less_disallowed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.number}"

    def get_absolute_url(self) -> str:
        """Return the address of the page, below its engagement."""
        return reverse("audit_page", args=[self.engagement.public_id, self.public_id])

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class SampledVoucher(models.Model):
    """A voucher that the draw chose. Never rewritten."""

    page = models.ForeignKey(AuditPage, models.PROTECT, related_name="sample", verbose_name=_("审计页"))
    expense = models.OneToOneField(Expense, models.PROTECT, related_name="sampled", verbose_name=_("凭证"))

    class Meta:
        verbose_name = _("抽查凭证")
        verbose_name_plural = _("抽查凭证")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.page_id} {self.expense_id}"


class Finding(FindingLifecycle):
    """A voucher that is not recognised in full; ``final_fen`` is what stays disallowed."""

    STATE_TONES = {F.RAISED: "warn", F.REPLIED: "info", F.UPHELD: "bad", F.LIFTED: "ok"}

    page = models.ForeignKey(AuditPage, models.PROTECT, related_name="findings", verbose_name=_("审计页"))
    expense = models.ForeignKey(Expense, models.PROTECT, related_name="findings", verbose_name=_("凭证"))
    disallowed_fen = models.BigIntegerField(_("不予认可（分）"))
    reason = models.CharField(_("理由"), max_length=300)
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    final_fen = models.BigIntegerField(_("最终不予认可（分）"), null=True)
    ruling = models.CharField(_("结论说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("审计发现")
        verbose_name_plural = _("审计发现")
        ordering = ["id"]
        constraints = [
            state_check(F, name="finding_state_is_known"),
            models.CheckConstraint(condition=Q(disallowed_fen__gt=0), name="finding_is_about_money"),
            models.CheckConstraint(
                condition=Q(final_fen__isnull=True)
                | Q(final_fen__gte=0) & Q(final_fen__lte=Column("disallowed_fen")),
                name="ruling_is_within_the_finding",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[F.UPHELD, F.LIFTED]) | Q(final_fen__isnull=False),
                name="decided_finding_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.expense_id}"

    def get_absolute_url(self) -> str:
        """Return the address of the page the finding stands on."""
        return self.page.get_absolute_url()

    @property
    def project(self) -> Project:
        """Return the project the finding is about."""
        return self.page.project

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.page.project.parties()


class Settlement(Stateful):
    """What the audited accounts of a project mean: to pay, to release, to recover. Made once."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="settlement", verbose_name=_("项目"))
    page = models.OneToOneField(
        AuditPage, models.PROTECT, related_name="settlement", verbose_name=_("审计页")
    )
    number = models.CharField(_("结算编号"), max_length=40, unique=True)
    eligible_fen = models.BigIntegerField(_("核定支出（分）"))
    paid_fen = models.BigIntegerField(_("已拨付（分）"))
    planned_fen = models.BigIntegerField(_("末期原定（分）"))
    pay_fen = models.BigIntegerField(_("应拨（分）"))
    release_fen = models.BigIntegerField(_("释放（分）"))
    recover_fen = models.BigIntegerField(_("应退（分）"))

    class Meta:
        verbose_name = _("结算")
        verbose_name_plural = _("结算")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pay_fen__gte=0, release_fen__gte=0, recover_fen__gte=0)
                & Q(planned_fen=Column("pay_fen") + Column("release_fen")),
                name="settlement_splits_the_last_instalment",
            ),
            models.CheckConstraint(
                condition=Q(pay_fen=0) | Q(recover_fen=0), name="nobody_is_paid_and_asked_back"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the page that was settled."""
        return self.page.get_absolute_url()

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class ProjectArchive(Stateful):
    """The sealed file of one project: a ZIP with its catalogue, and the hash of both."""

    project = models.OneToOneField(
        Project, models.PROTECT, related_name="sealed_file", verbose_name=_("项目")
    )
    number = models.CharField(_("档号"), max_length=60, unique=True)
    catalogue_sha256 = models.CharField(_("目录摘要"), max_length=64)
    pack = models.ForeignKey(FileRef, models.PROTECT, null=True, related_name="+", verbose_name=_("档案包"))
    pack_sha256 = models.CharField(_("档案包摘要"), max_length=64, blank=True)
    items_count = models.PositiveIntegerField(_("件数"))
    sealed_at = models.DateTimeField(_("归档时间"))

    class Meta:
        verbose_name = _("项目档案")
        verbose_name_plural = _("项目档案")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the file of the project."""
        return reverse("archive_file", args=[self.project.public_id])

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class ArchiveItem(models.Model):
    """One line of the catalogue. Never rewritten."""

    archive = models.ForeignKey(ProjectArchive, models.PROTECT, related_name="items", verbose_name=_("档案"))
    no = models.PositiveIntegerField(_("件号"))
    group = models.PositiveSmallIntegerField(_("类目"))
    title = models.CharField(_("题名"), max_length=120)
    filename = models.CharField(_("文件"), max_length=200)
    sha256 = models.CharField(_("摘要"), max_length=64)
    size = models.BigIntegerField(_("字节数"))
    retention = models.CharField(
        _("保管期限"), max_length=10, choices=[("permanent", _("永久")), ("30", _("30年")), ("10", _("10年"))]
    )
    source = models.CharField(_("来源"), max_length=120)

    class Meta:
        verbose_name = _("档案件")
        verbose_name_plural = _("档案件")
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["archive", "no"], name="archive_item_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(retention__in=["permanent", "30", "10"]), name="retention_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"
