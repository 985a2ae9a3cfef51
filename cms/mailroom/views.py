"""The inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cms.mailroom import selectors, services
from cms.mailroom.models import InboxMessage
from core import clock
from core.routes import actor_of, back, signed_in
from core.ui.lists import Choice, Col, ListPage, Search


def _read(rows: QuerySet[InboxMessage], value: str) -> QuerySet[InboxMessage]:
    return rows.filter(read_at__isnull=value == "unread")


def _address(message: InboxMessage) -> str:
    return reverse("inbox_message", args=[message.public_id])


def _is_read(message: InboxMessage) -> Any:
    return _t("已读") if message.read_at else _t("未读")


def _tone(message: InboxMessage) -> str:
    return "ok" if message.read_at else "neutral"


class Inbox(ListPage):
    """The messages of one person."""

    columns = [
        Col("read_at", _("状态"), kind="badge", value=_is_read, tone=_tone, sort="read_at"),
        Col("subject", _("标题"), link=_address, sort="subject", width=60),
        Col("created_at", _("时间"), kind="datetime", sort="created_at"),
    ]
    filters = [
        Choice("read", _("状态"), choices=[("unread", _("未读")), ("read", _("已读"))], by=_read),
        Search("q", _("标题或内容"), fields=["subject", "body"]),
    ]
    default_sort = "-created_at"
    title = _("站内消息")
    empty = _("没有消息。")
    empty_hint = _("申报、评审、公示、拨款等有进展时，会在这里告知您。")


@signed_in("GET")
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything the house told me, newest first."""
    actor = actor_of(request)
    page = Inbox(request, selectors.inbox_of(actor))
    if page.wants_export:
        return page.export("inbox")
    return render(request, "mailroom/inbox.html", {"list": page, "unread": selectors.unread_count(actor)})


@signed_in("GET")
def inbox_message(request: HttpRequest, public_id: str) -> HttpResponse:
    """One message; reading a page changes nothing, so it is marked read by its button."""
    message = selectors.inbox_of(actor_of(request)).filter(public_id=public_id).first()
    if message is None:
        raise Http404
    return render(request, "mailroom/message.html", {"message": message})


@signed_in("POST")
def inbox_read(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark a message read, and go to what it is about."""
    message = services.mark_read(public_id=public_id, by=actor_of(request), now=_now())
    return (
        redirect(message.link) if request.POST.get("go") and message.link else back(request, reverse("inbox"))
    )


@signed_in("POST")
def inbox_all_read(request: HttpRequest) -> HttpResponse:
    """Mark every message read."""
    count = services.mark_all_read(by=actor_of(request), now=_now())
    messages.success(request, _t("已将%(count)s条消息标为已读。") % {"count": count})
    return redirect("inbox")


def _now() -> datetime:
    return clock.now()
