"""Invitations: a role offered by a one-time link to somebody who may have no account yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating
from core.policy import SYSTEM, Actor, Grant
from core.secrets import blind_index
from orgs.people import rules, selectors
from orgs.people.events import InvitationSent
from orgs.people.lifecycle import I
from orgs.people.models import Body, Invitation, Membership, Origin, User
from orgs.people.selectors import PHONE
from orgs.people.services.accounts import open_account, register_person
from orgs.people.services.roles import area_of, give_role


def _invitation(
    body_id: int, role: str, name: str, phone: str, email: str, area_code: str, round_code: str, state: str
) -> Invitation:
    body = Body.objects.select_related("street", "community").filter(pk=body_id).first()
    if body is None:
        raise NotFound()
    mobile, address = rules.normalise_mobile(phone), rules.normalise_email(email)
    if not mobile and not address:
        raise Refused(_("请填写对方的手机号或电子邮箱。"), field="phone")
    if not name.strip():
        raise Refused(_("请填写对方的姓名。"), field="name")
    if not rules.is_at_home(role, body.kind):
        raise Refused(_("这一岗位不能设在该单位。"), field="role", code="role_not_at_home")
    return Invitation(
        state=state,
        body=body,
        role=role,
        area_code=area_code or area_of(role, body),
        round_code=round_code,
        name=name.strip(),
        phone=mobile,
        phone_index=blind_index(mobile, PHONE),
        email=address,
    )


def _seal(invitation: Invitation, now: datetime) -> None:
    invitation.expires_at = now + timedelta(days=rules.INVITATION_DAYS)
    invitation.token_hash = rules.token_digest(selectors.invitation_token(invitation))


@button
def ask_invitation(
    *,
    body_id: int,
    role: str,
    name: str,
    by: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
    area_code: str = "",
    round_code: str = "",
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Invitation:
    """Ask that somebody be invited into a role; a security administrator approves by sending it."""
    invitation = _invitation(body_id, role, name, phone, email, area_code, round_code, I.REQUESTED)
    invitation.invited_by_id = by.user_id
    return creating(invitation, by=by, now=now, permission="people.ask_invitation", verb="ask", reason=reason)


@button
def send_invitation(
    *, invitation_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Invitation:
    """Approve an invitation another person asked for, and let the link go out."""
    with changing(Invitation, invitation_id, by=by, now=now, key=key, version=version) as invitation:
        invitation.approved_by_id = by.user_id
        _seal(invitation, now)
        invitation.send(by=by)
    return invitation


@button
def invite(
    *,
    body_id: int,
    role: str,
    name: str,
    by: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
    area_code: str = "",
    round_code: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Invitation:
    """Invite at once: a colleague into one's own house, or the first responsible person of an applicant."""
    invitation = _invitation(body_id, role, name, phone, email, area_code, round_code, I.SENT)
    invitation.invited_by_id = by.user_id
    _seal(invitation, now)
    if by.has("security_admin"):
        raise Refused(_("安全管理员只批准他人提出的邀请，不能自行提出。"), code="ask_first")
    return creating(
        invitation, by=by, now=now, permission="people.send_invitation", verb="invite", fact=InvitationSent
    )


@button
def revoke_invitation(
    *,
    invitation_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Invitation:
    """Take an invitation back; its link no longer opens anything."""
    with changing(
        Invitation, invitation_id, by=by, now=now, key=key, version=version, reason=reason
    ) as invitation:
        invitation.token_hash = ""
        invitation.revoke(by=by)
    return invitation


@button
def accept_invitation(
    *, token: str, by: Actor, now: datetime, password: str | None = None, version: int | None = None
) -> User:
    """Use a one-time link: make the account with this password, or add the role to the account signed in.

    ``by`` is the anonymous or the signed-in visitor. A link that expired or was used opens nothing; somebody
    who has an account already is asked to sign in first, and must be the one who was invited.
    """
    invitation = selectors.invitation_by_token(token, now=now)
    if invitation is None:
        raise NotFound(_("这条邀请链接已失效或已使用，请联系邀请人重新发送。"))
    with changing(Invitation, invitation.pk, by=_bearer(invitation, by), now=now) as held:
        user = _known_user(held, by) or _new_user(held, password, now)
        held.membership = give_role(_offered(held, user, now), Origin.INVITED, cause=by, now=now)
        held.token_hash = ""
        held.accept(by=_bearer(held, by))
        held.note(user_id=user.pk)
    return user


def _bearer(invitation: Invitation, by: Actor) -> Actor:
    grant = Grant(
        role=invitation.role, body_id=invitation.body_id, label=f"invitation:{invitation.public_id}"
    )
    return Actor(user_id=by.user_id, person_id=by.person_id, grants=(grant,), kind="link")


def _known_user(invitation: Invitation, by: Actor) -> User | None:
    found = [
        User.objects.filter(**{name: value}).first()
        for name, value in (("phone_index", invitation.phone_index), ("email", invitation.email))
        if value
    ]
    users = {user.pk: user for user in found if user is not None}
    if by.user_id is None:
        if users:
            raise Refused(_("您已有账号，请先登录，再打开邀请链接。"), code="sign_in_first")
        return None
    if by.user_id not in users:
        raise Refused(_("这条邀请不是发给当前登录账号的，请退出后再打开链接。"), code="not_yours")
    return users[by.user_id]


def _new_user(invitation: Invitation, password: str | None, now: datetime) -> User:
    if not password:
        raise Refused(_("请设置登录密码。"), field="password")
    officer = rules.needs_second_factor({invitation.role})
    if problems := rules.password_problems(password, officer=officer):
        raise Refused(" ".join(_(one) for one in problems), field="password", code="weak_password")
    person = register_person(
        name=invitation.name, phone=invitation.phone, email=invitation.email, by=SYSTEM, now=now
    )
    return open_account(person_id=person.pk, password=password, by=SYSTEM, now=now)


def _offered(invitation: Invitation, user: User, now: datetime) -> Membership:
    return Membership(
        user=user,
        body=invitation.body,
        role=invitation.role,
        area_code=invitation.area_code,
        round_code=invitation.round_code,
        valid_from=day_of(now),
        requested_by_id=invitation.invited_by_id,
        approved_by_id=invitation.approved_by_id,
    )
