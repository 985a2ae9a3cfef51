"""The notice, its items, and objections to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.files.models import FileRef
from core.lifecycle import state_check
from core.secrets import INTERNAL, EncryptedTextField
from core.workdays import Period
from grants.publicity import rules
from grants.publicity.lifecycle import I, ItemLifecycle, N, NoticeLifecycle, O, ObjectionLifecycle
from grants.rounds.models import Round


class NoticeKind(models.TextChoices):
    """What a notice announces."""

    AWARD = "award", _("拟立项公示")
    SUPPLEMENT = "supplement", _("递补立项公示")


class Notice(NoticeLifecycle):
    """A public notice; ``provisional`` keeps dates that no published calendar had settled at its start."""

    LOCK_RANK = 12
    STATE_TONES = {N.DRAFTED: "neutral", N.PUBLISHED: "info", N.ENDED: "ok"}

    round = models.ForeignKey(Round, models.PROTECT, related_name="notices", verbose_name=_("届次"))
    kind = models.CharField(_("种类"), max_length=20, choices=NoticeKind.choices)
    number = models.CharField(_("公示编号"), max_length=40, null=True, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"), blank=True)
    contact = models.CharField(_("异议受理方式"), max_length=200)
    working_days = models.PositiveSmallIntegerField(_("公示工作日数"))
    first_day_counts = models.BooleanField(_("发布当日计入"), default=True)
    published_at = models.DateTimeField(_("发布时间"), null=True)
    starts_on = models.DateField(_("起始日"), null=True)
    ends_on = models.DateField(_("截止日"), null=True)
    provisional = models.JSONField(_("暂定日期"), default=list)
    gov_url = models.URLField(_("政府网站地址"), max_length=300, blank=True)
    gov_screenshot = models.ForeignKey(
        FileRef, models.PROTECT, null=True, related_name="+", verbose_name=_("政府网站截图")
    )
    drafted_by_id = models.BigIntegerField(_("拟稿人"), null=True)
    published_by_id = models.BigIntegerField(_("发布人"), null=True)

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        ordering = ["id"]
        constraints = [
            state_check(N, name="notice_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state=N.DRAFTED)
                | Q(number__isnull=False, published_at__isnull=False, starts_on__isnull=False)
                & Q(ends_on__gte=F("starts_on")),
                name="published_notice_has_number_and_period",
            ),
            models.CheckConstraint(
                condition=Q(published_by_id__isnull=True) | ~Q(published_by_id=F("drafted_by_id")),
                name="notice_is_published_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page at the desk."""
        return reverse("notice", args=[self.public_id])

    def ends_at(self) -> datetime:
        """Return the instant at which the notice is over: 24:00 of its last day."""
        assert self.starts_on and self.ends_on  # noqa: S101 - asked of a published notice
        return Period(self.starts_on, self.ends_on).ends_at

    def dates_to_confirm(self) -> list[date]:
        """Return the dates that were provisional when the notice began."""
        return [date.fromisoformat(text) for text in self.provisional]

    def lines(self) -> list[rules.Line]:
        """Return the items as plain values, in order."""
        return [item.as_line() for item in self.items.exclude(state=I.WITHDRAWN).order_by("position")]

    def has_posting(self) -> bool:
        """Tell whether the posting on the government site is on file."""
        return bool(self.gov_url and self.gov_screenshot_id)


class NoticeItem(ItemLifecycle):
    """One subject announced; ``subject`` is a soft reference such as ``proposals.proposal:12``."""

    LOCK_RANK = 13
    STATE_TONES = {I.HELD: "warn", I.CLEARED: "ok", I.STRUCK: "bad"}

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="items", verbose_name=_("公示"))
    position = models.PositiveSmallIntegerField(_("序号"))
    subject = models.CharField(_("对象"), max_length=60)
    title = models.CharField(_("项目名称"), max_length=80)
    organisation = models.CharField(_("申报单位"), max_length=160)
    place = models.CharField(_("落地社区"), max_length=80, blank=True)
    category = models.CharField(_("类别"), max_length=40, blank=True)
    amount_fen = models.BigIntegerField(_("拟资助金额（分）"))
    party_bodies = models.JSONField(_("相关单位"), default=list)

    class Meta:
        verbose_name = _("公示项")
        verbose_name_plural = _("公示项")
        ordering = ["notice", "position"]
        constraints = [
            state_check(I, name="notice_item_state_is_known"),
            models.UniqueConstraint(fields=["notice", "position"], name="notice_item_has_its_own_position"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=~Q(state__in=[I.STRUCK, I.WITHDRAWN]),
                name="subject_is_announced_in_one_notice",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="announced_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"

    def get_absolute_url(self) -> str:
        """Return the page of the notice it stands on."""
        return self.notice.get_absolute_url()

    def parties(self) -> set[int]:
        """Return the bodies whose friends and foes must step aside."""
        return set(self.party_bodies)

    def as_line(self) -> rules.Line:
        """Return what the public reads."""
        return rules.Line(
            self.position, self.title, self.organisation, self.place, self.category, self.amount_fen
        )


class ObjectorKind(models.TextChoices):
    """Who objects."""

    PERSON = "person", _("实名（个人）")
    UNIT = "unit", _("实名（单位）")
    ANONYMOUS = "anonymous", _("匿名")


class Objection(ObjectionLifecycle):
    """An objection to one item. Who objects, and what was said, lie encrypted; the log holds a hash."""

    LOCK_RANK = 11
    STAGES = (O.LODGED, O.INVESTIGATING)
    STATE_TONES = {O.LODGED: "warn", O.INVESTIGATING: "info", O.UPHELD: "bad", O.DISMISSED: "ok"}

    item = models.ForeignKey(NoticeItem, models.PROTECT, related_name="objections", verbose_name=_("公示项"))
    number = models.CharField(_("编号"), max_length=40, unique=True)
    kind = models.CharField(_("提出方式"), max_length=20, choices=ObjectorKind.choices)
    objector = EncryptedTextField(_("异议人"), blank=True)
    contact = EncryptedTextField(_("联系方式"), blank=True)
    statement = EncryptedTextField(_("事实和理由"), klass=INTERNAL)
    statement_sha256 = models.CharField(_("内容摘要"), max_length=64)
    is_late = models.BooleanField(_("公示期满后提出"), default=False)
    lodged_at = models.DateTimeField(_("提出时间"))
    reply_due = models.DateField(_("答复期限"), null=True)
    investigator_id = models.BigIntegerField(_("核查人"), null=True)
    finding = EncryptedTextField(_("核查情况"), klass=INTERNAL, blank=True)
    reply = EncryptedTextField(_("答复"), klass=INTERNAL, blank=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True)

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ["id"]
        constraints = [
            state_check(O, name="objection_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=ObjectorKind.values), name="objector_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state=O.NOTED) | (~Q(kind=ObjectorKind.ANONYMOUS) & Q(is_late=False)),
                name="anonymous_or_late_objection_is_only_noted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[O.UPHELD, O.DISMISSED])
                | Q(replied_at__isnull=False, investigator_id__isnull=False),
                name="concluded_objection_was_investigated_and_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the page at the desk."""
        return reverse("objection", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies the objection is about."""
        return self.item.parties()

    def complaint(self, *, has_seal: bool) -> rules.Complaint:
        """Return what the rules ask about."""
        return rules.Complaint(
            self.kind, bool(_said(self.objector)), bool(_said(self.contact)), has_seal, _said(self.statement)
        )


def _said(value: Any) -> str:
    return str(value or "").strip()
