"""The double-entry ledger: accounts, entries, postings; appended to, never rewritten."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grants.payments import rules
from grants.projects.models import Project
from grants.rounds.models import FundingSource, Round


class AccountKind(models.TextChoices):
    """Where a yuan of a round can be."""

    APPROPRIATION = rules.APPROPRIATION, _("拨入")
    AVAILABLE = rules.AVAILABLE, _("可用")
    COMMITTED = rules.COMMITTED, _("已承诺未拨")
    PAID = rules.PAID, _("已拨付")
    RECEIVABLE = rules.RECEIVABLE, _("应收退款")
    RETURNED = rules.RETURNED, _("已退回")


class Account(models.Model):
    """One account of the ledger: of a source in a round, or of one project of it. Never rewritten."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="accounts", verbose_name=_("届次"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="accounts", verbose_name=_("项目")
    )
    kind = models.CharField(_("科目"), max_length=20, choices=AccountKind.choices)

    class Meta:
        verbose_name = _("账户")
        verbose_name_plural = _("账户")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=rules.OF_ROUND, project__isnull=True)
                | (~Q(kind__in=rules.OF_ROUND) & Q(project__isnull=False)),
                name="only_accounts_below_the_round_name_a_project",
            ),
            models.UniqueConstraint(
                fields=["round", "source", "kind"],
                condition=Q(project__isnull=True),
                name="one_account_per_source_and_kind",
            ),
            models.UniqueConstraint(
                fields=["source", "project", "kind"],
                condition=Q(project__isnull=False),
                name="one_account_per_project_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.source_id}/{self.project_id or '-'}/{self.kind}"


class EntryKind(models.TextChoices):
    """What an entry records."""

    ALLOCATION = "allocation", _("资金拨入")
    COMMITMENT = "commitment", _("立项承诺")
    PAYMENT = "payment", _("拨付")
    RELEASE = "release", _("释放")
    DEMAND = "demand", _("要求退回")
    REFUND = "refund", _("退款到账")
    WAIVER = "waiver", _("撤回追款")


class JournalEntry(models.Model):
    """One business event in the ledger; its postings add up to zero within one source. Never rewritten."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="journal", verbose_name=_("届次"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="journal", verbose_name=_("项目")
    )
    kind = models.CharField(_("类型"), max_length=20, choices=EntryKind.choices)
    reference = models.CharField(_("凭据"), max_length=60)
    at = models.DateTimeField(_("记账时间"))
    by_id = models.BigIntegerField(_("记账账号"), null=True)

    class Meta:
        verbose_name = _("记账凭证")
        verbose_name_plural = _("记账凭证")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_is_known"),
            models.UniqueConstraint(fields=["kind", "reference"], name="event_is_booked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Posting(models.Model):
    """One signed amount on one account. Never rewritten."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="postings", verbose_name=_("凭证"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", verbose_name=_("账户"))
    amount_fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = _("分录")
        verbose_name_plural = _("分录")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="posting_is_not_zero"),
            models.UniqueConstraint(fields=["entry", "account"], name="account_is_posted_once_per_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_fen}"
