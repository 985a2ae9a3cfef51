"""The communities of the district."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ui.lists import Choice, Col, ListPage, Search, page_of
from orgs.areas import selectors
from orgs.areas.models import Community

NOW, ENDED = "now", "ended"


def _by_validity(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(valid_to__isnull=False) if value == ENDED else rows.filter(valid_to__isnull=True)


class CommunityList(ListPage):
    """Streets and communities by code."""

    title = _("街道和社区")
    columns = (
        Col("code", _("区划代码"), sort="code", width=16),
        Col("street", _("街道"), value=lambda one: one.street.display_name, sort="street__code"),
        Col("name", _("社区"), value=lambda one: one.display_name, sort="display_name",
            link=page_of, width=24),
        Col("valid_to", _("停用日期"), kind="date", sort="valid_to"),
        Col("into", _("并入"), value=lambda one: one.replaced_by.place if one.replaced_by else "", width=24),
    )  # fmt: skip
    default_sort = "code"
    per_page = 30

    def __init__(self, request: HttpRequest, rows: QuerySet[Community]) -> None:
        super().__init__(request, rows.select_related("street", "replaced_by__street"))
        places = [(one.code, one.display_name) for one in selectors.streets(on=clock.today())]
        states = [(NOW, _("现存")), (ENDED, _("已停用"))]
        self.filters = (
            Search("q", _("名称或代码"), fields=["name", "code"]),
            Choice("street", _("街道"), choices=places, field="street__code"),
            Choice("validity", _("状态"), choices=states, by=_by_validity),
        )
