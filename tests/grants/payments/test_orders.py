"""Paying in batches: receipts first, three hands, the frozen payee, results that come twice."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import Forbidden, NotNow, Refused, RulesBroken
from core.files.selectors import files_of
from core.files.services import read
from core.policy import Actor, Grant
from core.sheets import Sheet, read_xlsx, write_csv, write_xlsx
from grants.payments import services
from grants.payments.models import JournalEntry, OrderBatch, PaymentOrder
from grants.payments.rules import Outcome
from grants.payments.selectors import balances_of, due_tranches, todo_for
from grants.payments.services.bank import PAYMENT_COLUMNS, RESULT_COLUMNS, read_results
from grants.rounds.models import FundingSource
from orgs.registry.models import BankAccount
from orgs.registry.services import add_bank_account, close_bank_account, verify_bank_account
from tests.grants.funding import SECOND, SIGNED, Fund, at
from tests.grants.tables import force

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(fund):
    fund.sign()
    return fund


def test_the_first_instalment_travels_from_due_to_paid(signed):
    batch = signed.pay(1, SIGNED)
    assert (batch.state, batch.channel, batch.total_fen) == ("completed", "treasury", 1_000_000)
    assert signed.grantee.tranche(1).state == "paid"
    assert balances_of(signed.grantee.project)["paid"] == 1_000_000
    assert signed.grantee.project.plan.paid_fen == 1_000_000


def test_no_order_without_a_receipt_for_exactly_the_amount(signed):
    tranche = signed.grantee.tranche(1)
    assert tranche.due_on == date(2026, 7, 10)  # fifteen working days, the dragon-boat holiday between
    with pytest.raises(NotNow):
        services.make_batch(tranche_ids=[tranche.pk], by=signed.office.finance_clerk, now=SIGNED)
    with pytest.raises(RulesBroken):
        signed.invoice(signed.grantee, 1, SIGNED, amount_fen=999_999)
    with pytest.raises(Forbidden):
        signed.invoice(signed.grantee, 1, SIGNED, by=signed.office.finance_clerk)
    signed.invoice(signed.grantee, 1, SIGNED)
    assert list(due_tranches(signed.round)) == [tranche]


def test_a_receipt_is_replaced_until_it_is_ordered_and_its_number_used_once(signed):
    first = signed.invoice(signed.grantee, 1, SIGNED, number="0001")
    with pytest.raises(Refused) as refused:
        signed.invoice(signed.grantee, 1, SIGNED, number="0001")
    assert refused.value.code == "paper_twice"
    second = signed.invoice(signed.grantee, 1, SIGNED, number="0002")
    first.refresh_from_db()
    assert (first.is_live, second.is_live) == (False, True)
    services.make_batch(
        tranche_ids=[signed.grantee.tranche(1).pk], by=signed.office.finance_clerk, now=SIGNED
    )
    with pytest.raises(NotNow):
        signed.invoice(signed.grantee, 1, SIGNED, number="0003")


def test_nothing_is_due_before_the_signature(fund):
    with pytest.raises(NotNow):
        fund.invoice(fund.grantee, 1, SIGNED)


# Hands


def test_maker_approver_and_payer_are_different_people(signed):
    batch = signed.order(1, SIGNED)
    clerk, approver = signed.office.finance_clerk, signed.office.finance_approver
    maker = Actor(clerk.user_id, clerk.person_id, (Grant("finance_approver"), Grant("cashier")))
    with pytest.raises(Forbidden):
        services.approve_batch(batch_id=batch.pk, by=maker, now=SIGNED)
    services.approve_batch(batch_id=batch.pk, by=approver, now=SIGNED)
    payer = Actor(approver.user_id, approver.person_id, (Grant("cashier"),))
    voucher = {"voucher_no": "国库1", "voucher_on": SIGNED.date()}
    with pytest.raises(Forbidden):
        services.execute_batch(batch_id=batch.pk, by=payer, now=SIGNED, **voucher)
    services.execute_batch(batch_id=batch.pk, by=maker, now=SIGNED, **voucher)  # two people are enough here


def test_a_round_may_demand_three_people():
    fund = Fund(payment_people_min=3)
    fund.sign()
    batch = fund.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=fund.office.finance_approver, now=SIGNED)
    clerk = fund.office.finance_clerk
    maker = Actor(clerk.user_id, clerk.person_id, (Grant("cashier"),))
    with pytest.raises(Forbidden):
        services.execute_batch(
            batch_id=batch.pk, by=maker, voucher_no="国库1", voucher_on=SIGNED.date(), now=SIGNED
        )


def test_whoever_signed_the_agreement_does_not_approve_its_payment(signed):
    batch = signed.order(1, SIGNED)
    chief = signed.office.section_chief
    both = Actor(chief.user_id, chief.person_id, (*chief.grants, Grant("finance_approver")))
    with pytest.raises(Forbidden):
        services.approve_batch(batch_id=batch.pk, by=both, now=SIGNED)
    assert OrderBatch.objects.get().state == "made"


def test_a_friend_of_the_payee_touches_no_batch_with_it(signed):
    from dataclasses import replace

    batch = signed.order(1, SIGNED)
    friend = replace(signed.office.finance_approver, interests=frozenset({signed.grantee.body.pk}))
    with pytest.raises(Forbidden):
        services.approve_batch(batch_id=batch.pk, by=friend, now=SIGNED)


def test_outsiders_make_and_pay_nothing(signed):
    signed.invoice(signed.grantee, 1, SIGNED)
    for who in (
        signed.office.stranger,
        signed.office.clerk,
        signed.grantee.finance,
        signed.office.supervisor,
    ):
        with pytest.raises(Forbidden):
            services.make_batch(tranche_ids=[signed.grantee.tranche(1).pk], by=who, now=SIGNED)


# The payee


def test_the_payee_is_frozen_from_the_verified_account(signed):
    batch = signed.order(1, SIGNED)
    frozen = batch.orders.get().payee
    assert (frozen.holder_name, frozen.account) == (signed.grantee.body.name, "6222000000000001")
    assert frozen.account_masked == "****0001"


def another_account(fund, now):
    old = BankAccount.objects.get(body=fund.grantee.body, state="verified")
    close_bank_account(account_id=old.pk, reason="换户", by=fund.grantee.admin, now=now)
    return add_bank_account(
        body_id=fund.grantee.body.pk, holder_name=fund.grantee.body.name, bank="工商银行武昌支行",
        number="62229999000000019", by=fund.grantee.admin, now=now,
    )  # fmt: skip


def test_without_a_verified_account_nothing_is_ordered(signed):
    another_account(signed, SIGNED)  # added, not verified
    with pytest.raises(Refused) as refused:
        signed.order(1, SIGNED)
    assert refused.value.code == "no_account"


def test_an_account_in_another_name_is_refused(signed):
    force(BankAccount.objects.get(body=signed.grantee.body), holder_name="某某个人")
    with pytest.raises(Refused) as refused:
        signed.order(1, SIGNED)
    assert refused.value.code == "other_name"


def test_an_account_that_changed_after_the_order_stops_the_payment(signed):
    batch = signed.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=signed.office.finance_approver, now=SIGNED)
    new = another_account(signed, SIGNED)
    verify_bank_account(account_id=new.pk, by=signed.office.finance_clerk, now=SIGNED)
    pay = {"batch_id": batch.pk, "voucher_no": "国库1", "voucher_on": SIGNED.date(), "by": signed.cashier}
    with pytest.raises(Refused) as refused:
        services.execute_batch(now=SIGNED, **pay)
    assert refused.value.code == "account_changed"
    services.void_order(
        order_id=batch.orders.get().pk, reason="账户变更", by=signed.office.finance_clerk, now=SIGNED
    )
    assert (OrderBatch.objects.get().state, signed.grantee.tranche(1).state) == ("void", "due")
    again = services.make_batch(
        tranche_ids=[signed.grantee.tranche(1).pk], by=signed.office.finance_clerk, now=SIGNED
    )
    assert again.orders.get().payee.account == "62229999000000019"


# Batches


def test_a_batch_holds_one_source_of_one_round():
    fund = Fund(2)
    first, second = fund.grantees
    for one in fund.grantees:
        fund.sign(one)
        fund.invoice(one, 1, SIGNED)
    other = FundingSource.objects.exclude(pk=first.project.plan.source_id).get()
    force(second.project.plan, source_id=other.pk)
    with pytest.raises(Refused) as refused:
        services.make_batch(
            tranche_ids=[first.tranche(1).pk, second.tranche(1).pk], by=fund.office.finance_clerk, now=SIGNED
        )
    assert refused.value.code == "mixed_batch"


def test_one_signature_approves_and_pays_a_whole_batch():
    fund = Fund(3)
    for one in fund.grantees:
        fund.sign(one)
    batch = fund.pay(1, SIGNED)
    assert batch.orders.count() == 3 and batch.total_fen == 3_000_000
    assert set(batch.orders.values_list("state", flat=True)) == {"settled"}
    assert JournalEntry.objects.filter(kind="payment").count() == 3


def test_treasury_money_needs_a_voucher_and_an_open_treasury(signed):
    batch = signed.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=signed.office.finance_approver, now=SIGNED)
    with pytest.raises(Refused):
        services.execute_batch(batch_id=batch.pk, by=signed.cashier, now=SIGNED)
    for day in ("2026-12-19", "2026-12-31"):
        with pytest.raises(NotNow) as refused:
            services.execute_batch(
                batch_id=batch.pk,
                voucher_no="国库1",
                voucher_on=SIGNED.date(),
                by=signed.cashier,
                now=at(day),
            )
        assert refused.value.code == "treasury_closed"
    services.execute_batch(
        batch_id=batch.pk,
        voucher_no="国库1",
        voucher_on=SIGNED.date(),
        by=signed.cashier,
        now=at("2026-12-18", 23),
    )


def test_charity_money_goes_out_as_a_bank_file_without_formulas(signed):
    FundingSource.objects.update(paid_by_treasury=False)
    batch = signed.send(signed.order(1, SIGNED), SIGNED)
    assert batch.channel == "bank_file"
    ref = files_of(batch).get()
    assert ref.blob.sha256 == batch.file_sha256
    row = read_xlsx(read(ref), PAYMENT_COLUMNS).rows[0]
    assert (row["account"], row["amount_fen"]) == ("6222000000000001", 1_000_000)


def test_a_voided_order_leaves_the_rest_of_its_batch():
    fund = Fund(2)
    first, second = fund.grantees
    for one in fund.grantees:
        fund.sign(one)
    batch = fund.order(1, SIGNED)
    order = batch.orders.get(project=first.project)
    services.void_order(order_id=order.pk, reason="票据有误", by=fund.office.finance_clerk, now=SIGNED)
    fund.send(batch, SIGNED)
    left = batch.orders.get(project=second.project)
    done = services.import_results(
        batch_id=batch.pk,
        outcomes=[Outcome(left.number, True, "TK1", SIGNED.date())],
        by=fund.cashier,
        now=SIGNED,
    )
    assert (done.settled, OrderBatch.objects.get().state) == (1, "completed")
    assert first.tranche(1).state == "due"


def test_a_whole_batch_is_taken_back(signed):
    batch = signed.order(1, SIGNED)
    services.void_batch(batch_id=batch.pk, reason="金额待核", by=signed.office.finance_clerk, now=SIGNED)
    assert (OrderBatch.objects.get().state, signed.grantee.tranche(1).state) == ("void", "due")
    with pytest.raises(NotNow):
        services.approve_batch(batch_id=batch.pk, by=signed.office.finance_approver, now=SIGNED)


# Results


def test_the_same_result_file_is_imported_twice_and_pays_once(signed):
    batch = signed.send(signed.order(1, SIGNED), SIGNED)
    first, again = signed.answer(batch, SIGNED), signed.answer(batch, SIGNED)
    assert (first.settled, again.settled, again.known) == (1, 0, 1)
    assert balances_of(signed.grantee.project)["paid"] == 1_000_000


def test_a_second_result_that_says_otherwise_is_refused(signed):
    batch = signed.send(signed.order(1, SIGNED), SIGNED)
    signed.answer(batch, SIGNED)
    order = batch.orders.get()
    for other in (
        Outcome(order.number, True, "别的", SIGNED.date()),
        Outcome(order.number, False, failure="退票"),
    ):
        with pytest.raises(Refused) as refused:
            services.import_results(batch_id=batch.pk, outcomes=[other], by=signed.cashier, now=SIGNED)
        assert refused.value.code == "other_result"


def test_a_failed_payment_is_due_again_and_paid_by_a_new_order(signed):
    batch = signed.send(signed.order(1, SIGNED), SIGNED)
    failed = [Outcome(batch.orders.get().number, False, failure="户名不符")]
    services.import_results(batch_id=batch.pk, outcomes=failed, by=signed.cashier, now=SIGNED)
    assert signed.grantee.tranche(1).state == "due"
    assert balances_of(signed.grantee.project)["paid"] == 0
    again = services.make_batch(
        tranche_ids=[signed.grantee.tranche(1).pk], by=signed.office.finance_clerk, now=SIGNED
    )
    signed.answer(signed.send(again, SIGNED), SIGNED)
    assert [o.state for o in PaymentOrder.objects.all()] == ["failed", "settled"]


def test_one_reference_pays_one_order():
    fund = Fund(2)
    for one in fund.grantees:
        fund.sign(one)
    first = fund.send(fund.order(1, SIGNED, fund.grantees[0]), SIGNED)
    second = fund.send(fund.order(1, SIGNED, fund.grantees[1]), SIGNED)
    fund.answer(first, SIGNED)
    stolen = [Outcome(second.orders.get().number, True, f"TK{first.orders.get().number}", SIGNED.date())]
    with pytest.raises(Refused) as refused:
        services.import_results(batch_id=second.pk, outcomes=stolen, by=fund.cashier, now=SIGNED)
    assert refused.value.code == "reference_twice"
    elsewhere = [Outcome(first.orders.get().number, True, "TK9", SIGNED.date())]
    with pytest.raises(Refused) as refused:
        services.import_results(batch_id=second.pk, outcomes=elsewhere, by=fund.cashier, now=SIGNED)
    assert refused.value.code == "other_batch"


def test_result_files_are_read_from_workbook_and_text():
    rows = [
        {"number": "FK-1", "paid": "成功", "reference": "TK1", "on": "2026-06-18", "failure": ""},
        {"number": "FK-2", "paid": "失败", "reference": "", "on": "", "failure": "户名不符"},
    ]
    wanted = [Outcome("FK-1", True, "TK1", date(2026, 6, 18)), Outcome("FK-2", False, failure="户名不符")]
    assert read_results(write_csv(RESULT_COLUMNS, rows), is_csv=True) == wanted
    assert read_results(write_xlsx([Sheet("回单", RESULT_COLUMNS, rows)])) == wanted
    with pytest.raises(Refused) as refused:
        read_results("付款单号,结果\nFK-1,也许\n".encode(), is_csv=True)
    assert refused.value.code == "bad_results"


def labels(actor, now=SIGNED):
    return {str(todo.label): todo.count for todo in todo_for(actor, now) if todo.count}


def test_the_desk_says_what_waits(signed):
    assert labels(signed.grantee.finance) == {"待提交票据的拨款": 1}
    batch = signed.order(1, SIGNED)
    assert labels(signed.office.finance_approver) == {"待审批的付款批次": 1}
    services.approve_batch(batch_id=batch.pk, by=signed.office.finance_approver, now=SIGNED)
    assert labels(signed.cashier) == {"待支付的付款批次": 1}
    assert labels(signed.office.stranger) == {}
    assert SECOND > SIGNED
