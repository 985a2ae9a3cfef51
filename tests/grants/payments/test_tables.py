"""Every state times every verb of instalment, order, batch and recovery; every row times every role."""

from __future__ import annotations

import pytest

from core.policy import SYSTEM, Actor
from grants.payments.lifecycle import B, O, T, V
from grants.payments.models import OrderBatch, PaymentOrder, Recovery, Tranche
from grants.payments.permissions import PERMISSIONS
from grants.payments.services import demand_recovery
from tests.grants.funding import SIGNED, at
from tests.grants.tables import FORBIDDEN, NOT_NOW, admitted, answers, edges, force, outcome, spelled

pytestmark = pytest.mark.django_db

TRANCHE = {
    "planned": "meet_condition due, cancel cancelled",
    "due": "order ordered, hold held, cancel cancelled",
    "held": "release due, cancel cancelled",
    "ordered": "pay paid, reopen due",
}
ORDER = {
    "made": "approve approved, void void",
    "approved": "execute executed, void void",
    "executed": "settle settled, fail failed",
}
BATCH = {
    "made": "approve approved, void void",
    "approved": "execute executed, void void",
    "executed": "complete completed",
}
RECOVERY = {
    "demanded": "receive received, refer referred, withdraw withdrawn",
    "referred": "receive received, withdraw withdrawn",
}


@pytest.mark.parametrize(
    ("model", "table"), [(Tranche, TRANCHE), (PaymentOrder, ORDER), (OrderBatch, BATCH), (Recovery, RECOVERY)]
)
def test_the_tables_are_those_that_were_decided(model, table):
    assert edges(model) == spelled(table)


STRANGER = Actor(999_999, 999_999)


def ask(obj, states, table, actor_of, prepare):
    """Put the object in each state and ask it every verb; the stranger is refused each time."""
    verbs = sorted({verb for _s, verb, _t in spelled(table)})
    found = {}
    for state in states:
        for verb in verbs:
            prepare(state, verb)
            found.setdefault(state, {})[verb] = outcome(obj, verb, actor_of(verb))
            assert outcome(obj, verb, STRANGER) == FORBIDDEN
    assert found == answers(spelled(table), states, verbs)


def test_an_instalment_in_each_state_asked_each_verb(fund):
    fund.sign()
    fund.invoice(fund.grantee, 1, SIGNED)
    tranche = fund.grantee.tranche(1)

    def prepare(state, verb):
        gone = verb == "cancel" or state == "cancelled"
        force(tranche, state=state, held_because="decided", released_fen=tranche.amount_fen if gone else 0)

    ask(tranche, T.values, TRANCHE, lambda v: fund.office.finance_clerk if v == "order" else SYSTEM, prepare)


SENT = {"approved_by_id": 5, "executed_by_id": 6, "bank_reference": "TK", "settled_on": SIGNED.date()}


def test_an_order_in_each_state_asked_each_verb(fund):
    fund.sign()
    order = fund.order(1, SIGNED).orders.get()
    by = {"approve": fund.office.finance_approver, "void": SYSTEM}
    ask(
        order, O.values, ORDER, lambda verb: by.get(verb, fund.cashier),
        lambda state, verb: force(order, state=state, made_by_id=4, **SENT),
    )  # fmt: skip


def test_a_batch_in_each_state_asked_each_verb(fund):
    fund.sign()
    batch = fund.order(1, SIGNED)
    sent = {"approved_by_id": 5, "executed_by_id": 6, "voucher_no": "国库1", "voucher_on": SIGNED.date()}
    force(batch.orders.get(), state="failed", made_by_id=4, **SENT)
    by = {"approve": fund.office.finance_approver, "void": SYSTEM}
    ask(
        batch, B.values, BATCH, lambda verb: by.get(verb, fund.cashier),
        lambda state, verb: force(batch, state=state, made_by_id=4, **sent),
    )  # fmt: skip


def test_a_recovery_in_each_state_asked_each_verb(fund):
    fund.sign()
    fund.pay(1, SIGNED)
    recovery = demand_recovery(
        project_id=fund.grantee.pk, amount_fen=5_000, cause="settlement", reason="结余",
        by=fund.office.section_chief, now=at("2026-07-20"),
    )  # fmt: skip

    def prepare(state, verb):
        whole = verb == "receive" or state == "received"
        force(recovery, state=state, reminders=2, received_fen=5_000 if whole else 0)

    by = {"receive": fund.cashier}
    ask(recovery, V.values, RECOVERY, lambda verb: by.get(verb, fund.office.leader), prepare)


def test_guards_refuse_what_the_table_would_allow(fund):
    fund.sign()
    tranche = fund.grantee.tranche(1)
    assert outcome(tranche, "order", fund.office.finance_clerk) == NOT_NOW  # no receipt
    batch = fund.send(fund.order(1, SIGNED), SIGNED)
    assert outcome(batch, "complete", fund.cashier) == NOT_NOW  # no result


APPLICANTS = {"applicant_admin", "applicant_editor", "applicant_finance", "community_worker"}
FINANCE = {"finance_clerk", "finance_approver", "cashier"}
ROWS = {
    "payments.view": {"clerk", "section_chief", "leader", "supervisor", "auditor"} | FINANCE,
    "payments.list": {"clerk", "section_chief", "leader", "supervisor", "auditor", *APPLICANTS} | FINANCE,
    "payments.list_batches": {"clerk", "section_chief", "leader", "supervisor", "auditor"} | FINANCE,
    "payments.view_ledger": {"clerk", "section_chief", "leader", "supervisor", "auditor"} | FINANCE,
    "payments.meet_condition": {"section_chief"},
    "payments.hold": {"section_chief"},
    "payments.release": {"section_chief"},
    "payments.cancel": {"section_chief"},
    "payments.make": {"finance_clerk"},
    "payments.approve": {"finance_approver", "leader"},
    "payments.execute": {"cashier"},
    "payments.settle": {"cashier"},
    "payments.bank_file": {"cashier"},
    "payments.void": {"finance_clerk", "finance_approver"},
    "payments.demand": {"section_chief"},
    "payments.remind": {"clerk"},
    "payments.refer": {"leader"},
    "payments.receive": {"cashier", "finance_clerk"},
    "payments.withdraw": {"leader"},
}
OWN = {
    "payments.view": APPLICANTS,
    "payments.file_invoice": {"applicant_admin", "applicant_finance", "community_worker"},
}


def test_every_row_admits_exactly_these_roles(fund):
    fund.sign()
    order = fund.order(1, SIGNED).orders.get()
    for name in PERMISSIONS:
        outside = admitted(name, order)
        assert outside == ROWS.get(name, set()), name
        assert admitted(name, order, body_id=fund.grantee.body.pk) - outside == OWN.get(name, set()), name
