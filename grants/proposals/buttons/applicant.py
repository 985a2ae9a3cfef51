"""The applicant's buttons: hand in, hand in again, take back, ask for a recheck, ask the place again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.errors import NotNow
from core.ui.buttons import Button, calls
from core.ui.forms import LONGEST_REASON, ReasonForm
from grants.proposals import services
from grants.proposals.lifecycle import OVER, P
from grants.proposals.models import PlaceConsent, Proposal
from grants.proposals.selectors.seeing import was_refused


class WithdrawForm(forms.Form):
    """Why it is taken back; need not be said."""

    reason = forms.CharField(
        label=_("撤回的理由"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def press_withdraw(proposal: Proposal, data: Any, *, by: Any, now: Any, key: Any, version: Any) -> Any:
    """Take the application back; a refusal tells nothing of a state that is not public."""
    try:
        return services.withdraw_proposal(
            proposal_id=proposal.pk, reason=data["reason"], by=by, now=now, key=key
        )
    except NotNow:
        raise NotNow(_("这份申报现在不能撤回。"), verb="withdraw") from None


def _receipt(proposal: Proposal, result: Any) -> str:
    return reverse("proposal_receipt", args=[proposal.public_id])


def _only_optimising(proposal: Proposal) -> Any:
    return "" if proposal.state == P.OPTIMISING else _("转入优化之后才需要提交优化稿。")


def _not_asked_again(proposal: Proposal) -> Any:
    if proposal.state in (P.DRAFT, *OVER):
        return _("提交申报后，系统会自动请社区确认。") if proposal.state == P.DRAFT else _("申报已经结束。")
    return "" if was_refused(proposal) else _("社区还没有答复，或已经同意，不需要再次询问。")


def _consent(proposal: Proposal) -> PlaceConsent:
    return PlaceConsent(proposal=proposal, community=proposal.community)


APPLICANT: tuple[Button, ...] = (
    Button(
        "submit", _("提交申报"), "proposals.submit", calls(services.submit_proposal, "proposal_id"),
        verb="submit", tone="primary",
        ask=_("提交后内容即冻结，评审以提交的版本为准。"), done=_("申报已提交。"), leads=_receipt,
    ),
    Button(
        "resubmit", _("提交补正"), "proposals.submit", calls(services.resubmit_proposal, "proposal_id"),
        verb="resubmit", tone="primary",
        ask=_("请确认已按每条意见修改。"), done=_("补正已提交。"), leads=_receipt,
    ),
    Button(
        "finish_optimise", _("提交优化稿"), "proposals.submit",
        calls(services.finish_optimise, "proposal_id"),
        when=_only_optimising,
        tone="primary", ask=_("提交后以优化稿参加评审。"), done=_("优化稿已提交。"), leads=_receipt,
    ),
    Button(
        "ask_consent", _("再次请社区确认"), "proposals.ask_consent",
        calls(services.ask_consent, "proposal_id"),
        when=_not_asked_again,
        about=_consent, done=_("已再次请社区确认，确认链接已发出。"),
    ),
    Button(
        "request_recheck", _("申请复核"), "proposals.request_recheck",
        calls(services.request_recheck, "proposal_id"), verb="request_recheck",
        form=ReasonForm, hint=_("由原经办人以外的人员复核，结果会通知贵单位。"), done=_("复核申请已提交。"),
    ),
    Button(
        "withdraw", _("撤回申报"), "proposals.withdraw", press_withdraw, verb="withdraw", form=WithdrawForm,
        tone="danger", hint=_("撤回后不能恢复；申报名额随之空出。"), done=_("申报已撤回。"),
    ),
)  # fmt: skip
