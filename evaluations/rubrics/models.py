"""A rubric and its frozen versions."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful
from evaluations.rubrics import rules


class Rubric(Stateful):
    """A score sheet by name; what counts are its versions."""

    code = models.CharField(_("代码"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    stage = models.CharField(_("环节"), max_length=30)

    class Meta:
        verbose_name = _("评分表")
        verbose_name_plural = _("评分表")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page of its newest version."""
        return reverse("rubric", args=[self.public_id])


class RubricVersion(models.Model):
    """A version as it was frozen; the database refuses to change it."""

    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="versions", verbose_name=_("评分表"))
    no = models.PositiveIntegerField(_("版次"))
    stage = models.CharField(_("环节"), max_length=30)
    spec = models.JSONField(_("内容"))
    digest = models.CharField(_("摘要"), max_length=64)
    frozen_at = models.DateTimeField(_("冻结时间"))

    class Meta:
        verbose_name = _("评分表版本")
        verbose_name_plural = _("评分表版本")
        ordering = ["rubric", "no"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "no"], name="rubric_version_has_its_own_number"),
        ]

    def __str__(self) -> str:
        return f"{self.rubric_id} v{self.no}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("rubric_version", args=[self.rubric.public_id, str(self.no)])

    def parsed(self) -> rules.SheetSpec:
        """Return the spec as the rules read it; parsed once per instance."""
        cached: rules.SheetSpec | None = self.__dict__.get("_parsed")
        if cached is None:
            cached = self.__dict__["_parsed"] = rules.parse(self.spec)
        return cached
