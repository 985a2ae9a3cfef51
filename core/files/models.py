"""Bytes, who they belong to, and what was derived from them."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.lifecycle import random_public_id


class Blob(models.Model):
    """Bytes under their own hash; the row is written after the bytes are safe on disk."""

    sha256 = models.CharField(_("摘要"), max_length=64, unique=True)
    size = models.BigIntegerField(_("字节数"))
    media_type = models.CharField(_("类型"), max_length=100)
    created_at = models.DateTimeField(_("存入时间"))

    class Meta:
        verbose_name = _("文件内容")
        verbose_name_plural = _("文件内容")
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="blob_is_not_empty")]

    def __str__(self) -> str:
        return self.sha256


class FileRef(models.Model):
    """A file of an owner for a purpose; the random id is all that a URL shows.

    `edition` is the digest of what a made document says; empty for what people hand in.
    """

    public_id = models.CharField(_("公开编号"), max_length=24, unique=True, default=random_public_id)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="refs", verbose_name=_("内容"))
    owner_type = models.CharField(_("所属类型"), max_length=60)
    owner_id = models.BigIntegerField(_("所属编号"))
    purpose = models.CharField(_("用途"), max_length=80)
    klass = models.CharField(_("密级"), max_length=10)
    filename = models.CharField(_("文件名"), max_length=120)
    created_at = models.DateTimeField(_("上传时间"))
    created_by_id = models.BigIntegerField(_("上传人编号"), null=True)
    edition = models.CharField(_("内容版次"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["owner_type", "owner_id", "purpose"], name="files_of_an_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_type", "owner_id", "purpose", "edition"],
                condition=~models.Q(edition=""),
                name="one_file_of_an_edition",
            )
        ]

    def __str__(self) -> str:
        return self.filename

    def owner(self) -> models.Model | None:
        """The record the file belongs to; None when it is gone."""
        model: Any = apps.get_model(self.owner_type)
        found: models.Model | None = model._default_manager.filter(pk=self.owner_id).first()
        return found

    def parties(self) -> set[int]:
        """The bodies whose matter the file is: those of its owner."""
        owner: Any = self.owner()
        return set(owner.parties()) if owner is not None and hasattr(owner, "parties") else set()


class Rendition(models.Model):
    """What was derived from bytes, such as the same content without metadata."""

    class Kind(models.TextChoices):
        """How it was derived."""

        CLEAN = "clean", _("去除元数据")

    source = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="renditions", verbose_name=_("来源")
    )
    kind = models.CharField(_("方式"), max_length=10, choices=Kind.choices)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="rendered", verbose_name=_("结果"))
    created_at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = _("派生文件")
        verbose_name_plural = _("派生文件")
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="one_rendition_of_a_kind"),
            models.CheckConstraint(condition=models.Q(kind__in=["clean"]), name="rendition_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}"
