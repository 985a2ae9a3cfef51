"""The lists of applications: for those who work on them, and for those who wrote them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core.ui.lists import Choice, Col, ListPage, Search
from grants.proposals.lifecycle import P
from grants.proposals.models import STATE_TONES, Proposal
from grants.proposals.selectors.seeing import in_public_state, is_hidden
from grants.rounds.models import Category, Round
from grants.rounds.rules.words import TRACKS
from orgs.areas.models import Street

REVIEWING = _("评审中")
LISTED = ("round", "category", "applicant", "host", "community__street")


def _rounds() -> list[tuple[str, str]]:
    return list(Round.objects.order_by("-year").values_list("code", "name"))


def _categories() -> list[tuple[str, str]]:
    return list(Category.objects.order_by("code").values_list("code", "name").distinct())


def _streets() -> list[tuple[str, str]]:
    return list(Street.objects.filter(hidden=False).order_by("code").values_list("code", "display_name"))


def _public_states() -> list[tuple[str, Any]]:
    return [
        (code, REVIEWING if code == P.IN_REVIEW else name) for code, name in P.choices if code != P.SCORED
    ]


def _track(proposal: Proposal) -> str:
    return say(TRACKS.get(proposal.track, proposal.track))


def _place(proposal: Proposal) -> str:
    return proposal.community.place if proposal.community else proposal.outside_place


def _title(proposal: Proposal) -> str:
    return proposal.title or say("（未命名）")


def _address(proposal: Proposal) -> str:
    return proposal.get_absolute_url()


class _States:
    """How a list tells states: as they are, or as they are known outside the bureau."""

    def __init__(self, *, inside: bool, noticed: set[int]) -> None:
        self.inside, self.noticed = inside, noticed

    def _hides(self, proposal: Proposal) -> bool:
        return not self.inside and is_hidden(proposal, noticed=proposal.round_id in self.noticed)

    def name(self, proposal: Proposal) -> Any:
        reviewing = not self.inside and proposal.state == P.IN_REVIEW
        return REVIEWING if reviewing or self._hides(proposal) else P(proposal.state).label

    def tone(self, proposal: Proposal) -> str:
        state = P.IN_REVIEW if self._hides(proposal) else P(proposal.state)
        return STATE_TONES.get(state, "neutral")

    def column(self) -> Col:
        sort = "state" if self.inside else ""
        return Col("state", _("状态"), kind="badge", value=self.name, tone=self.tone, sort=sort)

    def filter(self) -> Choice:
        if self.inside:
            return Choice("state", _("状态"), choices=P.choices)
        return Choice("state", _("状态"), choices=_public_states, by=in_public_state)


class ProposalList(ListPage):
    """Applications that were handed in, for officers, streets, communities and finance."""

    default_sort = "-submitted_at"
    title = _("申报")
    nothing = _("还没有收到申报。")

    def __init__(
        self, request: HttpRequest, rows: QuerySet[Proposal], *, inside: bool, noticed: set[int]
    ) -> None:
        super().__init__(request, rows.select_related(*LISTED))
        states = _States(inside=inside, noticed=noticed)
        self.filters = [
            Search("q", _("编号、名称或单位"), fields=["number", "title", "applicant__name", "host__name"]),
            Choice("round", _("届次"), _rounds, "round__code"),
            Choice("category", _("类别"), _categories, "category__code"),
            Choice("street", _("街道"), _streets, "community__street__code"),
            states.filter(),
        ]
        self.columns = [
            Col("number", _("编号"), sort="number", link=_address),
            Col("title", _("项目名称"), sort="title", value=_title, link=_address, width=34),
            Col("applicant", _("申报主体"), sort="applicant__name", width=30),
            Col("host", _("代管单位"), on_page=False),
            Col("category", _("类别"), sort="category__code"),
            Col("track", _("档次"), value=_track, on_page=False),
            Col("place", _("落地社区"), value=_place, sort="community__code"),
            Col("requested_fen", _("申请资金（元）"), kind="yuan", sort="requested_fen"),
            states.column(),
            Col("version_no", _("版次"), kind="int", on_page=False),
            Col("submitted_at", _("提交时间"), kind="datetime", sort="submitted_at"),
        ]
        if inside:
            self.columns.append(Col("official_score", _("评审得分"), kind="decimal", on_page=False))


class MyProposalList(ListPage):
    """The applications of one's own organisation, drafts included, in the states one may know."""

    default_sort = "-created_at"
    title = _("我的申报")
    nothing = _("还没有申报。征集开放后，从这里新建。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Proposal], *, noticed: set[int]) -> None:
        super().__init__(request, rows.select_related(*LISTED))
        states = _States(inside=False, noticed=noticed)
        self.filters = [
            Search("q", _("编号或名称"), fields=["number", "title"]),
            Choice("round", _("届次"), _rounds, "round__code"),
            states.filter(),
        ]
        self.columns = [
            Col("title", _("项目名称"), sort="title", value=_title, link=_address, width=34),
            Col("number", _("编号"), sort="number"),
            Col("round", _("届次"), sort="round__year"),
            Col("applicant", _("申报主体"), sort="applicant__name", width=30),
            Col("category", _("类别"), on_page=False),
            Col("requested_fen", _("申请资金（元）"), kind="yuan", sort="requested_fen"),
            states.column(),
            Col("submitted_at", _("提交时间"), kind="datetime", sort="submitted_at"),
            Col("created_at", _("新建时间"), kind="datetime", sort="created_at", on_page=False),
        ]
