"""Who sees the lists and pages of money, what they cost, and where the desk leads."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from grants.payments import services
from grants.payments.models import OrderBatch, PaymentOrder, Recovery, Tranche
from orgs.people.models import User
from tests.grants.funding import SIGNED, Fund
from tests.grants.payments.browsing import LATER, Desk
from tests.orgs.builders import a_body, a_user, actor, seat, someone

# Who sees what


def everybody(two):
    office, bodies = two.office, two.grantees
    return {
        "finance_clerk": office.finance_clerk,
        "finance_approver": office.finance_approver,
        "cashier": two.cashier,
        "clerk": office.clerk,
        "section_chief": office.section_chief,
        "leader": office.leader,
        "supervisor": office.supervisor,
        "applicant_admin": bodies[0].admin,
        "applicant_finance": bodies[0].finance,
        "rival": bodies[1].admin,
        "expert": someone("吴专家", a_body("section", "专家库"), "expert"),
        "operator": someone("郑承办", a_body("operator", "承办单位"), "operator"),
    }


OFFICERS = {
    "finance_clerk", "finance_approver", "cashier", "clerk", "section_chief", "leader", "supervisor",
}  # fmt: skip


def test_an_instalment_is_open_to_officers_and_to_those_it_is_paid_to(two):
    address = two.grantee.tranche(1).get_absolute_url()
    found = {name: Desk(who).get(address).status_code for name, who in everybody(two).items()}
    own = {"applicant_admin", "applicant_finance"}
    assert {name for name, status in found.items() if status == 200} == OFFICERS | own
    assert {status for name, status in found.items() if name not in OFFICERS | own} == {404}


def test_a_batch_is_open_to_officers_only(two):
    batch = two.order(1, SIGNED)
    found = {
        name: Desk(who).get(batch.get_absolute_url()).status_code for name, who in everybody(two).items()
    }
    assert {name for name, status in found.items() if status == 200} == OFFICERS
    assert {status for name, status in found.items() if name not in OFFICERS} == {404}


@pytest.mark.parametrize("name", ["tranches", "recoveries", "batches", "ledger", "postings"])
def test_lists_are_open_to_those_who_work_with_money(two, name):
    found = {who: Desk(actor).get(reverse(name)).status_code for who, actor in everybody(two).items()}
    own = {"applicant_admin", "applicant_finance", "rival"} if name in ("tranches", "recoveries") else set()
    assert {who for who, status in found.items() if status == 200} == OFFICERS | own
    assert {status for who, status in found.items() if who not in OFFICERS | own} == {403}


def test_the_list_shows_exactly_what_may_be_opened(two):
    for name, who in everybody(two).items():
        desk = Desk(who)
        if desk.get(reverse("tranches")).status_code != 200:
            continue
        page = desk.read(reverse("tranches"))
        for tranche in Tranche.objects.all():
            opens = desk.get(tranche.get_absolute_url()).status_code == 200
            assert (tranche.get_absolute_url() in page) is opens, (name, tranche)


def test_what_is_due_stands_first(two):
    page = Desk(two.office.finance_clerk).read(reverse("tranches"))
    due = [one.get_absolute_url() for one in Tranche.objects.filter(state="due")]
    planned = [one.get_absolute_url() for one in Tranche.objects.filter(state="planned")]
    assert len(due) == 2 and max(map(page.index, due)) < min(map(page.index, planned))


def test_an_auditor_reads_the_round_he_is_engaged_for_and_no_other(two):
    firm = a_body("audit_firm", "武汉允诚会计师事务所")
    own = someone("曾审计", firm)
    user = User.objects.get(pk=own.user_id)
    seat(user, firm, "auditor", round_code=two.round.code)
    desk = Desk(actor(user))
    assert two.grantee.project.number in desk.read(reverse("ledger"))
    assert desk.get(two.grantee.tranche(1).get_absolute_url()).status_code == 200
    other = a_user_of_another_round(firm)
    desk = Desk(other)
    assert two.grantee.project.number not in desk.read(reverse("ledger"), round=two.round.code)
    assert desk.get(two.grantee.tranche(1).get_absolute_url()).status_code == 404
    assert two.grantee.project.number not in desk.read(reverse("postings"))


def a_user_of_another_round(firm):
    user = a_user("别审计")
    seat(user, firm, "auditor", round_code="WCCT-2019")
    return actor(user)


def test_a_grantee_reads_no_officer_and_no_whole_account(two):
    batch = two.order(1, SIGNED)
    two.send(batch, SIGNED)
    page = Desk(two.grantee.admin).read(two.grantee.tranche(1).get_absolute_url())
    for name in ("钱制单", "孙审批", "李出纳", "秦科长", "6222000000000001"):
        assert name not in page
    assert "付款中" in page
    for officer in (two.office.finance_clerk, two.office.supervisor, two.cashier):
        assert "6222000000000001" not in Desk(officer).read(batch.get_absolute_url())


# The ledger


def test_the_ledger_tells_where_each_yuan_is(two):
    two.pay(1, SIGNED, two.grantee)
    page = Desk(two.office.supervisor).read(reverse("ledger"))
    paid = two.grantee.tranche(1).amount_fen
    assert "chart--money" in page and f"{paid / 100:,.2f}" in page
    assert "不平" not in page and page.count("badge--ok") >= 1


def test_postings_come_in_pairs_and_can_be_narrowed(two):
    two.pay(1, SIGNED, two.grantee)
    desk = Desk(two.office.finance_clerk)
    page = desk.read(reverse("postings"), kind="payment")
    number = PaymentOrder.objects.get().number
    assert page.count(number) == 2 and "共 2 条" in page
    book = openpyxl.load_workbook(BytesIO(desk.get(reverse("postings"), export="xlsx").content))
    assert book.active.max_row > 5


# Cost and export


@pytest.fixture
def busy(db):
    """Three grantees, each with a batch of its own that was paid and money asked back."""
    two = Fund(3)
    for one in two.grantees:
        two.sign(one)
        two.pay(1, SIGNED, one)
        services.demand_recovery(
            project_id=one.pk, amount_fen=100, cause="settlement", reason="核减",
            by=two.office.section_chief, now=SIGNED,
        )  # fmt: skip
    return two


def test_three_rows_ask_no_more_than_one(busy):
    desk, first = Desk(busy.office.finance_clerk), busy.grantee.project.number
    one = {
        "tranches": f"?q={first}&state=paid",
        "batches": f"?q={OrderBatch.objects.first().number}",
        "recoveries": f"?q={first}",
        "ledger": f"?q={first}",
        "postings": f"?q={PaymentOrder.objects.first().number}",
    }
    for name, query in one.items():
        address = reverse(name)
        narrow = desk.read(f"{address}{query}")
        assert re.search(r"共 [12] 条", narrow), name
        few, many = desk.queries(f"{address}{query}"), desk.queries(address)
        assert few == many <= 12, (name, few, many)


def test_the_pages_of_things_ask_few_questions(busy):
    desk = Desk(busy.office.section_chief)
    for obj in (busy.grantee.tranche(1), OrderBatch.objects.first(), Recovery.objects.first()):
        desk.read(obj.get_absolute_url())
        asked = desk.queries(obj.get_absolute_url())
        assert asked <= 20, (obj, asked)


def test_receipts_that_were_replaced_ask_no_more(two):
    desk, tranche = Desk(two.office.section_chief), two.grantee.tranche(1)
    two.invoice(two.grantee, 1, SIGNED)
    desk.read(tranche.get_absolute_url())
    one = desk.queries(tranche.get_absolute_url())
    for number in ("票二", "票三"):
        two.invoice(two.grantee, 1, SIGNED, number=number)
    page = desk.read(tranche.get_absolute_url())
    assert page.count("已被替换") == 2
    assert desk.queries(tranche.get_absolute_url()) == one


def test_a_batch_of_three_asks_no_more_than_a_batch_of_one(two):
    batches = [two.order(1, SIGNED, one) for one in two.grantees[:1]]
    desk = Desk(two.office.finance_approver)
    desk.read(batches[0].get_absolute_url())
    one = desk.queries(batches[0].get_absolute_url())
    services.void_batch(batch_id=batches[0].pk, reason="合并", by=two.office.finance_clerk, now=SIGNED)
    two.invoice(two.grantees[1], 1, SIGNED)
    both = services.make_batch(
        tranche_ids=[who.tranche(1).pk for who in two.grantees], by=two.office.finance_clerk, now=SIGNED
    )
    assert desk.queries(both.get_absolute_url()) == one


@pytest.mark.parametrize("name", ["tranches", "batches", "recoveries", "ledger", "postings"])
def test_every_list_can_be_taken_home(busy, name):
    answer = Desk(busy.office.finance_clerk).get(reverse(name), export="xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert book.active.max_row >= 4


# The desk


@pytest.mark.parametrize(
    ("role", "label", "leads"),
    [
        ("applicant_finance", "待提交票据的拨款", "tranche"),
        ("finance_clerk", "待制单的拨款", "/batches/new/"),
        ("finance_approver", "待审批的付款批次", "batch"),
        ("cashier", "待支付的付款批次", "batch"),
    ],
)
def test_work_on_the_desk_leads_to_just_that_work(two, role, label, leads):
    first, second = two.grantees
    if role == "finance_clerk":
        two.invoice(first, 1, SIGNED)
    if role in ("finance_approver", "cashier"):
        batch = two.order(1, SIGNED, first)
    if role == "cashier":
        services.approve_batch(batch_id=batch.pk, by=two.office.finance_approver, now=SIGNED)
    who = {"applicant_finance": second.finance, "cashier": two.cashier}.get(role) or getattr(two.office, role)
    if leads in ("tranche", "batch"):  # only one waits: the desk leads to it
        leads = (second.tranche(1) if leads == "tranche" else batch).get_absolute_url()
    page = Desk(who).read("/desk/").replace("&amp;", "&")
    assert label in page and f'href="{leads}"' in page
    assert Desk(who).get(leads).status_code == 200


def test_money_owed_leads_its_people_to_it(two, recovery):
    for who, hour, leads in (
        (two.grantee.admin, SIGNED, "/recoveries/?owed=yes"),
        (two.cashier, SIGNED, "/recoveries/?owed=yes"),
        (two.office.clerk, LATER, "/recoveries/?owed=late"),
    ):
        desk = Desk(who, hour)
        assert f'href="{leads}"' in desk.read("/desk/").replace("&amp;", "&"), leads
        assert recovery.number in desk.read(leads)
    assert recovery.number not in Desk(two.office.clerk).read("/recoveries/?owed=late")
