"""Rows that say what must still be delivered; written with the change they are about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One fact for one consumer. Not a life cycle of the domain: a queue's bookkeeping, outside the log."""

    class Stage(models.TextChoices):
        """Where the message is."""

        WAITING = "waiting", _("待送达")
        DONE = "done", _("已送达")
        PARKED = "parked", _("已搁置")

    fact = models.CharField(_("事实"), max_length=80)
    ids = models.JSONField(_("编号"), default=dict)
    consumer = models.CharField(_("收件方"), max_length=60)
    entry_seq = models.BigIntegerField(_("日志序号"))
    by_id = models.BigIntegerField(_("经办账号"), null=True)
    at = models.DateTimeField(_("发生时间"))
    stage = models.CharField(_("进度"), max_length=10, choices=Stage.choices, default=Stage.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    next_at = models.DateTimeField(_("下次送达时间"))
    lease_until = models.DateTimeField(_("占用至"), null=True)
    done_at = models.DateTimeField(_("送达时间"), null=True)
    error = models.TextField(_("最近一次错误"), blank=True)

    class Meta:
        verbose_name = _("待送达消息")
        verbose_name_plural = _("待送达消息")
        constraints = [
            models.UniqueConstraint(
                fields=["entry_seq", "fact", "consumer"], name="one_message_per_fact_and_consumer"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="messages_that_wait", condition=models.Q(stage="waiting")
            )
        ]

    def __str__(self) -> str:
        return f"{self.fact} -> {self.consumer}"
