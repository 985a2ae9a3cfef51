"""District, Street, Community: known by code; names change and repeat, codes do not."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful
from orgs.areas import rules


def code_has(digits: int, name: str) -> models.CheckConstraint:
    """Return the database check on the length of a division code."""
    return models.CheckConstraint(condition=Exact(Length("code"), digits), name=name)


class Division(Stateful):
    """What the three levels share: code, official and everyday name, and the days on which it exists."""

    code = models.CharField(_("区划代码"), max_length=12, unique=True)
    name = models.CharField(_("法定名称"), max_length=60)
    display_name = models.CharField(_("显示名称"), max_length=60)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.display_name

    def is_valid_on(self, on: date) -> bool:
        """Tell whether the place exists on a day; both ends of the validity are inclusive."""
        return rules.is_valid_on(self.valid_from, self.valid_to, on)


class District(Division):
    """The district of this installation; there is one."""

    class Meta(Division.Meta):
        verbose_name = _("区")
        verbose_name_plural = _("区")
        constraints = [code_has(6, "district_code_has_six_digits")]


class Street(Division):
    """A street office's ground; ``hidden`` marks a unit of the statistics that no pick list shows."""

    district = models.ForeignKey(District, models.PROTECT, related_name="streets", verbose_name=_("区"))
    hidden = models.BooleanField(_("不列入选择"), default=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("并入")
    )

    class Meta(Division.Meta):
        verbose_name = _("街道")
        verbose_name_plural = _("街道")
        constraints = [code_has(9, "street_code_has_nine_digits")]


class Community(Division):
    """A residents' committee's ground."""

    street = models.ForeignKey(Street, models.PROTECT, related_name="communities", verbose_name=_("街道"))
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("并入")
    )

    class Meta(Division.Meta):
        verbose_name = _("社区")
        verbose_name_plural = _("社区")
        constraints = [
            code_has(12, "community_code_has_twelve_digits"),
            models.CheckConstraint(
                condition=models.Q(replaced_by__isnull=True) | models.Q(valid_to__isnull=False),
                name="replaced_community_has_ended",
            ),
        ]

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("community", args=[self.public_id])

    @property
    def place(self) -> str:
        """Return street and community together, since community names repeat."""
        return f"{self.street.display_name}{self.display_name}"
