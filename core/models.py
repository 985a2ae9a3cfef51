"""Tables of the kernel itself: receipts of acknowledged requests, and the demo's clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredReceipt(models.Model):
    """Proof that a request was carried out; the same key gets the same answer for ever."""

    key = models.UUIDField(_("请求编号"), unique=True)
    actor_id = models.BigIntegerField(_("经办人编号"), null=True)
    action = models.CharField(_("操作"), max_length=120)
    fingerprint = models.CharField(_("请求摘要"), max_length=64)
    number = models.CharField(_("回执编号"), max_length=40)
    entry_seq = models.BigIntegerField(_("日志序号"))
    entry_hash = models.CharField(_("日志摘要"), max_length=64)
    label = models.CharField(_("对象"), max_length=200)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("回执")
        verbose_name_plural = _("回执")

    def __str__(self) -> str:
        return self.number


class DemoClock(models.Model):
    """The mark of a demo database, with the offset of its clock from the real one."""

    offset_seconds = models.BigIntegerField(_("时钟偏移（秒）"), default=0)
    title = models.CharField(_("演示说明"), max_length=120)

    class Meta:
        verbose_name = _("演示时钟")
        verbose_name_plural = _("演示时钟")

    def __str__(self) -> str:
        return self.title

    @classmethod
    def offset(cls) -> timedelta:
        """Return the offset of the demo clock; zero where no demo was loaded."""
        seconds = cls.objects.order_by("pk").values_list("offset_seconds", flat=True).first()
        return timedelta(seconds=seconds or 0)
