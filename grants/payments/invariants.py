"""What must be true of money at any time; the same code runs in tests, in the gate and in operation."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum

from core.audit.verify import Problem, invariant
from core.secrets import blind_index
from grants.payments import rules
from grants.payments.lifecycle import O, T, V
from grants.payments.models import (
    Account,
    EntryKind,
    FrozenPayee,
    JournalEntry,
    PaymentOrder,
    PaymentPlan,
    Recovery,
    Tranche,
)
from grants.payments.selectors import project_balances, standings
from grants.rounds.models import Round, RoundFunding
from orgs.registry.selectors import ACCOUNT


@invariant("K1", group="ledger", says="每张记账凭证的分录合计为零，且不跨资金来源")
def entries_balance() -> Iterator[Problem]:
    """Add up the postings of every entry."""
    entries = JournalEntry.objects.annotate(
        total=Sum("postings__amount_fen"),
        lines=Count("postings"),
        strays=Count(
            "postings",
            filter=~Q(postings__account__source_id=F("source_id"))
            | ~Q(postings__account__round_id=F("round_id")),
        ),
    )
    for entry in entries.filter(~Q(total=0) | Q(total__isnull=True) | Q(lines__lt=2) | Q(strays__gt=0)):
        yield Problem(
            f"entry {entry.pk}",
            f"凭证 {entry} 分录合计 {entry.total} 分，共 {entry.lines} 笔，跨来源 {entry.strays} 笔",
        )


@invariant("K2", group="ledger", says="各来源的去向合计等于拨入，拨入等于届次资金")
def sources_add_up() -> Iterator[Problem]:
    """Compare where the money is with what was given, source by source."""
    for round_ in Round.objects.filter(accounts__isnull=False).distinct():
        found = standings(round_)
        funded = dict(RoundFunding.objects.filter(round=round_).values_list("source_id", "amount_fen"))
        for source_id in sorted(set(found) | set(funded)):
            standing = found.get(source_id)
            given = standing.appropriation_fen if standing else 0
            if given != funded.get(source_id, 0):
                yield Problem(
                    f"source {source_id}",
                    f"{round_.code} 拨入 {given} 分，届次资金 {funded.get(source_id, 0)} 分",
                )
            if standing and not standing.adds_up:
                yield Problem(f"source {source_id}", f"{round_.code} 去向合计与拨入不等：{standing}")


@invariant("K3", group="ledger", says="除拨入外，账户余额不为负")
def balances_are_not_negative() -> Iterator[Problem]:
    """Name every account below zero."""
    sums = Account.objects.exclude(kind=rules.APPROPRIATION).annotate(total=Sum("postings__amount_fen"))
    for account in sums.filter(total__lt=0):
        yield Problem(f"account {account.pk}", f"账户 {account} 余额 {account.total} 分")


@invariant("K4", group="ledger", says="账簿余额与拨款计划、期次、追款逐项相等")
def ledger_matches_the_plans() -> Iterator[Problem]:
    """Compare the ledger with every plan, and every plan with its instalments and recoveries."""
    for round_ in Round.objects.filter(projects__isnull=False).distinct():
        books = project_balances(round_)
        for plan in PaymentPlan.objects.filter(project__round=round_).select_related("project"):
            kinds = books.get(plan.project_id, dict.fromkeys(rules.KINDS, 0))
            wanted = {
                rules.COMMITTED: plan.open_fen,
                rules.PAID: plan.paid_fen - plan.demanded_fen,
                rules.RECEIVABLE: plan.demanded_fen - plan.returned_fen,
                rules.RETURNED: plan.returned_fen,
            }
            for kind, amount in wanted.items():
                if kinds[kind] != amount:
                    yield Problem(
                        plan.project.number, f"账簿 {kind} 为 {kinds[kind]} 分，拨款计划为 {amount} 分"
                    )
            yield from _plan_problems(plan)


def _plan_problems(plan: PaymentPlan) -> Iterator[Problem]:
    tranches = list(Tranche.objects.filter(project_id=plan.project_id))
    recoveries = list(Recovery.objects.filter(project_id=plan.project_id))
    pairs = {
        "已拨付": (plan.paid_fen, sum(t.payable_fen for t in tranches if t.state == T.PAID)),
        "已释放": (plan.released_fen, sum(t.released_fen for t in tranches)),
        "要求退回": (plan.demanded_fen, sum(r.amount_fen for r in recoveries if r.state != V.WITHDRAWN)),
        "已退回": (plan.returned_fen, sum(r.received_fen for r in recoveries)),
    }
    for name, (stated, counted) in pairs.items():
        if stated != counted:
            yield Problem(plan.project.number, f"{name} 计划记 {stated} 分，逐项合计 {counted} 分")


@invariant("K5", group="ledger", says="每笔成功的付款恰好记账一次，金额相等")
def settled_orders_are_booked() -> Iterator[Problem]:
    """Match settled orders and payment entries both ways, by number and amount."""
    entries = JournalEntry.objects.filter(kind=EntryKind.PAYMENT).annotate(
        amount=Sum("postings__amount_fen", filter=Q(postings__amount_fen__gt=0))
    )
    booked = {entry.reference: entry.amount for entry in entries}
    for order in PaymentOrder.objects.filter(state=O.SETTLED):
        if booked.pop(order.number, None) != order.amount_fen:
            yield Problem(order.number, f"付款单 {order.number} 已成功，账簿没有等额的拨付凭证")
    for reference in sorted(booked):
        yield Problem(reference, f"拨付凭证 {reference} 没有对应的成功付款")


@invariant("I7", group="ledger", says="各期拨款之和等于资助额")
def tranches_make_the_award() -> Iterator[Problem]:
    """Add up the instalments of every project, and compare plan, project and award."""
    plans = PaymentPlan.objects.select_related("project__award").annotate(
        total=Sum("project__tranches__amount_fen")
    )
    for plan in plans:
        amounts = {plan.award_fen, plan.total, plan.project.award_fen, plan.project.award.amount_fen}
        if len(amounts) != 1:
            yield Problem(
                plan.project.number, f"期次合计 {plan.total} 分，资助额 {plan.project.award.amount_fen} 分"
            )


@invariant("I8", group="ledger", says="已拨付不超过资助额，资助额合计不超过来源资金")
def paid_is_within_award_and_budget() -> Iterator[Problem]:
    """Compare paid with award, and live awards with the money of their source."""
    for plan in PaymentPlan.objects.select_related("project").filter(paid_fen__gt=F("award_fen")):
        yield Problem(plan.project.number, f"已拨付 {plan.paid_fen} 分，超过资助额 {plan.award_fen} 分")
    rows = PaymentPlan.objects.order_by().values("project__round_id", "source_id")
    for row in rows.annotate(total=Sum(F("award_fen") - F("released_fen"))):
        funding = RoundFunding.objects.filter(
            round_id=row["project__round_id"], source_id=row["source_id"]
        ).first()
        if funding is None or row["total"] > funding.amount_fen:
            given = funding.amount_fen if funding else 0
            yield Problem(f"source {row['source_id']}", f"立项合计 {row['total']} 分，来源资金 {given} 分")


@invariant("I9", group="ledger", says="制单、审批、支付由不同的人办理，收款信息未变")
def payments_have_their_hands() -> Iterator[Problem]:
    """Look at the people and the payee of every order."""
    same = Q(approved_by_id=F("made_by_id")) | Q(executed_by_id=F("approved_by_id"))
    same |= Q(three_people=True, executed_by_id=F("made_by_id"))
    for order in PaymentOrder.objects.filter(same):
        yield Problem(order.number, f"付款单 {order.number} 的前后两步由同一人办理")
    for order in PaymentOrder.objects.select_related("payee", "project").exclude(
        payee__payee_id=F("project__payee_id")
    ):
        yield Problem(order.number, f"付款单 {order.number} 的收款单位不是项目的收款单位")
    for payee in FrozenPayee.objects.all():
        if payee.account_index != blind_index(payee.account or "", ACCOUNT):
            yield Problem(f"payee {payee.pk}", f"收款账号与冻结时的索引不符（{payee}）")
