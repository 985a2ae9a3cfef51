"""The pages of projects: who sees what, each button pressed once, lists that cost the same for many rows."""

from __future__ import annotations

import io

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core.files.selectors import files_of
from core.policy import check
from grants.audits import services as audits
from grants.projects.models import BudgetVersion, ChangeRequest, Expense, Project
from grants.projects.selectors import visible_to
from orgs.areas.models import Community
from orgs.people.models import User
from tests.grants.funding import AUDIT, MIDTERM, SIGNED, STARTED, Fund
from tests.grants.pages import forms_on, offered, photo, push, text_of
from tests.grants.visiting import queries_of
from tests.orgs.builders import a_body, actor, browser, load_places, seat, someone

pytestmark = pytest.mark.django_db
PLACE = "420106005"
LIST = "/projects/"


def home(project):
    return reverse("project", args=[project.public_id])


@pytest.fixture
def running(fund):
    fund.sign()
    return fund


@pytest.fixture
def cast(fund):
    """Everybody of the roles table, by name; the project takes place in a street that some of them know."""
    load_places(PLACE)
    community = Community.objects.order_by("code").first()
    fund.grantee.proposal.community = community
    fund.grantee.proposal.save()
    street, office = a_body("street_office", "首义路街道办"), fund.office
    officer = _seated("王街道", street, "street_officer", area_code=PLACE)
    other = a_body("street_office", "徐家棚街道办")
    elsewhere = _seated("李街道", other, "street_officer", area_code="420106004")
    committee = a_body("residents_committee", "某居委会")
    return {
        "admin": fund.grantee.admin,
        "editor": fund.grantee.editor,
        "finance": fund.grantee.finance,
        "rival": someone("对手", a_body("social_organisation", "另一服务中心"), "applicant_admin"),
        "clerk": office.clerk,
        "chief": office.section_chief,
        "leader": office.leader,
        "supervisor": office.supervisor,
        "finance_clerk": office.finance_clerk,
        "cashier": fund.cashier,
        "street": officer,
        "other_street": elsewhere,
        "community": _seated("赵社区", committee, "community_worker", area_code=community.code),
        "evaluator": someone("评估员", a_body("evaluator_firm", "评估中心"), "evaluator"),
        "evaluator_elsewhere": _seated(
            "别届评估", a_body("evaluator_firm", "别届评估中心"), "evaluator", round_code="WCCT-2020"
        ),
        "auditor": someone("审计员", a_body("audit_firm", "会计所"), "auditor"),
        "expert": someone("专家", office.section, "expert"),
    }


def _seated(name, body, role, **fields):
    who = someone(name, body)
    user = User.objects.get(pk=who.user_id)
    seat(user, body, role, **fields)
    return actor(user)


SEE = {
    "admin", "editor", "finance", "clerk", "chief", "leader", "supervisor", "finance_clerk", "cashier",
    "street", "community", "evaluator", "auditor",
}  # fmt: skip


def test_who_sees_a_project_and_its_parts(cast, running):
    project = running.grantee.project
    voucher, activity = running.spend(running.grantee, 100), running.hold_activity(running.grantee)
    pages = [
        home(project),
        reverse("expenses", args=[project.public_id]),
        reverse("expense", args=[project.public_id, voucher.public_id]),
        reverse("activities", args=[project.public_id]),
        reverse("activity", args=[project.public_id, activity.public_id]),
        reverse("report", args=[project.public_id, "midterm"]),
    ]
    with time_machine.travel(STARTED, tick=False):
        for name, who in cast.items():
            client = browser(who)
            found = {page: client.get(page).status_code for page in pages}
            assert set(found.values()) == {200 if name in SEE else 404}, (name, found)
        assert {Client().get(page).status_code for page in pages} == {302}


def test_the_list_shows_exactly_what_may_be_opened(cast):
    projects = list(Project.objects.all())
    for name, who in cast.items():
        seen = set(visible_to(who))
        assert seen == {one for one in projects if check(who, "projects.view", one)}, name
        answer = browser(who).get(LIST)
        if answer.status_code == 200:
            shown = "银龄守望1号" in text_of(answer)
            assert shown == bool(seen), name
        else:
            assert (answer.status_code, seen) == (403, set()), name


def test_a_part_of_another_project_is_not_there():
    fund = Fund(2)
    for one in fund.grantees:
        fund.sign(one)
    mine, other = fund.grantees
    voucher, activity = fund.spend(other, 100), fund.hold_activity(other)
    with time_machine.travel(STARTED, tick=False):
        client = browser(mine.admin)
        officer = browser(fund.office.clerk)
        for name, part in (("expense", voucher), ("activity", activity)):
            address = reverse(name, args=[mine.project.public_id, part.public_id])
            assert client.get(address).status_code == officer.get(address).status_code == 404
        press = reverse("press_expense", args=[mine.project.public_id, voucher.public_id, "void"])
        assert client.post(press, {"reason": "误录"}).status_code == 404
    voucher.refresh_from_db()
    assert voucher.state == "recorded"


def test_the_agreement_is_signed_by_both_sides_on_the_page(fund):
    page = home(fund.grantee.project)
    with time_machine.travel(SIGNED, tick=False):
        grantee, chief = browser(fund.grantee.admin), browser(fund.office.section_chief)
        assert "accept" not in offered(grantee, page)
        assert "协议文本正在生成" in text_of(grantee.get(page))
        digest = fund.print_agreement(fund.grantee)
        assert digest in text_of(grantee.get(page))
        assert "sign" not in offered(chief, page)
        answer = push(grantee, page, "accept", was_read="on")
        assert answer.status_code == 422 and fund.grantee.project.agreement.state == "prepared"
        assert "已签署，等待主办单位签署" in text_of(
            push(grantee, page, "accept", was_read="on", seal_page=photo("签章页.png"))
        )
        push(chief, page, "sign")
    project = fund.grantee.project
    assert (project.state, project.agreement.pdf_sha256) == ("active", digest)
    assert files_of(project, "projects.seal_page").count() == 1


def test_a_text_that_is_not_the_one_read_is_not_signed(fund):
    fund.print_agreement(fund.grantee)
    page = home(fund.grantee.project)
    with time_machine.travel(SIGNED, tick=False):
        grantee = browser(fund.grantee.admin)
        answer = push(grantee, page, "accept", pdf_sha256="0" * 64, was_read="on", seal_page=photo())
    assert answer.status_code == 422 and "不一致" in text_of(answer)


def test_an_unsigned_award_lapses_on_the_page(fund):
    page = home(fund.grantee.project)
    with time_machine.travel(SIGNED, tick=False):
        chief = browser(fund.office.section_chief)
        refused = push(chief, page, "lapse", reason="一直联系不上负责人")
        assert refused.status_code in (409, 422) and "一直联系不上负责人" in text_of(refused)
        push(chief, page, "lapse", reason="书面放弃", renounced="on")
    assert fund.grantee.project.state == "lapsed"


def test_activities_and_vouchers_are_recorded_on_the_page(running):
    project = running.grantee.project
    page = home(project)
    with time_machine.travel(STARTED, tick=False):
        editor, finance = browser(running.grantee.editor), browser(running.grantee.finance)
        assert "record_expense" not in offered(editor, page)
        push(
            editor, page, "record_activity", held_on="2026-07-09", title="重阳敬老", place="首义路社区",
            participants="30", service_count="30", photos=[photo("一.png"), photo("二.png")],
        )  # fmt: skip
        activity = project.activities.get()
        assert files_of(activity).count() == 2
        inside = reverse("activity", args=[project.public_id, activity.public_id])
        assert "一.png" in text_of(editor.get(inside))
        voucher = {
            "voucher_no": "记1", "spent_on": "2026-07-09", "line_no": "2", "item": "血压计",
            "payee": "惠民商店", "method": "transfer",
        }  # fmt: skip
        for typed, says in (("3万", "30000.00"), ("3e4", "30000.00"), ("-1", "不能是负数")):
            answer = push(finance, page, "record_expense", amount=typed, **voucher)
            assert answer.status_code == 422 and says in text_of(answer) and "惠民商店" in text_of(answer)
        over = push(finance, page, "record_expense", amount="11000.01", **voucher)
        assert over.status_code == 422 and "超出可自行调剂的" in text_of(over)
        push(finance, page, "record_expense", amount="3,000", scan=photo("票据.png"), **voucher)
        assert "余 7,000.00 元" in text_of(finance.get(page))
        expense = Expense.objects.get()
        inside = reverse("expense", args=[project.public_id, expense.public_id])
        assert "票据.png" in text_of(finance.get(inside))
        assert push(finance, inside, "void", reason="").status_code == 422
        push(finance, inside, "void", reason="重复入账")
    assert Expense.objects.get().state == "voided"


def test_a_file_that_is_no_paper_leaves_what_was_typed(running):
    page = home(running.grantee.project)
    empty = photo("空.png")
    empty.file = io.BytesIO(b"")
    empty.size = 0
    with time_machine.travel(STARTED, tick=False):
        answer = push(
            browser(running.grantee.editor), page, "record_activity", held_on="2026-07-09",
            title="重阳敬老", place="首义路社区", participants="30", service_count="30", photos=[empty],
        )  # fmt: skip
    assert answer.status_code == 422 and "0 字节" in text_of(answer) and "重阳敬老" in text_of(answer)
    assert running.grantee.project.activities.count() == 0


def test_changes_are_asked_for_and_decided_on_the_page(running):
    page = home(running.grantee.project)
    with time_machine.travel(STARTED, tick=False):
        grantee, chief = browser(running.grantee.admin), browser(running.office.section_chief)
        moved = {"line_1": "5,000.00", "line_2": "9500", "line_3": "5500.00"}
        push(grantee, page, "move", reason="印刷增加", **moved)
        assert ChangeRequest.objects.get().state == "recorded"
        wrong = push(grantee, page, "move", reason="印刷增加", **{**moved, "line_2": "9000"})
        assert wrong.status_code == 422 and "相等" in text_of(wrong)
        push(grantee, page, "move", reason="讲座取消", line_1="1000", line_2="13500", line_3="5500")
        push(grantee, page, "extend", months="2", reason="学校放假")
        push(grantee, page, "change", kind="place", wanted="改到紫阳路社区", reason="场地装修")
        assert push(grantee, page, "extend", months="2", reason="学校放假").status_code == 422
        asked = {one.kind: one.public_id for one in ChangeRequest.objects.filter(state="requested")}
        assert set(asked) == {"budget", "extension", "place"}
        assert not any(code.startswith("approve") for code in offered(grantee, page))
        push(chief, page, f"approve-{asked['budget']}", reason="")
        hidden = forms_on(chief.get(page))[f"{page}do/approve-{asked['extension']}/"]
        address = f"{page}do/approve-{asked['extension']}/"
        for _twice in range(2):
            assert chief.post(address, {**hidden, "reason": ""}).status_code == 302
        push(chief, page, f"refuse-{asked['place']}", reason="不在服务范围内")
    project = running.grantee.project
    assert (project.ends_on.isoformat(), project.extended_months) == ("2027-05-31", 2)
    assert BudgetVersion.objects.filter(project=project).count() == 3
    assert ChangeRequest.objects.get(kind="place").state == "refused"


@pytest.mark.parametrize(
    ("code", "data", "state"),
    [
        ("suspend", {"reason": "负责人失联"}, "suspended"),
        ("terminate", {"reason": "无法继续", "document": "武民委〔2026〕3号"}, "recovering"),
        (
            "revoke",
            {"reason": "虚构活动", "document": "武民委〔2026〕4号", "recover_all": "on"},
            "recovering",
        ),
    ],
)
def test_a_project_is_stopped_on_the_page(running, code, data, state):
    page = home(running.grantee.project)
    office = running.office
    running.pay(1, SIGNED)
    with time_machine.travel(STARTED, tick=False):
        by = browser(office.section_chief if code == "suspend" else office.leader)
        assert push(by, page, code, reason="", document="x").status_code == 422
        push(by, page, code, **data)
        project = running.grantee.project
        assert project.state == state
        assert project.recover_all == (code == "revoke")
        if code == "suspend":
            assert "record_activity" not in offered(browser(running.grantee.admin), page)
            push(by, page, "resume", reason="已恢复联系")
            assert running.grantee.project.state == "active"


def test_nobody_presses_what_is_not_theirs(running):
    project = running.grantee.project
    stranger = someone("对手", a_body("social_organisation", "另一服务中心"), "applicant_admin")
    with time_machine.travel(STARTED, tick=False):
        for who, status in ((stranger, 404), (running.office.clerk, 403), (running.grantee.editor, 403)):
            answer = browser(who).post(f"{home(project)}do/suspend/", {"reason": "试试"})
            assert answer.status_code == status
        assert browser(running.office.clerk).post(f"{home(project)}do/nonsense/").status_code == 404
    assert running.grantee.project.state == "active"


def test_grantees_read_offices_never_names_of_officers(running):
    page = home(running.grantee.project)
    with time_machine.travel(STARTED, tick=False):
        assert "秦科长" not in text_of(browser(running.grantee.admin).get(page))
        assert "秦科长" in text_of(browser(running.office.clerk).get(page))


def test_there_is_no_certificate_before_the_end(running):
    project = running.grantee.project
    with time_machine.travel(STARTED, tick=False):
        for who in (running.grantee.admin, running.office.clerk):
            client = browser(who)
            assert "结项证书" not in text_of(client.get(home(project)))
            paper = reverse("ui:paper", args=["projects.certificate", project.public_id])
            assert client.post(paper).status_code == 404


def test_pages_cost_the_same_for_one_row_and_for_three():
    fund = Fund(3)
    for one in fund.grantees:
        fund.sign(one)
    grantee = fund.grantee
    fund.spend(grantee, 10)
    fund.hold_activity(grantee)
    parts = [
        home(grantee.project),
        *(f"{home(grantee.project)}{name}/" for name in ("expenses", "activities")),
    ]
    with time_machine.travel(STARTED, tick=False):
        clerk, admin = browser(fund.office.clerk), browser(grantee.admin)
        assert queries_of(clerk, LIST) == queries_of(admin, LIST) <= 12  # three rows, and one
        once = [queries_of(admin, page) for page in parts]
        for _again in range(2):
            fund.spend(grantee, 10)
            fund.hold_activity(grantee)
        assert [queries_of(admin, page) for page in parts] == once
        assert max(once) <= 20 and queries_of(clerk, parts[0]) <= 20


def test_lists_can_be_narrowed_and_exported():
    fund = Fund(2)
    fund.sign(fund.grantees[0])
    fund.spend(fund.grantee, 10)
    with time_machine.travel(MIDTERM, tick=False):
        clerk = browser(fund.office.clerk)
        late, other = (one.project for one in reversed(fund.grantees))
        narrowed = {
            "light=red": {late}, "light=green": set(), "state=active": {other}, "waits=unsigned": {late},
            "waits=midterm": {other}, "q=守望1": {other}, "round=WCCT-2026": {late, other},
            "light=amber": {other},
        }  # fmt: skip
        for query, wanted in narrowed.items():
            text = text_of(clerk.get(f"{LIST}?{query}"))
            assert {one for one in (late, other) if one.number in text} == wanted, query
        for address in (LIST, f"{home(other)}expenses/", f"{home(other)}activities/"):
            answer = clerk.get(f"{address}?export=xlsx")
            sheet = load_workbook(io.BytesIO(answer.content)).active
            assert sheet.max_row == 1 + {LIST: 2, f"{home(other)}expenses/": 1}.get(address, 0)


def test_work_on_the_desk_leads_to_just_that_work(running):
    project = running.grantee.project  # signed, its mid-term is ahead
    with time_machine.travel(STARTED, tick=False):
        desk = text_of(browser(running.grantee.admin).get("/desk/"))
        assert f'href="{project.get_absolute_url()}reports/midterm/">待提交的中期报告' in desk


def test_the_page_leads_to_the_audit_once_it_is_disclosed(fund):
    fund.reach_audit(fund.grantee)
    engagement = fund.engage()
    audits.start_fieldwork(engagement_id=engagement.pk, by=fund.auditor, now=AUDIT)
    page = home(fund.grantee.project)
    with time_machine.travel(AUDIT, tick=False):
        assert "审计与结算" in text_of(browser(fund.office.clerk).get(page))
        assert "审计与结算" not in text_of(browser(fund.grantee.admin).get(page))
