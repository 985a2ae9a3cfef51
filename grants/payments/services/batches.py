"""Payment orders in batches: made, approved, paid and answered, one signature each for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.errors import NotNow, Refused
from core.lifecycle import Receipt, button, changing, creating
from core.policy import SYSTEM, Actor
from grants.payments.events import BatchMade, PaymentMade
from grants.payments.lifecycle import B, O, T
from grants.payments.models import Channel, FrozenPayee, OrderBatch, PaymentOrder, Tranche
from grants.payments.rules import treasury_is_open
from grants.payments.services.bank import keep_bank_file
from grants.payments.services.results import import_results
from grants.projects.models import Project
from grants.projects.services import hold_project
from grants.rounds.models import Round
from grants.rounds.services import take_number
from orgs.registry.selectors import verified_account

__all__ = ["approve_batch", "execute_batch", "import_results", "make_batch", "void_batch", "void_order"]


@button
def make_batch(
    *, tranche_ids: Sequence[int], by: Actor, now: datetime, key: UUID | None = None
) -> OrderBatch:
    """Draw up the orders of due instalments of one source; the payee is frozen from the verified account.

    Raises Refused when instalments of several sources or rounds are mixed, when a receipt or a verified
    account is missing, or when the account is in another name.
    """
    tranches = _held(tranche_ids)
    sources = {one.project.plan.source for one in tranches}
    rounds = {one.project.round_id for one in tranches}
    if len(sources) != 1 or len(rounds) != 1:
        raise Refused(_("一个批次只能包含同一届次、同一资金来源的拨款。"), code="mixed_batch")
    round_, source = tranches[0].project.round, sources.pop()
    batch = OrderBatch(
        round=round_,
        source=source,
        number=f"PC-{round_.code}-{take_number(round_.pk, 'batch'):03d}",
        channel=Channel.TREASURY if source.paid_by_treasury else Channel.BANK_FILE,
        total_fen=sum(one.payable_fen for one in tranches),
        three_people=_wants_three(round_),
        made_by_id=by.user_id or 0,
    )
    creating(
        batch,
        by=by,
        now=now,
        key=key,
        permission="payments.make",
        verb="make",
        fact=BatchMade,
        total_fen=batch.total_fen,
        orders=len(tranches),
    )
    for tranche in tranches:
        _make_order(batch, tranche, by=by, now=now)
    return batch


def _held(tranche_ids: Sequence[int]) -> list[Tranche]:
    """Lock projects, then instalments, each in the order of their keys."""
    found = list(Tranche.objects.filter(pk__in=list(tranche_ids)).values_list("project_id", flat=True))
    if not found or len(found) != len(set(tranche_ids)):
        raise Refused(_("请选择要付款的期次。"), field="tranche_ids")
    for project_id in sorted(set(found)):
        hold_project(project_id)
    wanted = Tranche.objects.filter(pk__in=list(tranche_ids)).order_by("project__number", "no")
    return list(wanted.select_related("project__round", "project__plan__source", "project__payee"))


def _wants_three(round_: Round) -> bool:
    return int(round_.terms.get("payment_people_min", 2)) >= 3


def _make_order(batch: OrderBatch, tranche: Tranche, *, by: Actor, now: datetime) -> PaymentOrder:
    if tranche.state != T.DUE:
        raise NotNow(
            _("%(tranche)s不是待拨付状态，不能制单。") % {"tranche": tranche},
            verb="make",
            state=tranche.state,
        )
    with changing(Tranche, tranche.pk, by=by, now=now) as held:
        held.order(by=by)
        held.note(batch_id=batch.pk)
    order = PaymentOrder(
        batch=batch,
        tranche=held,
        project=tranche.project,
        payee=_freeze_payee(tranche.project, now),
        number=f"FK-{batch.round.code}-{take_number(batch.round_id, 'payment'):04d}",
        amount_fen=held.payable_fen,
        three_people=batch.three_people,
        made_by_id=batch.made_by_id,
    )
    return creating(
        order,
        by=by,
        now=now,
        permission="payments.make",
        verb="make",
        fact=PaymentMade,
        amount_fen=order.amount_fen,
        tranche_id=held.pk,
    )


def _freeze_payee(project: Project, now: datetime) -> FrozenPayee:
    account = verified_account(project.payee)
    if account is None or account.verified_at is None:
        raise Refused(
            _("%(who)s 没有经核验的银行账户，不能制单。") % {"who": project.payee.name}, code="no_account"
        )
    if account.holder_name != project.payee.name:
        raise Refused(
            _("账户户名与收款单位名称（%(who)s）不一致，不能制单。") % {"who": project.payee.name},
            code="other_name",
        )
    return FrozenPayee.objects.create(
        payee=project.payee,
        bank_account_id=account.pk,
        holder_name=account.holder_name,
        bank=account.bank,
        account=account.number,
        account_index=account.number_index,
        account_masked=account.masked_number,
        verified_at=account.verified_at,
        frozen_at=now,
    )


@button
def approve_batch(
    *, batch_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Approve every order of a batch with one signature; whoever made it cannot."""
    _hold_projects(batch_id)
    with changing(OrderBatch, batch_id, by=by, now=now, key=key, version=version) as batch:
        batch.approved_by_id, batch.approved_at = by.user_id, now
        batch.approve(by=by)
        live = _live_orders(batch, O.MADE)
        for order in live:
            with changing(PaymentOrder, order.pk, by=by, now=now) as held:
                held.approve(by=by)
                held.approved_by_id = by.user_id
        batch.note(orders=len(live), total_fen=sum(order.amount_fen for order in live))
    return batch.receipt


def _hold_projects(batch_id: int) -> None:
    """Lock the projects of a batch first: one of them may be about to end."""
    for project_id in sorted(
        set(PaymentOrder.objects.filter(batch_id=batch_id).values_list("project_id", flat=True))
    ):
        hold_project(project_id)


def _live_orders(batch: OrderBatch, state: str) -> list[PaymentOrder]:
    orders = list(batch.orders.filter(state=state).select_related("project__payee", "payee").order_by("id"))
    if not orders:
        raise NotNow(_("批次里没有可以办理的付款单。"), state=batch.state)
    return orders


@button
def execute_batch(
    *,
    batch_id: int,
    by: Actor,
    now: datetime,
    voucher_no: str = "",
    voucher_on: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Send a batch out: treasury money under a voucher number and day, charity money as a bank file.

    Raises NotNow after the yearly close of the treasury, Refused when a payee's account is no longer the
    verified one.
    """
    _hold_projects(batch_id)
    with changing(OrderBatch, batch_id, by=by, now=now, key=key, version=version) as batch:
        batch.execute(by=by)
        batch.executed_by_id, batch.executed_at = by.user_id, now
        orders = _live_orders(batch, O.APPROVED)
        for order in orders:
            _must_still_be_verified(order)
        _send(batch, orders, voucher_no, voucher_on, by=by, now=now)
        for order in orders:
            with changing(PaymentOrder, order.pk, by=by, now=now) as held:
                held.execute(by=by)
                held.executed_by_id = by.user_id
        batch.note(orders=len(orders), total_fen=sum(order.amount_fen for order in orders))
    return batch.receipt


def _send(
    batch: OrderBatch,
    orders: Sequence[PaymentOrder],
    voucher_no: str,
    voucher_on: date | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    if batch.channel == Channel.BANK_FILE:
        batch.file_sha256 = keep_bank_file(batch, orders, by=by, now=now)
        batch.note(file_sha256=batch.file_sha256)
        return
    today = clock.day_of(now)
    if not treasury_is_open(today, batch.round.parsed_terms().day("treasury_close")):
        raise NotNow(_("国库年终已关账，请下一年度开账后再支付。"), code="treasury_closed")
    if not voucher_no.strip() or voucher_on is None or voucher_on > today:
        raise Refused(_("请填写国库支付凭证号和日期（不晚于今天）。"), field="voucher_no")
    batch.voucher_no, batch.voucher_on = voucher_no.strip(), voucher_on


def _must_still_be_verified(order: PaymentOrder) -> None:
    account = verified_account(order.project.payee)
    if account is None or account.number_index != order.payee.account_index:
        raise Refused(
            _("%(who)s 的账户在制单后有变动，请作废付款单 %(no)s，核验新账户后重新制单。")
            % {"who": order.project.payee.name, "no": order.number},
            code="account_changed",
        )


@button
def void_order(
    *,
    order_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Take one order back before it goes out; its instalment is due again."""
    if not reason.strip():
        raise Refused(_("请写明理由。"), field="reason")
    hold_project(PaymentOrder.objects.get(pk=order_id).project_id)
    with changing(
        PaymentOrder, order_id, by=by, now=now, key=key, version=version, reason=reason.strip()
    ) as order:
        order.void(by=by)
    with changing(Tranche, order.tranche_id, by=SYSTEM, now=now) as tranche:
        tranche.reopen(by=SYSTEM)
        tranche.note(order_id=order.pk)
    _void_if_empty(order.batch_id, by=by, now=now)
    return order.receipt


def _void_if_empty(batch_id: int, *, by: Actor, now: datetime) -> None:
    batch = OrderBatch.objects.get(pk=batch_id)
    live: Any = batch.orders.exclude(state=O.VOID)
    if batch.state in (B.MADE, B.APPROVED) and not live.exists():
        with changing(OrderBatch, batch_id, by=by, now=now) as held:
            held.void(by=by)


@button
def void_batch(
    *, batch_id: int, reason: str, by: Actor, now: datetime, key: UUID | None = None
) -> OrderBatch:
    """Take a whole batch back before it goes out; the last order takes the batch with it."""
    batch = OrderBatch.objects.get(pk=batch_id)
    for order in batch.orders.filter(state__in=[O.MADE, O.APPROVED]).order_by("project_id", "id"):
        void_order(order_id=order.pk, reason=reason, by=by, now=now)
    return OrderBatch.objects.get(pk=batch_id)
