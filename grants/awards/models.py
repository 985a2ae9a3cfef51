"""Decision and its lines, money set aside for applications, awards."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.audit.digest import canonical, sha256
from core.files.models import FileRef
from core.lifecycle import state_check
from grants.awards import rules
from grants.awards.lifecycle import AllotmentLifecycle, AwardLifecycle, D, DecisionLifecycle, M, W
from grants.proposals.models import Proposal
from grants.publicity.models import Notice
from grants.rounds.models import Category, FundingSource, Round


class Outcome(models.TextChoices):
    """What a decision says of an application."""

    PROPOSE = rules.PROPOSE, _("拟立项")
    WAITLIST = rules.WAITLIST, _("备选")
    DECLINE = rules.DECLINE, _("不予立项")


class Band(models.TextChoices):
    """How sure the place at the line is, were the experts drawn again."""

    IN = "in", _("稳定入选")
    DISCUSS = "discuss", _("线上线下之间")
    OUT = "out", _("稳定落选")


class Decision(DecisionLifecycle):
    """What the meeting is asked and decides about the judged applications of a round.

    ``lines_digest`` seals lines and moves, so the log covers them; ``left`` explains every fen not given.
    """

    LOCK_RANK = 15
    STATE_TONES = {D.DRAFTED: "neutral", D.TABLED: "info", D.RESOLVED: "ok"}

    round = models.ForeignKey(Round, models.PROTECT, related_name="decisions", verbose_name=_("届次"))
    number = models.CharField(_("编号"), max_length=40, unique=True)
    minutes_no = models.CharField(_("会议纪要文号"), max_length=60, blank=True)
    met_on = models.DateField(_("会议日期"), null=True)
    attendees = models.JSONField(_("参会人员"), default=list)
    money_reply_no = models.CharField(_("资金批复文号"), max_length=60, blank=True)
    scan = models.ForeignKey(
        FileRef, models.PROTECT, null=True, related_name="+", verbose_name=_("纪要扫描件")
    )
    left = models.JSONField(_("余额说明"), default=list)
    lines_digest = models.CharField(_("名单摘要"), max_length=64, blank=True)
    drafted_by_id = models.BigIntegerField(_("拟定人"), null=True)
    tabled_by_id = models.BigIntegerField(_("提请人"), null=True)
    resolved_by_id = models.BigIntegerField(_("决定人"), null=True)
    resolved_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        verbose_name = _("立项决定")
        verbose_name_plural = _("立项决定")
        ordering = ["id"]
        constraints = [
            state_check(D, name="decision_state_is_known"),
            models.UniqueConstraint(
                fields=["round"], condition=~Q(state=D.RESOLVED), name="one_open_decision_per_round"
            ),
            models.CheckConstraint(
                condition=~Q(state=D.RESOLVED)
                | ~Q(minutes_no="")
                & ~Q(money_reply_no="")
                & Q(scan__isnull=False, resolved_at__isnull=False),
                name="resolved_decision_has_its_papers",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by_id__isnull=True)
                | ~Q(resolved_by_id=F("drafted_by_id")) & ~Q(resolved_by_id=F("tabled_by_id")),
                name="decision_is_resolved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(tabled_by_id__isnull=True) | ~Q(tabled_by_id=F("drafted_by_id")),
                name="decision_is_tabled_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page at the desk."""
        return reverse("decision", args=[self.public_id])

    def seal(self) -> str:
        """Return the hash over lines and moves as they stand in the database."""
        lines = self.lines.order_by("proposal_id").values_list(*DecisionLine.SEALED)
        moves = self.moves.order_by("id").values_list("source_id", "target_id", "amount_fen", "reason")
        return sha256(canonical([[str(x) for x in row] for row in [*lines, *moves]]))


class CategoryMove(models.Model):
    """Money left in one category that the meeting gives to another."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="moves", verbose_name=_("决定"))
    source = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("转出类别"))
    target = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("转入类别"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.CharField(_("理由"), max_length=300)

    class Meta:
        verbose_name = _("类别调剂")
        verbose_name_plural = _("类别调剂")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(source=F("target")),
                name="money_moves_between_two_categories",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="category_move_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class DecisionLine(models.Model):
    """One application on the list: where it stands, what is recommended, what is decided."""

    SEALED = (
        "proposal_id",
        "category_id",
        "rank",
        "score",
        "asked_fen",
        "recommended_outcome",
        "recommended_fen",
        "outcome",
        "amount_fen",
        "source_id",
        "departure_reason",
        "cut_consent",
    )

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="lines", verbose_name=_("决定"))
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="decision_lines", verbose_name=_("申报")
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("类别"))
    rank = models.PositiveIntegerField(_("类别内名次"))
    score = models.DecimalField(_("评审得分"), max_digits=6, decimal_places=2)
    decided_by = models.CharField(_("同分排序依据"), max_length=30, blank=True)
    is_tied = models.BooleanField(_("同分未分先后"), default=False)
    band = models.CharField(_("入选把握"), max_length=10, choices=Band.choices, blank=True)
    chance_percent = models.PositiveSmallIntegerField(_("入选概率（%）"), null=True)
    asked_fen = models.BigIntegerField(_("申请资金（分）"))
    recommended_outcome = models.CharField(_("推荐结论"), max_length=10, choices=Outcome.choices)
    recommended_fen = models.BigIntegerField(_("推荐金额（分）"))
    outcome = models.CharField(_("决定"), max_length=10, choices=Outcome.choices)
    amount_fen = models.BigIntegerField(_("金额（分）"), default=0)
    source = models.ForeignKey(
        FundingSource, models.PROTECT, null=True, related_name="+", verbose_name=_("资金来源")
    )
    departure_reason = models.CharField(_("与推荐不同的理由"), max_length=300, blank=True)
    cut_consent = models.CharField(_("核减同意函"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("决定项")
        verbose_name_plural = _("决定项")
        ordering = ["category", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "proposal"], name="proposal_is_decided_once"),
            models.UniqueConstraint(fields=["decision", "category", "rank"], name="rank_is_held_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="line_outcome_is_known"),
            models.CheckConstraint(
                condition=~Q(departure_reason="")
                | Q(outcome=F("recommended_outcome"), amount_fen=F("recommended_fen")),
                name="departure_from_the_ranking_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.PROPOSE, amount_fen__gt=0, source__isnull=False)
                | ~Q(outcome=Outcome.PROPOSE) & Q(amount_fen=0, source__isnull=True),
                name="only_proposed_lines_carry_money_and_a_source",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__lte=F("asked_fen")), name="nobody_gets_more_than_asked"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.PROPOSE) | Q(amount_fen=F("asked_fen")) | ~Q(cut_consent=""),
                name="cut_line_has_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} #{self.rank}"

    @property
    def departs(self) -> bool:
        """Tell whether the decision is another than the ranking recommends."""
        return (self.outcome, self.amount_fen) != (self.recommended_outcome, self.recommended_fen)

    @property
    def cut_fen(self) -> int:
        """Return how much less than asked a proposed application gets."""
        return self.asked_fen - self.amount_fen if self.outcome == Outcome.PROPOSE else 0


class Allotment(AllotmentLifecycle):
    """Money of one source set aside for one application, by the meeting or by promotion; never split."""

    LOCK_RANK = 25

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="allotment", verbose_name=_("申报")
    )
    line = models.OneToOneField(
        DecisionLine, models.PROTECT, related_name="allotment", verbose_name=_("决定项")
    )
    round = models.ForeignKey(Round, models.PROTECT, related_name="allotments", verbose_name=_("届次"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("类别"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    is_promoted = models.BooleanField(_("递补"), default=False)
    cut_consent = models.CharField(_("核减同意函"), max_length=120, blank=True)
    passed_over = models.JSONField(_("越过的备选及理由"), default=list)
    released_why = models.CharField(_("释放原因"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("资金安排")
        verbose_name_plural = _("资金安排")
        ordering = ["id"]
        constraints = [
            state_check(M, name="allotment_state_is_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="allotment_is_positive"),
            models.CheckConstraint(
                condition=Q(state=M.RESERVED, released_why="") | Q(state=M.RELEASED) & ~Q(released_why=""),
                name="released_allotment_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.amount_fen}"

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return self.proposal.parties()


class Award(AwardLifecycle):
    """A funded application: how much, from which source, under which number; ``cut_fen`` less than asked."""

    LOCK_RANK = 30
    STAGES = (W.GRANTED,)
    STATE_TONES = {W.GRANTED: "ok", W.LAPSED: "bad"}

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="award_row", verbose_name=_("申报")
    )
    allotment = models.OneToOneField(
        Allotment, models.PROTECT, related_name="award_row", verbose_name=_("资金安排")
    )
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name=_("公示"))
    round = models.ForeignKey(Round, models.PROTECT, related_name="awards", verbose_name=_("届次"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("类别"))
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("资金来源"))
    amount_fen = models.BigIntegerField(_("资助金额（分）"))
    cut_fen = models.BigIntegerField(_("核减金额（分）"), default=0)
    project_no = models.CharField(_("项目编号"), max_length=40, unique=True)
    sign_by = models.DateField(_("签约期限"))
    lapse_reason = models.CharField(_("失效理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("立项")
        verbose_name_plural = _("立项")
        ordering = ["project_no"]
        constraints = [
            state_check(W, name="award_state_is_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0, cut_fen__gte=0), name="award_is_positive"),
            models.CheckConstraint(
                condition=Q(state=W.GRANTED) | ~Q(lapse_reason=""), name="lapsed_award_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.project_no

    def get_absolute_url(self) -> str:
        """Return the page at the desk."""
        return reverse("award", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return self.proposal.parties()


def subject_of(proposal: Any) -> str:
    """Return the soft reference under which a notice announces an application.

    >>> subject_of(Proposal(pk=12))
    'proposals.proposal:12'
    """
    return f"{Proposal._meta.label_lower}:{proposal.pk}"
