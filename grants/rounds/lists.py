"""The list of rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from grants.rounds.selectors import application_window, awaiting_selection


def _years() -> list[tuple[str, str]]:
    years = Round.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in years]


class RoundList(ListPage):
    """Every round somebody may see, newest first."""

    columns = [
        Col("name", _("届次"), sort="name", link=page_of),
        Col("code", _("代码"), sort="code"),
        Col("year", _("年度"), sort="year"),
        state_col(),
        Col("budget_fen", _("总预算（元）"), kind="yuan", sort="budget_fen"),
        Col("opens", _("开始申报"), kind="datetime", value=lambda round_: application_window(round_).opens),
        Col("closes", _("申报截止"), kind="datetime", value=lambda round_: application_window(round_).closes),
        Col("host", _("主办单位"), value=lambda round_: round_.host.name),
        Col("state_since", _("状态始于"), kind="datetime", sort="state_since"),
    ]
    default_sort = "-year"
    title = _("届次")
    nothing = _("还没有届次。由经办从条款文件筹备，配齐申报表和评分表后由负责人发布。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Round], *, now: datetime | None = None) -> None:
        moment = now or clock.now()
        self.filters = [
            Choice("state", _("状态"), choices=R.choices),
            Choice("year", _("年度"), choices=_years),
            Choice("wait", _("待办"), choices=[("over", _("征集已截止、待进入评审"))], by=_waiting(moment)),
            Search("q", _("名称或代码"), fields=["name", "code"]),
        ]
        super().__init__(request, rows.select_related("host").prefetch_related("extensions"))


def _waiting(now: datetime) -> Any:
    return lambda rows, _value: awaiting_selection(rows, now)
