"""A piece of long work: what, for whom, how far, and what came of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import random_public_id


class Job(models.Model):
    """One piece of long work. Queue bookkeeping, not a life cycle of the domain."""

    class Stage(models.TextChoices):
        """Where the job is."""

        QUEUED = "queued", _("排队中")
        DONE = "done", _("已完成")
        PARKED = "parked", _("多次失败，已搁置")
        CANCELLED = "cancelled", _("已取消")

    public_id = models.CharField(_("公开编号"), max_length=24, unique=True, default=random_public_id)
    kind = models.CharField(_("种类"), max_length=60)
    payload = models.JSONField(_("参数"), default=dict)
    unique_key = models.CharField(_("唯一键"), max_length=200, null=True, unique=True)
    stage = models.CharField(_("进度"), max_length=10, choices=Stage.choices, default=Stage.QUEUED)
    owner_id = models.BigIntegerField(_("发起账号"), null=True)
    created_at = models.DateTimeField(_("建立时间"))
    next_at = models.DateTimeField(_("可执行时间"))
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    lease_until = models.DateTimeField(_("占用至"), null=True)
    done_count = models.PositiveIntegerField(_("已处理"), default=0)
    total_count = models.PositiveIntegerField(_("总数"), default=0)
    cancel_asked = models.BooleanField(_("已请求取消"), default=False)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    result = models.JSONField(_("结果"), default=dict)
    error = models.TextField(_("最近一次错误"), blank=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes = [
            models.Index(fields=["next_at", "id"], name="jobs_that_wait", condition=models.Q(stage="queued"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def percent(self) -> int:
        """Return how far the job is, 0 to 100; 0 while its size is unknown."""
        return min(100, self.done_count * 100 // self.total_count) if self.total_count else 0
