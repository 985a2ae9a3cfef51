"""The pages of instalments and recoveries over HTTP: each button pressed once, and refused once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grants.payments.lifecycle import T, V
from grants.payments.models import Recovery
from tests.grants.funding import SIGNED
from tests.grants.payments.browsing import LATER, Desk, done, fresh

# Instalments


def test_a_grantee_files_a_receipt_and_may_replace_it(two):
    tranche, desk = two.grantee.tranche(1), Desk(two.grantee.finance)
    sum_ = f"{tranche.payable_fen / 100:.2f}"
    paper = {"kind": "settlement_receipt", "amount_fen": sum_, "issued_on": "2026-06-18"}
    assert f'value="{sum_}"' in desk.read(tranche.get_absolute_url())
    done(desk.press(tranche, "invoice", number="票1", **paper))
    done(desk.press(tranche, "invoice", number="票2", **paper))
    assert list(tranche.invoices.order_by("pk").values_list("number", "is_live")) == [
        ("票1", False),
        ("票2", True),
    ]
    page = desk.read(tranche.get_absolute_url())
    assert "票2" in page and "已被替换" in page


def test_a_receipt_for_another_amount_is_refused_and_what_was_typed_stays(two):
    tranche, desk = two.grantee.tranche(1), Desk(two.grantee.finance)
    answer = desk.press(
        tranche,
        "invoice",
        kind="settlement_receipt",
        number="票甲77",
        amount_fen="1.00",
        issued_on="2026-06-18",
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and "票甲77" in page and "与本期应拨" in page
    assert not tranche.invoices.exists()


@pytest.mark.parametrize("amount", ["3万", "3e4", "-1", "", "１,0.1"])
def test_an_amount_that_is_none_is_said_at_its_field(two, amount):
    tranche, desk = two.grantee.tranche(1), Desk(two.grantee.finance)
    answer = desk.press(
        tranche, "invoice", kind="settlement_receipt", number="票1", amount_fen=amount, issued_on="2026-06-31"
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="invoice-amount_fen_error"' in page and 'id="invoice-issued_on_error"' in page
    assert not tranche.invoices.exists()


def test_the_section_chief_holds_releases_and_cancels(two):
    tranche, desk = two.grantee.tranche(1), Desk(two.office.section_chief)
    done(desk.press(tranche, "hold", reason="等待核实"))
    assert fresh(tranche).state == T.HELD
    assert "等待核实" in desk.read(tranche.get_absolute_url())
    done(desk.press(fresh(tranche), "release", reason="已核实"))
    assert fresh(tranche).state == T.DUE
    assert desk.press(fresh(tranche), "cancel", reason=" ").status_code == 422
    done(desk.press(fresh(tranche), "cancel", reason="单位放弃本期"))
    assert fresh(tranche).state == T.CANCELLED


def test_a_condition_is_confirmed_by_hand(two):
    tranche = two.grantee.tranche(2)
    done(Desk(two.office.section_chief).press(tranche, "condition"))
    assert fresh(tranche).state == T.DUE


def test_a_button_of_another_role_is_not_offered_and_not_obeyed(two):
    tranche, desk = two.grantee.tranche(1), Desk(two.office.clerk)
    assert reverse("press_tranche", args=[tranche.public_id, "hold"]) not in desk.read(
        tranche.get_absolute_url()
    )
    answer = desk.post(reverse("press_tranche", args=[tranche.public_id, "hold"]), reason="越权")
    assert answer.status_code == 403 and fresh(tranche).state == T.DUE


def test_a_greyed_button_says_why(two):
    page = Desk(two.office.section_chief).read(two.grantee.tranche(2).get_absolute_url())
    assert "现为“待满足条件”，不能办理这一步。" in page


# Recoveries


def test_money_is_asked_back_from_the_page_of_an_instalment(two):
    two.pay(1, SIGNED, two.grantee)
    tranche, desk = two.grantee.tranche(1), Desk(two.office.section_chief)
    too_much = desk.press(tranche, "demand", amount_fen="999999.00", cause="settlement", reason="超额")
    assert too_much.status_code == 422 and "不超过已拨付" in too_much.content.decode()
    address = done(
        desk.press(tranche, "demand", amount_fen="500.00", cause="settlement", reason="票据不合规")
    )
    found = Recovery.objects.get()
    assert address == found.get_absolute_url() and found.amount_fen == 50_000


def test_refunds_are_booked_in_parts_until_nothing_is_owed(two, recovery):
    desk = Desk(two.cashier)
    assert 'value="500.00"' in desk.read(recovery.get_absolute_url())
    done(desk.press(recovery, "refund", amount_fen="200.00", bank_reference="T1", received_on="2026-06-18"))
    again = desk.press(
        fresh(recovery), "refund", amount_fen="300.00", bank_reference="T1", received_on="2026-06-18"
    )
    assert again.status_code == 422 and "同一流水号只能登记一次" in again.content.decode()
    done(
        desk.press(
            fresh(recovery), "refund", amount_fen="300.00", bank_reference="T2", received_on="2026-06-18"
        )
    )
    assert fresh(recovery).state == V.RECEIVED
    assert "T2" in desk.read(recovery.get_absolute_url())


def test_reminders_come_after_the_last_day_and_open_the_way_to_court(two, recovery):
    clerk, leader = two.office.clerk, two.office.leader
    assert "退款期限还没有过" in Desk(clerk).read(recovery.get_absolute_url())
    assert "须先发出两次催缴函" in Desk(leader).read(recovery.get_absolute_url())
    hour = LATER
    for _time in range(2):
        done(Desk(clerk, hour).press(fresh(recovery), "remind"))
        hour += timedelta(days=40)
    done(Desk(leader, hour).press(fresh(recovery), "refer", reason="两次催缴未退"))
    assert fresh(recovery).state == V.REFERRED


def test_the_leader_withdraws_a_demand(two, recovery):
    done(Desk(two.office.leader).press(recovery, "withdraw", reason="复核后合规"))
    assert fresh(recovery).state == V.WITHDRAWN


def test_a_grantee_reads_what_is_owed_and_a_rival_does_not(two, recovery):
    assert "500.00" in Desk(two.grantee.admin).read(recovery.get_absolute_url())
    assert Desk(two.grantees[1].admin).get(recovery.get_absolute_url()).status_code == 404
