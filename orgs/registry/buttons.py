"""What one may press on the pages of the register."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import NotFound
from core.policy import Role
from core.ui.buttons import Button, calls
from core.ui.forms import DocumentedReasonForm, ReasonForm
from orgs.people import services as people
from orgs.people.models import Invitation
from orgs.registry import forms, services
from orgs.registry.forms import open_listings
from orgs.registry.lifecycle import A, G, S
from orgs.registry.models import BankAccount

# Organisations


def press_edit(obj: Any, data: Any, **press: Any) -> Any:
    """Edit the details."""
    details = forms.details_of(data)
    return services.edit_organisation(organisation_id=obj.pk, reason=data["reason"], **details, **press)


def press_inspection(obj: Any, data: Any, *, version: Any, **press: Any) -> Any:
    """Record an annual inspection; the version shown is that of the organisation, not of the paper."""
    return services.record_inspection(organisation_id=obj.pk, **data, **press)


def press_lift_credit(obj: Any, data: Any, *, version: Any, **press: Any) -> Any:
    """Take off a credit list; the listing is one of this very organisation."""
    listing = obj.listings.filter(public_id=data.pop("listing")).first()
    if listing is None:
        raise NotFound()
    return services.lift_credit(listing_id=listing.pk, **data, **press)


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
    Button("invite", _("邀请负责人"), "people.send_invitation", calls(people.invite, "body_id", of="body_id"),
           form=forms.first_admin_form,
           about=about_first_admin, when=is_over, leads=to_invitation, tone="primary",
           hint=_("直接发出邀请，对方凭链接设置密码后成为申报负责人。"), done=_("邀请已发出。")),
    Button("ask_invitation", _("申请邀请负责人"), "people.ask_invitation",
           calls(people.ask_invitation, "body_id", of="body_id"),
           form=forms.first_admin_form, about=about_first_admin, when=is_over, leads=to_invitation,
           hint=_("由安全管理员批准后发出。"), done=_("申请已提交，等待安全管理员批准。")),
)  # fmt: skip

ORGANISATION = (
    Button("account", _("填报银行账户"), "registry.add_account",
           calls(services.add_bank_account, "body_id", of="body_id"), form=forms.account_form,
           when=is_over, hint=_("由财务人员核验后才能收款。"), done=_("账户已填报，等待核验。")),
    Button("colleague", _("邀请同事"), "people.send_invitation",
           calls(people.invite, "body_id", of="body_id"),
           form=forms.colleague_form,
           about=about_colleague, when=is_over, leads=to_invitation, done=_("邀请已发出。")),
    Button("found", _("准予登记"), "registry.register", calls(services.found_organisation, "organisation_id"),
           verb="found", form=forms.FoundForm,
           tone="primary", done=_("已准予登记。")),
    Button("edit", _("修改资料"), "registry.edit", press_edit, form=forms.edit_form, done=_("资料已修改。")),
    Button("inspection", _("记录年检"), "registry.record_inspection", press_inspection,
           form=forms.InspectionForm, when=is_over, done=_("年检结论已记录。")),
    Button("grade", _("记录评估等级"), "registry.record_grade",
           calls(services.record_grade, "organisation_id"),
           form=forms.GradeForm,
           when=is_over, done=_("评估等级已记录。")),
    *INVITE,
    Button("rename", _("变更名称"), "registry.rename", calls(services.rename_organisation, "organisation_id"),
           form=forms.RenameForm, when=is_over,
           hint=_("以往文书保留原名；银行账户须重新核验。"), done=_("名称已变更。")),
    Button("representative", _("变更法定代表人"), "registry.rename",
           calls(services.appoint_legal_representative, "organisation_id"),
           form=forms.RepresentativeForm, when=is_over, done=_("法定代表人已变更。")),
    Button("list_credit", _("列入信用名单"), "registry.list_credit",
           calls(services.list_credit, "organisation_id"),
           form=forms.ListingForm, when=is_over, tone="danger", done=_("已列入名单。")),
    Button("lift_credit", _("移出信用名单"), "registry.lift_credit", press_lift_credit,
           form=forms.lift_form, when=nothing_to_lift, done=_("已移出名单。")),
    Button("deregister", _("注销登记"), "registry.deregister",
           calls(services.deregister_organisation, "organisation_id"), verb="deregister",
           form=DocumentedReasonForm, tone="danger", hint=_("在办项目须另行清算，账户随即停用。"),
           done=_("已注销。")),
    Button("annul", _("撤销登记"), "registry.revoke", calls(services.annul_organisation, "organisation_id"),
           verb="annul", form=DocumentedReasonForm,
           tone="danger", done=_("已撤销登记。")),
    Button("revoke", _("吊销登记证书"), "registry.revoke",
           calls(services.revoke_organisation, "organisation_id"),
           verb="revoke",
           form=DocumentedReasonForm, tone="danger", done=_("已吊销登记证书。")),
)  # fmt: skip


# Groups


def press_change_host(obj: Any, data: Any, **press: Any) -> Any:
    """Put another body behind the group."""
    host = data.pop("host")
    return services.change_host(group_id=obj.pk, host_id=host.pk, **data, **press)


GROUP = (
    Button("colleague", _("邀请同事"), "people.send_invitation",
           calls(people.invite, "body_id", of="body_id"),
           form=forms.colleague_form,
           about=about_colleague, when=is_over, leads=to_invitation, done=_("邀请已发出。")),
    *INVITE,
    Button("change_host", _("变更代管单位"), "registry.change_host", press_change_host, form=forms.HostForm,
           when=is_over, done=_("代管单位已变更。")),
    Button("dissolve", _("登记解散"), "registry.dissolve_group", calls(services.dissolve_group, "group_id"),
           verb="dissolve",
           form=forms.DissolveForm, tone="danger", done=_("已登记解散。")),
)  # fmt: skip


# Bank accounts


def is_decided(obj: BankAccount) -> Any:
    """Only an account that waits can be corrected."""
    return "" if obj.state == A.ADDED else _("账户已核验或已停用，不能修改。")


ACCOUNT = (
    Button("verify", _("核验通过"), "registry.verify_account",
           calls(services.verify_bank_account, "account_id"),
           verb="verify", tone="primary",
           ask=_("户名、开户银行和账号与开户证明一致？"),
           hint=_("核验人不能是填报人；该单位原有的账户随即停用。"), done=_("账户已核验，可以收款。")),
    Button("correct", _("更正户名或开户行"), "registry.add_account",
           calls(services.correct_bank_account, "account_id"),
           form=forms.correction_form, when=is_decided, done=_("已更正，等待核验。")),
    Button("close", _("停用账户"), "registry.close_account", calls(services.close_bank_account, "account_id"),
           verb="close", form=ReasonForm,
           tone="danger", done=_("账户已停用。")),
)  # fmt: skip
