"""Money that comes back, from demand to receipt; and stopping the payments of a project."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import NotNow, Refused
from core.lifecycle import Receipt, button, changing, creating, publish
from core.policy import SYSTEM, Actor, require
from grants.payments import rules
from grants.payments.events import RecoveryDemanded, RecoveryReminded
from grants.payments.lifecycle import OPEN_TRANCHES, O, T, V
from grants.payments.models import Recovery, RecoveryCause, Refund
from grants.payments.selectors import plan_of
from grants.payments.services.batches import void_order
from grants.payments.services.ledger import book
from grants.payments.services.planning import cancel_tranche, close_if_square
from grants.projects.models import Project
from grants.projects.selectors import spent_fen
from grants.projects.services import hold_project
from grants.rounds.services import take_number

REPAY_WORKING_DAYS = 15


@button
def demand_recovery(
    *,
    project_id: int,
    amount_fen: int,
    cause: str,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Recovery:
    """Ask money back: at most what was paid and not yet asked back."""
    project = hold_project(project_id)
    plan = plan_of(project)
    if not 0 < amount_fen <= plan.paid_fen - plan.demanded_fen:
        raise Refused(_("追回金额应大于零，且不超过已拨付未追回的金额。"), field="amount")
    recovery = Recovery(
        project=project,
        number=f"ZH-{project.round.code}-{take_number(project.round_id, 'recovery'):03d}",
        cause=cause,
        amount_fen=amount_fen,
        reason=reason[:300],
        pay_by=working_calendar().add(clock.day_of(now), REPAY_WORKING_DAYS),
    )
    creating(
        recovery,
        by=by,
        now=now,
        key=key,
        permission="payments.demand",
        verb="demand",
        fact=RecoveryDemanded,
        reason=reason,
        amount_fen=amount_fen,
        cause=cause,
    )
    book(project, "demand", amount_fen, reference=recovery.number, by=by, now=now)
    return recovery


@button
def remind_recovery(
    *, recovery_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Send a reminder (催缴函) once the last day has passed; it sets a new last day."""
    with changing(
        Recovery,
        recovery_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="remind",
        permission="payments.remind",
    ) as recovery:
        if recovery.state != V.DEMANDED or clock.day_of(now) <= recovery.pay_by:
            raise NotNow(
                _("退款期限还没有过，或款项已办结，不需要催缴。"), verb="remind", state=recovery.state
            )
        recovery.reminders += 1
        recovery.pay_by = working_calendar().add(clock.day_of(now), REPAY_WORKING_DAYS)
        recovery.note(reminders=recovery.reminders)
        publish(RecoveryReminded.of(recovery), by=by, now=now, about=recovery)
    return recovery.receipt


@button
def record_refund(
    *,
    recovery_id: int,
    amount_fen: int,
    bank_reference: str,
    received_on: date,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Book money that came back, in part or in full, once for each bank reference; the last part closes."""
    project = hold_project(Recovery.objects.get(pk=recovery_id).project_id)
    reference = bank_reference.strip()
    if not reference or Refund.objects.filter(bank_reference=reference).exists():
        raise Refused(
            _("请填写到账流水号；同一流水号只能登记一次。"), code="reference_twice", field="bank_reference"
        )
    if received_on > clock.day_of(now):
        raise Refused(_("到账日期不能晚于今天。"), field="received_on")
    with changing(
        Recovery, recovery_id, by=by, now=now, key=key, version=version, verb="record_refund",
        permission="payments.receive",
    ) as recovery:  # fmt: skip
        _must_be_owed(recovery, amount_fen)
        recovery.received_fen += amount_fen
        recovery.note(amount_fen=amount_fen)
        Refund.objects.create(
            recovery=recovery,
            amount_fen=amount_fen,
            bank_reference=reference,
            received_on=received_on,
            recorded_at=now,
            recorded_by_id=by.user_id,
        )
        if recovery.received_fen == recovery.amount_fen:
            recovery.receive(by=by)
    book(project, "refund", amount_fen, reference=reference, by=by, now=now)
    close_if_square(project.pk, now=now)
    return recovery.receipt


def _must_be_owed(recovery: Recovery, amount_fen: int) -> None:
    if recovery.state not in (V.DEMANDED, V.REFERRED):
        raise NotNow(_("这笔追款已经办结。"), verb="record_refund", state=recovery.state)
    if not 0 < amount_fen <= recovery.amount_fen - recovery.received_fen:
        raise Refused(_("到账金额应大于零，且不超过尚欠金额。"), field="amount")


@button
def refer_recovery(
    *,
    recovery_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Hand a recovery over to legal steps after two reminders."""
    with changing(
        Recovery, recovery_id, by=by, now=now, key=key, version=version, reason=_reasoned(reason)
    ) as recovery:
        recovery.refer(by=by)
    return recovery.receipt


@button
def withdraw_recovery(
    *,
    recovery_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Withdraw a demand while nothing has come; the money counts as properly paid again."""
    project = hold_project(Recovery.objects.get(pk=recovery_id).project_id)
    with changing(
        Recovery, recovery_id, by=by, now=now, key=key, version=version, reason=_reasoned(reason)
    ) as recovery:
        recovery.withdraw(by=by)
    book(project, "waiver", recovery.amount_fen, reference=recovery.number, by=by, now=now)
    close_if_square(project.pk, now=now)
    return recovery.receipt


@button
def stop_payments(*, project_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Recovery | None:
    """Follow a stopped project: orders void, instalments free, what was not properly spent asked back.

    Refused while a payment is on its way: its result must come first.
    """
    project = hold_project(project_id)
    require(by, "payments.stop", project)
    if project.orders.filter(state=O.EXECUTED).exists():
        raise NotNow(_("有款项已提交支付，请先登记回单，再终止项目。"), code="payment_on_its_way")
    why = "项目终止"
    for order in project.orders.filter(state__in=[O.MADE, O.APPROVED]).order_by("id"):
        void_order(order_id=order.pk, reason=why, by=SYSTEM, now=now)
    free_tranches(project, why, now=now)
    amount = rules.recoverable(
        paid_fen=_owed(project), eligible_fen=spent_fen(project), recover_all=project.recover_all
    )
    if not amount:
        close_if_square(project.pk, now=now)
        return None
    cause = RecoveryCause.REVOKED if project.recover_all else RecoveryCause.TERMINATED
    return demand_recovery(
        project_id=project.pk, amount_fen=amount, cause=cause, reason=why, by=SYSTEM, now=now
    )


def _owed(project: Project) -> int:
    plan = plan_of(project)
    return plan.paid_fen - plan.demanded_fen


def free_tranches(project: Project, reason: str, *, now: datetime) -> None:
    """Cancel every instalment that is not paid or on its way."""
    unpaid = [state for state in OPEN_TRANCHES if state != T.ORDERED]
    for tranche in project.tranches.filter(state__in=unpaid).order_by("no"):
        cancel_tranche(tranche_id=tranche.pk, reason=reason, by=SYSTEM, now=now)


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("请写明理由。"), field="reason")
    return reason.strip()
