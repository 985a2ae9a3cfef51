"""Notices and objections for everybody, without an account.

Who objects acts as the system: an account that happens to be signed in leaves no trace on an objection. Of
the network address only a digest is kept, in the cache, for an hour, to stop floods.
"""

from __future__ import annotations

import hashlib
from uuid import uuid4

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.policy import SYSTEM
from core.routes import public
from core.ui.buttons import key_of
from core.ui.pages import listed
from grants.publicity import selectors, services
from grants.publicity.forms import ObjectionForm, ReceiptForm
from grants.publicity.lists import PublicNoticeList
from grants.publicity.models import Notice, Objection
from grants.publicity.selectors.reading import PublicNotice, read_publicly

AN_HOUR = 60 * 60
OBJECTIONS_AN_HOUR = 5
QUESTIONS_AN_HOUR = 10


class TooMany(Refused):
    """The same address asked too often."""

    status = 429
    code = "too_many"


@public("GET")
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice that is, or was, public."""
    page = PublicNoticeList(request, selectors.public_notices())
    return listed(request, page, filename="notices", template="grants/publicity/public_notices.html")


@public("GET")
def notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The live notice, masked."""
    return render(request, "grants/publicity/public_notice.html", {"reading": _reading(public_id)})


def _reading(public_id: str) -> PublicNotice:
    rows = selectors.public_notices().select_related("round__host")
    found: Notice | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return read_publicly(found, clock.now())


@public("GET", "POST")
def object_to_notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form of an objection, and taking it in; whatever is refused, what was typed stays."""
    reading = _reading(public_id)
    if request.method == "GET":
        first = {"item": request.GET.get("item", ""), "kind": "person"}
        return _form_page(request, reading, ObjectionForm(items=reading.announced, initial=first))
    form = ObjectionForm(request.POST, request.FILES, items=reading.announced)
    if not form.is_valid():
        return _form_page(request, reading, form, status=422)
    try:
        _not_too_many(request, "objections", OBJECTIONS_AN_HOUR)
        objection = _lodge(request, reading, form)
    except Refused as refused:
        return _form_page(request, reading, form, refused, refused.status)
    return redirect("objection_receipt", objection.public_id)


def _lodge(request: HttpRequest, reading: PublicNotice, form: ObjectionForm) -> Objection:
    asked = form.cleaned_data
    paper = services.Paper(*asked["paper"]) if asked["paper"] else None
    objection = services.lodge_objection(
        item_id=reading.notice.items.get(public_id=asked["item"]).pk,
        kind=asked["kind"],
        statement=asked["statement"],
        objector=asked["objector"],
        contact=asked["contact"],
        paper=paper,
        by=SYSTEM,
        now=clock.now(),
        key=key_of(request),
    )
    _count(request, "objections")
    return objection


def _form_page(
    request: HttpRequest,
    reading: PublicNotice,
    form: ObjectionForm,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "reading": reading,
        "form": form,
        "refused": refused,
        "sent": bool(request.FILES),
        "key": uuid4(),
    }
    response = render(request, "grants/publicity/object.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@public("GET")
def objection_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt: number, what happens next, and the answer once there is one. The address is the key."""
    found = Objection.objects.select_related("item__notice__round").filter(public_id=token).first()
    if found is None:
        raise Http404
    context = {"objection": found, "reading": read_publicly(found.item.notice, clock.now())}
    response = render(request, "grants/publicity/receipt.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public("GET", "POST")
def find_objection(request: HttpRequest) -> HttpResponse:
    """Find a receipt again by number and contact."""
    if request.method == "GET":
        return _find_page(request, ReceiptForm())
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return _find_page(request, form, status=422)
    try:
        _not_too_many(request, "questions", QUESTIONS_AN_HOUR)
    except Refused as refused:
        return _find_page(request, form, refused, refused.status)
    if found := selectors.objection_by_receipt(**form.cleaned_data):
        return redirect("objection_receipt", found.public_id)
    _count(request, "questions")
    form.add_error(None, _("没有编号和联系方式都相符的异议。请核对受理编号；匿名反映不能按编号查询。"))
    return _find_page(request, form, status=422)


def _find_page(
    request: HttpRequest, form: ReceiptForm, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "refused": refused}
    return render(request, "grants/publicity/find_objection.html", context, status=status)


# --- floods -----------------------------------------------------------------------------------------


def _counter(request: HttpRequest, what: str) -> str:
    address = str(get_client_ip_address(request) or "")
    return f"publicity:{what}:{hashlib.sha256(address.encode()).hexdigest()}"


def _not_too_many(request: HttpRequest, what: str, most: int) -> None:
    if int(cache.get(_counter(request, what), 0)) >= most:
        raise TooMany(
            _("同一网络一小时内最多提交 %(most)s 次。请过一小时再试，或按公示上的受理方式联系。")
            % {"most": most}
        )


def _count(request: HttpRequest, what: str) -> None:
    name = _counter(request, what)
    cache.add(name, 0, AN_HOUR)
    try:
        cache.incr(name)
    except ValueError:  # it ended between the two steps
        cache.set(name, 1, AN_HOUR)
