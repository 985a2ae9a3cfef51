"""The lists of panels and of one's own score sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.policy import Actor
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import Panel, Sheet
from evaluations.panels.selectors.desk import WORK, waiting
from evaluations.panels.selectors.watching import watches
from evaluations.rubrics.lists import STAGES, stage_words


class PanelList(ListPage):
    """The panels somebody may see; how far they are for those who watch them only."""

    title = _("评审组")
    nothing = _("还没有评审组。")
    default_sort = "-created_at"

    def __init__(self, request: HttpRequest, rows: QuerySet[Panel], *, actor: Actor) -> None:
        super().__init__(request, rows)
        self.actor = actor
        self.columns = [
            Col("name", _("名称"), sort="name", link=page_of),
            Col("round_code", _("届次"), sort="round_code"),
            Col("stage", _("环节"), value=lambda one: stage_words(one.stage), sort="stage"),
            Col("meets_on", _("评审日期"), kind="date", sort="meets_on"),
            Col("due_at", _("评分截止"), kind="datetime", sort="due_at"),
            *self._numbers(actor),
            state_col(),
        ]
        self.filters = [
            Choice("state", _("状态"), choices=P.choices),
            Choice("stage", _("环节"), choices=STAGES),
            Choice("waits", _("待办"), choices=tuple(WORK.items()), by=self._waiting),
            Search("q", _("名称或届次"), fields=["name", "round_code"]),
        ]

    def _waiting(self, rows: QuerySet[Any], work: str) -> QuerySet[Any]:
        return waiting(rows, work, self.actor)

    def _numbers(self, actor: Actor) -> Sequence[Col]:
        if not watches(actor):
            return [Col("mine", _("我的评分表"), kind="int")]
        return [
            Col("dossier_count", _("材料"), kind="int", sort="dossier_count"),
            Col("alive", _("评分表"), kind="int"),
            Col("done", _("已锁定"), kind="int", sort="done"),
        ]


class SheetList(ListPage):
    """One's own sheets: codes and titles only, until one has declared."""

    title = _("我的评审")
    nothing = _("没有待评审的材料。评审组开放评分后会出现在这里。")
    default_sort = "dossier__code"
    columns = [
        Col("dossier__code", _("代码"), sort="dossier__code", link=page_of),
        Col("dossier__title", _("名称"), sort="dossier__title"),
        Col("category", _("类别"), value=lambda one: category_words(one)),
        Col("panel__name", _("评审组"), sort="panel__name"),
        Col("panel__due_at", _("评分截止"), kind="datetime", sort="panel__due_at"),
        Col("total", _("我的总分"), kind="decimal"),
        state_col(),
    ]
    filters = [
        Choice("state", _("状态"), choices=S.choices),
        Search("q", _("代码或名称"), fields=["dossier__code", "dossier__title", "panel__name"]),
    ]


def category_words(sheet: Sheet) -> str:
    """Return what the category of a dossier is called."""
    code = sheet.dossier.category
    return str(sheet.panel.rule.get("category_names", {}).get(code, code))
