"""Batches of payment orders: drawing one up with a preview, its page, its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, NotFound, NotNow, Refused
from core.policy import Actor, Role
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, key_of, press
from core.ui.pages import listed, shown
from grants.payments.buttons import BATCH_BUTTONS
from grants.payments.lifecycle import O
from grants.payments.lists import BatchList
from grants.payments.models import Channel, OrderBatch, Tranche
from grants.payments.selectors import ready_tranches, verified_accounts, visible_batches
from grants.payments.services import make_batch
from grants.payments.services.bank import bank_file, results_form

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ORDERS = 500


@dataclass(frozen=True)
class Heap:
    """Instalments that may go into one batch: of one round and one source."""

    rows: list[Tranche]

    @property
    def round(self) -> Any:
        return self.rows[0].project.round

    @property
    def source(self) -> Any:
        return self.rows[0].project.plan.source

    @property
    def total_fen(self) -> int:
        return sum(one.payable_fen for one in self.rows)


@permits("payments.list_batches")
def batches(request: HttpRequest) -> HttpResponse:
    """The batches somebody may see."""
    actor = actor_of(request)
    rows = visible_batches(actor).select_related("round", "source").annotate(order_count=Count("orders"))
    return listed(
        request,
        BatchList(request, rows),
        filename="batches",
        template="grants/payments/batches.html",
        can_order=actor.has(Role.FINANCE_CLERK),
    )


@permits("payments.make", None, "GET", "POST")
def new_batch(request: HttpRequest) -> HttpResponse:
    """Choose instalments, look at what it comes to, draw the orders up."""
    actor = actor_of(request)
    if request.method != "POST":
        return _choice(request, actor)
    wanted = request.POST.getlist("pick")[:MOST_ORDERS]
    chosen = [one for one in ready_tranches(actor) if one.public_id in set(wanted)]
    says = _not_these(chosen, wanted)
    if says:
        return _choice(request, actor, says, wanted)
    if request.POST.get("step") != "make":
        return _preview(request, chosen)
    try:
        batch = make_batch(
            tranche_ids=[one.pk for one in chosen], by=actor, now=clock.now(), key=key_of(request)
        )
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        return _choice(request, actor, str(refused), wanted, status=refused.status)
    return redirect(batch)


def _not_these(chosen: Sequence[Tranche], wanted: Sequence[str]) -> str:
    if not wanted:
        return _("还没有选择拨款。请勾选要付款的期次，再看预览。")
    if len(chosen) != len(set(wanted)):
        return _("所选拨款中有的已被制单、暂缓或换了票据，没有制单。请按下面最新的清单重新核对。")
    if len({(one.project.round_id, one.project.plan.source_id) for one in chosen}) > 1:
        return _("一个批次只能包含同一届次、同一资金来源的拨款。")
    return ""


def _choice(
    request: HttpRequest, actor: Actor, says: str = "", picked: Sequence[str] = (), status: int = 422
) -> HttpResponse:
    rows = ready_tranches(actor)[:MOST_ORDERS]
    heaps = groupby(rows, key=lambda one: (one.project.round_id, one.project.plan.source_id))
    context = {"heaps": [Heap(list(found)) for _key, found in heaps], "says": says, "picked": set(picked)}
    return render(request, "grants/payments/new_batch.html", context, status=status if says else 200)


def _preview(request: HttpRequest, chosen: list[Tranche]) -> HttpResponse:
    accounts = verified_accounts({one.project.payee_id for one in chosen})
    lines = [(one, accounts.get(one.project.payee_id)) for one in chosen]
    heap = Heap(chosen)
    channel = Channel.TREASURY if heap.source.paid_by_treasury else Channel.BANK_FILE
    context = {
        "heap": heap,
        "lines": lines,
        "missing": [one for one, account in lines if account is None],
        "channel": channel.label,
        "key": key_of(request) or uuid4(),
    }
    return render(request, "grants/payments/preview.html", context)


def _page(request: HttpRequest, batch: OrderBatch, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    orders = list(batch.orders.select_related("payee", "project", "tranche__project").order_by("pk"))
    live = [one for one in orders if one.state != O.VOID]
    context = {
        "orders": orders,
        "live_count": len(live),
        "live_fen": sum(one.amount_fen for one in live),
        "paid_fen": sum(one.amount_fen for one in orders if one.state == O.SETTLED),
        "may_take_file": actor.has(Role.CASHIER),
        "is_treasury": batch.channel == Channel.TREASURY,
    }
    return shown(
        request,
        batch,
        "grants/payments/batch.html",
        buttons=BATCH_BUTTONS,
        press="press_batch",
        pressed=pressed,
        **context,
    )


@permits("payments.view", OrderBatch)
def batch(request: HttpRequest, batch: OrderBatch) -> HttpResponse:
    """A batch: its orders, its sum, who signed."""
    return _page(request, batch)


@permits("payments.view", OrderBatch, "GET", "POST")
def press_batch(request: HttpRequest, batch: OrderBatch, code: str) -> HttpResponse:
    """Press a button of a batch."""
    return press(request, batch, code, BATCH_BUTTONS, _page, batch.get_absolute_url())


@permits("payments.bank_file", OrderBatch)
def batch_list_file(request: HttpRequest, batch: OrderBatch) -> HttpResponse:
    """The list to enter in the treasury's system, with whole account numbers: the cashier's alone."""
    orders = list(batch.orders.exclude(state=O.VOID).select_related("payee", "project").order_by("pk"))
    if batch.channel != Channel.TREASURY or not orders:
        raise NotNow(_("这个批次由银行文件支付，请在“文书和附件”下载银行文件。"))
    return _workbook(bank_file(orders), f"{batch.number}-国库支付清单.xlsx")


@permits("payments.view", OrderBatch)
def batch_results_form(request: HttpRequest, batch: OrderBatch) -> HttpResponse:
    """The empty result file of a batch, a line for each order."""
    orders = list(batch.orders.exclude(state=O.VOID).order_by("pk"))
    return _workbook(results_form(orders), f"{batch.number}-回单.xlsx")


def _workbook(data: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, filename))
    response.headers["Cache-Control"] = "private, no-store"
    return response
