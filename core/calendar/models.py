"""Tables behind the working calendar: a year with its notice, and the days that differ from the week."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful


class Kind(models.TextChoices):
    """What a day is."""

    OFF = "off", _("休息日")
    WORK = "work", _("工作日")


class HolidayYear(Stateful):
    """A year and the notice it follows; `digest` seals the rows of its days, so the audit log covers them."""

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    source = models.CharField(_("依据"), max_length=200)
    provisional = models.BooleanField(_("暂定"), default=True)
    digest = models.CharField(_("日期摘要"), max_length=64)

    class Meta:
        verbose_name = _("年度安排")
        verbose_name_plural = _("年度安排")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)

    def get_absolute_url(self) -> str:
        """Return the address of the days of the year."""
        return f"{reverse('calendar')}?year={self.year}"


class Holiday(models.Model):
    """A day off, a weekend day that is worked, or a day that an official confirmed to be what it is."""

    year = models.ForeignKey(
        HolidayYear, on_delete=models.PROTECT, related_name="days", verbose_name=_("年份")
    )
    date = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("类型"), max_length=4, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    source = models.CharField(_("依据"), max_length=200)
    provisional = models.BooleanField(_("暂定"), default=False)
    confirmed_by_id = models.BigIntegerField(_("确认人编号"), null=True, blank=True)
    confirmed_reason = models.CharField(_("确认理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("日期")
        verbose_name_plural = _("日期")
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="holiday_is_off_or_worked"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by_id__isnull=True)
                | (models.Q(provisional=False) & ~models.Q(confirmed_reason="")),
                name="confirmed_day_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"
