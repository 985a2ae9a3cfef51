"""Money asked back, and what has come. Amounts in integer fen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import state_check
from grants.payments.lifecycle import RecoveryLifecycle, V
from grants.payments.models.plans import fen
from grants.projects.models import Project


class RecoveryCause(models.TextChoices):
    """Why money is asked back."""

    TERMINATED = "terminated", _("项目终止")
    REVOKED = "revoked", _("撤销立项")
    SETTLEMENT = "settlement", _("审计结算")


class Recovery(RecoveryLifecycle):
    """Money asked back from a grantee, until it has come."""

    LOCK_RANK = 60
    STAGES = [V.DEMANDED, V.RECEIVED]
    STATE_TONES = {V.DEMANDED: "warn", V.REFERRED: "bad", V.RECEIVED: "ok"}

    project = models.ForeignKey(Project, models.PROTECT, related_name="recoveries", verbose_name=_("项目"))
    number = models.CharField(_("追款编号"), max_length=40, unique=True)
    cause = models.CharField(_("原因"), max_length=20, choices=RecoveryCause.choices)
    amount_fen = models.BigIntegerField(_("应退（分）"))
    received_fen = fen(_("已退（分）"))
    reason = models.CharField(_("说明"), max_length=300)
    pay_by = models.DateField(_("退款期限"))
    reminders = models.PositiveSmallIntegerField(_("催缴次数"), default=0)

    class Meta:
        verbose_name = _("追款")
        verbose_name_plural = _("追款")
        ordering = ["id"]
        constraints = [
            state_check(V, name="recovery_state_is_known"),
            models.CheckConstraint(
                condition=Q(cause__in=RecoveryCause.values), name="recovery_cause_is_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, received_fen__gte=0) & Q(amount_fen__gte=F("received_fen")),
                name="received_is_within_the_demand",
            ),
            models.CheckConstraint(
                condition=~Q(state=V.RECEIVED) | Q(received_fen=F("amount_fen")),
                name="received_recovery_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page of the recovery."""
        return reverse("recovery", args=[self.public_id])

    @property
    def open_fen(self) -> int:
        """Return what has not come yet."""
        return self.amount_fen - self.received_fen

    def parties(self) -> set[int]:
        """Return the parties of the project."""
        return self.project.parties()


class Refund(models.Model):
    """One payment that came back, under its bank reference. Never rewritten."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="refunds", verbose_name=_("追款"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    bank_reference = models.CharField(_("到账流水号"), max_length=60, unique=True)
    received_on = models.DateField(_("到账日期"))
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by_id = models.BigIntegerField(_("登记账号"), null=True)

    class Meta:
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="refund_has_money")]

    def __str__(self) -> str:
        return self.bank_reference
