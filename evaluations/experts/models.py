"""The expert pool: who may be drawn, when they are away, and what was drawn."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful
from orgs.people.models import Body, Person


class Expert(Stateful):
    """A person in the pool. `fields` are category codes of interest; `until` ends the place in the pool.

    `code` is the name in draws and assignments: it does not change with the database, as random ids would.
    """

    code = models.CharField(_("专家编号"), max_length=20, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="expert", verbose_name=_("人员"))
    employer = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="experts", verbose_name=_("工作单位")
    )
    employer_name = models.CharField(_("工作单位名称"), max_length=120, blank=True)
    title = models.CharField(_("职称或职务"), max_length=60, blank=True)
    fields = models.JSONField(_("专业领域"), default=list)
    is_finance = models.BooleanField(_("财务专家"), default=False)
    until = models.DateField(_("在库至"), null=True, blank=True)

    class Meta:
        verbose_name = _("专家")
        verbose_name_plural = _("专家")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("expert", args=[self.public_id])

    @property
    def employer_key(self) -> str:
        """Return what two colleagues share: the name of the employer, "" for none."""
        return self.employer.name if self.employer else self.employer_name.strip()


class ExpertLeave(Stateful):
    """Days on which an expert cannot serve (inclusive); the reason is in the log."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="leaves", verbose_name=_("专家"))
    first_day = models.DateField(_("开始日期"))
    last_day = models.DateField(_("结束日期"))

    class Meta:
        verbose_name = _("专家请假")
        verbose_name_plural = _("专家请假")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="leave_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.first_day}—{self.last_day}"

    def covers(self, on: date) -> bool:
        """Tell whether a day falls into the leave."""
        return self.first_day <= on <= self.last_day


class Draw(Stateful):
    """One seeded draw: candidates, rule and outcome, so that anybody can repeat it. Never rewritten."""

    round_code = models.CharField(_("届次代码"), max_length=40)
    purpose = models.CharField(_("用途"), max_length=120)
    seed = models.CharField(_("随机种子"), max_length=120)
    rule = models.JSONField(_("抽取规则"))
    candidates = models.JSONField(_("候选名单"))
    seated = models.JSONField(_("抽中"))
    reserves = models.JSONField(_("候补"))
    missing = models.JSONField(_("缺额"), default=dict)
    drawn_by_id = models.BigIntegerField(_("抽取人编号"), null=True)

    class Meta:
        verbose_name = _("专家抽取")
        verbose_name_plural = _("专家抽取")

    def __str__(self) -> str:
        return f"{self.round_code} {self.purpose}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("draw", args=[self.public_id])


class DrawWitness(Stateful):
    """The supervisor's signature under a draw."""

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="witness", verbose_name=_("专家抽取"))
    user_id = models.BigIntegerField(_("监督人编号"))

    class Meta:
        verbose_name = _("抽取见证")
        verbose_name_plural = _("抽取见证")

    def __str__(self) -> str:
        return f"{self.draw_id}"
