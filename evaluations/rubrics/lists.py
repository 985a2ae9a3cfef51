"""The list of score sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.ui.lists import Choice, Col, ListPage, Search, page_of

STAGES = (
    ("application", _("申报评审")),
    ("midterm", _("中期评估")),
    ("final", _("末期评估")),
    ("brand", _("品牌评审")),
)


def stage_words(stage: str) -> str:
    """Return what a stage is called."""
    return str(dict(STAGES).get(stage, stage))


class RubricList(ListPage):
    """Every score sheet with its newest version."""

    title = _("评分表")
    nothing = _("还没有评分表。评分表由数据包导入并定版。")
    default_sort = "code"
    columns = [
        Col("name", _("名称"), sort="name", link=page_of),
        Col("stage", _("环节"), value=lambda one: stage_words(one.stage), sort="stage"),
        Col("code", _("代码"), sort="code"),
        Col("version_count", _("版次"), kind="int"),
        Col("frozen_at", _("最近定版"), kind="datetime", sort="frozen_at"),
    ]
    filters = [
        Choice("stage", _("环节"), choices=STAGES),
        Search("q", _("名称或代码"), fields=["name", "code"]),
    ]
