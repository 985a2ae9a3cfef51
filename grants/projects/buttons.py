"""The buttons of a project, of its vouchers, and of the changes it asks for."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ui.buttons import Button, calls
from core.ui.forms import DocumentedReasonForm, ReasonForm
from grants.projects import forms, services
from grants.projects.lifecycle import RUNNING, A, C, J
from grants.projects.models import ChangeRequest, Expense, Project
from grants.projects.selectors.seen import seen

BOOKABLE = (*RUNNING, J.FINAL_REVIEW)


# Why not now


def accepts_not(project: Project) -> Any:
    """The grantee cannot sign yet, or has signed."""
    if project.state != J.AWAITING_AGREEMENT or project.agreement.state != A.PREPARED:
        return _("协议已经签署，或已不在签约阶段。")
    return "" if seen(project).agreement_pdf else _("协议文本正在生成，请稍后再签。")


def signs_not(project: Project) -> Any:
    """The bureau signs after the grantee."""
    if project.state == J.AWAITING_AGREEMENT and project.agreement.state == A.ACCEPTED:
        return ""
    return _("申报单位签署之后、项目开始之前才能签署。")


def lapses_not(project: Project) -> Any:
    """What the grantee has signed does not lapse."""
    return "" if project.agreement.state == A.PREPARED else _("协议已由申报单位签署，不能按逾期处理。")


def runs_not(project: Project) -> Any:
    """Activities and changes belong to a running project."""
    return "" if project.state in RUNNING else _("项目不在执行中。")


def books_not(project: Project) -> Any:
    """Vouchers are booked until the books go to the auditor."""
    return "" if project.state in BOOKABLE else _("项目当前状态不能入账。")


def voids_not(expense: Expense) -> Any:
    """A voucher is taken back until the books go to the auditor."""
    return "" if expense.project.state in BOOKABLE else _("账目已送审，不能再冲销凭证。")


# What is pressed


def press_accept(project: Project, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    page = data["seal_page"]
    return services.accept_agreement(
        project_id=project.pk, pdf_sha256=data["pdf_sha256"], seal_page=page.data, filename=page.filename,
        by=by, now=now, key=key,
    )  # fmt: skip


def press_activity(
    project: Project, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    taken = {
        "volunteers": data["volunteers"] or 0,
        "photos": tuple((one.filename, one.data) for one in data["photos"]),
    }
    return services.record_activity(project_id=project.pk, by=by, now=now, key=key, **{**data, **taken})


def press_expense(
    project: Project, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    voucher = {name: value for name, value in data.items() if name != "amount"}
    voucher["scan"] = (data["scan"].filename, data["scan"].data) if data["scan"] else None
    return services.record_expense(
        project_id=project.pk, amount_fen=data["amount"], by=by, now=now, key=key, **voucher
    )


def press_move(project: Project, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    wanted = {int(name[5:]): fen for name, fen in data.items() if name.startswith("line_")}
    return services.move_budget(
        project_id=project.pk, wanted=wanted, reason=data["reason"], by=by, now=now, key=key
    )


BUTTONS: tuple[Button, ...] = (
    Button(
        "accept", _("签署协议"), "projects.accept_agreement", press_accept, form=forms.accept_form,
        tone="primary", when=accepts_not, unfolded=True, done=_("已签署，等待主办单位签署。"),
        hint=_("请先下载协议全文，打印最后的签章页，签字盖章后拍照或扫描上传。只需上传这一页。"),
    ),
    Button(
        "sign", _("代表主办单位签署"), "projects.sign", calls(services.sign_project, "project_id"),
        form=forms.sign_form, tone="primary",
        when=signs_not, done=_("协议已签署，项目开始执行。"),
        ask=_("签署后项目开始执行，第一笔款即可申请。请先核对签章页。"),
    ),
    Button(
        "record_activity", _("记一次活动"), "projects.record_activity", press_activity,
        form=forms.ActivityForm, when=runs_not, done=_("活动已记录。"),
        hint=_("活动记录就是月报，不用另写。"),
    ),
    Button(
        "record_expense", _("记一笔支出"), "projects.record_expense", press_expense,
        form=forms.expense_form, when=books_not, done=_("支出已入账。"),
        leads=lambda project, _result: f"{project.get_absolute_url()}#record_expense-voucher_no",
    ),
    Button(
        "move", _("调整预算"), "projects.request_change", press_move, form=forms.move_form, when=runs_not,
        done=_("预算调整已提交；在自行调剂范围内的已直接备案。"),
        hint=_("合计须与资助金额相等。单行增加不超过约定比例的，备案即可；超过的由主办单位批准。"),
    ),
    Button(
        "extend", _("申请延期"), "projects.request_change", calls(services.request_extension, "project_id"),
        form=forms.ExtensionForm,
        when=runs_not, done=_("延期申请已提交。"),
    ),
    Button(
        "change", _("申请其他变更"), "projects.request_change", calls(services.request_change, "project_id"),
        form=forms.ChangeForm,
        when=runs_not, done=_("变更申请已提交。"),
    ),
    Button(
        "lapse", _("按未签约处理"), "projects.lapse", calls(services.lapse_project, "project_id"),
        verb="lapse", form=forms.LapseForm,
        tone="danger", when=lapses_not, done=_("已收回资助名额，备选项目依次递补。"),
    ),
    Button(
        "suspend", _("暂停项目"), "projects.suspend", calls(services.suspend_project, "project_id"),
        verb="suspend", form=ReasonForm,
        tone="danger", done=_("项目已暂停，拨款同时冻结。"),
    ),
    Button(
        "resume", _("恢复项目"), "projects.resume", calls(services.resume_project, "project_id"),
        verb="resume", form=ReasonForm,
        done=_("项目已恢复。"),
    ),
    Button(
        "terminate", _("终止项目"), "projects.terminate", calls(services.terminate_project, "project_id"),
        verb="terminate",
        form=DocumentedReasonForm, tone="danger", done=_("项目已终止，转入追回。"),
        hint=_("终止后追回未合规支出的资金，不能恢复。"),
    ),
    Button(
        "revoke", _("撤销立项"), "projects.revoke", calls(services.revoke_project, "project_id"),
        verb="revoke", form=forms.RevokeForm,
        tone="danger", done=_("立项已撤销，转入追回。"), hint=_("用于弄虚作假或挪用资金，不能恢复。"),
    ),
)  # fmt: skip

EXPENSE_BUTTONS: tuple[Button, ...] = (
    Button(
        "void", _("冲销凭证"), "projects.void_expense", calls(services.void_expense, "expense_id"),
        verb="void", form=ReasonForm,
        tone="danger", when=voids_not, done=_("凭证已冲销，金额退回预算行。"),
        leads=lambda expense, _result: reverse("expenses", args=[expense.project.public_id]),
    ),
)  # fmt: skip


# Changes: two buttons for each, on the page of the project


def _decided(change: ChangeRequest) -> Any:
    return "" if change.state == C.REQUESTED else _("这项变更已经答复。")


def _decision(change: ChangeRequest, *, approve: bool) -> Button:
    service = services.approve_change if approve else services.refuse_change
    what = {"what": change.get_kind_display()}

    def press(project: Project, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return service(change_id=change.pk, reason=data["reason"], by=by, now=now, key=key)

    return Button(
        code=f"{'approve' if approve else 'refuse'}-{change.public_id}",
        label=(_("批准：%(what)s") if approve else _("不批准：%(what)s")) % what,
        permission="projects.decide_change",
        press=press,
        form=forms.ApproveForm if approve else ReasonForm,
        tone="primary" if approve else "danger",
        done=_("变更已批准。") if approve else _("已答复不批准。"),
        when=lambda _project: _decided(change),
        about=lambda _project: change,
    )


def buttons_of(project: Project, *, only_open: bool = True) -> tuple[Button, ...]:
    """All buttons of a project, those of its changes first; a page offers only the open ones."""
    changes = seen(project).open_changes if only_open else seen(project).changes
    asked = [_decision(change, approve=yes) for change in reversed(changes) for yes in (True, False)]
    return (*asked, *BUTTONS)
