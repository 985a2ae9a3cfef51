"""Activities and vouchers, the changes of a budget, and more time."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.errors import Forbidden, NotNow, Refused, RulesBroken
from grants.projects import services
from grants.projects.models import ActivityRecord, Expense
from grants.projects.selectors import current_budget, spent_by_line
from tests.grants.funding import SIGNED, STARTED, Fund, at, pdf
from tests.grants.tables import force

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(fund):
    fund.sign()
    return fund


def codes(refused):
    return [one.code for one in refused.value.violations]


def test_a_voucher_is_booked_with_its_scan(running):
    running.spend(running.grantee, 500, scan=("收据.pdf", pdf()))
    assert spent_by_line(running.grantee.project) == {2: 50_000}


def test_spending_before_the_start_is_not_recognised(running):
    with pytest.raises(RulesBroken) as refused:
        running.spend(running.grantee, 100, spent_on=date(2026, 6, 30))
    assert codes(refused) == ["X1"]
    with pytest.raises(Refused):
        running.spend(running.grantee, 100, spent_on=date(2026, 7, 11))  # tomorrow


def test_a_line_is_exceeded_by_a_tenth_and_no_fen_more(running):
    running.spend(running.grantee, 5_500, line=1)
    with pytest.raises(RulesBroken) as refused:
        running.spend(running.grantee, 1, line=1)
    assert codes(refused) == ["X3"]


def test_an_invoice_is_claimed_once_in_any_project():
    fund = Fund(2)
    first, second = fund.grantees
    for one in fund.grantees:
        fund.sign(one)
    fund.spend(first, 100, payee="同一商店", invoice_no="0001")
    with pytest.raises(Refused) as refused:
        fund.spend(second, 100, payee=" 同一商店", invoice_no="0001")
    assert refused.value.code == "invoice_twice"
    fund.spend(second, 100, payee="另一商店", invoice_no="0001")
    row = Expense.objects.get(project=second.project)
    with pytest.raises(IntegrityError), transaction.atomic():
        force(row, payee_index=Expense.objects.get(project=first.project).payee_index)


def test_a_voucher_number_is_used_again_only_after_voiding(running):
    expense = running.spend(running.grantee, 100, voucher_no="记1")
    with pytest.raises(Refused) as refused:
        running.spend(running.grantee, 100, voucher_no="记1", invoice_no="9")
    assert refused.value.code == "voucher_twice"
    services.void_expense(expense_id=expense.pk, reason="录错金额", by=running.grantee.finance, now=STARTED)
    running.spend(running.grantee, 90, voucher_no="记1")
    assert spent_by_line(running.grantee.project) == {2: 9_000}


def test_the_books_are_shut_once_they_are_with_the_auditor(fund):
    fund.reach_audit(fund.grantee)
    with pytest.raises(NotNow):
        fund.spend(fund.grantee, 1)
    with pytest.raises(NotNow):
        services.void_expense(
            expense_id=Expense.objects.first().pk, reason="x", by=fund.grantee.finance, now=STARTED
        )


def test_an_activity_lies_between_signature_and_today(running):
    running.hold_activity(running.grantee)
    for now, held in ((STARTED, date(2026, 6, 17)), (STARTED, date(2026, 7, 11))):
        with pytest.raises(Refused):
            services.record_activity(
                project_id=running.grantee.pk, held_on=held, title="活动", place="社区", participants=3,
                service_count=3, by=running.grantee.editor, now=now,
            )  # fmt: skip
    assert ActivityRecord.objects.count() == 1


def test_outsiders_book_nothing(running):
    for who in (running.office.stranger, running.office.clerk, running.grantee.editor):
        with pytest.raises(Forbidden):
            running.spend(running.grantee, 1, by=who)


def move(fund, wanted, now=STARTED):
    return services.move_budget(
        project_id=fund.grantee.pk, wanted=wanted, reason="场次调整", by=fund.grantee.admin, now=now
    )


def amounts(fund):
    return {line.no: line.amount_fen for line in current_budget(fund.grantee.project).lines.all()}


def test_a_small_move_is_recorded_and_a_large_one_asked_for(running):
    assert move(running, {1: 550_000, 2: 950_000, 3: 500_000}).state == "recorded"
    assert amounts(running)[1] == 550_000
    change = move(running, {1: 600_000, 2: 900_000, 3: 500_000})
    assert change.state == "requested" and change.answer_by == date(2026, 7, 24)
    assert amounts(running)[1] == 550_000
    services.approve_change(change_id=change.pk, by=running.office.section_chief, now=STARTED)
    assert amounts(running) == {1: 600_000, 2: 900_000, 3: 500_000}
    assert [v.is_approved for v in running.grantee.project.budgets.all()] == [True, False, True]


def test_a_move_keeps_the_total_and_what_was_spent(running):
    running.spend(running.grantee, 4_000, line=1)
    for wanted, code in (
        ({1: 500_000, 2: 900_000, 3: 500_000}, "H1"),
        ({1: 300_000, 2: 1_200_000, 3: 500_000}, "H3"),
    ):
        with pytest.raises(RulesBroken) as refused:
            move(running, wanted)
        assert codes(refused) == [code]


def test_a_refused_change_changes_nothing(running):
    change = move(running, {1: 900_000, 2: 600_000, 3: 500_000})
    services.refuse_change(
        change_id=change.pk, reason="与项目无关", by=running.office.section_chief, now=STARTED
    )
    assert amounts(running)[1] == 500_000
    assert running.grantee.project.budgets.count() == 1


def test_more_time_is_granted_once(running):
    ask = {
        "project_id": running.grantee.pk,
        "reason": "雨季停工",
        "by": running.grantee.admin,
        "now": STARTED,
    }
    change = services.request_extension(months=3, **ask)
    services.approve_change(change_id=change.pk, by=running.office.section_chief, now=STARTED)
    assert running.grantee.project.ends_on == date(2027, 6, 30)
    with pytest.raises(RulesBroken) as refused:
        services.request_extension(months=1, **ask)
    assert codes(refused) == ["H4"]


def test_nothing_is_changed_in_the_last_month(running):
    with pytest.raises(NotNow) as refused:
        move(running, {1: 550_000, 2: 950_000, 3: 500_000}, now=at("2027-03-15"))
    assert refused.value.code == "too_late_to_change"


def test_two_open_requests_of_a_kind_are_one_too_many(running):
    move(running, {1: 900_000, 2: 600_000, 3: 500_000})
    with pytest.raises(Refused) as refused:
        move(running, {1: 910_000, 2: 590_000, 3: 500_000})
    assert refused.value.code == "already_asked"
    assert SIGNED < STARTED
