"""What one may press on the pages of the register."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from core.policy import Role
from core.ui.buttons import Button
from core.ui.forms import DocumentedReasonForm, ReasonForm
from orgs.people import services as people
from orgs.people.models import Invitation
from orgs.registry import forms, services
from orgs.registry.forms import open_listings
from orgs.registry.lifecycle import A, G, S
from orgs.registry.models import BankAccount

# Organisations


def press_found(obj: Any, data: Any, **press: Any) -> Any:
    """Register an organisation that was in preparation."""
    return services.found_organisation(organisation_id=obj.pk, **data, **press)


def press_edit(obj: Any, data: Any, **press: Any) -> Any:
    """Edit the details."""
    details = forms.details_of(data)
    return services.edit_organisation(organisation_id=obj.pk, reason=data["reason"], **details, **press)


def press_rename(obj: Any, data: Any, **press: Any) -> Any:
    """Carry out a change of name."""
    return services.rename_organisation(organisation_id=obj.pk, **data, **press)


def press_representative(obj: Any, data: Any, **press: Any) -> Any:
    """Record who signs from now on."""
    return services.appoint_legal_representative(organisation_id=obj.pk, **data, **press)


def press_inspection(obj: Any, data: Any, *, version: Any, **press: Any) -> Any:
    """Record an annual inspection; the version shown is that of the organisation, not of the paper."""
    return services.record_inspection(organisation_id=obj.pk, **data, **press)


def press_grade(obj: Any, data: Any, **press: Any) -> Any:
    """Record an assessment grade."""
    return services.record_grade(organisation_id=obj.pk, **data, **press)


def press_list_credit(obj: Any, data: Any, **press: Any) -> Any:
    """Put on a credit list."""
    return services.list_credit(organisation_id=obj.pk, **data, **press)


def press_lift_credit(obj: Any, data: Any, *, version: Any, **press: Any) -> Any:
    """Take off a credit list; the listing is one of this very organisation."""
    listing = obj.listings.filter(public_id=data.pop("listing")).first()
    if listing is None:
        raise NotFound()
    return services.lift_credit(listing_id=listing.pk, **data, **press)


def press_deregister(obj: Any, data: Any, **press: Any) -> Any:
    """Strike off at its own wish."""
    return services.deregister_organisation(organisation_id=obj.pk, **data, **press)


def press_annul(obj: Any, data: Any, **press: Any) -> Any:
    """Annul the registration."""
    return services.annul_organisation(organisation_id=obj.pk, **data, **press)


def press_revoke(obj: Any, data: Any, **press: Any) -> Any:
    """Revoke the certificate."""
    return services.revoke_organisation(organisation_id=obj.pk, **data, **press)


def press_account(obj: Any, data: Any, **press: Any) -> Any:
    """Write down where the body receives money."""
    return services.add_bank_account(body_id=obj.body_id, **data, **press)


def press_invite(obj: Any, data: Any, **press: Any) -> Any:
    """Invite at once."""
    return people.invite(body_id=obj.body_id, **data, **press)


def press_ask_invitation(obj: Any, data: Any, **press: Any) -> Any:
    """Ask that the first person responsible be invited."""
    return people.ask_invitation(body_id=obj.body_id, **data, **press)


def about_first_admin(obj: Any) -> Invitation:
    """The invitation at stake: that of the first person responsible."""
    return Invitation(body=obj.body, role=Role.APPLICANT_ADMIN)


def about_colleague(obj: Any) -> Invitation:
    """The invitation at stake: that of a colleague."""
    return Invitation(body=obj.body, role=Role.APPLICANT_EDITOR)


def to_invitation(obj: Any, made: Any) -> str:
    """Lead to the page of the invitation."""
    return str(made.get_absolute_url())


def is_over(obj: Any) -> Any:
    """Nothing is recorded for an entry that ended."""
    return "" if obj.state in (S.PREPARING, S.ACTIVE, G.ACTIVE) else _("登记已终止，不再办理。")


def nothing_to_lift(obj: Any) -> Any:
    """There is a listing that lasts."""
    return "" if open_listings(obj) else _("现在不在任何名单上。")


INVITE = (
    Button("invite", _("邀请负责人"), "people.send_invitation", press_invite, form=forms.first_admin_form,
           about=about_first_admin, when=is_over, leads=to_invitation, tone="primary",
           hint=_("直接发出邀请，对方凭链接设置密码后成为申报负责人。"), done=_("邀请已发出。")),
    Button("ask_invitation", _("申请邀请负责人"), "people.ask_invitation", press_ask_invitation,
           form=forms.first_admin_form, about=about_first_admin, when=is_over, leads=to_invitation,
           hint=_("由安全管理员批准后发出。"), done=_("申请已提交，等待安全管理员批准。")),
)  # fmt: skip

ORGANISATION = (
    Button("account", _("填报银行账户"), "registry.add_account", press_account, form=forms.account_form,
           when=is_over, hint=_("由财务人员核验后才能收款。"), done=_("账户已填报，等待核验。")),
    Button("colleague", _("邀请同事"), "people.send_invitation", press_invite, form=forms.colleague_form,
           about=about_colleague, when=is_over, leads=to_invitation, done=_("邀请已发出。")),
    Button("found", _("准予登记"), "registry.register", press_found, verb="found", form=forms.FoundForm,
           tone="primary", done=_("已准予登记。")),
    Button("edit", _("修改资料"), "registry.edit", press_edit, form=forms.edit_form, done=_("资料已修改。")),
    Button("inspection", _("记录年检"), "registry.record_inspection", press_inspection,
           form=forms.InspectionForm, when=is_over, done=_("年检结论已记录。")),
    Button("grade", _("记录评估等级"), "registry.record_grade", press_grade, form=forms.GradeForm,
           when=is_over, done=_("评估等级已记录。")),
    *INVITE,
    Button("rename", _("变更名称"), "registry.rename", press_rename, form=forms.RenameForm, when=is_over,
           hint=_("以往文书保留原名；银行账户须重新核验。"), done=_("名称已变更。")),
    Button("representative", _("变更法定代表人"), "registry.rename", press_representative,
           form=forms.RepresentativeForm, when=is_over, done=_("法定代表人已变更。")),
    Button("list_credit", _("列入信用名单"), "registry.list_credit", press_list_credit,
           form=forms.ListingForm, when=is_over, tone="danger", done=_("已列入名单。")),
    Button("lift_credit", _("移出信用名单"), "registry.lift_credit", press_lift_credit,
           form=forms.lift_form, when=nothing_to_lift, done=_("已移出名单。")),
    Button("deregister", _("注销登记"), "registry.deregister", press_deregister, verb="deregister",
           form=DocumentedReasonForm, tone="danger", hint=_("在办项目须另行清算，账户随即停用。"),
           done=_("已注销。")),
    Button("annul", _("撤销登记"), "registry.revoke", press_annul, verb="annul", form=DocumentedReasonForm,
           tone="danger", done=_("已撤销登记。")),
    Button("revoke", _("吊销登记证书"), "registry.revoke", press_revoke, verb="revoke",
           form=DocumentedReasonForm, tone="danger", done=_("已吊销登记证书。")),
)  # fmt: skip


# Groups


def press_change_host(obj: Any, data: Any, **press: Any) -> Any:
    """Put another body behind the group."""
    host = data.pop("host")
    return services.change_host(group_id=obj.pk, host_id=host.pk, **data, **press)


def press_dissolve(obj: Any, data: Any, **press: Any) -> Any:
    """End the group."""
    return services.dissolve_group(group_id=obj.pk, **data, **press)


GROUP = (
    Button("colleague", _("邀请同事"), "people.send_invitation", press_invite, form=forms.colleague_form,
           about=about_colleague, when=is_over, leads=to_invitation, done=_("邀请已发出。")),
    *INVITE,
    Button("change_host", _("变更代管单位"), "registry.change_host", press_change_host, form=forms.HostForm,
           when=is_over, done=_("代管单位已变更。")),
    Button("dissolve", _("登记解散"), "registry.dissolve_group", press_dissolve, verb="dissolve",
           form=forms.DissolveForm, tone="danger", done=_("已登记解散。")),
)  # fmt: skip


# Bank accounts


def press_verify(obj: Any, data: Any, **press: Any) -> Any:
    """Confirm the account against the papers."""
    return services.verify_bank_account(account_id=obj.pk, **press)


def press_correct(obj: Any, data: Any, **press: Any) -> Any:
    """Correct holder or bank."""
    return services.correct_bank_account(account_id=obj.pk, **data, **press)


def press_close(obj: Any, data: Any, **press: Any) -> Any:
    """Stop using the account."""
    return services.close_bank_account(account_id=obj.pk, **data, **press)


def is_decided(obj: BankAccount) -> Any:
    """Only an account that waits can be corrected."""
    return "" if obj.state == A.ADDED else _("账户已核验或已停用，不能修改。")


ACCOUNT = (
    Button("verify", _("核验通过"), "registry.verify_account", press_verify, verb="verify", tone="primary",
           ask=_("户名、开户银行和账号与开户证明一致？"),
           hint=_("核验人不能是填报人；该单位原有的账户随即停用。"), done=_("账户已核验，可以收款。")),
    Button("correct", _("更正户名或开户行"), "registry.add_account", press_correct,
           form=forms.correction_form, when=is_decided, done=_("已更正，等待核验。")),
    Button("close", _("停用账户"), "registry.close_account", press_close, verb="close", form=ReasonForm,
           tone="danger", done=_("账户已停用。")),
)  # fmt: skip
