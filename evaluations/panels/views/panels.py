"""The pages of panels: forming, progress without scores, and after the lock results and statistics."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.policy import BUREAU_ROLES, Actor, check
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.making import made
from core.ui.pages import listed, shown
from evaluations.panels import selectors, services
from evaluations.panels.buttons import PANEL, panel_buttons
from evaluations.panels.forms.panel import PanelForm
from evaluations.panels.lists import PanelList
from evaluations.panels.models import Panel
from evaluations.panels.permissions import WATCHERS
from evaluations.panels.selectors import statistics, watching
from evaluations.panels.selectors.outcome import outcome, reviewed
from evaluations.rubrics.lists import stage_words


@permits("panels.list")
def panels(request: HttpRequest) -> HttpResponse:
    """The panels somebody may see."""
    actor = actor_of(request)
    rows = watching.for_list(selectors.visible_to(actor), actor)
    page, may = PanelList(request, rows, actor=actor), actor.has("clerk", "section_chief")
    return listed(request, page, filename="panels", template="evaluations/panels/panels.html", may_form=may)


def _form(data: dict[str, Any], **press: Any) -> Panel:
    under = data.pop("stage")
    return services.form_panel(
        round_code=under.round_code, stage=under.stage, rule=under.rule, **data, **press
    )


@permits("panels.start", None, "GET", "POST")
def new_panel(request: HttpRequest) -> HttpResponse:
    """Found a panel under the published rule of a stage."""
    hint = _("组建后先让抽中的专家、主席和秘书入席，再编入材料、分配、开放评分。")
    return made(
        request,
        PanelForm,
        _form,
        title=_("组建评审组"),
        done=_("评审组已组建。"),
        submit=_("组建"),
        hint=hint,
    )


@permits("panels.view", Panel)
def panel(request: HttpRequest, panel: Panel) -> HttpResponse:
    """One panel, to each as much as is theirs to see."""
    return _page(request, panel)


def _page(request: HttpRequest, panel: Panel, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    sees = _sees(actor, panel)
    return shown(
        request,
        panel,
        "evaluations/panels/panel.html",
        buttons=panel_buttons(panel, actor),
        press="press_panel",
        pressed=pressed,
        rule=panel.parsed_rule(),
        stage=stage_words(panel.stage),
        bands=sorted(panel.parsed_rule().bands.items(), key=lambda one: -float(one[1])),
        watched=watching.watched(panel, actor) if sees["progress"] or sees["seats"] else None,
        runs=watching.runs(panel) if sees["seats"] else [],
        job=watching.job_of(panel) if sees["seats"] else None,
        is_owner=actor.user_id,
        mine=watching.own_progress(actor, [panel.pk]),
        sees=sees,
    )


def _sees(actor: Actor, panel: Panel) -> dict[str, bool]:
    rows = {
        "progress": "panels.progress",
        "seats": "panels.view_seats",
        "ranking": "panels.ranking",
        "statistics": "panels.statistics",
    }
    sees = {name: check(actor, row, panel) is not None for name, row in rows.items()}
    return {**sees, "reads": sees["ranking"] or actor.has(*BUREAU_ROLES, *WATCHERS)}


@permits("panels.view", Panel, "GET", "POST")
def press_panel(request: HttpRequest, panel: Panel, code: str) -> HttpResponse:
    """Press a button of a panel."""
    return press(request, panel, code, PANEL, _page, panel.get_absolute_url())


@permits("panels.ranking", Panel)
def panel_results(request: HttpRequest, panel: Panel) -> HttpResponse:
    """After the lock: scores, ranks, verdicts, and how sure the line is in three bands."""
    actor = actor_of(request)
    context = {
        "object": panel,
        "outcome": outcome(panel, actor),
        "stage": stage_words(panel.stage),
        "may_count": check(actor, "panels.statistics", panel) is not None,
    }
    return render(request, "evaluations/panels/results.html", context)


@permits("panels.statistics", Panel)
def panel_statistics(request: HttpRequest, panel: Panel) -> HttpResponse:
    """For chair, secretary and supervisor: how the panel agrees, reviewers by letter, chances in percent."""
    names = panel.rule.get("category_names", {})
    lines = statistics.cut_lines(panel)
    context = {
        "object": panel,
        "counted": reviewed(panel, actor_of(request)),
        "counted_lines": [(names.get(code, code), line) for code, line in lines.items() if line],
    }
    return render(request, "evaluations/panels/statistics.html", context)
