"""Round and what hangs on it: money by source, categories, form, sheets, extensions, running numbers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import state_check
from evaluations.rubrics.models import RubricVersion
from grants.rounds import rules
from grants.rounds.lifecycle import R, RoundLifecycle
from orgs.people.models import Body


class Instrument(models.TextChoices):
    """The legal form in which money is given; decides receipt, tax line and procurement number."""

    GRANT_AGREEMENT = "grant_agreement", _("资助协议")
    SERVICE_PURCHASE = "service_purchase", _("购买服务合同")


class Stage(models.TextChoices):
    """What a panel judges."""

    APPLICATION = "application", _("申报评审")
    MIDTERM = "midterm", _("中期评估")
    FINAL = "final", _("末期评估")


class FundingSource(models.Model):
    """Where money comes from; each source has its own regime."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    paid_by_treasury = models.BooleanField(_("经国库集中支付"), default=False)

    class Meta:
        verbose_name = _("资金来源")
        verbose_name_plural = _("资金来源")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """An application form: a plain JSON schema of sections and fields, never changed once made."""

    code = models.CharField(_("代码"), max_length=40)
    no = models.PositiveIntegerField(_("版次"))
    title = models.CharField(_("名称"), max_length=80)
    schema = models.JSONField(_("表单"))
    digest = models.CharField(_("摘要"), max_length=64)

    class Meta:
        verbose_name = _("申报表版本")
        verbose_name_plural = _("申报表版本")
        constraints = [models.UniqueConstraint(fields=["code", "no"], name="form_version_is_numbered_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.no}"


class Round(RoundLifecycle):
    """One year of the competition. ``terms`` is the whole rule set as published, ``budget_fen`` its money."""

    LOCK_RANK = 10

    code = models.CharField(_("届次代码"), max_length=40, unique=True)
    name = models.CharField(_("届次名称"), max_length=80)
    year = models.PositiveIntegerField(_("年度"))
    instrument = models.CharField(
        _("资助方式"), max_length=30, choices=Instrument.choices, default=Instrument.GRANT_AGREEMENT
    )
    budget_fen = models.BigIntegerField(_("总预算（分）"))
    terms = models.JSONField(_("条款"))
    terms_digest = models.CharField(_("条款摘要"), max_length=64)
    host = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    operator = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("承办单位")
    )
    form = models.ForeignKey(
        FormVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("申报表")
    )
    document_prefix = models.CharField(_("发文字号前缀"), max_length=20, default="武民委")
    signatory = models.CharField(_("签署单位"), max_length=60, blank=True)
    procurement_no = models.CharField(_("采购编号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("届次")
        verbose_name_plural = _("届次")
        ordering = ["-year", "code"]
        constraints = [
            state_check(R, name="round_state_is_known"),
            models.CheckConstraint(condition=Q(budget_fen__gt=0), name="round_has_money"),
            models.CheckConstraint(
                condition=Q(instrument__in=Instrument.values), name="round_instrument_is_known"
            ),
        ]

    STATE_TONES = {
        "published": "info",
        "selecting": "info",
        "executing": "info",
        "closed": "ok",
        "archived": "ok",
        "cancelled": "bad",
    }
    STAGES = ("drafting", "published", "selecting", "executing", "closed", "archived")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the officers' page."""
        return reverse("competition", args=[self.public_id])

    def parsed_terms(self) -> rules.Terms:
        """Return the terms as plain values (parsed once per instance)."""
        if "_terms" not in self.__dict__:
            self.__dict__["_terms"] = rules.parse_terms(self.terms)
        return self.__dict__["_terms"]  # type: ignore[no-any-return]

    def gaps(self) -> list[str]:
        """Return the codes of what is still missing before publication."""
        return rules.missing_parts(
            budget_fen=self.budget_fen,
            funded_fen=sum(one.amount_fen for one in self.funding.all()),
            shares=[one.share_percent for one in self.categories.all()],
            has_form=self.form_id is not None,
            stages={one.stage for one in self.rubrics.all()},
            wanted=set(Stage.values),
        )


class RoundFunding(models.Model):
    """How much of a round's money comes from one source."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="funding", verbose_name=_("届次"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    amount_fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = _("届次资金")
        verbose_name_plural = _("届次资金")
        ordering = ["-amount_fen"]
        constraints = [
            models.UniqueConstraint(fields=["round", "source"], name="source_is_named_once_per_round"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="round_funding_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.source_id} {self.amount_fen}"


class Category(models.Model):
    """A category of a round with its share of the money in whole percent."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="categories", verbose_name=_("届次"))
    code = models.CharField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    share_percent = models.PositiveSmallIntegerField(_("占比（%）"))
    number_code = models.CharField(_("编号代码"), max_length=4)
    lead = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("牵头单位")
    )

    class Meta:
        verbose_name = _("项目类别")
        verbose_name_plural = _("项目类别")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="category_is_named_once_per_round"),
            models.CheckConstraint(condition=Q(share_percent__lte=100), name="category_share_is_a_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class RoundRubric(models.Model):
    """Which score sheet a stage of the round uses."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="rubrics", verbose_name=_("届次"))
    stage = models.CharField(_("阶段"), max_length=20, choices=Stage.choices)
    rubric_version = models.ForeignKey(
        RubricVersion, models.PROTECT, related_name="+", verbose_name=_("评分表")
    )

    class Meta:
        verbose_name = _("届次评分表")
        verbose_name_plural = _("届次评分表")
        constraints = [
            models.UniqueConstraint(fields=["round", "stage"], name="stage_has_one_sheet_per_round")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.stage}"


class DeadlineExtension(models.Model):
    """A deadline moved for everybody, with the reason; the newest one counts, none is ever removed."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="extensions", verbose_name=_("届次"))
    deadline = models.CharField(_("期限"), max_length=40)
    until = models.DateTimeField(_("延至"))
    reason = models.TextField(_("理由"))
    made_at = models.DateTimeField(_("作出时间"))

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"{self.deadline} → {self.until}"


class Counter(models.Model):
    """The last running number given out for one kind of document in a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="counters", verbose_name=_("届次"))
    kind = models.CharField(_("种类"), max_length=20)
    last = models.PositiveIntegerField(_("末号"), default=0)

    class Meta:
        verbose_name = _("流水号")
        verbose_name_plural = _("流水号")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind"], name="one_counter_per_kind_and_round")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class BudgetAccount(models.Model):
    """One account of the chart of accounts; ``counts_towards`` names the caps of the terms it falls under."""

    code = models.CharField(_("科目代码"), max_length=6, unique=True)
    name = models.CharField(_("科目名称"), max_length=40)
    klass = models.CharField(_("类别"), max_length=20)
    counts_towards = models.JSONField(_("计入上限"), default=list)

    class Meta:
        verbose_name = _("预算科目")
        verbose_name_plural = _("预算科目")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
