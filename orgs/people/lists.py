"""The lists of accounts, bodies, roles, invitations and hand-overs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Role
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from orgs.areas.selectors import valid
from orgs.people.lifecycle import H, I, M
from orgs.people.models import BodyKind, Invitation, Membership, Origin, Person

ON, OFF, NONE, EXPIRED = "on", "off", "none", "expired"
STATUSES = [(ON, _("启用")), (OFF, _("已停用")), (NONE, _("没有账号"))]
MEMBER_TONES = {M.REQUESTED: "warn", M.ACTIVE: "ok", M.REJECTED: "bad", M.ENDED: "neutral"}


def status_of(person: Person) -> Any:
    """Whether the person can sign in."""
    user = getattr(person, "user", None)
    return STATUSES[2][1] if user is None else STATUSES[0][1] if user.is_active else STATUSES[1][1]


def status_tone(person: Person) -> str:
    """Off is bad, none is neutral."""
    user = getattr(person, "user", None)
    return "neutral" if user is None else "ok" if user.is_active else "bad"


def _by_status(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == NONE:
        return rows.filter(user__isnull=True)
    return rows.filter(user__is_active=value == ON)


def _by_role(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    held = Membership.objects.filter(valid(clock.today()), role=value, state=M.ACTIVE)
    return rows.filter(user__in=held.order_by().values("user_id"))


class PersonList(ListPage):
    """Everybody, with or without an account."""

    title = _("账号")
    columns = (
        Col("name", _("姓名"), sort="name", link=page_of),
        Col("masked_phone", _("手机号")),
        Col("status", _("账号"), kind="badge", value=status_of, tone=status_tone),
        Col("since", _("登记时间"), kind="datetime", value=lambda one: one.created_at, sort="created_at"),
        Col("last", _("最近登录"), kind="datetime", sort="user__last_login",
            value=lambda one: one.user.last_login if hasattr(one, "user") else None),
    )  # fmt: skip
    filters = (
        Search("q", _("姓名"), fields=["name"]),
        Choice("role", _("现任岗位"), choices=Role.choices, by=_by_role),
        Choice("status", _("账号"), choices=STATUSES, by=_by_status),
    )
    default_sort = "name"


class BodyList(ListPage):
    """Anything that acts."""

    title = _("机构")
    columns = (
        Col("name", _("名称"), sort="name", link=page_of, width=40),
        Col("short_name", _("简称")),
        Col("kind", _("类型"), value=lambda one: one.get_kind_display(), sort="kind"),
        Col("parent", _("上级单位"), value=lambda one: one.parent.label if one.parent else ""),
        Col("street", _("街道"), value=lambda one: one.street.display_name if one.street else ""),
    )
    filters = (
        Search("q", _("名称"), fields=["name", "short_name"]),
        Choice("kind", _("类型"), choices=BodyKind.choices),
    )
    default_sort = "name"
    per_page = 30


class RoleList(ListPage):
    """Roles asked for, held and ended."""

    title = _("岗位")
    columns = (
        Col("who", _("姓名"), value=lambda one: one.user.person.name, link=page_of,
            sort="user__person__name"),
        Col("role", _("岗位"), value=lambda one: one.get_role_display(), sort="role"),
        Col("body", _("单位"), value=lambda one: one.body.label, sort="body__name", width=30),
        Col("area_code", _("辖区")),
        Col("valid_from", _("自"), kind="date", sort="valid_from"),
        Col("valid_to", _("至"), kind="date", sort="valid_to"),
        Col("origin", _("来源"), value=lambda one: one.get_origin_display()),
        state_col(tone=lambda one: MEMBER_TONES[one.state]),
    )  # fmt: skip
    filters = (
        Search("q", _("姓名或单位"), fields=["user__person__name", "body__name", "body__short_name"]),
        Choice("role", _("岗位"), choices=Role.choices),
        Choice("state", _("状态"), choices=M.choices),
        Choice("origin", _("来源"), choices=Origin.choices),
    )
    default_sort = "-created_at"


def is_expired(one: Invitation) -> bool:
    """Tell whether the link of an invitation no longer opens anything though nobody used it."""
    return one.state == I.SENT and one.expires_at is not None and one.expires_at < clock.now()


def _by_invitation_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    now = clock.now()
    if value == EXPIRED:
        return rows.filter(state=I.SENT, expires_at__lt=now)
    return rows.filter(state=I.SENT, expires_at__gte=now) if value == I.SENT else rows.filter(state=value)


class InvitationList(ListPage):
    """Invitations, with who asked for them."""

    title = _("邀请")
    columns = (
        Col("name", _("姓名"), sort="name", link=page_of),
        Col("role", _("岗位"), value=lambda one: one.get_role_display(), sort="role"),
        Col("body", _("单位"), value=lambda one: one.body.label, sort="body__name", width=30),
        Col("by", _("提出人"), value=lambda one: one.invited_by.get_full_name() if one.invited_by else ""),
        Col("created_at", _("提出时间"), kind="datetime", sort="created_at"),
        Col("expires_at", _("失效时间"), kind="datetime", sort="expires_at"),
        Col("state", _("状态"), kind="badge",
            value=lambda one: _("已过期") if is_expired(one) else one.get_state_display(),
            tone=lambda one: "bad" if is_expired(one) else "ok" if one.state == I.ACCEPTED else "info"),
    )  # fmt: skip
    filters = (
        Search("q", _("姓名或单位"), fields=["name", "body__name", "body__short_name"]),
        Choice("state", _("状态"), choices=[*I.choices, (EXPIRED, _("已过期"))], by=_by_invitation_state),
    )
    default_sort = "-created_at"
    nothing = _("还没有邀请。在“机构”或“社会组织”的页面上提出。")


class HandOverList(ListPage):
    """Hand-overs asked for and carried out."""

    title = _("工作交接")
    columns = (
        Col("from_user", _("移交人"), value=lambda one: one.from_user.get_full_name(), link=page_of,
            sort="from_user__person__name"),
        Col("to_user", _("接手人"), value=lambda one: one.to_user.get_full_name()),
        Col("body", _("范围"), value=lambda one: one.body.label if one.body else _("全部岗位"), width=30),
        Col("on", _("交接日期"), kind="date", sort="on"),
        state_col(tone=lambda one: {H.REQUESTED: "warn", H.DONE: "ok"}.get(one.state, "bad")),
    )  # fmt: skip
    filters = (Choice("state", _("状态"), choices=H.choices),)
    default_sort = "-created_at"
    nothing = _("还没有工作交接。")
