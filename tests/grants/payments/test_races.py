"""Two people press at the same instant: an instalment is paid once, a refund booked once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connections

from core.audit import verify
from core.errors import NotNow, Refused
from grants.payments import services
from grants.payments.models import JournalEntry, OrderBatch, Recovery
from grants.payments.rules import Outcome
from grants.projects.services import terminate_project
from tests.grants.funding import SIGNED, STARTED, Fund
from tests.orgs.builders import someone


@pytest.fixture
def fund(own_database):
    fund = Fund()
    fund.sign()
    return fund


def at_once(*presses: Callable[[], object]) -> list[str]:
    """Press all buttons at one instant, each in a thread of its own; return "done" or the refusal's code."""
    gate, answers = threading.Barrier(len(presses)), []

    def run(press: Callable[[], object]) -> None:
        connections["default"].ensure_connection()
        gate.wait()
        try:
            press()
            answers.append("done")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(press,)) for press in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_an_instalment_is_ordered_once(fund):
    fund.invoice(fund.grantee, 1, SIGNED)
    clerks = (fund.office.finance_clerk, someone("赵制单", fund.office.finance, "finance_clerk"))
    wanted = [fund.grantee.tranche(1).pk]

    def make(by) -> Callable[[], object]:
        return lambda: services.make_batch(tranche_ids=wanted, by=by, now=SIGNED)

    assert at_once(*map(make, clerks)) == ["done", "not_now"]
    assert OrderBatch.objects.count() == 1
    assert verify.problems("ledger", "chain", "states") == []


def test_the_same_result_file_from_two_desks_pays_once(fund):
    batch = fund.send(fund.order(1, SIGNED), SIGNED)
    outcomes = [Outcome(batch.orders.get().number, True, "TK1", SIGNED.date())]
    cashiers = (fund.cashier, someone("周出纳", fund.office.finance, "cashier"))

    def take(by) -> Callable[[], object]:
        return lambda: services.import_results(batch_id=batch.pk, outcomes=outcomes, by=by, now=SIGNED)

    assert at_once(*map(take, cashiers)) == ["done", "done"]
    assert JournalEntry.objects.filter(kind="payment").count() == 1
    assert verify.problems("ledger", "chain", "states") == []


def test_a_refund_is_booked_once(fund):
    fund.pay(1, SIGNED)
    terminate_project(project_id=fund.grantee.pk, reason="退出", by=fund.office.leader, now=STARTED)
    refund = {
        "recovery_id": Recovery.objects.get().pk,
        "amount_fen": 500_000,
        "bank_reference": "RK1",
        "received_on": STARTED.date(),
        "now": STARTED,
    }

    def book(by) -> Callable[[], object]:
        return lambda: services.record_refund(by=by, **refund)

    assert at_once(book(fund.cashier), book(fund.office.finance_clerk)) == ["done", "reference_twice"]
    assert Recovery.objects.get().received_fen == 500_000
    assert verify.problems("ledger", "chain", "states") == []


def test_a_project_does_not_end_while_its_money_goes_out(fund):
    """Whoever comes first: the money is either stopped, or its result must come in first."""
    batch = fund.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=fund.office.finance_approver, now=SIGNED)
    asked = {"batch_id": batch.pk, "voucher_no": "国库1", "voucher_on": SIGNED.date(), "by": fund.cashier}
    leader, pk = fund.office.leader, fund.grantee.pk

    def stop() -> object:
        return terminate_project(project_id=pk, reason="退出", by=leader, now=SIGNED)

    answers = at_once(lambda: services.execute_batch(now=SIGNED, **asked), stop)
    order = batch.orders.get()
    assert (order.state, answers) in [
        ("executed", ["done", "payment_on_its_way"]),
        ("void", ["done", "not_now"]),
    ]
    assert verify.problems("ledger", "chain", "states") == []


@pytest.mark.django_db
def test_pressing_twice_makes_one_batch():
    fund = Fund()
    fund.sign()
    fund.invoice(fund.grantee, 1, SIGNED)
    press = {"tranche_ids": [fund.grantee.tranche(1).pk], "by": fund.office.finance_clerk, "now": SIGNED}
    key = uuid4()
    assert services.make_batch(key=key, **press) == services.make_batch(key=key, **press)
    assert OrderBatch.objects.count() == 1
    with pytest.raises(NotNow):
        services.make_batch(**press)
