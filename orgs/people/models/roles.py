"""What ties people to bodies: memberships, delegations, interests, invitations, hand-overs."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, random_public_id, state_check
from core.policy import ADMINISTRATORS, Role
from core.secrets import INTERNAL, EncryptedTextField
from orgs.areas.rules import is_valid_on
from orgs.people.lifecycle import (
    D,
    DelegationLifecycle,
    H,
    HandOverLifecycle,
    I,
    InvitationLifecycle,
    M,
    MembershipLifecycle,
)
from orgs.people.models.accounts import Body, Person, User


def period_in_order(name: str) -> models.CheckConstraint:
    """Return the database check that a validity does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=name,
    )


class Origin(models.TextChoices):
    """How a membership came about."""

    REQUESTED = "requested", _("申请批准")
    INVITED = "invited", _("邀请")
    HANDED_OVER = "handed_over", _("交接")
    INSTALLED = "installed", _("系统建立")


class Membership(MembershipLifecycle):
    """A role of a user in a body, where given for an area or a round, between two days (inclusive)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("账号"))
    body = models.ForeignKey(Body, models.PROTECT, related_name="memberships", verbose_name=_("单位"))
    role = models.CharField(_("岗位"), max_length=30, choices=Role.choices)
    area_code = models.CharField(_("辖区代码"), max_length=12, blank=True)
    round_code = models.CharField(_("届次代码"), max_length=40, blank=True)
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"), null=True, blank=True)
    origin = models.CharField(_("来源"), max_length=20, choices=Origin.choices, default=Origin.REQUESTED)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            state_check(M, name="membership_state_is_known"),
            period_in_order("membership_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("user")) & ~Q(approved_by=F("requested_by")))
                | (~Q(approved_by=F("user")) & Q(requested_by__isnull=True)),
                name="membership_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(origin=Origin.REQUESTED)
                | ~Q(state=M.ACTIVE)
                | (Q(approved_by__isnull=False) & Q(requested_by__isnull=False)),
                name="active_requested_membership_names_two_people",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=sorted(ADMINISTRATORS), state__in=[M.REQUESTED, M.ACTIVE]),
                name="nobody_holds_two_of_the_three_administrators",
            ),
            models.UniqueConstraint(
                fields=["user", "body", "role", "area_code", "round_code"],
                condition=Q(state__in=[M.REQUESTED, M.ACTIVE], valid_to__isnull=True),
                name="membership_is_not_held_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body.label} {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("role", args=[self.public_id])

    def counts_on(self, on: date) -> bool:
        """Tell whether the membership gives its role on a day."""
        return self.state == M.ACTIVE and is_valid_on(self.valid_from, self.valid_to, on)


class Delegation(DelegationLifecycle):
    """One membership exercised by another person for a period, in writing (AB角)."""

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="delegations", verbose_name=_("岗位")
    )
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegations", verbose_name=_("代理人"))
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"))
    document = models.CharField(_("授权文书"), max_length=120)

    class Meta:
        verbose_name = _("授权代理")
        verbose_name_plural = _("授权代理")
        constraints = [
            state_check(D, name="delegation_state_is_known"),
            period_in_order("delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(document=""), name="delegation_is_in_writing"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.valid_from}—{self.valid_to}"


class InterestKind(models.TextChoices):
    """Ties that call for recusal (回避)."""

    EMPLOYMENT = "employment", _("任职或受雇")
    BOARD = "board", _("理事、监事或负责人")
    ADVISER = "adviser", _("顾问或辅导")
    KIN = "kin", _("亲属关系")
    FUNDING = "funding", _("资助或经济往来")
    OTHER = "other", _("其他利害关系")


class Interest(Stateful):
    """A declared interest of a person in a body; it is ended, never deleted."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="interests", verbose_name=_("人员"))
    body = models.ForeignKey(Body, models.PROTECT, related_name="interested", verbose_name=_("单位"))
    kind = models.CharField(_("关系"), max_length=20, choices=InterestKind.choices)
    remark = models.CharField(_("说明"), max_length=200, blank=True)
    valid_from = models.DateField(_("开始日期"))
    valid_to = models.DateField(_("结束日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("利害关系")
        verbose_name_plural = _("利害关系")
        constraints = [
            period_in_order("interest_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(kind__in=InterestKind.values), name="interest_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}—{self.body_id} {self.get_kind_display()}"


class Invitation(InvitationLifecycle):
    """A role offered to somebody who may have no account yet; the one-time token is stored as its hash."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="invitations", verbose_name=_("单位"))
    role = models.CharField(_("岗位"), max_length=30, choices=Role.choices)
    area_code = models.CharField(_("辖区代码"), max_length=12, blank=True)
    round_code = models.CharField(_("届次代码"), max_length=40, blank=True)
    name = models.CharField(_("姓名"), max_length=60)
    phone = EncryptedTextField(_("手机号"), klass=INTERNAL, blank=True)
    phone_index = models.CharField(_("手机号索引"), max_length=64, blank=True, editable=False)
    email = models.EmailField(_("电子邮箱"), blank=True)
    nonce = models.CharField(_("随机数"), max_length=24, default=random_public_id, editable=False)
    token_hash = models.CharField(_("链接摘要"), max_length=64, blank=True, db_index=True, editable=False)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="invitations", verbose_name=_("邀请人")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )
    membership = models.OneToOneField(
        Membership, models.PROTECT, null=True, blank=True, related_name="invitation", verbose_name=_("岗位")
    )

    STATE_TONES: ClassVar[dict[str, str]] = {
        I.REQUESTED: "warn",
        I.SENT: "info",
        I.ACCEPTED: "ok",
        I.REVOKED: "bad",
    }

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        constraints = [
            state_check(I, name="invitation_state_is_known"),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone_index=""), name="invitation_names_a_mobile_or_an_email"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(invited_by__isnull=True)
                | ~Q(approved_by=F("invited_by")),
                name="invitation_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=I.ACCEPTED) | Q(membership__isnull=False),
                name="accepted_invitation_gave_a_membership",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body.label} {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("invitation", args=[self.public_id])


class HandOver(HandOverLifecycle):
    """All work of one user, or what the user does in one body, moves to another on a day."""

    from_user = models.ForeignKey(User, models.PROTECT, related_name="handed_over", verbose_name=_("移交人"))
    to_user = models.ForeignKey(User, models.PROTECT, related_name="taken_over", verbose_name=_("接手人"))
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("仅限单位")
    )
    on = models.DateField(_("交接日期"))
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("提出人")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )

    class Meta:
        verbose_name = _("工作交接")
        verbose_name_plural = _("工作交接")
        constraints = [
            state_check(H, name="handover_state_is_known"),
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")), name="handover_is_between_two_people"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("to_user")) & ~Q(approved_by=F("requested_by")))
                | (~Q(approved_by=F("to_user")) & Q(requested_by__isnull=True)),
                name="handover_is_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_user_id}→{self.to_user_id} {self.on}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("handover", args=[self.public_id])
