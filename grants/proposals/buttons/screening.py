"""The officers' buttons: check, return, find eligible or not, look again, send to optimise."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ui.buttons import Button, calls
from core.ui.forms import ReasonForm
from grants.proposals import services
from grants.proposals.forms.screening import AdviceForm, JudgeForm, pass_form, return_form
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.proposals.selectors.checking import has_failed, manual_codes_waiting


def press_return(proposal: Proposal, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
    """Send it back with every remark that was written at a field."""
    return services.return_proposal(
        proposal_id=proposal.pk, remarks=data["remarks"], by=by, now=now, key=key, version=version
    )


AT_WORK = (P.SUBMITTED, P.RECHECKING)


class RefusalForm(forms.Form):
    """Why the place does not agree."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("申报单位会看到。"),
    )


def checks_not(proposal: Proposal) -> Any:
    """Items are checked while the application is screened or looked at again."""
    return "" if proposal.state in AT_WORK else _("不在资格审查或复核阶段。")


def advises_not(proposal: Proposal) -> Any:
    """Advice needs an item that failed, and is given once for a version."""
    if proposal.state != P.SUBMITTED:
        return _("不在资格审查阶段。")
    if proposal.advised_version == proposal.version_no:
        return _("已经提出不通过意见，等科长确认。")
    return "" if has_failed(proposal) else _("资格审查没有不通过的项目。")


def passes_not(proposal: Proposal) -> Any:
    """There is nothing left to judge."""
    return checks_not(proposal) or ("" if manual_codes_waiting(proposal) else _("没有待人工判断的项目。"))


def _plainly(service: Any) -> Any:
    """Return the pressing of a service that asks for nothing but the application."""

    def press(proposal: Proposal, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return service(proposal_id=proposal.pk, by=by, now=now, key=key, version=version)

    return press


def _with_reason(service: Any) -> Any:
    """Return the pressing of a service that asks for the reason."""

    def press(proposal: Proposal, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return service(
            proposal_id=proposal.pk, reason=data["reason"], by=by, now=now, key=key, version=version
        )

    return press


def _items(proposal: Proposal, result: Any) -> str:
    return f"{reverse('screen', args=[proposal.public_id])}#items"


SCREENING: tuple[Button, ...] = (
    Button(
        "screen", _("机器核对"), "proposals.screen", _plainly(services.screen_proposal), when=checks_not,
        hint=_("按登记簿和申报内容逐项核对，可以重复；人工判断过的项目不会被改动。"),
        done=_("已逐项核对。"), leads=_items,
    ),
    Button(
        "find_eligible", _("资格审查通过"), "proposals.find_eligible", _plainly(services.find_eligible),
        verb="find_eligible", tone="primary", done=_("资格审查通过。"),
    ),
    Button(
        "advise_ineligible", _("提出不通过意见"), "proposals.advise_ineligible",
        _with_reason(services.advise_ineligible), form=ReasonForm, tone="danger", when=advises_not,
        hint=_("由科长确认后生效。"), done=_("已提出不通过意见，等科长确认。"),
    ),
    Button(
        "find_ineligible", _("确认不通过"), "proposals.find_ineligible", _plainly(services.find_ineligible),
        verb="find_ineligible", tone="danger", ask=_("确认后，申报单位会收到各项理由，可以申请复核。"),
        done=_("已确认资格审查不通过。"),
    ),
    Button(
        "overturn", _("复核改为通过"), "proposals.recheck", _with_reason(services.overturn_recheck),
        verb="overturn", form=ReasonForm, tone="primary", done=_("复核改为通过。"),
    ),
    Button(
        "uphold", _("复核维持原结论"), "proposals.recheck", _with_reason(services.uphold_recheck),
        verb="uphold", form=ReasonForm, tone="danger", done=_("复核维持原结论。"),
    ),
    Button(
        "optimise", _("转入优化"), "proposals.optimise", calls(services.send_to_optimise, "proposal_id"),
        verb="send_to_optimise",
        form=AdviceForm, hint=_("申报单位按建议修改后提交优化稿，再送专家评审。"), done=_("已转入优化。"),
    ),
)  # fmt: skip
RETURN = Button(
    "return", _("退回补正"), "proposals.return", press_return,
    form=return_form, tone="danger",
    done=_("已退回，申报单位会按栏目看到意见。"), when=lambda proposal: _returns_not(proposal),
)  # fmt: skip
JUDGE = Button(
    "judge", _("人工判断"), "proposals.judge_check", calls(services.judge_check, "proposal_id"),
    form=JudgeForm, when=checks_not,
    done=_("已记下判断。"), leads=_items,
)  # fmt: skip
PASS = Button(
    "pass_manual", _("人工项目全部通过"), "proposals.judge_check",
    calls(services.pass_manual_checks, "proposal_id"),
    form=pass_form,
    when=passes_not, done=_("已判为通过。"), leads=_items,
)  # fmt: skip
ON_SCREENING = (*SCREENING, PASS, RETURN, JUDGE)


def _returns_not(proposal: Proposal) -> Any:
    return "" if proposal.state == P.SUBMITTED else _("不在资格审查阶段，不能退回。")


CONSENT: tuple[Button, ...] = (
    Button(
        "confirm", _("同意在本社区实施"), "proposals.answer_consent",
        calls(services.confirm_consent, "consent_id"),
        verb="confirm",
        tone="primary", done=_("已同意，申报单位和街道会收到通知。"),
    ),
    Button(
        "refuse", _("不同意"), "proposals.answer_consent", calls(services.refuse_consent, "consent_id"),
        verb="refuse", form=RefusalForm,
        tone="danger", done=_("已答复不同意，申报单位会看到理由。"),
    ),
)  # fmt: skip
