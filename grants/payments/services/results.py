"""Taking over what bank and treasury say: paid once, under one reference, or back to due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotNow, Refused, RulesBroken
from core.lifecycle import button, changing
from core.policy import SYSTEM, Actor, require
from core.rulebook import violations
from grants.payments.lifecycle import LIVE_ORDERS, B, O
from grants.payments.models import OrderBatch, PaymentOrder, Tranche
from grants.payments.rules import OUTCOME_RULES, Outcome
from grants.payments.services.ledger import book
from grants.payments.services.planning import close_if_square
from grants.projects.services import hold_project


@dataclass(frozen=True)
class Imported:
    """What an import did; ``known`` lines said again what was already recorded."""

    settled: int
    failed: int
    known: int


@button
def import_results(
    *, batch_id: int, outcomes: Sequence[Outcome], by: Actor, now: datetime, key: UUID | None = None
) -> Imported:
    """Settle or fail the orders of a batch as a result file says; importing it again changes nothing.

    Raises RulesBroken for a file that contradicts itself, Refused for an order of another batch, or for a
    result that differs from the one already recorded. Nothing is taken over from a file with a fault.
    """
    if broken := violations(OUTCOME_RULES, list(outcomes)):
        raise RulesBroken(broken)
    require(by, "payments.settle", OrderBatch.objects.get(pk=batch_id))
    held = sorted(set(_orders_named(batch_id, outcomes).values_list("project_id", flat=True)))
    for project_id in held:
        hold_project(project_id)
    orders = _orders(batch_id, outcomes)
    done = {"settled": 0, "failed": 0, "known": 0}
    for outcome in outcomes:
        order = orders[outcome.order_number]
        done[_take(order, outcome, by=by, now=now)] += 1
    _complete(batch_id, by=by, now=now)
    for project_id in held:
        close_if_square(project_id, now=now)
    return Imported(**done)


def _orders_named(batch_id: int, outcomes: Sequence[Outcome]) -> QuerySet[PaymentOrder]:
    return PaymentOrder.objects.filter(batch_id=batch_id, number__in=[one.order_number for one in outcomes])


def _orders(batch_id: int, outcomes: Sequence[Outcome]) -> dict[str, PaymentOrder]:
    found = _orders_named(batch_id, outcomes).select_related("project__round")
    orders = {order.number: order for order in found}
    if missing := [one.order_number for one in outcomes if one.order_number not in orders]:
        raise Refused(_("回单中的付款单 %(no)s 不在本批次。") % {"no": missing[0]}, code="other_batch")
    return orders


def _take(order: PaymentOrder, outcome: Outcome, *, by: Actor, now: datetime) -> str:
    if order.state in (O.SETTLED, O.FAILED):
        same = (order.state == O.SETTLED) == outcome.paid and order.bank_reference == outcome.reference
        if not same:
            raise Refused(_("付款单 %(no)s 已登记过不同的结果。") % {"no": order.number}, code="other_result")
        return "known"
    if order.state != O.EXECUTED:
        raise NotNow(
            _("付款单 %(no)s 尚未提交支付。") % {"no": order.number}, verb="settle", state=order.state
        )
    if outcome.paid:
        assert outcome.on is not None  # noqa: S101 - asked by Z3
        _settle(order, outcome.reference, outcome.on, by=by, now=now)
        return "settled"
    _fail(order, outcome.failure, by=by, now=now)
    return "failed"


def _settle(order: PaymentOrder, reference: str, on: date, *, by: Actor, now: datetime) -> None:
    if PaymentOrder.objects.filter(bank_reference=reference).exists():
        raise Refused(_("流水号 %(ref)s 已用于另一笔付款。") % {"ref": reference}, code="reference_twice")
    with changing(PaymentOrder, order.pk, by=by, now=now) as held:
        held.settle(by=by)
        held.bank_reference, held.settled_on = reference, on
        held.note(amount_fen=held.amount_fen, tranche_id=held.tranche_id)
    with changing(Tranche, order.tranche_id, by=SYSTEM, now=now) as tranche:
        if tranche.payable_fen != order.amount_fen:
            raise Refused(_("付款金额与本期应拨金额不符。"), code="other_amount")
        tranche.pay(by=SYSTEM)
    book(order.project, "payment", order.amount_fen, reference=order.number, by=by, now=now)


def _fail(order: PaymentOrder, why: str, *, by: Actor, now: datetime) -> None:
    with changing(PaymentOrder, order.pk, by=by, now=now, reason=why) as held:
        held.fail(by=by)
        held.failure = why[:200]
    with changing(Tranche, order.tranche_id, by=SYSTEM, now=now) as tranche:
        tranche.reopen(by=SYSTEM)
        tranche.note(order_id=order.pk)


def _complete(batch_id: int, *, by: Actor, now: datetime) -> None:
    batch = OrderBatch.objects.get(pk=batch_id)
    if batch.state == B.EXECUTED and not batch.orders.filter(state__in=LIVE_ORDERS).exists():
        with changing(OrderBatch, batch_id, by=by, now=now) as held:
            held.complete(by=by)
