"""Money that comes back, and projects that end early."""

from __future__ import annotations

import pytest

from core.errors import Forbidden, NotNow, Refused
from grants.payments import services
from grants.payments.models import JournalEntry, Recovery
from grants.payments.selectors import balances_of, overdue_recoveries
from grants.projects.services import revoke_project, terminate_project
from tests.grants.funding import SIGNED, STARTED, at

pytestmark = pytest.mark.django_db
STOPPED, LATE, LATER = at("2026-08-03"), at("2026-08-31"), at("2026-10-12")


@pytest.fixture
def paid(fund):
    """A project with 10,000 yuan received and 4,000 properly spent."""
    fund.sign()
    fund.pay(1, SIGNED)
    fund.spend(fund.grantee, 4_000, line=1)
    return fund


def stop(fund, **fields):
    terminate_project(
        project_id=fund.grantee.pk, reason="无法继续", by=fund.office.leader, now=STOPPED, **fields
    )
    return Recovery.objects.get()


def refund(fund, yuan, reference="RK1", now=LATE):
    return services.record_refund(
        recovery_id=Recovery.objects.get().pk, amount_fen=yuan * 100, bank_reference=reference,
        received_on=now.date(), by=fund.cashier, now=now,
    )  # fmt: skip


def test_a_terminated_project_gives_back_what_it_did_not_spend(paid):
    recovery = stop(paid)
    assert (recovery.amount_fen, recovery.cause, recovery.state) == (600_000, "terminated", "demanded")
    assert [t.state for t in paid.grantee.project.tranches.all()] == ["paid", "cancelled", "cancelled"]
    books = balances_of(paid.grantee.project)
    assert (books["paid"], books["receivable"], books["committed"]) == (400_000, 600_000, 0)


def test_money_comes_back_in_parts_and_the_last_part_closes(paid):
    stop(paid)
    refund(paid, 2_500)
    assert (paid.grantee.project.state, Recovery.objects.get().state) == ("recovering", "demanded")
    with pytest.raises(Refused):
        refund(paid, 3_501, "RK2")
    refund(paid, 3_500, "RK2")
    assert (paid.grantee.project.state, Recovery.objects.get().state) == ("closed", "received")
    assert balances_of(paid.grantee.project)["returned"] == 600_000


def test_one_bank_reference_is_booked_once(paid):
    stop(paid)
    refund(paid, 1_000)
    with pytest.raises(Refused) as refused:
        refund(paid, 1_000)
    assert refused.value.code == "reference_twice"
    assert JournalEntry.objects.filter(kind="refund").count() == 1


def test_a_revoked_award_gives_everything_back(paid):
    revoke_project(
        project_id=paid.grantee.pk, reason="材料虚假", recover_all=True, by=paid.office.leader, now=STOPPED
    )
    assert (Recovery.objects.get().amount_fen, Recovery.objects.get().cause) == (1_000_000, "revoked")


def test_reminders_go_out_after_the_day_and_two_of_them_open_the_court(paid):
    recovery = stop(paid)
    remind = {"recovery_id": recovery.pk, "by": paid.office.clerk}
    with pytest.raises(NotNow):
        services.remind_recovery(now=STOPPED, **remind)
    refer = {"recovery_id": recovery.pk, "reason": "拒不退回", "by": paid.office.leader}
    with pytest.raises(NotNow):
        services.refer_recovery(now=LATE, **refer)
    assert list(overdue_recoveries(LATE.date())) == [recovery]
    services.remind_recovery(now=LATE, **remind)
    with pytest.raises(NotNow):
        services.remind_recovery(now=LATE, **remind)
    services.remind_recovery(now=LATER, **remind)
    services.refer_recovery(now=LATER, **refer)
    assert Recovery.objects.get().state == "referred"
    refund(paid, 6_000, now=LATER)
    assert paid.grantee.project.state == "closed"


def test_a_demand_is_withdrawn_only_while_nothing_has_come(paid):
    recovery = stop(paid)
    back = {"recovery_id": recovery.pk, "reason": "复核后认可支出", "now": LATE}
    with pytest.raises(Forbidden):
        services.withdraw_recovery(by=paid.office.clerk, **back)
    refund(paid, 1)
    with pytest.raises(NotNow):
        services.withdraw_recovery(by=paid.office.leader, **back)


def test_a_withdrawn_demand_counts_as_paid_again(paid):
    recovery = stop(paid)
    services.withdraw_recovery(recovery_id=recovery.pk, reason="认可支出", by=paid.office.leader, now=LATE)
    books = balances_of(paid.grantee.project)
    assert (books["paid"], books["receivable"]) == (1_000_000, 0)
    assert paid.grantee.project.state == "closed"


def test_a_payment_on_its_way_must_arrive_before_the_project_ends(paid):
    paid.hold_activity(paid.grantee)
    paid.judge(paid.report(paid.grantee, "midterm", STARTED), "80.00", STARTED)
    batch = paid.send(paid.order(2, STARTED), STARTED)
    with pytest.raises(NotNow) as refused:
        stop(paid)
    assert refused.value.code == "payment_on_its_way"
    paid.answer(batch, STARTED)
    assert stop(paid).amount_fen == 1_400_000


def test_an_order_that_has_not_gone_out_is_voided_by_the_end(paid):
    paid.hold_activity(paid.grantee)
    paid.judge(paid.report(paid.grantee, "midterm", STARTED), "80.00", STARTED)
    batch = paid.order(2, STARTED)
    stop(paid)
    assert batch.orders.get().state == "void"
    assert paid.grantee.tranche(2).state == "cancelled"


def test_outsiders_book_no_refund(paid):
    stop(paid)
    for who in (paid.office.stranger, paid.grantee.admin, paid.office.clerk):
        with pytest.raises(Forbidden):
            services.record_refund(
                recovery_id=Recovery.objects.get().pk, amount_fen=1, bank_reference="x",
                received_on=LATE.date(), by=who, now=LATE,
            )  # fmt: skip
