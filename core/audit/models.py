"""The append-only, hash-chained log: one entry for each step of each object, and the head of the chain."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One step. Holds ids and hashes only; whoever acted is named by id, role and body, never by name."""

    seq = models.BigIntegerField(_("序号"), primary_key=True)
    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(_("经办账号"), null=True)
    actor_kind = models.CharField(_("经办方式"), max_length=10)
    role = models.CharField(_("岗位"), max_length=30)
    body_id = models.BigIntegerField(_("单位"), null=True)
    label = models.CharField(_("岗位名称"), max_length=120, blank=True)
    delegation_id = models.BigIntegerField(_("代理授权"), null=True)
    object_type = models.CharField(_("对象类型"), max_length=60)
    object_id = models.BigIntegerField(_("对象编号"))
    row_version = models.PositiveIntegerField(_("对象版本"))
    row_digest = models.CharField(_("对象摘要"), max_length=64, blank=True)
    verb = models.CharField(_("步骤"), max_length=80)
    source = models.CharField(_("原状态"), max_length=30, blank=True)
    target = models.CharField(_("新状态"), max_length=30, blank=True)
    fact = models.CharField(_("事实"), max_length=80, blank=True)
    payload = models.JSONField(_("附记"), default=dict)
    cause_seq = models.BigIntegerField(_("起因"), null=True)
    prev_hash = models.CharField(_("前一条摘要"), max_length=64)
    hash = models.CharField(_("本条摘要"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("日志")
        verbose_name_plural = _("日志")
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="entry_of_object"),
            models.Index(fields=["actor_id", "seq"], name="entry_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.object_type}:{self.object_id} {self.verb}"

    def get_absolute_url(self) -> str:
        """Return the address of the entry: its hash, which also says that it is this very one."""
        return reverse("log_entry", args=[self.hash])


class Reason(models.Model):
    """The words given for a step; they may name people, so the chain holds only their hash."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="reason")
    text = models.TextField(_("理由"), blank=True)
    document = models.CharField(_("文号"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("办理理由")
        verbose_name_plural = _("办理理由")

    def __str__(self) -> str:
        return self.text[:40]


class Head(models.Model):
    """The last link of the chain; the one row that every writer locks, last of all."""

    seq = models.BigIntegerField(_("末条序号"), default=0)
    hash = models.CharField(_("末条摘要"), max_length=64)

    class Meta:
        verbose_name = _("链首")
        verbose_name_plural = _("链首")

    def __str__(self) -> str:
        return f"{self.seq}"
