"""The lists of notices and objections, at the desk and for the public."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.masking import mask_text
from core.ui.lists import Choice, Col, ListPage, Search, page_of, state_col
from grants.publicity.lifecycle import OPEN, N, O
from grants.publicity.models import Notice, NoticeKind, Objection, ObjectorKind
from grants.publicity.selectors import WAITS, waiting
from grants.rounds.models import Round
from grants.rounds.selectors import public_rounds


def _rounds() -> list[tuple[str, str]]:
    return list(Round.objects.values_list("code", "name"))


def _public_rounds() -> list[tuple[str, str]]:
    return list(public_rounds().values_list("code", "name"))


def _waits(rows: QuerySet[Notice], name: str) -> QuerySet[Notice]:
    return waiting(name, rows, clock.today())


class NoticeList(ListPage):
    """Notices at the desk."""

    title = _("公示")
    nothing = _("还没有公示。立项名单形成会议决定后，可在决策会议页一键拟稿。")
    default_sort = "-created_at"
    columns = (
        Col("title", _("标题"), link=page_of),
        Col("number", _("编号"), sort="number"),
        Col("kind", _("种类"), value=lambda one: one.get_kind_display()),
        Col("round__name", _("届次"), on_page=False),
        state_col(),
        Col("item_count", _("项目数"), kind="int", sort="item_count"),
        Col("open_objections", _("未办结异议"), kind="int", sort="open_objections"),
        Col("starts_on", _("起始日"), kind="date", sort="starts_on"),
        Col("ends_on", _("截止日"), kind="date", sort="ends_on"),
        Col("gov_url", _("网站同步"), kind="bool", value=lambda one: one.has_posting()),
    )
    filters = (
        Choice("state", _("状态"), choices=N.choices),
        Choice("kind", _("种类"), choices=NoticeKind.choices),
        Choice("round", _("届次"), choices=_rounds, field="round__code"),
        Choice("waits", _("待办"), choices=list(WAITS.items()), by=_waits),
        Search("q", _("标题或编号"), fields=["title", "number"]),
    )


def _pending(rows: QuerySet[Objection], name: str) -> QuerySet[Objection]:
    open_ = rows.filter(state__in=OPEN)
    if name == "mine":
        return open_.filter(is_mine=True)  # type: ignore[misc]  # see objections_visible_to
    return open_.filter(reply_due__lt=clock.today()) if name == "late" else open_


class ObjectionList(ListPage):
    """Objections at the desk; who objects is not in a list."""

    title = _("异议")
    nothing = _("还没有异议。")
    default_sort = "-lodged_at"
    columns = (
        Col("number", _("编号"), link=page_of, sort="number"),
        Col("item__title", _("项目"), value=lambda one: one.item.title),
        Col("item__organisation", _("申报单位"), value=lambda one: one.item.organisation),
        Col("kind", _("提出方式"), value=lambda one: one.get_kind_display()),
        state_col(),
        Col("lodged_at", _("提出时间"), kind="datetime", sort="lodged_at"),
        Col("reply_due", _("答复期限"), kind="date", sort="reply_due"),
        Col("replied_at", _("答复时间"), kind="datetime", sort="replied_at"),
        Col("notice", _("公示编号"), value=lambda one: one.item.notice.number, on_page=False),
    )
    filters = (
        Choice("state", _("状态"), choices=O.choices),
        Choice("kind", _("提出方式"), choices=ObjectorKind.choices),
        Choice("round", _("届次"), choices=_rounds, field="item__notice__round__code"),
        Choice(
            "waits",
            _("待办"),
            choices=[("open", _("未办结")), ("mine", _("由我核查")), ("late", _("已过答复期限"))],
            by=_pending,
        ),
        Search("q", _("编号、项目或单位"), fields=["number", "item__title", "item__organisation"]),
    )


class PublicNoticeList(ListPage):
    """Notices as everybody finds them."""

    title = _("公示公告")
    nothing = _("现在没有公示。拟立项名单公布后，可以在这里查看并提出异议。")
    default_sort = "-published_at"
    columns = (
        Col(
            "title",
            _("标题"),
            value=lambda one: mask_text(one.title),
            link=lambda one: reverse("public_notice", args=[one.public_id]),
        ),
        Col("number", _("编号"), sort="number"),
        Col("round__name", _("届次"), value=lambda one: one.round.name),
        state_col(),
        Col("starts_on", _("起始日"), kind="date", sort="starts_on"),
        Col("ends_on", _("截止日"), kind="date", sort="ends_on"),
    )
    filters = (
        Choice("round", _("届次"), choices=_public_rounds, field="round__code"),
        Choice("state", _("状态"), choices=[(N.PUBLISHED, N.PUBLISHED.label), (N.ENDED, N.ENDED.label)]),
        Search("q", _("标题或编号"), fields=["title", "number"]),
    )

    def __init__(self, request: HttpRequest, rows: QuerySet[Notice]) -> None:
        super().__init__(request, rows.select_related("round"))
