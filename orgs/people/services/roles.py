"""Roles: asked for by one person, approved by another; lent for a period; ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import Forbidden, NotFound, Refused
from core.lifecycle import button, changing, creating
from core.policy import ADMINISTRATORS, SYSTEM, Actor, Role
from orgs.people import rules, selectors
from orgs.people.events import RoleDelegated, RoleGranted
from orgs.people.lifecycle import M
from orgs.people.models import Body, Delegation, Membership, Origin, User


@button
def request_role(
    *,
    user_id: int,
    body_id: int,
    role: str,
    by: Actor,
    now: datetime,
    area_code: str = "",
    round_code: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Membership:
    """Ask for a role for somebody else; it counts once a security administrator has approved it."""
    asked = _membership(user_id, body_id, role, area_code, round_code, valid_from or day_of(now), valid_to)
    asked.requested_by_id = by.user_id
    admit(asked, on=day_of(now))
    return creating(asked, by=by, now=now, permission="people.request_role", reason=reason)


@button
def install_role(
    *,
    user_id: int,
    body_id: int,
    role: str,
    by: Actor,
    now: datetime,
    area_code: str = "",
    round_code: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Membership:
    """Give a role at once: for the data pack and for follow-ups of the system, never for a person."""
    made = _membership(user_id, body_id, role, area_code, round_code, valid_from or day_of(now), valid_to)
    return _activate(made, Origin.INSTALLED, by=by, now=now)


def _activate(asked: Membership, origin: str, *, by: Actor, now: datetime) -> Membership:
    values = {field.attname: getattr(asked, field.attname) for field in Membership._meta.concrete_fields}
    made = Membership(**values | {"origin": origin, "state": M.ACTIVE})
    admit(made, on=day_of(now))
    return creating(made, by=by, now=now, permission="people.install_role", verb="install", fact=RoleGranted)


def give_role(made: Membership, origin: str, *, cause: Actor, now: datetime) -> Membership:
    """Make an already approved membership active, as the consequence of an invitation or a hand-over."""
    made.requested_by_id = made.requested_by_id or cause.user_id
    if made.requested_by_id == made.user_id:
        made.requested_by_id = None
    return _activate(made, origin, by=SYSTEM, now=now)


def _membership(
    user_id: int, body_id: int, role: str, area: str, round_code: str, start: date, end: date | None
) -> Membership:
    user = User.objects.filter(pk=user_id).first()
    body = Body.objects.select_related("street", "community").filter(pk=body_id).first()
    if user is None or body is None:
        raise NotFound()
    return Membership(
        user=user,
        body=body,
        role=role,
        area_code=area or area_of(role, body),
        round_code=round_code,
        valid_from=start,
        valid_to=end,
    )


def area_of(role: str, body: Body) -> str:
    """Return the area that goes with a role by default: its own community or street."""
    if role == Role.COMMUNITY_WORKER and body.community is not None:
        return body.community.code
    if role == Role.STREET_OFFICER and body.street is not None:
        return body.street.code
    return ""


def admit(wanted: Membership, *, on: date) -> None:
    """Refuse a role that has no place in the body, or that does not go together with what the user holds."""
    if not rules.is_at_home(wanted.role, wanted.body.kind):
        raise Refused(
            _("“%(role)s”不能设在“%(kind)s”。")
            % {"role": wanted.get_role_display(), "kind": wanted.body.get_kind_display()},
            field="role",
            code="role_not_at_home",
        )
    held = selectors.held_roles(wanted.user, on=on)
    if reasons := rules.conflicts(held, wanted.role):
        raise Refused(
            _("此人现有岗位与“%(role)s”不相容：%(why)s。")
            % {"role": wanted.get_role_display(), "why": "；".join(_(why) for why in reasons)},
            field="role",
            code="incompatible_roles",
        )
    if selectors.held_roles(wanted.user, on=on) & ADMINISTRATORS & {wanted.role}:
        raise Refused(_("此人已担任该管理员。"), field="role", code="held_already")
    same = Membership.objects.filter(
        user=wanted.user,
        body=wanted.body,
        role=wanted.role,
        state__in=[M.REQUESTED, M.ACTIVE],
        area_code=wanted.area_code,
        round_code=wanted.round_code,
        valid_to__isnull=True,
    )
    if same.exists():
        raise Refused(_("此人已有这一岗位，或申请正在等待批准。"), field="role", code="held_already")


@button
def approve_role(
    *,
    membership_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Membership:
    """Approve a role another person asked for; what became incompatible meanwhile is refused here too."""
    with changing(
        Membership, membership_id, by=by, now=now, key=key, version=version, reason=reason
    ) as membership:
        membership.approved_by_id = by.user_id
        membership.approve(by=by)
        held = selectors.held_roles(membership.user, on=day_of(now))
        if reasons := rules.conflicts(held, membership.role):
            raise Refused(
                _("现有岗位不相容：%(why)s。") % {"why": "；".join(_(why) for why in reasons)},
                code="incompatible_roles",
            )
    return membership


@button
def reject_role(
    *,
    membership_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Membership:
    """Turn a requested role down, with the reason."""
    with changing(
        Membership, membership_id, by=by, now=now, key=key, version=version, reason=reason
    ) as membership:
        membership.approved_by_id = by.user_id
        membership.reject(by=by)
    return membership


@button
def end_role(
    *,
    membership_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    last_day: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Membership:
    """End a role now; the last responsible person of a house, or the last administrator, must hand over."""
    with changing(
        Membership, membership_id, by=by, now=now, key=key, version=version, reason=reason
    ) as membership:
        if membership.state == M.ACTIVE:
            _somebody_remains(membership, on=day_of(now))
        day = min(last_day or day_of(now), membership.valid_to or date.max)
        membership.valid_to = max(day, membership.valid_from)
        membership.end(by=by)
    return membership


def _somebody_remains(membership: Membership, *, on: date) -> None:
    others = selectors.memberships(on=on).filter(role=membership.role, user__is_active=True)
    others = others.exclude(user_id=membership.user_id)
    if membership.role == Role.APPLICANT_ADMIN:
        others = others.filter(body_id=membership.body_id)
    elif membership.role not in ADMINISTRATORS:
        return
    if not others.exists():
        raise Refused(_("这是该岗位的最后一人，请先办理工作交接。"), code="last_one")


@button
def delegate_role(
    *,
    membership_id: int,
    delegate_id: int,
    valid_from: date,
    valid_to: date,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Delegation:
    """Lend one's own role to a colleague for a period, in writing (AB角).

    Every entry the colleague makes in this role carries the delegation. What the colleague holds must go
    together with the role; a borrowed role cannot be lent on.
    """
    membership = Membership.objects.select_related("body", "user").filter(pk=membership_id).first()
    delegate = User.objects.filter(pk=delegate_id, is_active=True).first()
    if membership is None or delegate is None:
        raise NotFound()
    lent = Delegation(
        membership=membership,
        delegate=delegate,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document.strip(),
    )
    _can_lend(lent, on=day_of(now))
    return creating(
        lent, by=by, now=now, permission="people.delegate", fact=RoleDelegated, document=lent.document
    )


def _can_lend(lent: Delegation, *, on: date) -> None:
    membership = lent.membership
    if not lent.document:
        raise Refused(_("授权须有书面文书，请填写文书名称或文号。"), field="document")
    if lent.delegate_id == membership.user_id:
        raise Refused(_("不能授权给自己。"), field="delegate")
    if lent.valid_to < lent.valid_from or lent.valid_to < on:
        raise Refused(_("授权结束日期早于开始日期或已经过去。"), field="valid_to")
    if not membership.counts_on(max(on, lent.valid_from)):
        raise Refused(_("该岗位在授权期内无效。"), field="valid_from")
    house = [one for one in (membership.body_id, membership.body.parent_id) if one is not None]
    held = selectors.memberships(on=on).filter(user=lent.delegate)
    if not held.filter(body_id__in=house).exists() and not held.filter(body__parent_id__in=house).exists():
        raise Refused(_("只能授权给本单位的同事。"), field="delegate", code="not_a_colleague")
    if reasons := rules.conflicts(selectors.held_roles(lent.delegate, on=on), membership.role):
        raise Refused(
            _("代理人现有岗位不相容：%(why)s。") % {"why": "；".join(_(why) for why in reasons)},
            code="incompatible_roles",
        )


@button
def revoke_delegation(
    *,
    delegation_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Delegation:
    """Take a lent role back before the period ends."""
    with changing(Delegation, delegation_id, by=by, now=now, key=key, version=version, reason=reason) as lent:
        lent.revoke(by=by)
    return lent


@button
def appoint_administrators(
    *,
    users: Mapping[str, int],
    body_id: int,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> list[Membership]:
    """Appoint the first system, security and audit administrator of an installation: three different people.

    ``users`` maps each of the three roles to a user id. Works once; afterwards roles are asked for and
    approved like all others.
    """
    if by.kind != "system":
        raise Forbidden()
    if set(users) != set(ADMINISTRATORS) or len(set(users.values())) != len(ADMINISTRATORS):
        raise Refused(_("系统、安全、审计三名管理员必须是三个不同的人。"), code="three_people")
    if Membership.objects.filter(role__in=ADMINISTRATORS, state=M.ACTIVE).exists():
        raise Refused(_("管理员已经任命。"), code="appointed_already")
    return [
        install_role(user_id=users[role], body_id=body_id, role=role, by=by, now=now)
        for role in sorted(users)
    ]
