"""The lists of decisions, of awards, and of what the public reads of them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core import clock
from core.columns import KINDS, Column
from core.masking import mask_text
from core.sheets import write_csv
from core.ui.lists import MOST_EXPORTED, Choice, Col, ListPage, Search, page_of, state_col
from grants.awards.lifecycle import D, W
from grants.awards.models import Award, Decision
from grants.awards.selectors.desk import clearable, loose
from grants.rounds.models import Category, FundingSource, Round


def _rounds() -> list[tuple[str, str]]:
    return list(Round.objects.values_list("code", "name"))


def organisation_of(award: Award) -> str:
    """Return who carries the project out, with the host of a community group."""
    proposal = award.proposal
    if proposal.host is None:
        return proposal.applicant.name
    return str(
        _("%(group)s（代管单位：%(host)s）") % {"group": proposal.applicant.name, "host": proposal.host.name}
    )


def _place(award: Award) -> str:
    place = award.proposal.community
    return place.display_name if place else ""


def _waits(rows: QuerySet[Decision], name: str) -> QuerySet[Decision]:
    """Narrow to the decided lists whose projects are to be announced, or awarded."""
    what = loose() if name == "announce" else clearable()
    return rows.filter(
        Exists(what.filter(round=OuterRef("round"), line__decision=OuterRef("pk"))), state=D.RESOLVED
    )


class DecisionList(ListPage):
    """Decisions at the desk."""

    title = _("决策会议")
    nothing = _("还没有立项名单。评审结束后由经办人拟定。")
    default_sort = "-created_at"
    columns = (
        Col("number", _("编号"), link=page_of, sort="number"),
        Col("round__name", _("届次"), value=lambda one: one.round.name),
        state_col(),
        Col("judged", _("评审项目"), kind="int", sort="judged"),
        Col("proposed", _("拟立项"), kind="int", sort="proposed"),
        Col("proposed_fen", _("拟资助金额（元）"), kind="yuan", sort="proposed_fen"),
        Col("met_on", _("会议日期"), kind="date", sort="met_on"),
        Col("minutes_no", _("会议纪要文号")),
    )
    filters = (
        Choice("state", _("状态"), choices=D.choices),
        Choice("round", _("届次"), choices=_rounds, field="round__code"),
        Choice("waits", _("待办"), choices=[("announce", _("待公示")), ("award", _("待立项"))], by=_waits),
        Search("q", _("编号或文号"), fields=["number", "minutes_no"]),
    )


def _categories() -> list[tuple[str, str]]:
    return sorted(set(Category.objects.values_list("code", "name")))


def _sources() -> list[tuple[str, str]]:
    return list(FundingSource.objects.values_list("code", "name"))


def _unsigned(rows: QuerySet[Award], _name: str) -> QuerySet[Award]:
    return rows.filter(state=W.GRANTED, sign_by__lt=clock.today())


class AwardList(ListPage):
    """Awards at the desk, and those of an applicant."""

    title = _("立项")
    nothing = _("还没有立项项目。公示期满无异议后办理立项。")
    default_sort = "-project_no"
    columns = (
        Col("project_no", _("项目编号"), link=page_of, sort="project_no"),
        Col("title", _("项目名称"), value=lambda one: one.proposal.title),
        Col("organisation", _("实施单位"), value=organisation_of),
        Col("category__name", _("类别"), value=lambda one: one.category.name),
        Col("source__name", _("资金来源"), value=lambda one: one.source.name, on_page=False),
        Col("place", _("落地社区"), value=_place, on_page=False),
        Col("amount_fen", _("资助金额（元）"), kind="yuan", sort="amount_fen"),
        Col("cut_fen", _("核减（元）"), kind="yuan", on_page=False),
        Col("sign_by", _("签约期限"), kind="date", sort="sign_by"),
        state_col(),
    )
    filters = (
        Choice("state", _("状态"), choices=W.choices),
        Choice("round", _("届次"), choices=_rounds, field="round__code"),
        Choice("category", _("类别"), choices=_categories, field="category__code"),
        Choice("source", _("资金来源"), choices=_sources, field="source__code"),
        Search(
            "q", _("编号、项目或单位"), fields=["project_no", "proposal__title", "proposal__applicant__name"]
        ),
    )


class ResultList(ListPage):
    """The results of a round for everybody, masked; open data as XLSX and CSV."""

    nothing = _("立项结果尚未公布。公示期满、办理立项后，可以在这里查看。")
    default_sort = "project_no"
    per_page = 60
    columns = (
        Col("project_no", _("项目编号"), sort="project_no"),
        Col("title", _("项目名称"), value=lambda one: mask_text(one.proposal.title)),
        Col("organisation", _("实施单位"), value=lambda one: mask_text(organisation_of(one))),
        Col("category__name", _("类别"), value=lambda one: one.category.name),
        Col("place", _("落地社区"), value=lambda one: mask_text(_place(one))),
        Col("amount_fen", _("资助金额（元）"), kind="yuan", sort="amount_fen"),
    )

    def __init__(self, request: HttpRequest, rows: QuerySet[Award], round_: Round) -> None:
        self.filters = (
            Choice(
                "category",
                _("类别"),
                choices=list(round_.categories.values_list("code", "name")),
                field="category__code",
            ),
            Search(
                "q",
                _("项目、单位或社区"),
                fields=["proposal__title", "proposal__applicant__name", "proposal__community__name"],
            ),
        )
        self.title = _("%(round)s立项结果") % {"round": round_.name}
        super().__init__(request, rows)

    @property
    def csv_address(self) -> str:
        """Return where the same rows are had as CSV."""
        return self.address(export="csv", page="")

    @property
    def wants_csv(self) -> bool:
        """Tell whether CSV was asked for."""
        return self.asked.get("export") == "csv"

    def csv(self, filename: str) -> HttpResponse:
        """Return everything the filters leave, as CSV."""
        cols = [col for col in self.columns if col.in_export]
        columns = [Column(c.key, str(c.title), kind=c.kind if c.kind in KINDS else "text") for c in cols]
        rows = ({col.key: col.of(one) for col in cols} for one in self.rows[:MOST_EXPORTED])
        response = HttpResponse(write_csv(columns, rows), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = str(content_disposition_header(True, f"{filename}.csv"))
        return response
