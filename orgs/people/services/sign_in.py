"""Passwords and second factors, as the log sees them."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from core.errors import NotFound
from core.lifecycle import button, changing
from core.policy import Actor
from orgs.people.models import Person, User
from orgs.people.services.accounts import set_password


@button
def change_password(
    *, user_id: int, password: str, by: Actor, now: datetime, version: int | None = None
) -> Person:
    """Put a new password on an account, by the rules; every other session of the account ends."""
    user = User.objects.select_related("person").filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    with changing(
        Person,
        user.person_id,
        by=by,
        now=now,
        version=version,
        verb="change_password",
        permission="people.change_password",
    ) as person:
        set_password(user, password)
        user.save(update_fields=["password"])
        person.note(user_id=user.pk)
    return person


@button
def enrol_second_factor(
    *, user_id: int, by: Actor, now: datetime, secret: str = "", version: int | None = None
) -> str:
    """Set up a second factor for an account and return its secret: for the data pack of a demo only."""
    user = User.objects.select_related("person").filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    chosen = secret or generate_totp_secret()
    with changing(
        Person,
        user.person_id,
        by=by,
        now=now,
        version=version,
        verb="enrol_second_factor",
        permission="people.enrol_second_factor",
    ) as person:
        TOTP.activate(user, chosen)
        RecoveryCodes.activate(user)
        person.note(user_id=user.pk)
    return chosen
