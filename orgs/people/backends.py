"""Sign-in machinery: mobile or e-mail, what the lock-out counts by, and the two adapters of allauth."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.clock import day_of, now
from core.errors import Refused
from core.policy import SYSTEM
from core.secrets import blind_index, decrypt, encrypt
from orgs.people import rules, selectors, services
from orgs.people.models import User

TOTP_PURPOSE = "people.totp"


class MobileOrEmail(ModelBackend):
    """Checks a password for the account that a mobile number or an e-mail address names."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        user_id: int | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the active user; an unknown login costs as much time as a wrong password."""
        if password is None:
            return None
        if user_id is not None:
            user = User.objects.filter(pk=user_id).first()
        else:
            user = selectors.user_by_login(username or "")
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session with the person, in one query; a disabled account has no session."""
        return User.objects.select_related("person").filter(pk=user_id, is_active=True).first()


def account_key(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return what the lock-out counts by: the account, however its login is written; else what was typed.

    Mobile, e-mail and every way of writing them count together, and the table of failures holds no phone.
    """
    given = credentials or {}
    if given.get("user_id"):
        return f"user:{given['user_id']}"
    typed = str(given.get("login") or given.get("username") or "")
    if not typed and request is not None:
        typed = request.POST.get("login", "")
    known = selectors.user_by_login(typed) or User.objects.filter(public_id=typed).first()
    return f"user:{known.pk}" if known else f"typed:{blind_index(typed.casefold()[:254], 'people.lockout')}"


class PasswordPolicy:
    """A password validator: length for everybody, classes of characters for officers."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError with every sentence that applies."""
        known = user is not None and user.pk is not None
        roles = selectors.held_roles(user, on=day_of(now())) if known and user is not None else set()
        problems = rules.password_problems(password, officer=rules.needs_second_factor(roles))
        if problems:
            raise ValidationError([gettext(one) for one in problems])

    def get_help_text(self) -> str:
        """Say the rule before somebody types."""
        return gettext("至少10个字符，不能全是数字，不能是常见密码。")


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up, our own passwords service, and one sentence for every failed sign-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("账号或密码不正确。连续输错5次，账号将锁定30分钟。"),
        "username_password_mismatch": _("账号或密码不正确。连续输错5次，账号将锁定30分钟。"),
        "incorrect_password": _("密码不正确。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from an invitation only."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting failed passwords to the lock-out; allauth's own counter is for one-time codes."""
        self._login_failed_rl_usage = None

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a password through the service, so that the change is in the log."""
        try:
            services.change_password(user_id=user.pk, password=password, by=SYSTEM, now=now())
        except Refused as refused:
            raise ValidationError(str(refused)) from None
        user.refresh_from_db()

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Ask for the password again; failures count towards the same lock-out."""
        return self.authenticate(context.request, user_id=user.pk, password=password) is not None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again only when the last password or code is older than five minutes."""
        request = context.request
        records = get_authentication_records(request, request.user)
        age = time.time() - max((record["at"] for record in records), default=0)
        return age > app_settings.REAUTHENTICATION_TIMEOUT


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticators lie encrypted; whoever needs a second factor cannot drop it."""

    def encrypt(self, text: str) -> str:
        """Encrypt under the field keys."""
        return encrypt(text, TOTP_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt what ``encrypt`` wrote."""
        return decrypt(encrypted_text, TOTP_PURPOSE)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Tell whether the account's roles allow to go without."""
        roles = selectors.actor_for(authenticator.user, on=day_of(now())).roles()
        return not rules.needs_second_factor(roles)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the name the authenticator app shows: the person's, not a phone number."""
        return str(user)
