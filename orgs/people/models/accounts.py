"""Person, User and Body: who there is, with or without an account, and in which house."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, random_public_id
from core.masking import mask_phone
from core.secrets import INTERNAL, EncryptedTextField
from orgs.areas.models import Community, Street


class Person(Stateful):
    """A human being, with or without an account; phone and identity number lie encrypted."""

    name = models.CharField(_("姓名"), max_length=60)
    phone = EncryptedTextField(_("手机号"), klass=INTERNAL, blank=True)
    phone_index = models.CharField(_("手机号索引"), max_length=64, blank=True, db_index=True, editable=False)
    id_number = EncryptedTextField(_("身份证号"), blank=True)
    id_index = models.CharField(_("身份证号索引"), max_length=64, blank=True, editable=False)
    email = models.EmailField(_("电子邮箱"), blank=True)
    disabled_at = models.DateTimeField(_("停用时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=~Q(id_index=""), name="identity_number_belongs_to_one_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("person", args=[self.public_id])

    @property
    def masked_phone(self) -> str:
        """Return the phone as lists show it."""
        return mask_phone(self.phone) if self.phone else ""


class Users(BaseUserManager["User"]):
    """Finds users; there is no way to make a superuser."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user whose random public id this is."""
        return self.get(public_id=username)

    def create_superuser(self, *args: Any, **kwargs: Any) -> User:
        """Refuse: roles are granted by two people, and nobody stands above the permission table."""
        raise NotImplementedError(
            "nobody is a superuser here: load a data pack, which appoints three administrators"
        )


class User(AbstractBaseUser, PermissionsMixin):
    """An account: signs in with mobile or e-mail; ``session_epoch`` ends every open session when it moves."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="user", verbose_name=_("人员"))
    # Wagtail's forms name the USERNAME_FIELD, so it must be editable; nobody types it to sign in.
    public_id = models.CharField(_("公开编号"), max_length=24, unique=True, default=random_public_id)
    email = models.EmailField(_("登录邮箱"), blank=True)
    phone_index = models.CharField(_("登录手机号索引"), max_length=64, blank=True, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)
    session_epoch = models.PositiveIntegerField(_("会话批次"), default=0, editable=False)
    created_at = models.DateTimeField(_("建立时间"), editable=False)

    objects = Users()
    USERNAME_FIELD: ClassVar[str] = "public_id"
    EMAIL_FIELD: ClassVar[str] = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="nobody_is_a_superuser"),
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="email_signs_in_to_one_account"
            ),
            models.UniqueConstraint(
                fields=["phone_index"], condition=~Q(phone_index=""), name="mobile_signs_in_to_one_account"
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone_index=""), name="account_has_a_mobile_or_an_email"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the person's name."""
        return self.person.name

    def get_short_name(self) -> str:
        """Return the person's name."""
        return self.person.name

    @property
    def first_name(self) -> str:
        """Return the person's name where Wagtail would otherwise show the random id."""
        return self.person.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("people.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to stay valid: it changes with the password and the epoch."""
        return self._get_session_auth_hash()


class BodyKind(models.TextChoices):
    """Anything that acts."""

    COMMITTEE = "committee", _("主管单位")
    DEPARTMENT = "department", _("成员单位")
    SECTION = "section", _("科室")
    STREET_OFFICE = "street_office", _("街道办事处")
    RESIDENTS_COMMITTEE = "residents_committee", _("社区居委会")
    SOCIAL_ORGANISATION = "social_organisation", _("社会组织")
    COMMUNITY_GROUP = "community_group", _("社区社会组织（备案）")
    OPERATOR = "operator", _("承办单位")
    AUDIT_FIRM = "audit_firm", _("会计师事务所")
    EVALUATOR_FIRM = "evaluator_firm", _("评估机构")


class Body(Stateful):
    """Anything that acts; ``code`` is its key in a data pack, names may repeat."""

    kind = models.CharField(_("类型"), max_length=30, choices=BodyKind.choices)
    code = models.CharField(_("代码"), max_length=60, null=True, blank=True, unique=True)  # noqa: DJ001
    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("街道")
    )
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("社区")
    )

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        indexes = [models.Index(fields=["kind", "name"], name="body_by_kind_and_name")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BodyKind.values), name="body_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("body", args=[self.public_id])

    @property
    def label(self) -> str:
        """Return the short name where there is one."""
        return self.short_name or self.name

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters when somebody acts on this body."""
        return {self.pk} if self.pk else set()
