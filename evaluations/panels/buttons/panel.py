"""What one may press on the page of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import policy
from core.policy import Actor
from core.ui.buttons import Button, calls
from evaluations.panels import services
from evaluations.panels.forms import panel as forms
from evaluations.panels.lifecycle import P
from evaluations.panels.models import Panel, SeatKind
from evaluations.panels.selectors.watching import job_of, loose_dossiers, offices_filled

# Forming


def press_seat_expert(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Seat somebody from the pool."""
    return services.seat_expert(panel_id=panel.pk, expert_id=data["expert"].pk, kind=data["kind"], **press)


def press_seat_chair(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Make an expert the chair."""
    return services.seat_expert(panel_id=panel.pk, expert_id=data["expert"].pk, kind=SeatKind.CHAIR, **press)


def press_seat_officer(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Seat an officer."""
    return services.seat_officer(panel_id=panel.pk, person_id=data["person"].pk, kind=data["kind"], **press)


def press_seat_drawn(panel: Panel, data: dict[str, Any], **press: Any) -> Any:
    """Seat the outcome of a draw."""
    return services.seat_drawn(panel_id=panel.pk, draw_id=data["draw"].pk, **press)


def press_add(panel: Panel, data: dict[str, Any], **press: Any) -> Any:
    """Put dossiers before the panel."""
    return services.add_dossiers(panel_id=panel.pk, dossier_ids=[one.pk for one in data["dossiers"]], **press)


def is_forming(panel: Panel) -> Any:
    """Only while it is formed."""
    return "" if panel.state == P.FORMING else _("评审组已分配材料。")


def is_not_locked(panel: Panel) -> Any:
    """Seats change until the lock."""
    return _("评审组已锁分，席位不能再变。") if panel.state in (P.LOCKED, P.CONCLUDED) else ""


def has_chair(panel: Panel) -> Any:
    """One chair is enough."""
    if says := is_not_locked(panel):
        return says
    return _("主席已入席。") if SeatKind.CHAIR in offices_filled(panel) else ""


def has_officers(panel: Panel) -> Any:
    """One of each is enough."""
    if says := is_not_locked(panel):
        return says
    return _("主席和秘书都已入席。") if len(offices_filled(panel)) == 2 else ""


def nothing_to_add(panel: Panel) -> Any:
    """Something must wait."""
    if says := is_forming(panel):
        return says
    return "" if loose_dossiers(panel).exists() else _("没有待编入的材料。")


def is_being_assigned(panel: Panel) -> Any:
    """One assignment at a time."""
    job = job_of(panel)
    return _("正在分配，请稍候。") if job is not None and job.stage == "queued" else ""


# Scoring


def press_replace(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Let somebody leave; a reserve takes over."""
    reserve = data["reserve"].pk if data["reserve"] else None
    return services.replace_expert(
        panel_id=panel.pk, seat_id=data["seat"].pk, reserve_seat_id=reserve, reason=data["reason"], **press
    )


def press_recuse_one(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Take a reviewer off one dossier."""
    return services.recuse(sheet_id=data["sheet"].pk, kind=data["kind"], reason=data["reason"], **press)


def press_ask_reopen_one(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Ask for another look at a sheet."""
    return services.ask_reopen(sheet_id=data["sheet"].pk, reason=data["reason"], **press)


def press_reopen_one(panel: Panel, data: dict[str, Any], *, version: Any, **press: Any) -> Any:
    """Open a sheet again."""
    return services.reopen_sheet(sheet_id=data["sheet"].pk, reason=data["reason"], **press)


def is_assigned(panel: Panel) -> Any:
    """There are sheets that can change hands."""
    return "" if panel.state in (P.ASSIGNED, P.SCORING) else _("分配之后、锁分之前才能替换评委。")


def is_running(panel: Panel) -> Any:
    """There are sheets, and no conclusion."""
    return "" if panel.state in (P.ASSIGNED, P.SCORING, P.LOCKED) else _("分配之后、作出结论之前才能办理。")


def is_read(panel: Panel) -> Any:
    """There may be locked sheets."""
    return "" if panel.state in (P.SCORING, P.LOCKED) else _("开放评分之后、作出结论之前才能办理。")


# The end


def press_votes(panel: Panel, data: dict[str, Any], **press: Any) -> Any:
    """Write down the votes."""
    by_id = {row.public_id: row.dossier_id for row in forms.tied_rows(panel)}
    votes = {by_id[public_id]: number for public_id, number in data.items()}
    return services.record_votes(panel_id=panel.pk, votes=votes, **press)


def nothing_tied(panel: Panel) -> Any:
    """A vote decides only between equals."""
    if panel.state != P.LOCKED:
        return _("锁分之后、作出结论之前才能记录投票。")
    return "" if forms.tied_rows(panel) else _("没有得分完全相同的材料，不需要投票。")


def is_locked(panel: Panel) -> Any:
    """The results stand."""
    return "" if panel.state == P.LOCKED else _("锁分之后才能签署。")


PANEL = (
    Button(
        "open",
        _("开放评分"),
        "panels.open",
        calls(services.open_panel, "panel_id"),
        verb="open",
        tone="primary",
        ask=_("评委从现在起可以声明、阅读和评分。"),
        done=_("已开放评分。"),
    ),
    Button(
        "lock",
        _("锁分"),
        "panels.lock",
        calls(services.lock_panel, "panel_id"),
        verb="lock",
        form=forms.LockForm,
        tone="primary",
        hint=_("锁分后得分公开给评审组，评委不能再改。"),
        done=_("已锁分。"),
    ),
    Button(
        "votes",
        _("记录投票"),
        "panels.vote",
        press_votes,
        form=forms.votes_form,
        when=nothing_tied,
        hint=_("只用于得分和各分项都相同的材料。"),
        done=_("投票已记录。"),
    ),
    Button(
        "sign",
        _("签署评审结果"),
        "panels.sign_conclusion",
        calls(services.sign_conclusion, "panel_id"),
        when=is_locked,
        tone="primary",
        ask=_("签名对应当前的每一个得分、名次和结论；签署后有变动须重新签署。"),
        done=_("已签署，等待主席作出结论。"),
    ),
    Button(
        "conclude",
        _("作出结论"),
        "panels.conclude",
        calls(services.conclude_panel, "panel_id"),
        verb="conclude",
        tone="primary",
        ask=_("每份材料将得到正式得分和结论，之后不能再改。"),
        done=_("已作出结论。"),
    ),
    Button(
        "seat_drawn",
        _("抽取结果入席"),
        "panels.seat",
        press_seat_drawn,
        form=forms.seat_drawn_form,
        when=is_forming,
        hint=_("只能选择监督人已见证的抽取。"),
        done=_("抽中专家已入席。"),
    ),
    Button(
        "seat_officer",
        _("秘书或主席入席"),
        "panels.seat",
        press_seat_officer,
        form=forms.seat_officer_form,
        when=has_officers,
        done=_("已入席。"),
    ),
    Button(
        "seat_chair",
        _("专家任主席"),
        "panels.seat",
        press_seat_chair,
        form=forms.seat_chair_form,
        when=has_chair,
        done=_("主席已入席。"),
    ),
    Button(
        "seat_expert",
        _("专家入席"),
        "panels.seat",
        press_seat_expert,
        form=forms.seat_expert_form,
        when=is_not_locked,
        hint=_("分配之后只能作为候补入席。"),
        done=_("专家已入席。"),
    ),
    Button(
        "add",
        _("编入材料"),
        "panels.form",
        press_add,
        form=forms.add_dossiers_form,
        when=nothing_to_add,
        done=_("材料已编入。"),
    ),
    Button(
        "assign",
        _("分配材料"),
        "panels.assign",
        calls(services.request_assignment, "panel_id"),
        verb="assign",
        form=forms.AssignForm,
        when=is_being_assigned,
        tone="primary",
        done=_("已交后台分配。可以离开本页，回来看结果。"),
        hint=_("先排除利害关系，再按专业、工作量和每份材料的份数求最优，种子决定同等情况下的次序。"),
    ),
    Button(
        "replace",
        _("替换评委"),
        "panels.replace",
        press_replace,
        form=forms.replace_form,
        when=is_assigned,
        hint=_("已锁定的评分表保留，其余由递补人接手。"),
        done=_("已替换，递补人已接手。"),
    ),
    Button(
        "recuse",
        _("登记回避"),
        "panels.recuse",
        press_recuse_one,
        form=forms.recuse_form,
        when=is_running,
        done=_("已登记回避，并尝试递补。"),
    ),
    Button(
        "refill",
        _("再次递补"),
        "panels.replace",
        calls(services.refill_panel, "panel_id"),
        when=is_running,
        hint=_("补足因回避缺少的评分表。"),
        done=_("已办理递补。"),
    ),
    Button(
        "ask_reopen",
        _("申请重开评分表"),
        "panels.ask_reopen",
        press_ask_reopen_one,
        form=forms.ask_reopen_form,
        when=is_read,
        hint=_("由监督人决定，原评分表留存。"),
        done=_("已申请，等待监督人决定。"),
    ),
    Button(
        "reopen",
        _("同意重开评分表"),
        "panels.reopen_sheet",
        press_reopen_one,
        form=forms.reopen_form,
        when=is_read,
        tone="danger",
        done=_("评分表已重开。"),
    ),
)


def panel_buttons(panel: Panel, actor: Actor) -> Sequence[Button]:
    """Return the buttons of those who run a panel; its reviewers are not shown what is not theirs to do."""
    return [one for one in PANEL if policy.check(actor, one.permission, panel)]
