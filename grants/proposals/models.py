"""The application, its sections, budget, frozen versions, screening and the consent of its place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, state_check
from evaluations.panels.models import Dossier
from grants.proposals.lifecycle import EDITABLE, OVER, C, ConsentLifecycle, P, ProposalLifecycle
from grants.rounds.models import Category, Round
from orgs.areas.models import Community
from orgs.people.models import Body

STATE_TONES = {
    P.SUBMITTED: "info",
    P.RETURNED: "warn",
    P.ELIGIBLE: "ok",
    P.INELIGIBLE: "bad",
    P.RECHECKING: "warn",
    P.OPTIMISING: "warn",
    P.IN_REVIEW: "info",
    P.SCORED: "info",
    P.PROPOSED: "ok",
    P.AWARDED: "ok",
    P.STRUCK: "bad",
}


class Proposal(ProposalLifecycle):
    """One application of one applicant in one round. ``slot`` counts the applicant's live applications."""

    LOCK_RANK = 20
    STAGES = (P.DRAFT, P.SUBMITTED, P.ELIGIBLE, P.IN_REVIEW, P.SCORED, P.PROPOSED, P.AWARDED)
    PUBLIC_NAMES = {P.IN_REVIEW: _("评审中"), P.SCORED: _("评审中")}
    ASIDE = ("withdraw",)
    STATE_TONES = STATE_TONES

    number = models.CharField(_("申报编号"), max_length=40, null=True, unique=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="proposals", verbose_name=_("届次"))
    applicant = models.ForeignKey(Body, models.PROTECT, related_name="proposals", verbose_name=_("申报主体"))
    host = models.ForeignKey(
        Body,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_proposals",
        verbose_name=_("代管单位"),
    )
    track = models.CharField(_("资助档次"), max_length=20)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="proposals", verbose_name=_("类别")
    )
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, related_name="proposals", verbose_name=_("落地社区")
    )
    title = models.CharField(_("项目名称"), max_length=80, blank=True)
    requested_fen = models.BigIntegerField(_("申请资金（分）"), default=0)
    version_no = models.PositiveIntegerField(_("提交版次"), default=0)
    submitted_at = models.DateTimeField(_("首次提交时间"), null=True)
    slot = models.PositiveSmallIntegerField(_("申报序位"), null=True)
    outside_place = models.CharField(_("区外实施地点"), max_length=80, blank=True)
    correction_due = models.DateTimeField(_("补正截止"), null=True)
    advised_version = models.PositiveIntegerField(_("不通过意见所对版次"), default=0)
    optimised_from = models.PositiveIntegerField(_("优化起始版次"), default=0)
    dossier = models.OneToOneField(
        Dossier, models.PROTECT, null=True, related_name="proposal", verbose_name=_("评审卷")
    )
    official_score = models.DecimalField(_("评审得分"), max_digits=6, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("申报")
        verbose_name_plural = _("申报")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["round", "state"], name="proposal_by_round_and_state"),
            # The list as it opens, and what waits on desks in every round.
            models.Index(fields=["-submitted_at", "id"], name="proposal_newest_first"),
            models.Index(fields=["state"], name="proposal_by_state"),
        ]
        constraints = [
            state_check(P, name="proposal_state_is_known"),
            models.UniqueConstraint(
                fields=["round", "applicant", "slot"],
                condition=~Q(state__in=[str(state) for state in OVER]),
                name="one_live_proposal_per_applicant_slot_and_round",
            ),
            models.CheckConstraint(condition=Q(requested_fen__gte=0), name="request_is_not_negative"),
            models.CheckConstraint(
                condition=Q(state=P.DRAFT) | Q(state=P.WITHDRAWN) | Q(number__isnull=False, version_no__gt=0),
                name="submitted_proposal_has_number_and_version",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.number or self.public_id

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("proposal", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return {pk for pk in (self.applicant_id, self.host_id) if pk}

    @property
    def is_editable(self) -> bool:
        """Tell whether the applicant may still write."""
        return self.state in EDITABLE

    def answers(self) -> dict[str, object]:
        """Return the answers of all sections together."""
        merged: dict[str, object] = {}
        for section in self.sections.all():
            merged.update(section.data)
        return merged


class SectionAnswers(models.Model):
    """The answers of one section as last saved, with a row version of its own for two open tabs."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="sections", verbose_name=_("申报"))
    section = models.CharField(_("章节"), max_length=40)
    data = models.JSONField(_("内容"), default=dict)
    row_version = models.PositiveIntegerField(_("版本"), default=1)
    saved_at = models.DateTimeField(_("保存时间"))
    saved_by_id = models.BigIntegerField(_("保存人"), null=True)

    class Meta:
        verbose_name = _("章节内容")
        verbose_name_plural = _("章节内容")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "section"], name="section_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.section}"


class BudgetLine(models.Model):
    """One line of the budget as the applicant wrote it; amounts in fen."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="budget", verbose_name=_("申报"))
    no = models.PositiveSmallIntegerField(_("序号"))
    code = models.CharField(_("科目"), max_length=6)
    item = models.CharField(_("支出内容"), max_length=80)
    basis = models.CharField(_("测算依据"), max_length=200, blank=True)
    unit = models.CharField(_("单位"), max_length=20)
    unit_price_fen = models.BigIntegerField(_("单价（分）"))
    quantity = models.PositiveIntegerField(_("数量"))
    times = models.PositiveIntegerField(_("次数"), default=1)
    subtotal_fen = models.BigIntegerField(_("小计（分）"))
    grant_fen = models.BigIntegerField(_("申请资金（分）"))
    own_fen = models.BigIntegerField(_("自筹资金（分）"), default=0)
    linked_activity = models.CharField(_("对应活动"), max_length=80, blank=True)
    remark = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("预算行")
        verbose_name_plural = _("预算行")
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "no"], name="budget_line_is_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.item}"


class ProposalVersion(models.Model):
    """What was handed in, frozen with its hash; reviewers and agreements always name a version."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="versions", verbose_name=_("申报"))
    no = models.PositiveIntegerField(_("版次"))
    snapshot = models.JSONField(_("内容"))
    digest = models.CharField(_("摘要"), max_length=64)
    submitted_at = models.DateTimeField(_("提交时间"))
    submitted_by_id = models.BigIntegerField(_("提交账号"), null=True)

    class Meta:
        verbose_name = _("提交版本")
        verbose_name_plural = _("提交版本")
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["proposal", "no"], name="version_is_numbered_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} v{self.no}"


class ScreeningCheck(models.Model):
    """What screening says of one rule for one version: pass, fail, or to be judged by a person."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="checks", verbose_name=_("申报"))
    version_no = models.PositiveIntegerField(_("版次"))
    code = models.CharField(_("规则"), max_length=10)
    verdict = models.CharField(
        _("结论"),
        max_length=10,
        choices=[("pass", _("通过")), ("fail", _("不通过")), ("human", _("待人工判断"))],
    )
    says = models.CharField(_("说明"), max_length=300, blank=True)
    by_person = models.BooleanField(_("人工判断"), default=False)

    class Meta:
        verbose_name = _("资格审查项")
        verbose_name_plural = _("资格审查项")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "version_no", "code"], name="rule_is_checked_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.verdict}"


class Remark(models.Model):
    """A screener's remark at a field of a version."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="remarks", verbose_name=_("申报"))
    version_no = models.PositiveIntegerField(_("版次"))
    field = models.CharField(_("栏目"), max_length=40)
    text = models.CharField(_("意见"), max_length=300)
    made_at = models.DateTimeField(_("时间"))
    role = models.CharField(_("岗位"), max_length=30)

    class Meta:
        verbose_name = _("补正意见")
        verbose_name_plural = _("补正意见")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


class PlaceConsent(ConsentLifecycle):
    """The consent of a community to an application; answered through a signed link, without an account."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="consents", verbose_name=_("申报"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="consents", verbose_name=_("社区"))
    version_no = models.PositiveIntegerField(_("版次"))
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    refusal = models.CharField(_("不同意的理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("落地社区意见")
        verbose_name_plural = _("落地社区意见")
        ordering = ["id"]
        constraints = [
            state_check(C, name="consent_state_is_known"),
            models.UniqueConstraint(
                fields=["proposal", "community"],
                condition=Q(state__in=[C.ASKED, C.CONFIRMED]),
                name="one_live_consent_per_proposal_and_place",
            ),
        ]

    STATE_TONES = {"asked": "warn", "confirmed": "ok", "refused": "bad"}

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.community_id}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("consent", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return self.proposal.parties()


class PriorFunding(Stateful):
    """A project of an applicant funded before this system, or by somebody else; imported, dated, sourced."""

    applicant = models.ForeignKey(Body, models.PROTECT, related_name="prior_funding", verbose_name=_("单位"))
    title = models.CharField(_("项目名称"), max_length=80)
    year = models.PositiveIntegerField(_("年度"))
    funder = models.CharField(_("资助方"), max_length=80)
    is_ours = models.BooleanField(_("本区往届项目"), default=False)
    report_filed = models.BooleanField(_("结项报告已提交"), default=False)
    settled = models.BooleanField(_("已结算"), default=False)
    failed = models.BooleanField(_("未通过或被终止"), default=False)
    same_content = models.BooleanField(_("与本届申报内容相同"), default=False)

    class Meta:
        verbose_name = _("既往资助")
        verbose_name_plural = _("既往资助")
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "title", "year", "funder"], name="prior_funding_is_recorded_once"
            ),
            models.CheckConstraint(
                condition=~Q(settled=True) | Q(report_filed=True), name="settled_project_has_filed_its_report"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.funder} {self.year}）"
