"""The pages of audits: who sees what and when, each button pressed once, lists that cost the same."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core.policy import check
from grants.audits import services
from grants.audits.models import AuditPage, Engagement, Finding, Settlement
from grants.audits.selectors import visible_engagements, visible_pages
from grants.projects.models import Expense
from tests.grants.funding import AUDIT, SETTLED, STARTED, Fund
from tests.grants.pages import forms_on, offered, photo, push, text_of
from tests.grants.visiting import queries_of
from tests.orgs.builders import a_body, browser, someone

pytestmark = pytest.mark.django_db
LISTS = ("/audits/", "/audits/pages/", "/audits/findings/")
LATER = AUDIT + timedelta(days=40)


@pytest.fixture
def ready(fund):
    fund.reach_audit(fund.grantee)
    return fund


@pytest.fixture
def fieldwork(ready):
    ready.engagement = ready.engage()
    services.start_fieldwork(engagement_id=ready.engagement.pk, by=ready.auditor, now=AUDIT)
    ready.page = AuditPage.objects.get()
    return ready


def found(fund, yuan=100):
    """A doubt about a voucher."""
    voucher = fund.grantee.project.expenses.order_by("id").first()
    return services.raise_finding(
        page_id=fund.page.pk, expense_id=voucher.pk, disallowed_fen=yuan * 100, reason="无签收记录",
        by=fund.auditor, now=AUDIT,
    )  # fmt: skip


@pytest.fixture
def issued(fieldwork):
    fieldwork.finding = found(fieldwork)
    services.check_page(page_id=fieldwork.page.pk, remark="已核对", by=fieldwork.auditor, now=AUDIT)
    services.issue_findings(engagement_id=fieldwork.engagement.pk, by=fieldwork.auditor, now=AUDIT)
    return fieldwork


def cast(fund):
    office = fund.office
    return {
        "auditor": fund.auditor,
        "other_auditor": someone("别的审计", a_body("audit_firm", "另一会计所"), "auditor"),
        "clerk": office.clerk,
        "chief": office.section_chief,
        "leader": office.leader,
        "supervisor": office.supervisor,
        "finance_clerk": office.finance_clerk,
        "cashier": fund.cashier,
        "admin": fund.grantee.admin,
        "finance": fund.grantee.finance,
        "rival": someone("对手", a_body("social_organisation", "另一服务中心"), "applicant_admin"),
        "evaluator": someone("评估员", a_body("evaluator_firm", "评估中心"), "evaluator"),
        "expert": someone("专家", office.section, "expert"),
    }


OFFICES = {"auditor", "clerk", "chief", "leader", "supervisor", "finance_clerk", "cashier"}


@pytest.mark.parametrize("stage", ["fieldwork", "issued"])
def test_who_sees_an_audit_and_its_pages(stage, request):
    fund = request.getfixturevalue(stage)
    grantees = {"admin", "finance"} if stage == "issued" else set()
    with time_machine.travel(AUDIT, tick=False):
        for name, who in cast(fund).items():
            client = browser(who)
            status = client.get(fund.engagement.get_absolute_url()).status_code
            assert status == (200 if name in OFFICES else 404), name
            status = client.get(fund.page.get_absolute_url()).status_code
            assert status == (200 if name in OFFICES | grantees else 404), name
            assert bool(check(who, "audits.view", fund.engagement)) == visible_engagements(who).exists()
            assert bool(check(who, "audits.view", fund.page)) == visible_pages(who).exists(), name
        assert Client().get(fund.page.get_absolute_url()).status_code == 302


def test_lists_are_for_those_who_audit_or_are_audited(issued):
    with time_machine.travel(AUDIT, tick=False):
        for name, who in cast(issued).items():
            client = browser(who)
            expected = 200 if name in OFFICES or name == "other_auditor" else 403
            assert client.get("/audits/").status_code == expected, name
            for address in LISTS[1:]:
                answer = client.get(address)
                reads = expected == 200 or name in ("admin", "finance", "rival")
                assert answer.status_code == (200 if reads else 403), name
                shows = name in OFFICES | {"admin", "finance"}
                assert ("银龄守望1号" in text_of(answer)) == shows, (name, address)


def test_a_firm_is_engaged_on_the_page(ready):
    firm = a_body("audit_firm", "武汉允诚会计师事务所")
    asked = {
        "round": ready.round.code, "firm": firm.public_id, "contract_no": "允诚约字1", "seed": "0510",
        "sample_percent": "30",
    }  # fmt: skip
    with time_machine.travel(AUDIT, tick=False):
        assert browser(ready.office.clerk).get("/audits/new/").status_code == 403
        chief = browser(ready.office.section_chief)
        assert "待委托审计的届次" in text_of(chief.get("/desk/"))
        low = chief.post("/audits/new/", {**asked, "sample_percent": "29"})
        assert low.status_code == 422 and "允诚约字1" in text_of(low)
        assert "0510" in text_of(chief.post("/audits/new/", asked, follow=True))
        assert chief.post("/audits/new/", asked).status_code == 422  # the round has its auditor now
    assert Engagement.objects.get().firm == firm


def test_an_audit_goes_its_way_by_the_buttons(ready):
    ready.spend_scan = ready.grantee.project.expenses.order_by("id").first()
    engagement = ready.engage()
    home = engagement.get_absolute_url()
    with time_machine.travel(AUDIT, tick=False):
        auditor, grantee = browser(ready.auditor), browser(ready.grantee.finance)
        push(auditor, home, "start")
        text = text_of(auditor.get(home))
        assert "达到约定比例" in text and "issue" not in offered(auditor, home)
        page = AuditPage.objects.get().get_absolute_url()
        voucher = ready.grantee.project.expenses.order_by("id").first()
        doubt = {"voucher": voucher.public_id, "reason": "无签收记录"}
        for typed, says in (("3万", "30000.00"), ("999999", "不超过凭证金额")):
            answer = push(auditor, page, "raise", disallowed=typed, **doubt)
            assert answer.status_code == 422 and says in text_of(answer) and "无签收记录" in text_of(answer)
        push(auditor, page, "raise", disallowed="1000", **doubt)
        push(auditor, page, "check", remark="其余齐全")
        assert grantee.get(page).status_code == 404
        push(auditor, home, "issue")
        finding = Finding.objects.get()
        assert "/audits/findings/?stage=unanswered" in text_of(grantee.get("/desk/"))
        answered = push(grantee, page, f"reply-{finding.public_id}", answer="签收单已补齐")
        assert "签收单已补齐" in text_of(answered)
        assert f"reply-{finding.public_id}" not in offered(grantee, page)
        push(auditor, home, "close_replies")
        too_much = push(auditor, page, f"decide-{finding.public_id}", final="1000.01", ruling="维持")
        assert too_much.status_code == 422
        address = f"{page}do/decide-{finding.public_id}/"
        hidden = forms_on(auditor.get(page))[address]
        for _twice in range(2):
            sent = auditor.post(address, {**hidden, "final": "500", "ruling": "部分维持"})
            assert sent.status_code == 302
        assert push(auditor, home, "conclude", report_no="").status_code == 422
        push(auditor, home, "conclude", report_no="允诚审字9号")
    assert AuditPage.objects.get().eligible_fen == 1_450_000


def test_accounts_are_settled_on_the_page(ready):
    ready.audit()
    page = AuditPage.objects.get()
    with time_machine.travel(SETTLED, tick=False):
        chief = browser(ready.office.section_chief)
        assert f'href="{page.get_absolute_url()}"' in text_of(chief.get("/desk/"))
        assert "settle" not in offered(browser(ready.office.clerk), page.get_absolute_url())
        text = text_of(push(chief, page.get_absolute_url(), "settle"))
        assert Settlement.objects.get().number in text
        assert "应退" in text_of(browser(ready.grantee.admin).get(page.get_absolute_url()))
        assert "settle" not in offered(chief, page.get_absolute_url())
    assert ready.grantee.project.state in ("settled", "closed")


def test_the_auditor_reads_the_scan_of_a_voucher(fund):
    fund.sign()
    page = reverse("project", args=[fund.grantee.project.public_id])
    with time_machine.travel(STARTED, tick=False):
        push(
            browser(fund.grantee.finance), page, "record_expense", voucher_no="记0", spent_on="2026-07-09",
            line_no="2", amount="10", item="签到册", payee="书店", method="transfer", scan=photo("收据.png"),
        )  # fmt: skip
    fund.pay(1, STARTED)
    _to_the_auditor(fund)
    engagement = fund.engage()
    services.start_fieldwork(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)
    with time_machine.travel(AUDIT, tick=False):
        auditor = browser(fund.auditor)
        text = text_of(auditor.get(AuditPage.objects.get().get_absolute_url()))
        assert "收据.png" in text
        scan = text.partition("/files/")[2].partition('"')[0]
        assert auditor.get(f"/files/{scan}").status_code == 200
        stranger = someone("对手", a_body("social_organisation", "别家"), "applicant_admin")
        assert browser(stranger).get(f"/files/{scan}").status_code == 404


def _to_the_auditor(fund):
    from tests.grants.funding import FINAL, MIDTERM

    fund.hold_activity(fund.grantee)
    fund.judge(fund.report(fund.grantee, "midterm", MIDTERM), "85.00", MIDTERM)
    fund.judge(fund.report(fund.grantee, "final", FINAL), "88.00", FINAL)


def test_a_page_or_voucher_of_elsewhere_is_not_there():
    fund = Fund(2)
    for one in fund.grantees:
        fund.reach_audit(one)
    engagement = fund.engage()
    services.start_fieldwork(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)
    mine, other = (AuditPage.objects.get(project=one.project) for one in fund.grantees)
    foreign = Expense.objects.filter(project=other.project).first()
    with time_machine.travel(AUDIT, tick=False):
        auditor = browser(fund.auditor)
        lost = reverse("audit_page", args=["x" * 16, mine.public_id])
        assert auditor.get(lost).status_code == 404
        assert auditor.post(f"{lost}do/check/", {"remark": ""}).status_code == 404
        answer = push(
            auditor,
            mine.get_absolute_url(),
            "raise",
            voucher=foreign.public_id,
            disallowed="1",
            reason="错页",
        )
        assert answer.status_code == 422
    assert Finding.objects.count() == 0 and AuditPage.objects.filter(checked_at__isnull=False).count() == 0


def test_nobody_replies_for_another(issued):
    page = issued.page.get_absolute_url()
    code = f"reply-{issued.finding.public_id}"
    with time_machine.travel(AUDIT, tick=False):
        who = cast(issued)
        for name, status in (("rival", 404), ("other_auditor", 404), ("chief", 403), ("auditor", 403)):
            answer = browser(who[name]).post(f"{page}do/{code}/", {"answer": "代答"})
            assert answer.status_code == status, name
    assert Finding.objects.get().state == "raised"


def test_pages_cost_the_same_for_one_row_and_for_three():
    fund = Fund(3)
    for one in fund.grantees:
        fund.reach_audit(one)
    engagement = fund.engage()
    services.start_fieldwork(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)
    pages = {page.project_id: page for page in AuditPage.objects.all()}
    fund.page = pages[fund.grantee.pk]
    found(fund)
    for page in pages.values():
        services.check_page(page_id=page.pk, remark="", by=fund.auditor, now=AUDIT)
    own = fund.page.get_absolute_url()
    with time_machine.travel(AUDIT, tick=False):
        auditor = browser(fund.auditor)
        once = [queries_of(auditor, own), queries_of(auditor, engagement.get_absolute_url())]
        lists = [queries_of(auditor, address) for address in LISTS]
        found(fund)
        found(fund)
        assert [queries_of(auditor, own), queries_of(auditor, engagement.get_absolute_url())] == once
        assert [queries_of(auditor, address) for address in LISTS] == lists
        assert max(once) <= 20 and max(lists) <= 12
        services.issue_findings(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)
        one_row = queries_of(browser(fund.grantees[1].admin), "/audits/pages/")
        assert one_row == queries_of(auditor, "/audits/pages/")


def test_findings_can_be_narrowed_and_exported(issued):
    with time_machine.travel(AUDIT, tick=False):
        clerk = browser(issued.office.clerk)
        for query, shows in (("stage=unanswered", True), ("stage=undecided", False), ("state=upheld", False)):
            text = text_of(clerk.get(f"/audits/findings/?{query}"))
            assert ("无签收记录" in text) == shows, query
        for address in LISTS:
            answer = clerk.get(f"{address}?export=xlsx")
            assert load_workbook(io.BytesIO(answer.content)).active.max_row == 2, address
