"""The buttons of an engagement, of the page of a project in it, and of the archive."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.money import format_yuan
from core.ui.buttons import Button, calls
from grants.audits import forms, services
from grants.audits.lifecycle import E
from grants.audits.models import AuditPage, Finding
from grants.audits.selectors.seen import OPEN, seen
from grants.projects.lifecycle import J
from grants.projects.models import Project

# The engagement


ENGAGEMENT_BUTTONS: tuple[Button, ...] = (
    Button(
        "start", _("开始现场审计"), "audits.audit", calls(services.start_fieldwork, "engagement_id"),
        verb="start", tone="primary",
        done=_("已按种子抽取凭证，每个项目一页。"),
        ask=_("开始后按委托时写定的种子抽取凭证，每个项目至少抽一张，抽查金额不低于约定比例。"),
    ),
    Button(
        "issue", _("发出审计发现"), "audits.audit", calls(services.issue_findings, "engagement_id"),
        verb="issue", tone="primary",
        done=_("审计发现已发给各单位，十个工作日内答复。"),
        ask=_("发出后各单位即可看到本单位的审计页，不能再增加发现。"),
    ),
    Button(
        "close_replies", _("收齐答复"), "audits.audit", calls(services.close_replies, "engagement_id"),
        verb="close_replies",
        done=_("答复已收齐，可以逐条作结论。"),
    ),
    Button(
        "conclude", _("出具审计结论"), "audits.audit", calls(services.conclude_audit, "engagement_id"),
        verb="conclude",
        form=forms.ConcludeForm, tone="primary", done=_("审计结论已出具，可以结算。"),
    ),
)  # fmt: skip


# The page of a project


def _stage_not(page: AuditPage, stage: str, says: Any) -> Any:
    return "" if page.engagement.state == stage else says


def in_fieldwork_not(page: AuditPage) -> Any:
    """Vouchers are looked at during the fieldwork."""
    return _stage_not(page, E.FIELDWORK, _("现场审计期间才能办理。"))


def settles_not(page: AuditPage) -> Any:
    """Accounts are settled once, after the audit is concluded."""
    if says := _stage_not(page, E.CONCLUDED, _("审计尚未出具结论，不能结算。")):
        return says
    return "" if page.project.state == J.AUDITING else _("项目已经结算，或已不在审计阶段。")


def press_raise(page: AuditPage, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    chosen = next(row.expense for row in seen(page).vouchers if row.expense.public_id == data["voucher"])
    return services.raise_finding(
        page_id=page.pk, expense_id=chosen.pk, disallowed_fen=data["disallowed"], reason=data["reason"],
        by=by, now=now, key=key,
    )  # fmt: skip


PAGE_BUTTONS: tuple[Button, ...] = (
    Button(
        "raise", _("提出审计发现"), "audits.audit", press_raise, form=forms.raise_form, tone="primary",
        when=in_fieldwork_not, done=_("审计发现已记下，统一发出前各单位看不到。"),
    ),
    Button(
        "check", _("核对完毕"), "audits.audit", calls(services.check_page, "page_id"),
        form=forms.CheckForm, when=in_fieldwork_not,
        unfolded=True,
        done=_("本项目已核对。"), hint=_("抽中的凭证都与原件核对过后点这里。"),
    ),
    Button(
        "settle", _("结算"), "audits.settle", calls(services.settle_page, "page_id"),
        tone="primary", when=settles_not,
        done=_("已结算，末期款按核定支出拨付、释放或追回。"),
        ask=_("按核定支出计算末期应拨、释放或应退，结算后不能修改。"),
    ),
)  # fmt: skip


def _about(finding: Finding) -> dict[str, str]:
    return {"voucher": finding.expense.voucher_no, "yuan": format_yuan(finding.disallowed_fen)}


def _reply(finding: Finding) -> Button:
    def press(page: AuditPage, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return services.reply_finding(finding_id=finding.pk, answer=data["answer"], by=by, now=now, key=key)

    def not_now(page: AuditPage) -> Any:
        if finding.state != "raised":
            return _("这条审计发现已经答复。")
        return _stage_not(page, E.FINDINGS_ISSUED, _("不在答复期内。"))

    return Button(
        f"reply-{finding.public_id}", _("答复：%(voucher)s（%(yuan)s 元）") % _about(finding), "audits.reply",
        press, form=forms.ReplyForm, tone="primary", when=not_now, done=_("答复已提交。"),
        about=lambda _page: finding,
    )  # fmt: skip


def _decide(finding: Finding) -> Button:
    def press(page: AuditPage, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return services.decide_finding(
            finding_id=finding.pk, final_fen=data["final"], ruling=data["ruling"], by=by, now=now, key=key
        )

    def not_now(page: AuditPage) -> Any:
        if finding.state not in OPEN:
            return _("这条审计发现已有结论。")
        return _stage_not(page, E.REPLIED, _("收齐答复之后才能作结论。"))

    return Button(
        f"decide-{finding.public_id}", _("结论：%(voucher)s（%(yuan)s 元）") % _about(finding),
        "audits.decide", press, form=lambda _page: forms.decide_form(finding), tone="primary",
        when=not_now, done=_("结论已记录。"), about=lambda _page: finding,
    )  # fmt: skip


def page_buttons(page: AuditPage, *, only_open: bool = True) -> tuple[Button, ...]:
    """All buttons of a page, those of its findings first; a page offers only what is still open."""
    findings = [one for one in seen(page).findings if one.state in OPEN or not only_open]
    return (*(make(one) for one in findings for make in (_reply, _decide)), *PAGE_BUTTONS)


# The archive


def packs_not(project: Project) -> Any:
    """Only what is closed is packed, and only once."""
    return "" if project.state == J.CLOSED else _("项目已经归档。")


ARCHIVE_BUTTONS: tuple[Button, ...] = (
    Button(
        "pack", _("打包归档"), "audits.archive", calls(services.request_archive, "project_id"),
        tone="primary", when=packs_not,
        done=_("已开始打包。可以离开此页，完成后在这里下载。"),
        ask=_("全部材料连同目录封存为一个档案包，封存后不能增减。"),
        leads=lambda project, _job: reverse("archive_file", args=[project.public_id]),
    ),
)  # fmt: skip
