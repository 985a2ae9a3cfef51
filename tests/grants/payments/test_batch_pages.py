"""Drawing up, signing, paying and answering a batch over HTTP; what is refused pays nothing."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.sheets import write_csv
from grants.payments import services
from grants.payments.lifecycle import B, O, T
from grants.payments.models import OrderBatch, Tranche
from grants.payments.services.bank import RESULT_COLUMNS
from grants.rounds.models import FundingSource
from tests.grants.funding import SIGNED
from tests.grants.payments.browsing import Desk, done, fresh, results
from tests.orgs.builders import someone

# Drawing up a batch


def pick(desk, *tranches, step="preview", **more):
    return desk.post(reverse("new_batch"), pick=[one.public_id for one in tranches], step=step, **more)


def test_a_batch_is_chosen_looked_at_and_drawn_up_once(two):
    for one in two.grantees:
        two.invoice(one, 1, SIGNED)
    tranches, desk = [one.tranche(1) for one in two.grantees], Desk(two.office.finance_clerk)
    assert all(one.public_id in desk.read(reverse("new_batch")) for one in tranches)
    answer = pick(desk, *tranches)
    page, total = answer.content.decode(), sum(one.payable_fen for one in tranches)
    assert answer.status_code == 200 and f"{total / 100:,.2f}" in page and "确认制单 2 笔" in page
    assert "6222000000000001" not in page and not OrderBatch.objects.exists()
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    first, again = (pick(desk, *tranches, step="make", key=key) for _twice in range(2))
    batch = OrderBatch.objects.get()
    assert done(first) == batch.get_absolute_url()
    assert again.status_code in (302, 422)
    assert batch.orders.count() == 2 and batch.total_fen == total


def test_without_a_receipt_there_is_nothing_to_choose(two):
    desk = Desk(two.office.finance_clerk)
    assert "现在没有可以制单的拨款" in desk.read(reverse("new_batch"))
    answer = pick(desk, two.grantee.tranche(1), step="make")
    assert answer.status_code == 422 and "没有制单" in answer.content.decode()
    assert pick(desk).status_code == 422
    assert not OrderBatch.objects.exists()


def test_sources_are_not_mixed(two):
    for one in two.grantees:
        two.invoice(one, 1, SIGNED)
    plan = two.grantees[1].project.plan
    other = FundingSource.objects.exclude(pk=plan.source_id).first()
    type(plan).objects.filter(pk=plan.pk).update(source=other)
    answer = pick(Desk(two.office.finance_clerk), *(one.tranche(1) for one in two.grantees), step="make")
    assert answer.status_code == 422 and "同一资金来源" in answer.content.decode()


def test_only_the_finance_clerk_draws_up(two):
    for who in (two.office.finance_approver, two.cashier, two.grantee.admin):
        assert Desk(who).get(reverse("new_batch")).status_code == 403


# A batch, from one signature to the last result


def test_one_signature_pays_a_whole_batch(two):
    batch = two.order(1, SIGNED)
    approver, cashier = Desk(two.office.finance_approver), Desk(two.cashier)
    done(approver.press(batch, "approve"))
    assert {one.state for one in batch.orders.all()} == {O.APPROVED}
    done(cashier.press(fresh(batch), "execute", voucher_no="国库0618", voucher_on="2026-06-18"))
    done(cashier.press(fresh(batch), "results", file=results(batch)))
    assert fresh(batch).state == B.COMPLETED
    assert {one.state for one in Tranche.objects.filter(no=1)} == {T.PAID}
    page = cashier.read(batch.get_absolute_url())
    assert "国库0618" in page and "支付成功" in page and "已办结" in page


def test_a_voucher_without_a_number_is_refused_at_its_field(two):
    batch = two.order(1, SIGNED)
    services.approve_batch(batch_id=batch.pk, by=two.office.finance_approver, now=SIGNED)
    answer = Desk(two.cashier).press(fresh(batch), "execute", voucher_no="", voucher_on="2026-06-18")
    assert answer.status_code == 422 and 'id="execute-voucher_no_error"' in answer.content.decode()
    assert fresh(batch).state == B.APPROVED


def test_who_made_a_batch_does_not_see_it_offered_for_signing(two):
    both = someone("双岗", two.office.finance, "finance_clerk", "finance_approver")
    for one in two.grantees:
        two.invoice(one, 1, SIGNED)
    batch = services.make_batch(tranche_ids=[one.tranche(1).pk for one in two.grantees], by=both, now=SIGNED)
    desk = Desk(both)
    address = reverse("press_batch", args=[batch.public_id, "approve"])
    assert f'action="{address}"' not in desk.read(batch.get_absolute_url())
    assert desk.post(address).status_code == 403
    assert fresh(batch).state == B.MADE


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("回单.csv", "付款单号,结果\nFK-1,也许\n".encode(), "第 2 行"),
        ("回单.csv", "什么都不是".encode(), "回单读不出来"),
        ("回单.xlsx", b"MZ\x90\x00 not a workbook", "没有完成"),
        ("回单.pdf", b"%PDF-1.7", "请上传 XLSX 或 CSV"),
        ("回单.csv", b"", "文件是空的"),
        ("回单.csv", b"x" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_a_sentence_and_pays_nothing(two, name, data, says):
    batch = two.send(two.order(1, SIGNED), SIGNED)
    answer = Desk(two.cashier).press(batch, "results", file=SimpleUploadedFile(name, data))
    assert answer.status_code == 422 and says in answer.content.decode()
    assert {one.state for one in batch.orders.all()} == {O.EXECUTED}


def test_a_file_with_one_wrong_line_pays_nothing(two):
    batch = two.send(two.order(1, SIGNED), SIGNED)
    numbers = [one.number for one in batch.orders.order_by("pk")]
    rows = [{"number": numbers[0], "paid": "成功", "reference": "R1", "on": SIGNED.date()}]
    rows.append({"number": "FK-别的-1", "paid": "成功", "reference": "R2", "on": SIGNED.date()})
    sent = SimpleUploadedFile("回单.csv", write_csv(RESULT_COLUMNS, rows))
    answer = Desk(two.cashier).press(batch, "results", file=sent)
    assert answer.status_code == 422 and "不在本批次" in answer.content.decode()
    assert {one.state for one in batch.orders.all()} == {O.EXECUTED}


def test_the_empty_result_form_names_each_order(two):
    batch = two.send(two.order(1, SIGNED), SIGNED)
    answer = Desk(two.cashier).get(reverse("batch_results_form", args=[batch.public_id]))
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert all(order.number in told for order in batch.orders.all())


def test_the_treasury_list_with_whole_accounts_is_the_cashiers_alone(two):
    batch = two.order(1, SIGNED)
    address = reverse("batch_list_file", args=[batch.public_id])
    answer = Desk(two.cashier).get(address)
    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows()
        for cell in row
    ]
    assert "6222000000000001" in cells and answer["Cache-Control"] == "private, no-store"
    assert Desk(two.office.finance_clerk).get(address).status_code == 403
    assert Desk(two.grantee.admin).get(address).status_code == 404


def test_charity_money_goes_out_as_a_bank_file_on_the_batch(two):
    FundingSource.objects.update(paid_by_treasury=False)
    batch, cashier = two.order(1, SIGNED), Desk(two.cashier)
    services.approve_batch(batch_id=batch.pk, by=two.office.finance_approver, now=SIGNED)
    assert cashier.get(reverse("batch_list_file", args=[batch.public_id])).status_code == 409
    done(cashier.press(fresh(batch), "execute"))
    page = cashier.read(batch.get_absolute_url())
    link = re.search(r'<a href="(/files/[^"]+)" download>' + batch.number, page).group(1)
    assert b"".join(cashier.get(link)).startswith(b"PK")
    assert f"{batch.number}.xlsx" not in Desk(two.office.finance_clerk).read(batch.get_absolute_url())


def test_an_order_or_a_whole_batch_is_taken_back(two):
    batch, desk = two.order(1, SIGNED), Desk(two.office.finance_clerk)
    first, second = batch.orders.order_by("pk")
    done(desk.press(batch, "void-order", order=first.public_id, reason="账户变更"))
    assert fresh(first).state == O.VOID and fresh(second).state == O.MADE
    assert desk.press(batch, "void-order", order="x" * 16, reason="账户变更").status_code == 422
    done(desk.press(batch, "void", reason="重新制单"))
    assert fresh(batch).state == B.VOID and fresh(second).state == O.VOID
    assert {one.state for one in Tranche.objects.filter(no=1)} == {T.DUE}


def test_an_order_of_another_batch_cannot_be_taken_back_through_this_one(two):
    one = two.order(1, SIGNED, two.grantees[0])
    other = two.order(1, SIGNED, two.grantees[1])
    stranger = other.orders.get()
    answer = Desk(two.office.finance_clerk).press(one, "void-order", order=stranger.public_id, reason="串批")
    assert answer.status_code == 422 and fresh(stranger).state == O.MADE


def test_a_stale_page_changes_nothing(two):
    batch = two.order(1, SIGNED)
    address = reverse("press_batch", args=[batch.public_id, "approve"])
    answer = Desk(two.office.finance_approver).post(address, version=str(batch.row_version + 5))
    assert answer.status_code == 409 and fresh(batch).state == B.MADE
