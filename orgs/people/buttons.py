"""What one may press on the pages of people: one's own account, accounts, roles, bodies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from core.policy import Role
from core.ui.buttons import Button, calls
from core.ui.forms import ReasonForm
from orgs.people import rules, services
from orgs.people.forms import pages as forms
from orgs.people.lifecycle import M
from orgs.people.models import Body, Delegation, Interest, Invitation, Membership, Person, User


def _one(rows: Any, public_id: str) -> Any:
    """The row with this id among those that belong to the page, or not found."""
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound()
    return found


# One's own account: the object is the person


def press_contact(obj: Person, data: Any, **press: Any) -> Any:
    """Change mobile or e-mail; an empty mobile stays as it is."""
    phone = data["phone"] or None
    return services.change_contact(person_id=obj.pk, phone=phone, email=data["email"], **press)


def press_declare(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """Declare an interest."""
    body = data.pop("body")
    return services.declare_interest(person_id=obj.pk, body_id=body.pk, **data, **press)


def press_end_interest(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """End an interest of this very person."""
    interest = _one(obj.interests, data.pop("interest"))
    return services.end_interest(interest_id=interest.pk, **data, **press)


def press_delegate(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """Lend one of one's own roles."""
    role = _one(Membership.objects.filter(user__person=obj), data.pop("role"))
    delegate = _one(User.objects, data.pop("delegate"))
    return services.delegate_role(membership_id=role.pk, delegate_id=delegate.pk, **data, **press)


def press_revoke_delegation(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """Take a lent role back."""
    lent = _one(Delegation.objects.filter(membership__user__person=obj), data.pop("delegation"))
    return services.revoke_delegation(delegation_id=lent.pk, **data, **press)


def press_sign_out(obj: Person, data: Any, **press: Any) -> Any:
    """End every open session."""
    return services.sign_out_everywhere(user_id=obj.user.pk, **press)


def about_own_role(obj: Person) -> Any:
    """The role at stake: the first that may be lent."""
    found = forms.lendable(obj)
    return found[0] if found else Membership(user_id=obj.user.pk)


def about_interest(obj: Person) -> Interest:
    """The interest at stake is that of the person."""
    return Interest(person=obj)


def nothing_to_lend(obj: Person) -> Any:
    """There is a role to lend."""
    return "" if forms.lendable(obj) else _("您没有可以委托他人代行的岗位。")


def nothing_lent(obj: Person) -> Any:
    """There is a delegation to take back."""
    return "" if forms.given_delegations(obj) else _("没有尚在有效期内的授权。")


def no_interest(obj: Person) -> Any:
    """There is an interest that lasts."""
    lasting = obj.interests.filter(valid_to__isnull=True).exists()
    return "" if lasting else _("没有申报过利害关系。")


ACCOUNT = (
    Button("declare", _("申报利害关系"), "people.declare_interest", press_declare, form=forms.InterestForm,
           about=about_interest, hint=_("申报后，与该单位有关的事项您将自动回避。"), done=_("已申报。")),
    Button("end_interest", _("结束利害关系"), "people.declare_interest", press_end_interest,
           form=forms.end_interest_form, about=about_interest, when=no_interest, done=_("已结束。")),
    Button("delegate", _("授权代理（AB角）"), "people.delegate", press_delegate, form=forms.delegate_form,
           about=about_own_role, when=nothing_to_lend,
           hint=_("代理人办理的每一步都会注明代理；到期自动失效。"), done=_("授权已生效。")),
    Button("revoke_delegation", _("收回授权"), "people.delegate", press_revoke_delegation,
           form=forms.revoke_form, about=about_own_role, when=nothing_lent, done=_("授权已收回。")),
    Button("contact", _("修改联系方式"), "people.edit_contact", press_contact, form=forms.contact_form,
           hint=_("手机号不填则不变。修改后其他设备须重新登录。"), done=_("联系方式已修改。")),
    Button("sign_out", _("退出所有设备"), "people.sign_out_everywhere", press_sign_out,
           ask=_("所有设备（包括本机）都要重新登录，继续吗？"), done=_("已退出所有设备。")),
)  # fmt: skip


# Somebody's account


def press_open(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """Open an account without a password."""
    services.open_account(person_id=obj.pk, **press)
    return obj


def press_disable(obj: Person, data: Any, **press: Any) -> Any:
    """Stop the account at once."""
    return services.disable_account(user_id=obj.user.pk, **data, **press)


def press_enable(obj: Person, data: Any, **press: Any) -> Any:
    """Let the account sign in again."""
    return services.enable_account(user_id=obj.user.pk, **data, **press)


def press_request_role(obj: Person, data: Any, *, version: Any, **press: Any) -> Any:
    """Ask for a role for this person."""
    body = data.pop("body")
    return services.request_role(user_id=obj.user.pk, body_id=body.pk, **data, **press)


def has_account(obj: Person) -> Any:
    """There is none yet."""
    return _("此人已有账号。") if hasattr(obj, "user") else ""


def has_none(obj: Person) -> Any:
    """There is one."""
    return "" if hasattr(obj, "user") else _("此人还没有账号。")


def is_off(obj: Person) -> Any:
    """It is on."""
    return has_none(obj) or ("" if obj.user.is_active else _("账号已停用。"))


def is_on(obj: Person) -> Any:
    """It is off."""
    return has_none(obj) or (_("账号没有停用。") if obj.user.is_active else "")


def about_role(obj: Person) -> Membership:
    """The role at stake is one of the person's."""
    return Membership(user=obj.user if hasattr(obj, "user") else None, role="")


def to_page(obj: Any, made: Any) -> str:
    """Lead to the page of what was made."""
    return str(made.get_absolute_url())


PERSON = (
    Button("request_role", _("申请岗位"), "people.request_role", press_request_role, form=forms.RoleForm,
           about=about_role, when=is_off, leads=to_page, tone="primary",
           hint=_("由安全管理员批准后生效。"), done=_("申请已提交，等待安全管理员批准。")),
    Button("open", _("开通账号"), "people.register", press_open, when=has_account,
           hint=_("账号没有密码，本人凭“忘记密码”或邀请链接设置。"), done=_("账号已开通。")),
    Button("contact", _("修改联系方式"), "people.edit_contact", press_contact, form=forms.contact_form,
           hint=_("手机号不填则不变。修改后须重新登录。"), done=_("联系方式已修改。")),
    Button("sign_out", _("强制退出"), "people.sign_out_everywhere", press_sign_out, when=has_none,
           ask=_("此人在所有设备上都要重新登录，继续吗？"), done=_("已强制退出。")),
    Button("disable", _("停用账号"), "people.disable_account", press_disable, form=ReasonForm, when=is_off,
           tone="danger", hint=_("立即生效，已登录的设备也会退出。"), done=_("账号已停用。")),
    Button("enable", _("恢复账号"), "people.enable_account", press_enable, form=ReasonForm, when=is_on,
           done=_("账号已恢复。")),
)  # fmt: skip


# Roles


ROLE = (
    Button("approve", _("批准岗位"), "people.approve_role", calls(services.approve_role, "membership_id"),
           verb="approve", tone="primary",
           ask=_("批准后立即生效，继续吗？"), done=_("岗位已批准。")),
    Button("reject", _("不批准"), "people.approve_role", calls(services.reject_role, "membership_id"),
           verb="reject", form=ReasonForm,
           tone="danger", done=_("已答复不批准。")),
    Button("end", _("终止岗位"), "people.end_role", calls(services.end_role, "membership_id"),
           verb="end", form=forms.EndRoleForm,
           tone="danger", done=_("岗位已终止。")),
)  # fmt: skip


# Invitations


INVITATION = (
    Button("send", _("批准并发出"), "people.send_invitation",
           calls(services.send_invitation, "invitation_id"),
           verb="send", tone="primary",
           ask=_("批准后链接即发给对方，继续吗？"), done=_("邀请已发出。")),
    Button("revoke", _("撤回邀请"), "people.revoke_invitation",
           calls(services.revoke_invitation, "invitation_id"), verb="revoke",
           form=ReasonForm, tone="danger", done=_("邀请已撤回。")),
)  # fmt: skip


# Hand-overs


HANDOVER = (
    Button("carry_out", _("办理交接"), "people.approve_handover",
           calls(services.carry_out_handover, "handover_id"), verb="carry_out",
           tone="primary", ask=_("移交人的岗位和在办事项将转给接手人，继续吗？"), done=_("已交接。")),
    Button("refuse", _("不同意交接"), "people.approve_handover",
           calls(services.refuse_handover, "handover_id"),
           verb="refuse",
           form=ReasonForm, tone="danger", done=_("已答复不同意。")),
)  # fmt: skip


# Bodies


def press_edit_body(obj: Body, data: Any, **press: Any) -> Any:
    """Change names and places."""
    data = {name: value for name, value in data.items() if name != "community" or value is not None}
    return services.edit_body(body_id=obj.pk, **data, **press)


def press_ask(obj: Body, data: Any, *, version: Any, **press: Any) -> Any:
    """Ask that somebody be invited."""
    return services.ask_invitation(body_id=obj.pk, **data, **press)


def press_body_role(obj: Body, data: Any, *, version: Any, **press: Any) -> Any:
    """Ask for a role in this body for somebody with an account."""
    user = data.pop("login")
    return services.request_role(user_id=user.pk, body_id=obj.pk, **data, **press)


def about_asked(obj: Body) -> Invitation:
    """The invitation at stake belongs to the body."""
    return Invitation(body=obj, role="")


def about_body_role(obj: Body) -> Membership:
    """The role at stake belongs to the body."""
    return Membership(body=obj, role="")


def no_roles(obj: Body) -> Any:
    """The body is one in which somebody can hold a role."""
    known = any(rules.is_at_home(role, obj.kind) for role in Role.values)
    return "" if known else _("这类单位没有岗位。")


BODY = (
    Button("ask", _("申请邀请人员"), "people.ask_invitation", press_ask, form=forms.invitation_form,
           about=about_asked, when=no_roles, leads=to_page, tone="primary",
           hint=_("由安全管理员批准后发出链接。"), done=_("申请已提交，等待安全管理员批准。")),
    Button("role", _("申请岗位"), "people.request_role", press_body_role, form=forms.body_role_form,
           about=about_body_role, when=no_roles, leads=to_page,
           hint=_("对方已有账号时使用，由安全管理员批准。"), done=_("申请已提交，等待安全管理员批准。")),
    Button("edit", _("修改单位"), "people.edit_body", press_edit_body, form=forms.body_form,
           done=_("单位资料已修改。")),
)  # fmt: skip
LIVE = (M.REQUESTED, M.ACTIVE)
