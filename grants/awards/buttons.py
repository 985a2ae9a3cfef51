"""The buttons of a decision and of an award."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from core.errors import NotFound, Refused
from core.ui.buttons import Button, calls
from grants.awards import forms, services
from grants.awards.lifecycle import D
from grants.awards.models import Decision
from grants.awards.selectors.sheet import scene_of
from grants.publicity.models import Notice


@dataclass(frozen=True)
class Clearing:
    """What the right to award is asked about: the notice the projects passed."""

    notice: Notice | None


def clearing_of(decision: Decision) -> Clearing:
    """Return what would be awarded next in the round of a decision."""
    return Clearing(scene_of(decision).notice_to_award)


# Why not now


def recomputes_not(decision: Decision) -> Any:
    """Only a draft is drawn anew."""
    return "" if decision.state == D.DRAFTED else _("名单已提请会议，不能重新计算；会议的调整请逐项登记。")


def resolves_not(decision: Decision) -> Any:
    """The meeting decides what was put before it; its papers come with the button."""
    if decision.state == D.TABLED:
        return ""
    return _("须先由科长提请会议。") if decision.state == D.DRAFTED else _("会议已经作出决定。")


def announces_not(decision: Decision) -> Any:
    """Only what was decided and stands on no notice is announced."""
    scene = scene_of(decision)
    if not scene.is_over:
        return _("会议作出决定后才能拟公示稿。")
    return "" if scene.to_announce else _("拟立项项目都已列入公示。")


def awards_not(decision: Decision) -> Any:
    """A notice has to have ended with something cleared and not awarded."""
    return "" if scene_of(decision).notice_to_award else _("没有公示期满无异议而待立项的项目。")


def promotes_not(decision: Decision) -> Any:
    """Somebody has to wait."""
    scene = scene_of(decision)
    if not scene.is_over:
        return _("会议作出决定后才有备选可以递补。")
    return "" if scene.waiting else _("没有可以递补的备选项目。")


def supplements_not(decision: Decision) -> Any:
    """What was promoted needs a notice of its own."""
    return "" if scene_of(decision).promoted else _("没有待公示的递补项目。")


# What is pressed


def press_recompute(
    decision: Decision, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    return services.recompute_decision(
        decision_id=decision.pk, moves=data["moves"], consents=data["consents"],
        by=by, now=now, key=key, version=version,
    )  # fmt: skip


def press_resolve(
    decision: Decision, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    papers = {**data, "scan": services.Paper(*data["scan"])}
    return services.resolve_decision(
        decision_id=decision.pk, **papers, by=by, now=now, key=key, version=version
    )


def press_award(
    decision: Decision, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    notice = scene_of(decision).notice_to_award
    if notice is None:
        raise Refused(awards_not(decision))
    return services.award_cleared(notice_id=notice.pk, by=by, now=now, key=key)


def press_promote(
    decision: Decision, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any
) -> Any:
    waiting = scene_of(decision).waiting
    chosen = next((line for line in waiting if line.proposal.public_id == data["who"]), None)
    if chosen is None:
        raise NotFound()
    ahead = waiting[: waiting.index(chosen)]
    passed = [line.proposal_id for line in ahead if line.category_id == chosen.category_id]
    if passed and not data["passing"].strip():
        raise Refused(_("前面还有 %(n)s 个备选，越过它们须写明理由。") % {"n": len(passed)}, field="passing")
    return services.promote_waitlisted(
        round_id=decision.round_id, category=chosen.category.code,
        consents={chosen.proposal_id: data["consent"]}, pass_over=dict.fromkeys(passed, data["passing"]),
        by=by, now=now, key=key,
    )  # fmt: skip


def _moves(decision: Decision) -> type[django_forms.Form]:
    return forms.moves_of(decision.round, scene_of(decision).sheet)


def _promotion(decision: Decision) -> type[django_forms.Form]:
    return forms.promotion_of(scene_of(decision))


def _to_the_notice(decision: Decision, notice: Any) -> str:
    return str(notice.get_absolute_url())


DECISION_BUTTONS = (
    Button("recompute", _("重新计算"), "awards.draft", press_recompute, when=recomputes_not, form=_moves,
           hint=_("按调剂和核减同意重新画线；逐项登记的调整会清除。"), done=_("名单已重新计算。")),
    Button("table", _("提请会议"), "awards.table", calls(services.table_decision, "decision_id"),
           verb="table", tone="primary",
           hint=_("提请后名单不再重新计算，会议的调整逐项登记。"), done=_("已提请会议。")),
    Button("resolve", _("登记会议决定"), "awards.resolve", press_resolve, when=resolves_not, tone="primary",
           form=forms.MinutesForm, hint=_("登记后立即按名单办理：安排资金、列入备选、不予立项。"),
           done=_("会议决定已登记并办理。")),
    Button("announce", _("拟公示稿"), "publicity.draft", calls(services.draft_award_notice, "decision_id"),
           when=announces_not,
           form=forms.NoticeForm, leads=_to_the_notice, hint=_("按类别和名次列出拟立项项目。"),
           done=_("公示稿已拟好，请核对后交局长发布。")),
    Button("award", _("办理立项"), "awards.award", press_award, when=awards_not, about=clearing_of,
           tone="primary", hint=_("公示期满无异议的项目全部立项；核查中的等办结后再办。"),
           done=_("已立项，立项通知书正在生成。")),
    Button("promote", _("递补"), "awards.allot", press_promote, when=promotes_not, form=_promotion,
           hint=_("用类别余额递补备选，须另行公示。"), done=_("已递补，请拟递补公示稿。")),
    Button("supplement", _("拟递补公示稿"), "publicity.draft",
           calls(services.draft_supplement_notice, "round_id", of="round_id"), when=supplements_not,
           form=forms.NoticeForm, leads=_to_the_notice, done=_("递补公示稿已拟好，请核对后交局长发布。")),
)  # fmt: skip

AWARD_BUTTONS = (
    Button("lapse", _("立项失效"), "awards.lapse", calls(services.lapse_award, "award_id"),
           verb="lapse", form=forms.LapseForm,
           tone="danger", hint=_("资金释放，可以递补备选。"), done=_("立项已失效，资金已释放。")),
)  # fmt: skip
