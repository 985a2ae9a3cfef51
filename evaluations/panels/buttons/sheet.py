"""What one may press on a score sheet."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.ui.buttons import Button, calls
from core.ui.forms import ReasonForm
from evaluations.panels import services
from evaluations.panels.forms import sheet as forms
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import Sheet


def press_recuse(sheet: Sheet, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Stand back."""
    return services.recuse(sheet_id=sheet.pk, kind=data["kind"], reason=data["reason"], **press)


def to_panel(sheet: Sheet, done: Any) -> str:
    """Lead to the panel: a sheet that is filled in again is its reviewer's alone."""
    return sheet.panel.get_absolute_url()


def is_still_mine(sheet: Sheet) -> Any:
    """A sheet that is over needs no recusal."""
    if sheet.panel.state == P.CONCLUDED:
        return _("评审组已作出结论，不能再改。")
    return _("已回避。") if sheet.state == S.RECUSED else ""


def can_be_asked(sheet: Sheet) -> Any:
    """One asks for a locked sheet, once."""
    if sheet.state != S.LOCKED or sheet.panel.state == P.CONCLUDED:
        return _("只有已锁定、且评审组尚未作出结论的评分表可以申请重开。")
    return _("已申请重开，等待监督人决定。") if sheet.reopen_asked_at else ""


SHEET = (
    Button(
        "attest",
        _("我声明没有上述关系，打开材料"),
        "panels.attest",
        calls(services.attest, "sheet_id"),
        verb="attest",
        tone="primary",
        hint=_(
            "本人与该材料的申报单位及其负责人没有亲属、任职、投资、辅导、合作或竞争等可能影响公正评审的关系。"
        ),
        done=_("已声明，请阅读材料后评分。"),
    ),
    Button(
        "recuse",
        _("申请回避"),
        "panels.recuse",
        press_recuse,
        form=forms.OwnRecusalForm,
        when=is_still_mine,
        tone="danger",
        hint=_("回避后不再看到该材料，由候补评委接手。"),
        done=_("已登记回避。"),
    ),
    Button(
        "ask_reopen",
        _("申请重开"),
        "panels.ask_reopen",
        calls(services.ask_reopen, "sheet_id"),
        form=ReasonForm,
        when=can_be_asked,
        done=_("已申请，等待监督人决定。"),
    ),
    Button(
        "reopen",
        _("同意重开"),
        "panels.reopen_sheet",
        calls(services.reopen_sheet, "sheet_id"),
        form=ReasonForm,
        verb="reopen",
        leads=to_panel,
        tone="danger",
        done=_("评分表已重开。"),
    ),
)


def press_lock_blind(sheet: Sheet, data: dict[str, Any], **press: Any) -> Any:
    """Lock the blind part with the points on the page."""
    return services.lock_blind(sheet_id=sheet.pk, scores=_scores(sheet, data), **press)


def press_lock_sheet(sheet: Sheet, data: dict[str, Any], **press: Any) -> Any:
    """Lock the sheet with what is on the page."""
    marks = {kind: data[kind] for kind, _label in forms.MARKS if kind in data}
    return services.lock_sheet(
        sheet_id=sheet.pk, scores=_scores(sheet, data), comment=data["comment"], marks=marks, **press
    )


def _scores(sheet: Sheet, data: dict[str, Any]) -> dict[str, str]:
    return {item.path: data[item.path] for item in forms.editable(sheet)}


SCORING = (
    Button(
        "lock_blind",
        _("锁定匿名部分"),
        "panels.score",
        press_lock_blind,
        form=forms.sheet_form,
        done=_("匿名部分已锁定，请评第二部分。"),
    ),
    Button(
        "lock",
        _("提交并锁定"),
        "panels.lock_sheet",
        press_lock_sheet,
        form=forms.sheet_form,
        verb="lock",
        done=_("评分表已锁定。"),
    ),
)
