"""What one may press on the pages of the pool."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.buttons import Button, calls
from evaluations.experts import services
from evaluations.experts.forms import LeaveForm, RetireForm
from evaluations.experts.lists import is_witnessed
from evaluations.experts.models import Draw, DrawWitness, Expert, ExpertLeave


def press_leave(expert: Expert, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Record days away; the version shown is that of the expert, not of the leave."""
    return services.record_leave(expert_id=expert.pk, **data, **press)


def about_leave(expert: Expert) -> ExpertLeave:
    """The leave at stake."""
    return ExpertLeave(expert=expert)


def is_gone(expert: Expert) -> Any:
    """Nothing is recorded for somebody who has left the pool."""
    return _("已出库。") if expert.until is not None and expert.until < clock.today() else ""


EXPERT = (
    Button(
        "leave",
        _("登记请假"),
        "experts.record_leave",
        press_leave,
        form=LeaveForm,
        about=about_leave,
        when=is_gone,
        done=_("请假已登记，这些日子不会抽到。"),
    ),
    Button(
        "retire",
        _("办理出库"),
        "experts.register",
        calls(services.retire_expert, "expert_id"),
        form=RetireForm,
        when=is_gone,
        tone="danger",
        hint=_("已评的分不受影响。"),
        done=_("已办理出库。"),
    ),
)


def press_witness(draw: Draw, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Sign the draw."""
    return services.witness_draw(draw_id=draw.pk, **press)


def about_witness(draw: Draw) -> DrawWitness:
    """The signature at stake."""
    return DrawWitness(draw_id=draw.pk)


def is_signed(draw: Draw) -> Any:
    """One signature is enough."""
    return _("这次抽取已有监督人见证。") if is_witnessed(draw) else ""


DRAW = (
    Button(
        "witness",
        _("见证抽取"),
        "experts.witness",
        press_witness,
        about=about_witness,
        when=is_signed,
        tone="primary",
        ask=_("抽取前种子已公布，过程在您监督之下？"),
        hint=_("系统按记录的种子和名单重抽一遍，一致才记入见证。抽取人不能见证。"),
        done=_("已见证。"),
    ),
)
