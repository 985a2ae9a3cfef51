"""Payment orders in batches, and the payee as it was frozen. Amounts in integer fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import state_check
from core.secrets import EncryptedTextField
from grants.payments.lifecycle import LIVE_ORDERS, B, BatchLifecycle, O, OrderLifecycle
from grants.payments.models.plans import Tranche
from grants.projects.models import Project
from grants.rounds.models import FundingSource, Round
from orgs.people.models import Body


class FrozenPayee(models.Model):
    """Name and account as verified when the order was drawn up; the database refuses to change them."""

    payee = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("收款单位"))
    bank_account_id = models.BigIntegerField(_("账户登记编号"))
    holder_name = models.CharField(_("户名"), max_length=120)
    bank = models.CharField(_("开户行"), max_length=120)
    account = EncryptedTextField(_("账号"))
    account_index = models.CharField(_("账号索引"), max_length=64)
    account_masked = models.CharField(_("账号（掩码）"), max_length=20)
    verified_at = models.DateTimeField(_("核验时间"))
    frozen_at = models.DateTimeField(_("冻结时间"))

    class Meta:
        verbose_name = _("收款信息")
        verbose_name_plural = _("收款信息")

    def __str__(self) -> str:
        return f"{self.holder_name} {self.account_masked}"


class Channel(models.TextChoices):
    """How a batch is paid."""

    TREASURY = "treasury", _("国库集中支付")
    BANK_FILE = "bank_file", _("银行批量付款")


def _two_hands(prefix: str, sentence: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=F("made_by_id")),
            name=f"{prefix}_is_approved_by_another_person",
        ),
        models.CheckConstraint(
            condition=Q(executed_by_id__isnull=True) | ~Q(executed_by_id=F("approved_by_id")),
            name=f"{prefix}_is_executed_by_another_person",
        ),
        models.CheckConstraint(
            condition=Q(three_people=False)
            | Q(executed_by_id__isnull=True)
            | ~Q(executed_by_id=F("made_by_id")),
            name=f"{prefix}_of_three_people_{sentence}",
        ),
    ]


class OrderBatch(BatchLifecycle):
    """Orders of one source that are signed, sent and answered together."""

    LOCK_RANK = 55
    STATE_TONES = {B.MADE: "info", B.APPROVED: "info", B.EXECUTED: "warn", B.COMPLETED: "ok", B.VOID: "bad"}
    STAGES = [B.MADE, B.APPROVED, B.EXECUTED, B.COMPLETED]

    round = models.ForeignKey(Round, models.PROTECT, related_name="batches", verbose_name=_("届次"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    number = models.CharField(_("批次号"), max_length=40, unique=True)
    channel = models.CharField(_("支付方式"), max_length=20, choices=Channel.choices)
    total_fen = models.BigIntegerField(_("合计（分）"))
    three_people = models.BooleanField(_("须三人经办"), default=False)
    made_by_id = models.BigIntegerField(_("制单账号"))
    approved_by_id = models.BigIntegerField(_("审批账号"), null=True)
    approved_at = models.DateTimeField(_("审批时间"), null=True)
    executed_by_id = models.BigIntegerField(_("支付账号"), null=True)
    executed_at = models.DateTimeField(_("支付时间"), null=True)
    voucher_no = models.CharField(_("国库凭证号"), max_length=40, blank=True)
    voucher_on = models.DateField(_("国库凭证日期"), null=True)
    file_sha256 = models.CharField(_("付款文件摘要"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("付款批次")
        verbose_name_plural = _("付款批次")
        ordering = ["id"]
        constraints = [
            state_check(B, name="batch_state_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="batch_channel_is_known"),
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="batch_has_money"),
            *_two_hands("batch", "has_three_people"),
            models.CheckConstraint(
                condition=~Q(state__in=[B.EXECUTED, B.COMPLETED])
                | Q(channel=Channel.TREASURY, voucher_on__isnull=False) & ~Q(voucher_no="")
                | Q(channel=Channel.BANK_FILE) & ~Q(file_sha256=""),
                name="executed_batch_has_voucher_or_file",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page of the batch."""
        return reverse("batch", args=[self.public_id])


class PaymentOrder(OrderLifecycle):
    """One payment of one instalment; its maker does not approve it, its approver does not pay it."""

    LOCK_RANK = 56
    STATE_TONES = {O.SETTLED: "ok", O.FAILED: "bad", O.VOID: "bad", O.EXECUTED: "warn"}

    batch = models.ForeignKey(OrderBatch, models.PROTECT, related_name="orders", verbose_name=_("批次"))
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="orders", verbose_name=_("期次"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="orders", verbose_name=_("项目"))
    payee = models.OneToOneField(
        FrozenPayee, models.PROTECT, related_name="order", verbose_name=_("收款信息")
    )
    number = models.CharField(_("付款单号"), max_length=40, unique=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    three_people = models.BooleanField(_("须三人经办"), default=False)
    made_by_id = models.BigIntegerField(_("制单账号"))
    approved_by_id = models.BigIntegerField(_("审批账号"), null=True)
    executed_by_id = models.BigIntegerField(_("支付账号"), null=True)
    bank_reference = models.CharField(_("支付流水号"), max_length=60, blank=True)
    settled_on = models.DateField(_("支付日期"), null=True)
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("付款单")
        verbose_name_plural = _("付款单")
        ordering = ["id"]
        constraints = [
            state_check(O, name="payment_state_is_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_has_money"),
            *_two_hands("payment", "has_three_people"),
            models.UniqueConstraint(
                fields=["tranche"],
                condition=Q(state__in=[*(str(state) for state in LIVE_ORDERS), str(O.SETTLED)]),
                name="one_live_payment_per_tranche",
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="bank_reference_pays_one_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[O.APPROVED, O.EXECUTED, O.SETTLED, O.FAILED])
                | Q(approved_by_id__isnull=False),
                name="approved_payment_names_who_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[O.EXECUTED, O.SETTLED, O.FAILED]) | Q(executed_by_id__isnull=False),
                name="executed_payment_names_who_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state=O.SETTLED) | (~Q(bank_reference="") & Q(settled_on__isnull=False)),
                name="settled_payment_has_a_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page on which a payee may read of the payment: that of its instalment."""
        return self.tranche.get_absolute_url()

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()
