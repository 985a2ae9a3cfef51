"""Persons, accounts and bodies: register, open, disable, sign out everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating, publish
from core.policy import Actor
from core.secrets import blind_index
from orgs.people import rules, selectors
from orgs.people.events import AccountDisabled, BodyRenamed
from orgs.people.models import Body, Person, User
from orgs.people.selectors import IDENTITY, PHONE

EDITABLE = ("name", "short_name", "parent", "street", "community")


@button
def register_person(
    *,
    name: str,
    by: Actor,
    now: datetime,
    phone: str = "",
    id_number: str = "",
    email: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Person:
    """Register a human being; refuses an identity number that is unsound or already somebody's."""
    number = _sound_identity(id_number)
    person = Person(
        name=_required(name.strip(), _("请填写姓名。"), "name"),
        phone=_mobile(phone),
        id_number=number,
        id_index=blind_index(number, IDENTITY),
        email=_email(email),
    )
    person.phone_index = blind_index(person.phone, PHONE)
    return creating(person, by=by, now=now, permission="people.register")


def _required(value: str, says: str, field: str) -> str:
    if not value:
        raise Refused(says, field=field)
    return value


def _mobile(text: str) -> str:
    mobile = rules.normalise_mobile(text)
    if text.strip() and not mobile:
        raise Refused(_("手机号应为11位数字，请核对后重填。"), field="phone")
    return mobile


def _email(text: str) -> str:
    address = rules.normalise_email(text)
    if text.strip() and not address:
        raise Refused(_("电子邮箱格式不正确，请核对后重填。"), field="email")
    return address


def _sound_identity(text: str) -> str:
    number = rules.normalise_identity_number(text)
    if not number:
        return ""
    if not rules.identity_number_is_sound(number):
        raise Refused(_("身份证号未通过校验，请核对后重填。"), field="id_number")
    if selectors.person_by_identity(number) is not None:
        raise Refused(_("该身份证号已登记在另一人名下。"), field="id_number", code="duplicate_identity")
    return number


@button
def open_account(
    *,
    person_id: int,
    by: Actor,
    now: datetime,
    password: str | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> User:
    """Give a person an account that signs in with the person's mobile or e-mail.

    Without a password the account waits for an invitation; nobody chooses a password for somebody else
    except the data pack of a demo.
    """
    with changing(
        Person, person_id, by=by, now=now, verb="open_account", permission="people.register"
    ) as person:
        if User.objects.filter(person=person).exists():
            raise Refused(_("此人已有账号。"), code="has_account")
        user = User(person=person, email=person.email, phone_index=person.phone_index, created_at=now)
        free_login(user)
        set_password(user, password)
        user.save(force_insert=True)
        person.note(user_id=user.pk)
    return user


def free_login(user: User) -> None:
    """Refuse a mobile or an e-mail with which another account already signs in."""
    if not user.email and not user.phone_index:
        raise Refused(_("开通账号需要手机号或电子邮箱。"), field="phone")
    others = User.objects.exclude(pk=user.pk)
    if user.phone_index and others.filter(phone_index=user.phone_index).exists():
        raise Refused(_("该手机号已有账号，请直接登录。"), field="phone", code="login_taken")
    if user.email and others.filter(email=user.email).exists():
        raise Refused(_("该邮箱已有账号，请直接登录。"), field="email", code="login_taken")


def set_password(user: User, password: str | None) -> None:
    """Put a password on an unsaved or held account, by the rules for passwords; None makes it unusable."""
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password", code="weak_password") from None
    user.set_password(password)


@button
def change_contact(
    *,
    person_id: int,
    by: Actor,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Person:
    """Change mobile or e-mail of a person, and with them the login; open sessions elsewhere end."""
    with changing(
        Person,
        person_id,
        by=by,
        now=now,
        version=version,
        verb="edit_contact",
        permission="people.edit_contact",
    ) as person:
        if phone is not None:
            person.phone = _mobile(phone)
            person.phone_index = blind_index(person.phone, PHONE)
        if email is not None:
            person.email = _email(email)
        user = User.objects.filter(person=person).first()
        if user is not None:
            user.phone_index, user.email = person.phone_index, person.email
            free_login(user)
            user.session_epoch += 1
            user.save(update_fields=["phone_index", "email", "session_epoch"])
    return person


@button
def disable_account(
    *,
    user_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Person:
    """Stop an account at once: it cannot sign in, and every open session is gone with the commit."""
    user = _user(user_id)
    with changing(
        Person,
        user.person_id,
        by=by,
        now=now,
        reason=reason,
        version=version,
        verb="disable_account",
        permission="people.disable_account",
    ) as person:
        person.disabled_at = now
        _flush(user, is_active=False)
    publish(AccountDisabled(person.pk, user.pk), by=by, now=now, about=person)
    return person


@button
def enable_account(
    *,
    user_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Person:
    """Let a disabled account sign in again."""
    user = _user(user_id)
    with changing(
        Person,
        user.person_id,
        by=by,
        now=now,
        reason=reason,
        version=version,
        verb="enable_account",
        permission="people.enable_account",
    ) as person:
        person.disabled_at = None
        _flush(user, is_active=True)
    return person


@button
def sign_out_everywhere(
    *, user_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Person:
    """End every open session of an account."""
    user = _user(user_id)
    with changing(
        Person,
        user.person_id,
        by=by,
        now=now,
        verb="sign_out_everywhere",
        permission="people.sign_out_everywhere",
    ) as person:
        _flush(user, is_active=user.is_active)
    return person


def _user(user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return user


def _flush(user: User, *, is_active: bool) -> None:
    user.is_active = is_active
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


@button
def create_body(
    *,
    kind: str,
    name: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
    **fields: Any,
) -> Body:
    """Create a body; fields: short_name, code, parent, street, community (the street follows from it)."""
    body = Body(kind=kind, name=_required(name.strip(), _("请填写单位名称。"), "name"), **fields)
    if body.community is not None:
        body.street = body.community.street
    return creating(body, by=by, now=now, permission="people.create_body")


@button
def edit_body(
    *,
    body_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
    **fields: Any,
) -> Body:
    """Change name, short name, parent or place of a body; a new name is published as BodyRenamed."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    with changing(
        Body,
        body_id,
        by=by,
        now=now,
        version=version,
        reason=reason,
        document=document,
        verb="edit",
        permission="people.edit_body",
    ) as body:
        if fields.get("parent") == body:
            raise Refused(_("上级单位不能是本单位。"), field="parent")
        renamed = "name" in fields and fields["name"] != body.name
        for name, value in fields.items():
            setattr(body, name, value)
    if renamed:
        publish(BodyRenamed(body.pk), by=by, now=now, about=body)
    return body
