"""Notices and objections at the desk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import Refused
from core.policy import check
from core.routes import actor_of, permits
from core.ui import buttons
from core.ui.buttons import Pressed, key_of, version_of
from core.ui.pages import listed, shown
from grants.publicity import selectors, services
from grants.publicity.buttons import NOTICE_BUTTONS, OBJECTION_BUTTONS
from grants.publicity.forms import ItemForm
from grants.publicity.lifecycle import N
from grants.publicity.lists import NoticeList, ObjectionList
from grants.publicity.models import Notice, NoticeItem, Objection
from grants.publicity.selectors.reading import legal_calendar, masking_check, read_publicly


@permits("publicity.list")
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice somebody may see."""
    rows = selectors.with_counts(selectors.visible_to(actor_of(request))).select_related("round")
    return listed(request, NoticeList(request, rows), filename="notices")


@permits("publicity.view", Notice)
def notice(request: HttpRequest, notice: Notice) -> HttpResponse:
    """A notice at the desk; those who only read it are led to the page of everybody."""
    if not check(actor_of(request), "publicity.list"):
        return redirect("public_notice", notice.public_id)
    return _notice_page(request, notice)


def _notice_page(request: HttpRequest, notice: Notice, pressed: Pressed | None = None) -> HttpResponse:
    actor, now, calendar = actor_of(request), clock.now(), working_calendar()
    is_draft = notice.state == N.DRAFTED
    return shown(
        request,
        notice,
        "grants/publicity/notice.html",
        buttons=NOTICE_BUTTONS,
        press="press_notice",
        pressed=pressed,
        is_draft=is_draft,
        reading=read_publicly(notice, now, calendar),
        checks=masking_check(notice) if is_draft else (),
        broken=services.broken_rules(notice) if is_draft else (),
        calendar=legal_calendar(notice, now, calendar),
        objections=_objections_to(notice, request),
        may_edit_items=is_draft and check(actor, "publicity.edit", notice) is not None,
    )


def _objections_to(notice: Notice, request: HttpRequest) -> list[Objection]:
    rows = selectors.objections_visible_to(actor_of(request)).filter(item__notice=notice)
    return list(rows.select_related("item").order_by("lodged_at"))


@permits("publicity.view", Notice, "GET", "POST")
def press_notice(request: HttpRequest, notice: Notice, code: str) -> HttpResponse:
    """A button of a notice."""
    return buttons.press(request, notice, code, NOTICE_BUTTONS, _notice_page, notice.get_absolute_url())


@permits("publicity.edit", Notice, "GET", "POST")
def edit_notice_item(request: HttpRequest, notice: Notice, item_id: str) -> HttpResponse:
    """How an item of a draft is named."""
    item = notice.items.filter(public_id=item_id).first()
    if item is None:
        raise Http404
    if notice.state != N.DRAFTED:
        return redirect(notice.get_absolute_url())
    if request.method == "GET":
        named = {"title": item.title, "organisation": item.organisation, "place": item.place}
        return _item_page(request, item, ItemForm(initial=named))
    form = ItemForm(request.POST)
    if not form.is_valid():
        return _item_page(request, item, form, status=422)
    try:
        services.edit_item(
            item_id=item.pk, **form.cleaned_data, by=actor_of(request), now=clock.now(),
            key=key_of(request), version=version_of(request),
        )  # fmt: skip
    except Refused as refused:
        return _item_page(request, item, form, refused, refused.status)
    return redirect(notice.get_absolute_url())


def _item_page(
    request: HttpRequest, item: NoticeItem, form: ItemForm, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"item": item, "notice": item.notice, "form": form, "refused": refused}
    context |= {"version": item.row_version, "key": uuid4()}
    return render(request, "grants/publicity/item.html", context, status=status)


@permits("publicity.list_objections")
def objections(request: HttpRequest) -> HttpResponse:
    """Every objection somebody may see."""
    rows = selectors.objections_visible_to(actor_of(request)).select_related("item__notice")
    return listed(request, ObjectionList(request, rows), filename="objections")


@permits("publicity.view_objection", Objection, see="publicity.view_objection")
def objection(request: HttpRequest, objection: Objection) -> HttpResponse:
    """An objection at the desk."""
    return _objection_page(request, objection)


def _objection_page(
    request: HttpRequest, objection: Objection, pressed: Pressed | None = None
) -> HttpResponse:
    actor, today = actor_of(request), clock.today()
    sees = check(actor, "publicity.see_objector", objection)
    return shown(
        request,
        objection,
        "grants/publicity/objection.html",
        buttons=OBJECTION_BUTTONS,
        press="press_objection",
        pressed=pressed,
        item=objection.item,
        notice=objection.item.notice,
        objector=selectors.objector_of(objection, actor) if sees else None,
        is_mine=objection.investigator_id == actor.user_id,
        is_late=bool(objection.reply_due and not objection.replied_at and today > objection.reply_due),
    )


@permits("publicity.view_objection", Objection, "GET", "POST", see="publicity.view_objection")
def press_objection(request: HttpRequest, objection: Objection, code: str) -> HttpResponse:
    """A button of an objection."""
    home = objection.get_absolute_url()
    return buttons.press(request, objection, code, OBJECTION_BUTTONS, _objection_page, home)
