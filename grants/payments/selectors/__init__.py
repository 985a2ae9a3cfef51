"""Questions about plans, instalments, orders and recoveries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Actor, Role
from core.todo import Pending
from grants.payments.lifecycle import OPEN_TRANCHES, B, O, T, V
from grants.payments.models import (
    HeldBecause,
    Invoice,
    OrderBatch,
    PaymentOrder,
    PaymentPlan,
    Posting,
    Recovery,
    Tranche,
)
from grants.payments.selectors.ledger import (
    Standing,
    available_fen,
    balance,
    balances_of,
    money_by_category,
    project_balances,
    standings,
)
from grants.projects.models import Project
from grants.rounds.models import FundingSource, Round
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount

__all__ = [
    "Standing",
    "available_fen",
    "balance",
    "balances_of",
    "batches_to_answer",
    "due_tranches",
    "is_square",
    "money_by_category",
    "overdue_recoveries",
    "plan_of",
    "project_balances",
    "standings",
    "ready_tranches",
    "todo_for",
    "verified_accounts",
    "visible_batches",
    "visible_plans",
    "visible_postings",
    "visible_recoveries",
    "visible_rounds",
    "visible_tranches",
]

OFFICERS = (
    *BUREAU_ROLES,
    Role.FINANCE_CLERK,
    Role.FINANCE_APPROVER,
    Role.CASHIER,
    Role.SUPERVISOR,
)


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


def visible_tranches(actor: Actor) -> QuerySet[Tranche]:
    """Return the instalments a person may see; the same rows as ``payments.view``."""
    return Tranche.objects.filter(project__in=_projects(actor))


def visible_recoveries(actor: Actor) -> QuerySet[Recovery]:
    """Return the recoveries a person may see; the same rows as ``payments.view``."""
    return Recovery.objects.filter(project__in=_projects(actor))


def visible_plans(actor: Actor) -> QuerySet[PaymentPlan]:
    """Return the money of the projects a person may see."""
    return PaymentPlan.objects.filter(project__in=_projects(actor))


def visible_rounds(actor: Actor) -> QuerySet[Round]:
    """Return the rounds whose ledger and batches a person may read, newest first."""
    return Round.objects.filter(_of_rounds(actor)).order_by("-year", "-pk")


def visible_batches(actor: Actor) -> QuerySet[OrderBatch]:
    """Return the batches a person may see; the same rows as ``payments.view``."""
    return OrderBatch.objects.filter(round__in=Round.objects.filter(_of_rounds(actor)))


def visible_postings(actor: Actor) -> QuerySet[Posting]:
    """Return the postings a person may read."""
    return Posting.objects.filter(entry__round__in=Round.objects.filter(_of_rounds(actor)))


def _of_rounds(actor: Actor) -> Q:
    if actor.has(*OFFICERS):
        return Q(pk__isnull=False)
    codes = {one.round_code for one in actor.grants if one.role == Role.AUDITOR}
    return Q(pk__isnull=False) if "" in codes else Q(code__in=codes)


def _projects(actor: Actor) -> QuerySet[Project]:
    """The projects whose money somebody may see; nobody sees the money of a body he has an interest in."""
    seen = Q(pk__in=[])
    if actor.has(*OFFICERS):
        seen = Q(pk__isnull=False)
    if own := actor.bodies(*APPLICANT_ROLES):
        seen |= Q(applicant_id__in=own) | Q(payee_id__in=own)
    if hosted := actor.bodies(Role.COMMUNITY_WORKER):
        seen |= Q(payee_id__in=hosted)
    if actor.has(Role.AUDITOR):
        seen |= Q(round__in=Round.objects.filter(_of_rounds(actor)))
    found = Project.objects.filter(seen)
    if actor.interests:
        mine = Q(applicant_id__in=actor.interests) | Q(payee_id__in=actor.interests)
        found = found.exclude(mine)
    return found


def ready_tranches(actor: Actor) -> QuerySet[Tranche]:
    """Return the instalments an order can be drawn up for: due, with a receipt for exactly the amount."""
    paper = Invoice.objects.filter(
        tranche=OuterRef("pk"), is_live=True, amount_fen=OuterRef("amount_fen") - OuterRef("released_fen")
    )
    due = visible_tranches(actor).filter(Exists(paper), state=T.DUE)
    related = ("project__payee", "project__round", "project__plan__source")
    return due.select_related(*related).order_by(
        "project__round_id", "project__plan__source_id", "due_on", "pk"
    )


def batches_to_answer(round_: Round) -> QuerySet[OrderBatch]:
    """Return the batches that went out and have no complete result yet."""
    return OrderBatch.objects.filter(round=round_, state=B.EXECUTED).order_by("id")


def overdue_recoveries(on: date) -> QuerySet[Recovery]:
    """Return the recoveries whose last day has passed, oldest first."""
    return Recovery.objects.filter(state=V.DEMANDED, pay_by__lt=on).order_by("pay_by")


def verified_accounts(bodies: Collection[int]) -> dict[int, BankAccount]:
    """Return the verified account of each of some bodies, by body id, in one query."""
    found = BankAccount.objects.filter(body_id__in=bodies, state=A.VERIFIED)
    return {one.body_id: one for one in found}


def todo_for(actor: Actor, now: datetime) -> list[Pending]:
    """Return what waits for this person about money."""
    return [*_todo_of_payee(actor), *_todo_of_finance(actor), *_todo_of_bureau(actor, now)]


def _todo_of_payee(actor: Actor) -> list[Pending]:
    bodies = actor.bodies(Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER)
    if not bodies:
        return []
    bare = Tranche.objects.filter(state=T.DUE, project__payee_id__in=bodies).exclude(invoices__is_live=True)
    owed = Recovery.objects.filter(state__in=[V.DEMANDED, V.REFERRED], project__payee_id__in=bodies)
    return [
        Pending(
            _("待提交票据的拨款"),
            bare,
            "due_on",
            "tranches",
            query="state=due&paper=no",
            page="tranche",
            titled="project__title",
        ),
        Pending(_("待退回的资金"), owed, "pay_by", "recoveries", query="owed=yes"),
    ]


def _batches(label: Any, rows: QuerySet[OrderBatch], query: str) -> Pending:
    return Pending(label, rows, "", "batches", query=query, page="batch", titled="number")


def _todo_of_finance(actor: Actor) -> list[Pending]:
    todos: list[Pending] = []
    if actor.has(Role.FINANCE_CLERK):
        due = Tranche.objects.filter(state=T.DUE, invoices__is_live=True)
        todos.append(Pending(_("待制单的拨款"), due, "due_on", "new_batch"))
    if actor.has(Role.FINANCE_APPROVER, Role.LEADER):
        made = OrderBatch.objects.filter(state=B.MADE).exclude(made_by_id=actor.user_id or 0)
        todos.append(_batches(_("待审批的付款批次"), made, "state=made"))
    if actor.has(Role.CASHIER):
        mine = ~Q(approved_by_id=actor.user_id)
        ready = OrderBatch.objects.filter(mine, state=B.APPROVED)
        todos.append(_batches(_("待支付的付款批次"), ready, "state=approved"))
        out = PaymentOrder.objects.filter(state=O.EXECUTED).values("batch")
        sent = OrderBatch.objects.filter(pk__in=out)
        todos.append(_batches(_("待登记回单的付款批次"), sent, "state=executed"))
    if actor.has(Role.CASHIER, Role.FINANCE_CLERK):
        owed = Recovery.objects.filter(state__in=[V.DEMANDED, V.REFERRED])
        todos.append(Pending(_("待到账的退款"), owed, "pay_by", "recoveries", query="owed=yes"))
    return todos


def _todo_of_bureau(actor: Actor, now: datetime) -> list[Pending]:
    todos: list[Pending] = []
    if actor.has(Role.CLERK):
        late = overdue_recoveries(clock.day_of(now))
        todos.append(Pending(_("逾期未退、待催缴的追款"), late, "", "recoveries", query="owed=late"))
    if actor.has(Role.SECTION_CHIEF):
        held = Tranche.objects.filter(state=T.HELD, held_because=HeldBecause.DECIDED)
        todos.append(Pending(_("人工暂缓的拨款"), held, "due_on", "tranches", query="state=held"))
    if actor.has(Role.LEADER):
        twice = Recovery.objects.filter(state=V.DEMANDED, reminders__gte=2, pay_by__lt=clock.day_of(now))
        label = _("两次催缴仍未退、可移交的追款")
        todos.append(Pending(label, twice, "pay_by", "recoveries", query="owed=twice"))
    return todos
