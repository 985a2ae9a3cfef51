"""The buttons of a round."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.buttons import Button, calls
from core.ui.forms import ReasonForm
from grants.rounds import services
from grants.rounds.forms import ExtendForm, equip_form
from grants.rounds.lifecycle import R
from grants.rounds.models import Round, Stage
from grants.rounds.selectors import application_window


def equips_not(round_: Round) -> Any:
    """Form and sheets are frozen by the publication."""
    return "" if round_.state == R.DRAFTING else _("届次已经发布，申报表和评分表不能再改。")


def selects_not(round_: Round) -> Any:
    """Applications are still taken."""
    return "" if application_window(round_).is_over(clock.now()) else _("申报还没有截止。")


def extends_not(round_: Round) -> Any:
    """Only what has not passed can be moved."""
    if round_.state == R.PUBLISHED and not application_window(round_).is_over(clock.now()):
        return ""
    return _("只有已发布、尚未截止的申报期限可以延期。")


def press_equip(round_: Round, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    return services.equip_round(
        round_id=round_.pk, form=data["form"], rubrics={stage.value: data[stage.value] for stage in Stage},
        by=by, now=now, key=key, version=version,
    )  # fmt: skip


def press_extend(round_: Round, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
    return services.extend_deadline(
        round_id=round_.pk, deadline="applications_close", until=data["until"], reason=data["reason"],
        by=by, now=now, key=key, version=version,
    )  # fmt: skip


def _plainly(service: Any) -> Any:
    """Return the pressing of a service that asks for nothing but the round."""

    def press(round_: Round, data: dict[str, Any], *, by: Any, now: Any, key: Any, version: Any) -> Any:
        return service(round_id=round_.pk, by=by, now=now, key=key, version=version)

    return press


BUTTONS = (
    Button(
        "publish", _("发布征集公告"), "rounds.publish", _plainly(services.publish_round), verb="publish",
        tone="primary", ask=_("发布后，条款、申报表和评分表都不能再改。现在发布吗？"),
        done=_("征集公告已发布，公众可以看到本届。"),
    ),
    Button(
        "equip", _("选定申报表和评分表"), "rounds.edit", press_equip, form=equip_form, when=equips_not,
        done=_("已选定。"),
    ),
    Button(
        "extend", _("延长申报期限"), "rounds.extend", press_extend, form=ExtendForm, when=extends_not,
        hint=_("对所有申报单位一视同仁，理由向社会公开。"), done=_("申报期限已延长。"),
    ),
    Button(
        "start_selection", _("进入评审"), "rounds.start_selection", _plainly(services.start_selection),
        verb="start_selection", when=selects_not, tone="primary", done=_("本届已进入评审。"),
    ),
    Button(
        "start_execution", _("进入执行"), "rounds.start_execution", _plainly(services.start_execution),
        verb="start_execution", tone="primary", ask=_("立项已经结束，各项目开始执行？"),
        done=_("本届已进入执行。"),
    ),
    Button(
        "close", _("届次结项"), "rounds.close", _plainly(services.close_round), verb="close",
        ask=_("全部项目已经结项，款项已经结清？"), done=_("本届已结项。"),
    ),
    Button(
        "archive", _("届次归档"), "rounds.archive", _plainly(services.archive_round), verb="archive",
        ask=_("归档之后不再办理任何事项。现在归档吗？"), done=_("本届已归档。"),
    ),
    Button(
        "cancel", _("取消届次"), "rounds.cancel", calls(services.cancel_round, "round_id"),
        verb="cancel", form=ReasonForm,
        tone="danger", hint=_("取消后不能恢复，理由向社会公开。"), done=_("本届已取消。"),
    ),
)  # fmt: skip
