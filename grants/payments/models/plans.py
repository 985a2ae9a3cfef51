"""The money of one project: its plan, its instalments, the receipts for them. Amounts in integer fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, state_check
from grants.payments.lifecycle import T, TrancheLifecycle
from grants.projects.models import Project
from grants.rounds.models import FundingSource
from orgs.people.models import Body


def fen(label: object) -> models.BigIntegerField[int, int]:
    """Return an amount that starts at zero."""
    return models.BigIntegerField(label, default=0)  # type: ignore[arg-type]


class PaymentPlan(Stateful):
    """The money of one project in one row, so that the database itself refuses to pay above the award."""

    LOCK_RANK = 45

    project = models.OneToOneField(Project, models.PROTECT, related_name="plan", verbose_name=_("项目"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    award_fen = models.BigIntegerField(_("资助金额（分）"))
    paid_fen = fen(_("已拨付（分）"))
    released_fen = fen(_("已释放（分）"))
    demanded_fen = fen(_("要求退回（分）"))
    returned_fen = fen(_("已退回（分）"))

    class Meta:
        verbose_name = _("拨款计划")
        verbose_name_plural = _("拨款计划")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    award_fen__gt=0,
                    paid_fen__gte=0,
                    released_fen__gte=0,
                    demanded_fen__gte=0,
                    returned_fen__gte=0,
                ),
                name="plan_has_no_negative_money",
            ),
            models.CheckConstraint(
                condition=Q(award_fen__gte=F("paid_fen") + F("released_fen")),
                name="paid_is_never_above_the_award",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=F("demanded_fen"), demanded_fen__gte=F("returned_fen")),
                name="nothing_comes_back_that_was_not_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.award_fen}"

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()

    @property
    def open_fen(self) -> int:
        """Return what is promised and neither paid nor released."""
        return self.award_fen - self.paid_fen - self.released_fen


class HeldBecause(models.TextChoices):
    """Why an instalment is held back."""

    DECIDED = "decided", _("人工决定")
    SUSPENDED = "suspended", _("项目暂停")
    RECTIFYING = "rectifying", _("项目整改")


class Tranche(TrancheLifecycle):
    """One instalment. ``amount_fen`` never changes; ``released_fen`` is the part that will not be paid."""

    LOCK_RANK = 50
    STAGES = [T.PLANNED, T.DUE, T.ORDERED, T.PAID]
    STATE_TONES = {T.DUE: "info", T.HELD: "warn", T.ORDERED: "info", T.PAID: "ok"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="tranches", verbose_name=_("项目"))
    no = models.PositiveSmallIntegerField(_("期次"))
    percent = models.PositiveSmallIntegerField(_("比例（%）"))
    condition = models.CharField(_("拨付条件"), max_length=30)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    released_fen = fen(_("不再拨付（分）"))
    due_on = models.DateField(_("应拨付日"), null=True)
    held_because = models.CharField(_("暂缓原因"), max_length=20, choices=HeldBecause.choices, blank=True)

    class Meta:
        verbose_name = _("拨款期次")
        verbose_name_plural = _("拨款期次")
        ordering = ["project", "no"]
        constraints = [
            state_check(T, name="tranche_state_is_known"),
            models.UniqueConstraint(fields=["project", "no"], name="tranche_is_numbered_once_per_project"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="tranche_has_money"),
            models.CheckConstraint(
                condition=Q(released_fen__gte=0) & Q(amount_fen__gte=F("released_fen")),
                name="released_is_within_the_tranche",
            ),
            models.CheckConstraint(
                condition=~Q(state=T.CANCELLED) | Q(released_fen=F("amount_fen")),
                name="cancelled_tranche_is_released",
            ),
            models.CheckConstraint(
                condition=~Q(state=T.HELD) | ~Q(held_because=""), name="held_tranche_has_a_cause"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.number} 第{self.no}期"

    def get_absolute_url(self) -> str:
        """Return the page of the instalment."""
        return reverse("tranche", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()

    @property
    def payable_fen(self) -> int:
        """Return what is or was to be paid."""
        return self.amount_fen - self.released_fen


class PaperKind(models.TextChoices):
    """What a grantee hands in before money moves."""

    DONATION = "donation_receipt", _("公益事业捐赠统一票据")
    SETTLEMENT = "settlement_receipt", _("资金往来结算票据")
    VAT = "vat_invoice", _("增值税发票")


class Invoice(Stateful):
    """The receipt for one instalment; a wrong one is replaced, never changed."""

    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="invoices", verbose_name=_("期次"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="invoices", verbose_name=_("项目"))
    payee = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("开票单位"))
    kind = models.CharField(_("票据种类"), max_length=20, choices=PaperKind.choices)
    number = models.CharField(_("票据号码"), max_length=40)
    amount_fen = models.BigIntegerField(_("票据金额（分）"))
    issued_on = models.DateField(_("开票日期"))
    is_live = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = _("拨款票据")
        verbose_name_plural = _("拨款票据")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind_is_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="paper_has_money"),
            models.UniqueConstraint(fields=["payee", "number"], name="paper_number_is_used_once_per_payee"),
            models.UniqueConstraint(
                fields=["tranche"], condition=Q(is_live=True), name="one_live_paper_per_tranche"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page on which the paper lies: that of its instalment."""
        return self.tranche.get_absolute_url()

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()
