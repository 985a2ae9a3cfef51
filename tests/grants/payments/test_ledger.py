"""The ledger under every sequence of events, and under direct attack."""

from __future__ import annotations

import base64

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.audit.verify import problems
from core.errors import Refused
from core.lifecycle import changing
from core.policy import SYSTEM
from core.secrets import rotate
from grants.payments import rules, services
from grants.payments.lifecycle import T
from grants.payments.models import (
    Account,
    FrozenPayee,
    JournalEntry,
    OrderBatch,
    PaymentOrder,
    PaymentPlan,
    Posting,
    Recovery,
    Tranche,
)
from grants.payments.rules import Outcome
from grants.payments.selectors import standings
from grants.payments.services.ledger import post
from grants.projects.models import Project
from grants.projects.services import lapse_project, terminate_project
from grants.rounds.models import FundingSource
from tests.grants.funding import SIGNED, STARTED, Fund, at
from tests.grants.tables import force

pytestmark = pytest.mark.django_db
AFTER = at("2026-07-01")


def ledger_problems():
    return problems("ledger")


def test_the_money_of_a_round_enters_with_its_publication(fund):
    found = {FundingSource.objects.get(pk=pk).code: s for pk, s in standings(fund.round).items()}
    assert found["welfare_lottery"].appropriation_fen == 90_000_000
    assert found["charity"].appropriation_fen == 10_000_000
    assert sum(s.committed_fen for s in found.values()) == 2_000_000
    assert all(s.adds_up for s in found.values())


def test_a_clean_life_leaves_a_clean_ledger(fund):
    fund.reach_audit(fund.grantee)
    assert ledger_problems() == []


def test_money_that_is_not_there_is_not_promised(fund):
    source = fund.grantee.project.plan.source
    with pytest.raises(Refused) as refused:
        post(
            "commitment", 100_000_000, round_=fund.round, source=source, project=fund.grantee.project,
            reference="x", by=SYSTEM, now=SIGNED,
        )  # fmt: skip
    assert refused.value.code == "not_enough"


def test_an_event_is_booked_once(fund):
    source = fund.grantee.project.plan.source
    with pytest.raises(IntegrityError), transaction.atomic():
        post(
            "commitment", 1, round_=fund.round, source=source, project=fund.grantee.project,
            reference=fund.grantee.project.number, by=SYSTEM, now=SIGNED,
        )  # fmt: skip


# Every sequence of events conserves money


EVENTS = [
    "order",
    "approve",
    "execute",
    "settle",
    "fail",
    "void",
    "refund",
    "hold",
    "release",
    "stop",
    "lapse",
]


SENT = ["order", "approve", "execute"]


class Player:
    """Presses buttons on one of two projects, in whatever state they are; refusals are part of the game."""

    def __init__(self, fund: Fund) -> None:
        self.fund, self.serial = fund, 0

    def play(self, event: str, who: int) -> None:
        one = self.fund.grantees[who]
        getattr(self, event)(one)

    def batch_of(self, one, state):
        return OrderBatch.objects.filter(orders__project_id=one.pk, state=state).first()

    def order(self, one):
        due = Tranche.objects.filter(project_id=one.pk, state=T.DUE).order_by("no").first()
        if due:
            self.serial += 1
            self.fund.invoice(one, due.no, AFTER, number=f"票{one.pk}-{self.serial}")
            services.make_batch(tranche_ids=[due.pk], by=self.fund.office.finance_clerk, now=AFTER)

    def approve(self, one):
        if batch := self.batch_of(one, "made"):
            services.approve_batch(batch_id=batch.pk, by=self.fund.office.finance_approver, now=AFTER)

    def execute(self, one):
        if batch := self.batch_of(one, "approved"):
            services.execute_batch(
                batch_id=batch.pk,
                voucher_no="国库1",
                voucher_on=AFTER.date(),
                by=self.fund.cashier,
                now=AFTER,
            )

    def _answer(self, one, paid):
        if batch := self.batch_of(one, "executed"):
            order = batch.orders.get()
            answer = Outcome(
                order.number, paid, f"TK{order.pk}" if paid else "", AFTER.date(), "" if paid else "退票"
            )
            services.import_results(batch_id=batch.pk, outcomes=[answer], by=self.fund.cashier, now=AFTER)

    def settle(self, one):
        self._answer(one, True)

    def fail(self, one):
        self._answer(one, False)

    def void(self, one):
        order = PaymentOrder.objects.filter(project_id=one.pk, state__in=["made", "approved"]).first()
        if order:
            services.void_order(
                order_id=order.pk, reason="重做", by=self.fund.office.finance_clerk, now=AFTER
            )

    def refund(self, one):
        recovery = Recovery.objects.filter(project_id=one.pk, state="demanded").first()
        if recovery:
            self.serial += 1
            left = recovery.amount_fen - recovery.received_fen
            services.record_refund(
                recovery_id=recovery.pk, amount_fen=max(1, left // 2) if left > 2 else left,
                bank_reference=f"RK{one.pk}-{self.serial}", received_on=AFTER.date(),
                by=self.fund.cashier, now=AFTER,
            )  # fmt: skip

    def hold(self, one):
        due = Tranche.objects.filter(project_id=one.pk, state=T.DUE).first()
        if due:
            services.hold_tranche(
                tranche_id=due.pk, reason="待查", by=self.fund.office.section_chief, now=AFTER
            )

    def release(self, one):
        held = Tranche.objects.filter(project_id=one.pk, state=T.HELD).first()
        if held:
            services.release_tranche(
                tranche_id=held.pk, reason="已清", by=self.fund.office.section_chief, now=AFTER
            )

    def stop(self, one):
        if one.project.state == "active" and not PaymentOrder.objects.filter(
            project_id=one.pk, state="executed"
        ):
            terminate_project(project_id=one.pk, reason="退出", by=self.fund.office.leader, now=AFTER)

    def lapse(self, one):
        if one.project.state == "awaiting_agreement":
            lapse_project(
                project_id=one.pk, reason="放弃", renounced=True, by=self.fund.office.section_chief, now=AFTER
            )


@pytest.fixture
def two(db):
    fund = Fund(2)
    fund.sign(fund.grantees[0])
    return fund


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@example([(event, 0) for event in [*SENT, "fail", "order", "void", *SENT, "settle"]])
@example([(event, 0) for event in [*SENT, "settle", "stop", "refund", "refund", "refund"]])
@example([("hold", 0), ("order", 0), ("release", 0), ("order", 0), ("lapse", 1), ("approve", 0), ("stop", 0)])
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from([0, 0, 0, 1])), max_size=24))
def test_whatever_happens_money_is_conserved(two, events):
    mark = transaction.savepoint()
    try:
        player = Player(two)
        for event, who in events:
            player.play(event, who)
        assert ledger_problems() == []
        assert sum(s.appropriation_fen for s in standings(two.round).values()) == 100_000_000
        assert Posting.objects.aggregate(total=Sum("amount_fen"))["total"] == 0
        for plan in PaymentPlan.objects.all():
            assert plan.paid_fen + plan.released_fen <= plan.award_fen
    finally:
        transaction.savepoint_rollback(mark)


# Attacks past the program: the database says no, or verify names what was done


def execute(sql, *params):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(sql, params)


FROZEN = [
    (Account, "kind"),
    (JournalEntry, "reference"),
    (Posting, "amount_fen"),
    (FrozenPayee, "holder_name"),
]


def test_the_ledger_is_neither_changed_nor_deleted(fund):
    fund.sign()
    fund.pay(1, SIGNED)
    for model, name in FROZEN:
        row, table = model.objects.order_by("pk").last(), model._meta.db_table
        with pytest.raises(DatabaseError, match="append-only"):
            execute(f'UPDATE "{table}" SET "{name}" = "{name}" WHERE id = %s', row.pk)
        with pytest.raises(DatabaseError, match="append-only"):
            execute(f'DELETE FROM "{table}" WHERE id = %s', row.pk)


ATTACKS = [
    (PaymentPlan, {"paid_fen": 2_000_001}, "paid_is_never_above_the_award"),
    (PaymentPlan, {"demanded_fen": 1}, "nothing_comes_back_that_was_not_paid"),
    (Tranche, {"released_fen": 1_000_001}, "released_is_within_the_tranche"),
    (PaymentOrder, {"approved_by_id": "made_by_id"}, "payment_is_approved_by_another_person"),
    (PaymentOrder, {"executed_by_id": "approved_by_id"}, "payment_is_executed_by_another_person"),
    (PaymentOrder, {"amount_fen": 0}, "payment_has_money"),
    (PaymentOrder, {"state": "paid"}, "payment_state_is_known"),
    (OrderBatch, {"executed_by_id": "approved_by_id"}, "batch_is_executed_by_another_person"),
]


def test_the_database_refuses(fund):
    fund.sign()
    batch = fund.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=fund.office.finance_approver, now=SIGNED)
    for model, change, sentence in ATTACKS:
        row = model.objects.order_by("pk").first()
        values = {
            k: getattr(row, v) if v in {"made_by_id", "approved_by_id"} else v for k, v in change.items()
        }
        with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            force(row, **values)


def test_a_second_live_order_for_an_instalment_is_refused(fund):
    fund.sign()
    order = fund.order(1, SIGNED).orders.get()
    twin = PaymentOrder.objects.get(pk=order.pk)
    payee = FrozenPayee.objects.get()
    payee.pk = None
    payee.save()
    twin.pk, twin.public_id, twin.number, twin.payee = None, "another", "FK-X", payee
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def codes():
    from core.audit.verify import run

    return {item.code for item, found in run(["ledger"]) if found}


def test_verify_names_what_slipped_past_the_database(fund):
    fund.sign()
    fund.pay(1, SIGNED)
    assert codes() == set()
    cases = [
        (lambda: force(Tranche.objects.get(no=2), amount_fen=800_001), {"I7"}),
        (lambda: force(PaymentPlan.objects.get(), paid_fen=999_999), {"K4"}),
        (lambda: force(PaymentOrder.objects.get(), amount_fen=1), {"K5"}),
        (lambda: force(Tranche.objects.get(no=1), state="due"), {"K4"}),
        (lambda: _forge(fund, balanced=False), {"K1", "K2", "K4", "K5"}),
        (lambda: _forge(fund, balanced=True), {"K4", "K5"}),
    ]
    for tamper, wanted in cases:
        mark = transaction.savepoint()
        tamper()
        assert codes() == wanted
        transaction.savepoint_rollback(mark)


def _forge(fund, *, balanced):
    """Insert a payment that never was, as somebody with the database in hand could."""
    project = Project.objects.get()
    entry = JournalEntry.objects.create(
        round=fund.round,
        source=project.plan.source,
        project=project,
        kind="payment",
        reference="假",
        at=SIGNED,
    )
    accounts = {a.kind: a for a in Account.objects.filter(project=project)}
    Posting.objects.create(entry=entry, account=accounts[rules.PAID], amount_fen=5)
    if balanced:
        Posting.objects.create(entry=entry, account=accounts[rules.COMMITTED], amount_fen=-5)


def test_a_changed_row_no_longer_matches_its_log(fund):
    with changing(
        Tranche, Tranche.objects.get(no=1).pk, by=SYSTEM, now=STARTED, verb="look", permission="payments.hold"
    ):
        pass
    assert problems("rows") == [] or all("tranche" not in p.where for p in problems("rows"))
    force(Tranche.objects.get(no=1), percent=49)
    assert any(p.where.startswith("payments.tranche") for p in problems("rows"))


def test_a_new_field_key_reaches_the_frozen_accounts_too(fund, settings):
    """The account lies encrypted in a frozen table; its ciphertext may change, its row may not."""
    fund.sign()
    fund.pay(1, SIGNED)
    settings.FIELD_KEYS = [base64.urlsafe_b64encode(b"n" * 32).decode(), *settings.FIELD_KEYS]
    assert sum(rotate(FrozenPayee, FrozenPayee._meta.get_field("account"))) == 1
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert FrozenPayee.objects.get().account == "6222000000000001"
