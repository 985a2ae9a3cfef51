"""The lists of applications: for those who work on them, and for those who wrote them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Actor
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from core.ui.templatetags.ui import deadline
from grants.proposals.lifecycle import C, P
from grants.proposals.models import STATE_TONES, PlaceConsent, Proposal
from grants.proposals.selectors.queue import QUEUED, WAITS, screening_ends
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
            Choice("round", _("届次"), _rounds(), "round__code"),
            Choice("category", _("类别"), _categories(), "category__code"),
            Choice("street", _("街道"), _streets(), "community__street__code"),
            states.filter(),
        ]
        self.columns = [
            Col("number", _("编号"), sort="number", link=page_of),
            Col("title", _("项目名称"), sort="title", value=_title, link=page_of, width=34),
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
            Choice("round", _("届次"), _rounds(), "round__code"),
            states.filter(),
        ]
        self.columns = [
            Col("title", _("项目名称"), sort="title", value=_title, link=page_of, width=34),
            Col("number", _("编号"), sort="number"),
            Col("round", _("届次"), sort="round__year"),
            Col("applicant", _("申报主体"), sort="applicant__name", width=30),
            Col("category", _("类别"), on_page=False),
            Col("requested_fen", _("申请资金（元）"), kind="yuan", sort="requested_fen"),
            states.column(),
            Col("submitted_at", _("提交时间"), kind="datetime", sort="submitted_at"),
            Col("created_at", _("新建时间"), kind="datetime", sort="created_at", on_page=False),
        ]


CONSENT_TONES = {"asked": "warn", "confirmed": "ok", "refused": "bad"}


def _items(proposal: Any) -> str:
    """How far the items of the version at hand are, in a few words."""
    parts = [(proposal.failed, say("不通过 %(n)s")), (proposal.human, say("待判断 %(n)s"))]
    open_ones = " ".join(words % {"n": n} for n, words in parts if n)
    return open_ones or (say("全部通过") if proposal.passed else say("未核对"))


def _items_tone(proposal: Any) -> str:
    if proposal.failed:
        return "bad"
    return "warn" if proposal.human else "ok" if proposal.passed else "neutral"


def _consent(proposal: Any) -> Any:
    return dict(C.choices).get(proposal.consent, say("未询问"))


class ScreeningList(ListPage):
    """The queue of screening."""

    default_sort = "submitted_at"
    title = _("资格审查")
    nothing = _("现在没有处于资格审查阶段的申报。")
    pick_form = "batch"

    def __init__(
        self, request: HttpRequest, rows: QuerySet[Proposal], *, actor: Actor, now: datetime
    ) -> None:
        self.ends, self.now = screening_ends(), now
        waits = [(code, wait.label) for code, wait in WAITS.items()]
        states = [(code, name) for code, name in P.choices if code in QUEUED]
        tracks = [(code, say(name)) for code, name in TRACKS.items()]
        self.filters = [
            Choice("wait", _("办理情况"), waits, by=lambda rows, code: WAITS[code].narrow(rows, actor, now)),
            Search("q", _("编号、名称或单位"), fields=["number", "title", "applicant__name", "host__name"]),
            Choice("state", _("状态"), states),
            Choice("category", _("类别"), _categories(), "category__code"),
            Choice("street", _("街道"), _streets(), "community__street__code"),
            Choice("track", _("档次"), tracks),
            Choice("round", _("届次"), _rounds(), "round__code"),
        ]
        self.columns = [*self._what(), *self._how_far()]
        super().__init__(request, rows.select_related(*LISTED).defer("round__terms"))

    def _what(self) -> list[Col]:
        return [
            Col("number", _("编号"), sort="number", link=self._screen),
            Col("title", _("项目名称"), sort="title", value=_title, link=self._screen, width=34),
            Col("applicant", _("申报主体"), sort="applicant__name", width=30),
            Col("category", _("类别"), sort="category__code", on_page=False),
            Col("track", _("档次"), value=_track, on_page=False),
            Col("place", _("落地社区"), value=_place, sort="community__code"),
            Col("requested_fen", _("申请资金（元）"), kind="yuan", sort="requested_fen", on_page=False),
        ]

    def _how_far(self) -> list[Col]:
        states = _States(inside=True, noticed=set())
        return [
            Col("state", _("状态"), kind="badge", value=states.name, tone=states.tone, sort="state"),
            Col("items", _("逐项审查"), kind="badge", value=_items, tone=_items_tone),
            Col("passed", _("通过项"), kind="int", on_page=False),
            Col("failed", _("不通过项"), kind="int", on_page=False),
            Col("human", _("待判断项"), kind="int", on_page=False),
            Col(
                "consent", _("社区意见"), kind="badge", value=_consent,
                tone=lambda proposal: CONSENT_TONES.get(proposal.consent, "neutral"),
            ),
            Col("version_no", _("版次"), kind="int", on_page=False),
            Col("submitted_at", _("提交时间"), kind="datetime", sort="submitted_at", on_page=False),
            Col("due", _("期限"), value=self._due),
        ]  # fmt: skip

    def _screen(self, proposal: Proposal) -> str:
        wait = self.asked.get("wait", "")
        address = reverse("screen", args=[proposal.public_id])
        return f"{address}?wait={wait}" if wait in WAITS else address

    def _due(self, proposal: Proposal) -> str:
        if proposal.state == P.RETURNED and proposal.correction_due:
            due, late = deadline(proposal.correction_due), proposal.correction_due < self.now
        elif proposal.state in (P.SUBMITTED, P.RECHECKING) and (until := self.ends.get(proposal.round_id)):
            due, late = f"{until:%Y-%m-%d}", until < clock.day_of(self.now)
        else:
            return ""
        return f"{due} {say('已逾期')}" if late else due


class ConsentList(ListPage):
    """The consents of places, for those who give them and those who wait for them."""

    default_sort = "-created_at"
    title = _("落地社区意见")
    nothing = _("还没有需要社区确认的申报。申报提交后，系统自动请落地社区确认。")
    filters = [
        Choice("state", _("状态"), C.choices),
        Choice("round", _("届次"), _rounds, "proposal__round__code"),
        Choice("street", _("街道"), _streets, "community__street__code"),
        Search("q", _("编号、名称或单位"), fields=[
            "proposal__number", "proposal__title", "proposal__applicant__name", "community__name",
        ]),
    ]  # fmt: skip
    columns = [
        Col("number", _("申报编号"), value=lambda one: one.proposal.number, sort="proposal__number",
            link=page_of),
        Col("title", _("项目名称"), value=lambda one: one.proposal.title, sort="proposal__title", width=34,
            link=page_of),
        Col("applicant", _("申报主体"), value=lambda one: one.proposal.applicant, width=30),
        Col("place", _("落地社区"), value=lambda one: one.community.place, sort="community__code"),
        state_col(_("社区意见"), tone=lambda one: CONSENT_TONES[one.state]),
        Col("created_at", _("询问时间"), kind="datetime", sort="created_at"),
        Col("answered_at", _("答复时间"), kind="datetime", sort="answered_at"),
        Col("refusal", _("不同意的理由"), on_page=False),
    ]  # fmt: skip

    def __init__(self, request: HttpRequest, rows: QuerySet[PlaceConsent]) -> None:
        related = ("proposal__applicant", "community__street")
        super().__init__(request, rows.select_related(*related))
