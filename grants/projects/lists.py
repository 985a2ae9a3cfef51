"""The lists of projects, vouchers and activities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core.policy import Actor
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from grants.projects.lifecycle import E, J
from grants.projects.models import ActivityRecord, Expense, Method, Project
from grants.projects.rules import board
from grants.projects.selectors.board import Board
from grants.projects.selectors.desk import WAITS, waiting
from grants.projects.selectors.seen import LineUse
from grants.rounds.models import Category, Round
from orgs.areas.models import Street

NOTHING = board.Light(board.DONE)


def _streets() -> list[tuple[str, str]]:
    return [(code, name) for code, name in Street.objects.order_by("code").values_list("code", "name")]


def _categories() -> list[tuple[str, str]]:
    return list(Category.objects.order_by("code").values_list("code", "name").distinct())


def _community(project: Project) -> str:
    place = project.award.proposal.community
    return str(place) if place else ""


def _street(project: Project) -> str:
    place = project.award.proposal.community
    return str(place.street) if place else ""


class ProjectList(ListPage):
    """The board: every project somebody may see, with its light and the reason of it."""

    default_sort = "number"
    title = _("资助项目")
    nothing = _("还没有资助项目。立项并公示之后，项目会出现在这里。")

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Project],
        *,
        actor: Actor,
        today: date,
        rounds: Mapping[int, Round],
        lights: Board,
    ) -> None:
        super().__init__(request, rows)
        self.board = lights
        self.filters = self._filters(actor, today, rounds)
        self.columns = self._columns()

    def _filters(self, actor: Actor, today: date, rounds: Mapping[int, Round]) -> list[Any]:
        return [
            Search("q", _("编号、名称或单位"), fields=["number", "title", "applicant__name"]),
            Choice("round", _("届次"), [(one.code, one.name) for one in rounds.values()], "round__code"),
            Choice("category", _("类别"), _categories(), "award__category__code"),
            Choice("street", _("街道"), _streets(), "award__proposal__community__street__code"),
            Choice("state", _("状态"), J.choices),
            Choice(
                "light", _("预警"), [(code, say(word)) for code, word in board.WORDS.items()],
                by=lambda rows, value: rows.filter(pk__in=self.board.with_colour(value)),
            ),
            Choice(
                "waits", _("待办"), [(code, label) for code, (label, _wait) in WAITS.items()],
                by=lambda rows, value: waiting(value, actor, today, rows),
            ),
        ]  # fmt: skip

    def _light(self, project: Project) -> board.Light:
        return self.board.lights.get(project.pk, NOTHING)

    def _columns(self) -> list[Col]:
        return [
            Col("number", _("编号"), sort="number", link=page_of, width=22),
            Col("title", _("项目名称"), sort="title", width=30),
            Col("applicant__name", _("实施单位"), sort="applicant__name", width=30),
            state_col(),
            Col(
                "light", _("预警"), "badge", value=lambda one: say(self._light(one).word),
                tone=lambda one: self._light(one).tone,
            ),
            Col(
                "reasons", _("原因"),
                value=lambda one: "；".join(str(why) for why in self._light(one).reasons), width=36,
            ),
            Col("award_fen", _("资助金额"), "yuan", sort="award_fen"),
            Col("spent_fen", _("已支出"), "yuan", sort="spent_fen"),
            Col("ends_on", _("结束日期"), "date", sort="ends_on"),
            Col("category", _("类别"), value=lambda one: one.award.category.name, on_page=False),
            Col("street", _("街道"), value=_street, on_page=False),
            Col("community", _("社区"), value=_community, on_page=False),
            Col("round__name", _("届次"), on_page=False, width=30),
            Col("last_activity_on", _("最近活动"), "date", on_page=False),
        ]  # fmt: skip


class ExpenseList(ListPage):
    """The vouchers of one project."""

    default_sort = "-spent_on"
    title = _("支出凭证")
    nothing = _("还没有入账的支出。在项目页点“记一笔支出”。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Expense], *, lines: list[LineUse]) -> None:
        super().__init__(request, rows)
        self.items = {line.no: f"{line.no} {line.item}" for line in lines}
        named = [(str(no), label) for no, label in self.items.items()]
        self.filters = [
            Search(
                "q", _("凭证号、摘要、收款方或票据号"), fields=["voucher_no", "item", "payee", "invoice_no"]
            ),
            Choice("line", _("预算行"), named, "line_no"),
            Choice("method", _("付款方式"), Method.choices),
            Choice("state", _("状态"), E.choices),
        ]
        self.columns = [
            Col("voucher_no", _("凭证号"), sort="voucher_no", link=self._page, width=14),
            Col("spent_on", _("支出日期"), "date", sort="spent_on"),
            Col("line", _("预算行"), value=self._line, sort="line_no", width=24),
            Col("item", _("摘要"), width=30),
            Col("payee", _("收款方"), sort="payee", width=24),
            Col("invoice_no", _("票据号码"), width=20),
            Col("method", _("付款方式"), value=lambda one: one.get_method_display()),
            Col("amount_fen", _("金额（元）"), "yuan", sort="amount_fen"),
            state_col(),
        ]  # fmt: skip

    def _line(self, expense: Expense) -> str:
        return self.items.get(expense.line_no, "")

    def _page(self, expense: Expense) -> str:
        return reverse("expense", args=[expense.project.public_id, expense.public_id])


class ActivityList(ListPage):
    """The activities of one project."""

    default_sort = "-held_on"
    title = _("活动记录")
    nothing = _("还没有活动记录。在项目页点“记一次活动”。")
    filters = [Search("q", _("名称、地点或情况"), fields=["title", "place", "summary"])]
    columns = [
        Col("held_on", _("活动日期"), "date", sort="held_on"),
        Col("title", _("活动名称"), sort="title", width=28),
        Col("place", _("地点"), width=24),
        Col("participants", _("参加人数"), "int", sort="participants"),
        Col("volunteers", _("志愿者"), "int", sort="volunteers"),
        Col("service_count", _("服务人次"), "int", sort="service_count"),
        Col("summary", _("简要情况"), width=40),
    ]

    def __init__(
        self, request: HttpRequest, rows: QuerySet[ActivityRecord], *, photos: Mapping[int, list[Any]]
    ) -> None:
        super().__init__(request, rows)
        self.photos = photos
        self.columns = [
            *type(self).columns,
            Col(
                "photos",
                _("照片"),
                "int",
                value=lambda one: len(self.photos.get(one.pk, [])),
                link=self._page,
            ),
        ]

    def _page(self, activity: ActivityRecord) -> str:
        return reverse("activity", args=[activity.project.public_id, activity.public_id])
