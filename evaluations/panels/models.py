"""Panel, seats, dossiers, sheets with every locked edition, and the assignment runs behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, state_check
from evaluations.experts.models import Draw, Expert
from evaluations.panels import rules
from evaluations.panels.lifecycle import D, DossierLifecycle, P, PanelLifecycle, S, SheetLifecycle
from evaluations.rubrics.models import RubricVersion
from orgs.people.models import Person


def points(label: Any) -> Any:
    """Return a nullable field for points with two decimals."""
    return models.DecimalField(label, max_digits=6, decimal_places=2, null=True, blank=True)


class Panel(PanelLifecycle):
    """A group of people who judge the dossiers of one stage under one published rule."""

    STATE_TONES = {
        P.FORMING: "neutral",
        P.ASSIGNED: "info",
        P.SCORING: "info",
        P.LOCKED: "warn",
        P.CONCLUDED: "ok",
    }

    round_code = models.CharField(_("届次代码"), max_length=40)
    stage = models.CharField(_("环节"), max_length=30)
    name = models.CharField(_("名称"), max_length=120)
    rule = models.JSONField(_("评审规则"))
    seed = models.CharField(_("随机种子"), max_length=120, blank=True)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, verbose_name=_("专家抽取"))
    meets_on = models.DateField(_("评审日期"), null=True, blank=True)
    due_at = models.DateTimeField(_("评分截止"), null=True, blank=True)
    gaps_reason = models.CharField(_("缺份说明"), max_length=200, blank=True)
    signed_by_id = models.BigIntegerField(_("签署秘书编号"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签署时间"), null=True, blank=True)
    signed_digest = models.CharField(_("签署结果摘要"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("评审组")
        verbose_name_plural = _("评审组")
        ordering = ["pk"]
        constraints = [
            state_check(P, name="panel_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=P.CONCLUDED) | (~Q(signed_digest="") & Q(signed_by_id__isnull=False)),
                name="concluded_panel_is_signed_by_its_secretary",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("panel", args=[self.public_id])

    def parsed_rule(self) -> rules.PanelRule:
        """Return the rule as plain values."""
        return rules.parse_rule(self.rule)

    def short_dossiers(self) -> list[int]:
        """Return the ids of dossiers with fewer locked sheets than valid_min in a component that weighs."""
        rule = self.parsed_rule()
        locked = self.sheets.filter(state=S.LOCKED).values("dossier_id", "component")
        counts = {
            (r["dossier_id"], r["component"]): r["n"] for r in locked.annotate(n=Count("pk")).order_by()
        }
        return [
            pk
            for pk in self.dossiers.order_by("code").values_list("pk", flat=True)
            if any(counts.get((pk, part), 0) < rule.valid_min for part in rule.live_components)
        ]


class SeatKind(models.TextChoices):
    """What somebody does in a panel."""

    REVIEWER = "reviewer", _("评委")
    RESERVE = "reserve", _("候补评委")
    CHAIR = "chair", _("主席")
    SECRETARY = "secretary", _("秘书")


class PanelSeat(Stateful):
    """A person's place in a panel. A reserve who is called becomes a reviewer; nobody is ever removed."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="seats", verbose_name=_("评审组"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="panel_seats", verbose_name=_("人员"))
    expert = models.ForeignKey(
        Expert, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name=_("专家")
    )
    kind = models.CharField(_("席位"), max_length=20, choices=SeatKind.choices)
    position = models.PositiveIntegerField(_("顺序"), default=0)
    called_at = models.DateTimeField(_("递补时间"), null=True, blank=True)
    left_at = models.DateTimeField(_("离席时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("评审席位")
        verbose_name_plural = _("评审席位")
        ordering = ["panel", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SeatKind.values), name="seat_kind_is_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=["reviewer", "reserve"]) | Q(expert__isnull=False),
                name="reviewer_comes_from_the_expert_pool",
            ),
            models.UniqueConstraint(fields=["panel", "person", "kind"], name="person_sits_once_in_a_panel"),
            models.UniqueConstraint(
                fields=["panel", "kind"],
                condition=Q(kind__in=["chair", "secretary"], left_at__isnull=True),
                name="panel_has_one_chair_and_one_secretary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.get_kind_display()}"

    @property
    def judge(self) -> Expert:
        """Return the expert of a reviewer's or reserve's seat, which the database guarantees."""
        if self.expert is None:
            raise ValueError(f"seat {self.pk} is not a reviewer's")
        return self.expert


class Dossier(DossierLifecycle):
    """What is judged: a code, a frozen snapshot, and the parties to avoid. It names no applicant.

    `snapshot` is the blind part, `open_part` is shown once a reviewer has locked the blind part.
    `machine_points` and `facts` (ticked bonus, deductions, red lines) come from registry and rules.
    """

    panel = models.ForeignKey(
        Panel, models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name=_("评审组")
    )
    round_code = models.CharField(_("届次代码"), max_length=40, blank=True)
    stage = models.CharField(_("环节"), max_length=30)
    code = models.CharField(_("评审代码"), max_length=40)
    title = models.CharField(_("名称"), max_length=200)
    category = models.CharField(_("类别"), max_length=40, blank=True)
    snapshot = models.JSONField(_("评审内容"))
    open_part = models.JSONField(_("公开部分"), default=dict)
    snapshot_digest = models.CharField(_("内容摘要"), max_length=64)
    machine_points = models.JSONField(_("系统评分"), default=dict)
    facts = models.JSONField(_("加减分事实"), default=dict)
    party_bodies = models.JSONField(_("相关单位"), default=list)
    party_persons = models.JSONField(_("相关人员"), default=list)
    rubric_version = models.ForeignKey(
        RubricVersion, models.PROTECT, related_name="dossiers", verbose_name=_("评分表版本")
    )
    demand = models.PositiveSmallIntegerField(_("评审份数"), null=True, blank=True)
    votes = models.PositiveSmallIntegerField(_("评审组票数"), default=0)
    official_score = points(_("正式得分"))
    verdict = models.CharField(_("结论"), max_length=10, blank=True)
    band = models.CharField(_("等次"), max_length=20, blank=True)
    breakdown = models.JSONField(_("计分明细"), default=dict)

    class Meta:
        verbose_name = _("评审材料")
        verbose_name_plural = _("评审材料")
        ordering = ["code"]
        constraints = [
            state_check(D, name="dossier_state_is_known"),
            models.UniqueConstraint(
                fields=["round_code", "stage", "code"], name="dossier_code_is_unique_in_stage"
            ),
            models.CheckConstraint(
                condition=~Q(state=D.JUDGED)
                | (Q(official_score__isnull=False) & Q(verdict__in=["pass", "fail"])),
                name="judged_dossier_has_score_and_verdict",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("dossier", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies whose people must stand back."""
        return set(self.party_bodies)

    def wanted(self, rule: rules.PanelRule) -> int:
        """Return the number of reviews: its own, or the rule's."""
        return self.demand or rule.reviewers


class Recusal(models.TextChoices):
    """Why a sheet is not scored."""

    DECLARED = "declared", _("本人声明回避")
    DETECTED = "detected", _("系统发现利害关系")
    ABSENT = "absent", _("缺席")
    LATE = "late", _("评分后发现利害关系")


class Sheet(SheetLifecycle):
    """One reviewer's sheet for one dossier; points by item path as decimal text."""

    STATE_TONES = {S.ASSIGNED: "warn", S.OPEN: "info", S.LOCKED: "ok", S.RECUSED: "neutral"}

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="sheets", verbose_name=_("评审组"))
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="sheets", verbose_name=_("评审材料"))
    seat = models.ForeignKey(PanelSeat, models.PROTECT, related_name="sheets", verbose_name=_("席位"))
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="sheets", verbose_name=_("评委"))
    component = models.CharField(_("评分部分"), max_length=20, default="desk")
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    scores = models.JSONField(_("分项得分"), default=dict)
    marks = models.JSONField(_("加减分与红线"), default=dict)
    comment = models.TextField(_("评审意见"), blank=True)
    total = points(_("总分"))
    blind_points = models.JSONField(_("匿名部分得分"), null=True, blank=True)
    blind_locked_at = models.DateTimeField(_("匿名部分锁定时间"), null=True, blank=True)
    attested_at = models.DateTimeField(_("声明时间"), null=True, blank=True)
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    recusal = models.CharField(_("回避类型"), max_length=20, choices=Recusal.choices, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("替补")
    )
    reopen_asked_by_id = models.BigIntegerField(_("申请重开人编号"), null=True, blank=True)
    reopen_asked_at = models.DateTimeField(_("申请重开时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("评分表（专家）")
        verbose_name_plural = _("评分表（专家）")
        ordering = ["pk"]
        indexes = [models.Index(fields=["reviewer", "state"], name="sheet_by_reviewer_and_state")]
        constraints = [
            state_check(S, name="sheet_state_is_known"),
            models.UniqueConstraint(
                fields=["dossier", "reviewer", "component"], name="reviewer_scores_a_dossier_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=S.LOCKED) | Q(total__isnull=False, locked_at__isnull=False),
                name="locked_sheet_has_a_total",
            ),
            models.CheckConstraint(
                condition=Q(state=S.RECUSED) | Q(recusal=""), name="only_recused_sheet_names_a_recusal"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[S.ASSIGNED, S.RECUSED]) | Q(attested_at__isnull=False),
                name="scored_sheet_was_attested",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.seat_id}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("sheet", args=[self.public_id])

    @property
    def expert(self) -> Expert:
        """Return the expert who scores."""
        return self.seat.judge

    def machine(self) -> dict[str, str]:
        """Return the machine's points of the dossier."""
        return dict(self.dossier.machine_points)

    def counted(self) -> dict[str, Decimal]:
        """Return every point of the sheet, the machine's included."""
        return {path: Decimal(str(value)) for path, value in {**self.scores, **self.machine()}.items()}


class SheetVersion(models.Model):
    """A sheet as it was locked; reopening adds an edition and keeps this one. Never rewritten."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="versions", verbose_name=_("评分表"))
    edition = models.PositiveSmallIntegerField(_("版次"))
    scores = models.JSONField(_("分项得分"))
    marks = models.JSONField(_("加减分与红线"))
    comment = models.TextField(_("评审意见"), blank=True)
    total = models.DecimalField(_("总分"), max_digits=6, decimal_places=2)
    digest = models.CharField(_("摘要"), max_length=64)
    locked_at = models.DateTimeField(_("锁定时间"))
    locked_by_id = models.BigIntegerField(_("锁定人编号"), null=True)

    class Meta:
        verbose_name = _("评分表版本")
        verbose_name_plural = _("评分表版本")
        ordering = ["sheet", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "edition"], name="sheet_edition_is_locked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} v{self.edition}"


class AssignmentRun(Stateful):
    """One run of the assignment with its whole input, so that it can be repeated byte for byte."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="runs", verbose_name=_("评审组"))
    no = models.PositiveIntegerField(_("次序"))
    occasion = models.CharField(_("缘由"), max_length=20)
    problem = models.JSONField(_("输入"))
    plan = models.JSONField(_("结果"))
    input_hash = models.CharField(_("输入摘要"), max_length=64)
    plan_hash = models.CharField(_("结果摘要"), max_length=64)
    seed = models.CharField(_("随机种子"), max_length=120)
    solver = models.CharField(_("求解器"), max_length=120)
    objective = models.BigIntegerField(_("目标值"))
    bound = models.BigIntegerField(_("下界"))
    proof = models.CharField(_("证明"), max_length=10)

    class Meta:
        verbose_name = _("分配记录")
        verbose_name_plural = _("分配记录")
        ordering = ["panel", "no"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "no"], name="assignment_run_has_its_own_number"),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} #{self.no}"

    @property
    def shortfalls(self) -> dict[str, int]:
        """Return missing reviews by dossier code."""
        return dict(self.plan["shortfalls"])

    @property
    def broken(self) -> list[dict[str, Any]]:
        """Return the rules the plan could not keep."""
        return list(self.plan["broken"])
