"""Questions about plans, instalments, orders and recoveries."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import Actor, Role
from core.todo import Pending
from grants.payments.lifecycle import OPEN_TRANCHES, B, O, T, V
from grants.payments.models import OrderBatch, PaymentOrder, PaymentPlan, Recovery, Tranche
from grants.payments.selectors.ledger import (
    Standing,
    available_fen,
    balance,
    balances_of,
    project_balances,
    standings,
)
from grants.projects.models import Project
from grants.projects.selectors import visible_to as visible_projects
from grants.rounds.models import FundingSource, Round

__all__ = [
    "Standing",
    "available_fen",
    "balance",
    "balances_of",
    "batches_to_answer",
    "due_tranches",
    "is_square",
    "overdue_recoveries",
    "plan_of",
    "project_balances",
    "standings",
    "todo_for",
    "visible_orders",
]


def plan_of(project: Project) -> PaymentPlan:
    """Return the payment plan of a project."""
    return PaymentPlan.objects.get(project=project)


def due_tranches(round_: Round, source: FundingSource | None = None) -> QuerySet[Tranche]:
    """Return the instalments that can be ordered now: due, with a receipt for exactly the amount."""
    due = Tranche.objects.filter(project__round=round_, state=T.DUE, invoices__is_live=True)
    if source is not None:
        due = due.filter(project__plan__source=source)
    return due.select_related("project").order_by("project__number", "no")


def is_square(project: Project) -> bool:
    """Tell whether nothing of a project's money is open: no instalment, no order, no recovery."""
    if project.tranches.filter(state__in=OPEN_TRANCHES).exists():
        return False
    if project.recoveries.filter(state__in=[V.DEMANDED, V.REFERRED]).exists():
        return False
    return plan_of(project).open_fen == 0


def visible_orders(actor: Actor) -> QuerySet[PaymentOrder]:
    """Return the orders a person may see: those of the projects whose pages are open to the person."""
    return PaymentOrder.objects.filter(project__in=visible_projects(actor))


def batches_to_answer(round_: Round) -> QuerySet[OrderBatch]:
    """Return the batches that went out and have no complete result yet."""
    return OrderBatch.objects.filter(round=round_, state=B.EXECUTED).order_by("id")


def overdue_recoveries(on: date) -> QuerySet[Recovery]:
    """Return the recoveries whose last day has passed, oldest first."""
    return Recovery.objects.filter(state=V.DEMANDED, pay_by__lt=on).order_by("pay_by")


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return what waits for this person about money."""
    todos: list[Pending] = []
    today = clock.day_of(now)
    if bodies := actor.bodies(Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER):
        bare = Tranche.objects.filter(state=T.DUE, project__payee_id__in=bodies).exclude(
            invoices__is_live=True
        )
        todos.append(Pending(_("待提交票据的拨款"), bare, "due_on"))
        owed = Recovery.objects.filter(state__in=[V.DEMANDED, V.REFERRED], project__payee_id__in=bodies)
        todos.append(Pending(_("待退回的资金"), owed, "pay_by"))
    if actor.has(Role.FINANCE_CLERK):
        due = Tranche.objects.filter(state=T.DUE, invoices__is_live=True)
        todos.append(Pending(_("待制单的拨款"), due, "due_on"))
    if actor.has(Role.FINANCE_APPROVER, Role.LEADER):
        made = OrderBatch.objects.filter(state=B.MADE).exclude(made_by_id=actor.user_id or 0)
        todos.append(Pending(_("待审批的付款批次"), made))
    if actor.has(Role.CASHIER):
        mine = ~Q(approved_by_id=actor.user_id)
        todos.append(Pending(_("待支付的付款批次"), OrderBatch.objects.filter(mine, state=B.APPROVED)))
        out = PaymentOrder.objects.filter(state=O.EXECUTED).values("batch")
        todos.append(Pending(_("待登记回单的付款批次"), OrderBatch.objects.filter(pk__in=out)))
    if actor.has(Role.CLERK):
        todos.append(Pending(_("逾期未退、待催缴的追款"), overdue_recoveries(today)))
    return todos
