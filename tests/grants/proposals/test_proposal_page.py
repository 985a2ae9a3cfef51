"""The page of an application: who sees what of it, and every button the applicant has there."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from core import clock
from core.audit.selectors import entries_of
from core.policy import check
from core.ui.templatetags.ui import deadline
from evaluations.panels.models import Dossier
from grants.awards.selectors.notices import rounds_on_notice
from grants.proposals import services
from grants.proposals.models import Proposal
from grants.proposals.selectors import link_bearer, noticing, seeing, todo_for, visible_to
from tests.grants.applying import COMMUNITY, NEXT_DOOR, OPEN, RECHECK, SCREENING, STREET, answers, fresh
from tests.grants.builders import a_scored_proposal
from tests.grants.proposals.browsing import hidden, moment
from tests.orgs.builders import a_body, a_user, browser, seat

pytestmark = pytest.mark.django_db


def cast(call):
    """One browser for each kind of reader."""
    office = call.office
    rival = call.an_organisation("武昌区青苗青少年服务中心")
    elsewhere = a_user("隔壁社工")
    seat(elsewhere, a_body("residents_committee", "隔壁居委会"), "community_worker", area_code=NEXT_DOOR)
    street = a_user("街道经办")
    seat(street, a_body("street_office", "街道办事处"), "street_officer", area_code=STREET)
    auditor = a_user("审计人员")
    seat(auditor, a_body("audit_firm", "某会计师事务所"), "auditor")
    return {
        "applicant": browser(call.house.admin_user),
        "editor": browser(call.member(call.house, "applicant_editor")),
        "rival": browser(rival.admin_user),
        "clerk": browser(office.users["clerk"]),
        "section_chief": browser(office.users["section_chief"]),
        "leader": browser(office.users["leader"]),
        "supervisor": browser(office.users["supervisor"]),
        "operator": browser(call.operator),
        "auditor": browser(auditor),
        "street": browser(street),
        "worker": browser(call.worker(COMMUNITY)),
        "worker next door": browser(elsewhere),
        "finance": browser(office.users["finance_clerk"]),
        "system_admin": browser(office.users["system_admin"]),
    }


WATCH = {"clerk", "section_chief", "leader", "supervisor", "operator", "auditor", "street", "worker"}
OWN = {"applicant", "editor"}


def test_who_may_open_the_page(call):
    readers = cast(call)
    draft = call.draft()
    address = draft.get_absolute_url()
    with moment():
        of_a_draft = {name for name, client in readers.items() if client.get(address).status_code == 200}
        call.submit(draft)
        handed_in = {name: client.get(address).status_code for name, client in readers.items()}
        assert Client().get(address).status_code == 302
        assert readers["clerk"].get("/proposals/AAAAAAAAAAAAAAAA/").status_code == 404
    assert of_a_draft == OWN
    assert {name for name, status in handed_in.items() if status == 200} == OWN | WATCH
    assert {handed_in[name] for name in set(readers) - OWN - WATCH} == {404}


def test_the_list_shows_exactly_what_the_pages_admit(call):
    call.submitted()
    call.draft(call.an_organisation("武昌区蓝天应急服务中心"))
    for name, client in cast(call).items():
        user_actor = client.get("/desk/").wsgi_request.actor
        admitted = {one.pk for one in Proposal.objects.all() if check(user_actor, "proposals.view", one)}
        assert set(visible_to(user_actor).values_list("pk", flat=True)) == admitted, name
        page = client.get("/proposals/")
        if name == "system_admin":
            assert page.status_code == 403
            continue
        assert {one.pk for one in page.context["list"].page.object_list} == admitted, name


def test_the_page_shows_answers_budget_hash_consent_and_timeline(call):
    made = call.submitted()
    version = made.versions.get()
    with moment():
        html = browser(call.office.users["clerk"]).get(made.get_absolute_url()).content.decode()
    for said in (
        made.number, made.title, "养老助残", version.digest, "待社区确认", "助浴物资", "10,000.00",
        "人民币壹万元整", "提交申报", call.house.body.name, call.place.display_name,
    ):  # fmt: skip
        assert said in html
    assert "保存申报书" not in html  # saves are too many to be told


def test_every_version_stays_readable(call):
    made = call.submitted()
    services.return_proposal(
        proposal_id=made.pk, remarks={"title": "名称太笼统"}, by=call.operator, now=SCREENING
    )
    changed = {**answers()["basics"], "title": "改过的项目名称"}
    services.save_section(
        proposal_id=made.pk, section="basics", data=changed, by=call.applicant, now=SCREENING
    )
    services.resubmit_proposal(proposal_id=made.pk, by=call.applicant, now=SCREENING)
    clerk = browser(call.office.users["clerk"])
    with moment(SCREENING):
        new = clerk.get(made.get_absolute_url()).content.decode()
        page = clerk.get(f"{made.get_absolute_url()}?version=1")
        old = page.content.decode()
        strange = clerk.get(f"{made.get_absolute_url()}?version=9%00")
    assert "第 2 版，" in new
    assert "第 1 版，" in old
    assert page.context["reading"].parts[0].answers[0].value == "助浴到家：高龄失能老人居家助浴"
    assert "名称太笼统" in old
    assert strange.status_code == 200


def test_remarks_lead_the_applicant_to_their_fields(call):
    made = call.submitted()
    services.return_proposal(
        proposal_id=made.pk, remarks={"summary": "请写明服务人数"}, by=call.operator, now=SCREENING
    )
    address = f"/proposals/{made.public_id}/edit/#f-summary"
    with moment(SCREENING):
        own = browser(call.house.admin_user).get(made.get_absolute_url()).content.decode()
        clerk = browser(call.office.users["clerk"]).get(made.get_absolute_url()).content.decode()
    assert address in own
    assert f"补正截止 {deadline(fresh(made).correction_due)}" in own
    assert "请写明服务人数" in clerk
    assert address not in clerk


@pytest.fixture
def judged(call):
    """An application of the house that the panel scored and the meeting declined, all before the notice."""
    made = a_scored_proposal(call.round, applicant=call.house.body, score="88.50")
    services.decline_proposal(proposal_id=made.pk, by=call.office.leader, now=clock.now())
    return fresh(made)


def test_before_the_notice_an_applicant_reads_that_it_is_under_review(call, judged):
    pages = {
        name: client.get(judged.get_absolute_url()).content.decode()
        for name, client in (
            ("own", browser(call.house.admin_user)),
            ("leader", browser(call.office.users["leader"])),
        )
    }
    assert "评审中" in pages["own"]
    assert "未立项" not in pages["own"]
    assert "88.50" not in pages["own"]
    assert "不予立项" not in pages["own"]
    assert "未立项" in pages["leader"]
    assert "88.50" in pages["leader"]
    listed = browser(call.house.admin_user).get("/proposals/").content.decode()
    assert "评审中</span>" in listed
    assert 'badge--neutral"' not in listed


@pytest.mark.parametrize("state", ["scored", "proposed", "waitlisted", "declined"])
def test_the_page_of_an_applicant_is_the_same_byte_for_byte_whatever_was_decided(call, state):
    made = a_scored_proposal(call.round, applicant=call.house.body)
    client = browser(call.house.admin_user)

    def seen():
        html = client.get(made.get_absolute_url()).content.decode()
        for secret in [*hidden(html).values(), client.get("/time").content.decode()]:
            html = html.replace(secret, "") if len(secret) > 20 else html
        return _without_nonce(html)

    with moment():
        before = seen()
        if state != "scored":
            verb = {"proposed": "propose", "waitlisted": "waitlist", "declined": "decline"}[state]
            press = getattr(services, f"{verb}_proposal")
            more = {"amount_fen": 1_000_000} if state == "proposed" else {}
            press(proposal_id=made.pk, by=call.office.leader, now=OPEN, **more)
        assert fresh(made).state == state
        assert seen() == before


def _without_nonce(html):
    import re

    return re.sub(r'nonce="[^"]*"|value="[0-9a-f-]{36}"|[A-Za-z0-9]{64}', "", html)


def test_after_the_notice_the_result_is_told(call, judged, monkeypatch):
    monkeypatch.setattr(noticing, "providers", [lambda: {judged.round_id}])
    client = browser(call.house.admin_user)
    assert "未立项" in client.get(judged.get_absolute_url()).content.decode()
    found = client.get("/proposals/?state=declined").context["list"].page.object_list
    assert [one.pk for one in found] == [judged.pk]
    assert rounds_on_notice() == set()


def test_before_the_notice_no_filter_finds_out(call, judged):
    client = browser(call.house.admin_user)
    found = {
        state: client.get(f"/proposals/?state={state}").context["list"].page.paginator.count
        for state in ("declined", "proposed", "waitlisted", "in_review", "scored")
    }
    assert found == {"declined": 0, "proposed": 0, "waitlisted": 0, "in_review": 1, "scored": 1}
    order = client.get("/proposals/?sort=state").context["list"].sort_key
    assert order == "-created_at"
    book = load_workbook(io.BytesIO(client.get("/proposals/?export=xlsx").content)).active
    assert "评审中" in {cell.value for row in book.iter_rows() for cell in row}


def test_before_the_notice_no_refusal_tells(call, judged):
    client = browser(call.house.admin_user)
    for code in ("request_recheck", "resubmit", "withdraw"):
        page = client.get(judged.get_absolute_url()).content.decode()
        typed = {"reason": "请再看一次", "key": hidden(page)["key"], "version": "0"}
        answer = client.post(f"{judged.get_absolute_url()}do/{code}/", typed)
        assert answer.status_code == 409, code
        assert "未立项" not in answer.content.decode()
    assert fresh(judged).state == "declined"


def test_who_may_not_press_is_told_so_or_sees_nothing(call):
    made = call.submitted()
    address = f"{made.get_absolute_url()}do/withdraw/"
    with moment():
        assert browser(call.office.users["clerk"]).post(address, {}).status_code == 403
        stranger = call.an_organisation("武昌区青苗青少年服务中心").admin_user
        assert browser(stranger).post(address).status_code == 404
        assert browser(call.house.admin_user).get(address).headers["Location"] == made.get_absolute_url()
        assert browser(call.house.admin_user).post(f"{made.get_absolute_url()}do/no/").status_code == 404


def pressed(client, made, code, **typed):
    page = client.get(made.get_absolute_url()).content.decode()
    sent = {"key": hidden(page).get("key", ""), "version": str(fresh(made).row_version), **typed}
    return client.post(f"{made.get_absolute_url()}do/{code}/", sent)


def test_a_complete_draft_is_handed_in_from_its_page(call):
    made = call.draft()
    with moment():
        answer = pressed(browser(call.house.admin_user), made, "submit")
    assert answer.headers["Location"].endswith("/receipt/")
    assert fresh(made).state == "submitted"


def test_an_incomplete_draft_is_not_and_every_fault_is_named(call):
    made = call.draft(summary="短", lines=[])
    with moment():
        answer = pressed(browser(call.house.admin_user), made, "submit")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "“项目摘要”有 1 字" in html
    assert "预算应有 1 至 8 行" in html
    assert fresh(made).state == "draft"


def test_it_is_taken_back_once_and_not_again(call):
    made = call.submitted()
    client = browser(call.house.admin_user)
    with moment():
        assert pressed(client, made, "withdraw", reason="计划有变").status_code == 302
        assert pressed(client, made, "withdraw", reason="计划有变").status_code == 409
    assert fresh(made).state == "withdrawn"
    assert entries_of(made).get(verb="withdraw").reason.text == "计划有变"


def test_who_was_found_ineligible_reads_why_and_asks_for_a_recheck(call):
    made = call.ineligible()
    client = browser(call.house.admin_user)
    with moment(RECHECK):
        html = client.get(made.get_absolute_url()).content.decode()
        assert "落地社区尚未同意" in html
        assert "社区未同意" in html  # the reason of the clerk
        assert pressed(client, made, "request_recheck", reason=" ").status_code == 422
        assert pressed(client, made, "request_recheck", reason="社区已同意").status_code == 302
    assert fresh(made).state == "rechecking"


def test_while_screening_goes_on_the_applicant_is_told_nothing_of_it(call):
    made = call.submitted()
    call.screen(made)
    services.advise_ineligible(proposal_id=made.pk, reason="拟不通过", by=call.office.clerk, now=SCREENING)
    with moment(SCREENING):
        own = browser(call.house.admin_user).get(made.get_absolute_url()).content.decode()
        operator = browser(call.operator).get(made.get_absolute_url()).content.decode()
    assert "拟不通过" not in own
    assert "逐项审查" not in own
    assert "拟不通过" in operator


def test_an_improved_version_is_handed_in(call):
    made = call.eligible()
    services.send_to_optimise(proposal_id=made.pk, advice="请细化产出", by=call.operator, now=SCREENING)
    with moment(SCREENING):
        assert pressed(browser(call.house.admin_user), made, "finish_optimise").status_code == 302
        assert pressed(browser(call.house.admin_user), made, "finish_optimise").status_code == 409
    assert (fresh(made).state, fresh(made).version_no) == ("eligible", 2)


def test_a_place_that_refused_is_asked_again_and_only_then(call):
    made = call.submitted()
    client = browser(call.house.admin_user)
    with moment():
        assert "社区还没有答复" in client.get(made.get_absolute_url()).content.decode()
        consent = made.consents.get()
        services.refuse_consent(consent_id=consent.pk, reason="场地在装修", by=link_bearer(consent), now=OPEN)
        assert "场地在装修" in client.get(made.get_absolute_url()).content.decode()
        assert pressed(client, made, "ask_consent").status_code == 302
    assert sorted(made.consents.values_list("state", flat=True)) == ["asked", "refused"]


def test_the_page_and_the_list_cost_few_queries(call, django_assert_max_num_queries):
    made = call.submitted()
    call.screen(made)
    readers = (browser(call.house.admin_user), browser(call.office.users["clerk"]), browser(call.operator))
    with moment(SCREENING):
        for client in readers:
            client.get("/proposals/")  # the first request of a session writes its time
            with django_assert_max_num_queries(20):
                assert client.get(made.get_absolute_url()).status_code == 200
            with django_assert_max_num_queries(12):
                assert client.get("/proposals/").status_code == 200


def test_the_list_costs_the_same_for_one_row_and_for_three(call, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call.submitted()
    clerk = browser(call.office.users["clerk"])
    clerk.get("/proposals/")  # what is cached for the process is fetched now
    with CaptureQueriesContext(connection) as one:
        clerk.get("/proposals/")
    for name in ("武昌区青苗青少年服务中心", "武昌区蓝天应急服务中心"):
        call.submitted(call.an_organisation(name))
    with django_assert_num_queries(len(one)):
        assert clerk.get("/proposals/").context["list"].page.paginator.count == 3


def test_officers_filter_sort_and_export(call):
    call.submitted()
    second = call.submitted(
        call.an_organisation("武昌区青苗青少年服务中心"), title="青苗课后托管服务", category="youth_support"
    )
    clerk = browser(call.office.users["clerk"])
    with moment():
        found = clerk.get("/proposals/?category=youth_support&q=青苗 SQ-").context["list"].page.object_list
        assert [one.pk for one in found] == [second.pk]
        strange = clerk.get("/proposals/", {"q": "'\" OR 1=1 \x00 𠮷", "page": "999", "sort": "--pk"})
        assert strange.status_code == 200
        book = load_workbook(io.BytesIO(clerk.get("/proposals/?export=xlsx").content)).active
    rows = [[cell.value for cell in row] for row in book.iter_rows()]
    assert any(second.number in row and 10000 in row for row in rows)


def test_an_applicant_finds_work_on_the_desk(call):
    made = call.submitted()
    services.return_proposal(proposal_id=made.pk, remarks={"title": "请改"}, by=call.operator, now=SCREENING)
    waiting = {str(one.label): one for one in todo_for(call.applicant, SCREENING) if one.count}
    assert set(waiting) == {"退回待补正的申报"}
    client = browser(call.house.admin_user)
    with moment(SCREENING):
        assert f'href="{made.get_absolute_url()}"' in client.get("/desk/").content.decode()
        found = client.get("/proposals/?state=returned").context["list"].page.object_list
    assert [one.pk for one in found] == [made.pk]


def test_a_stand_in_carries_nothing_that_was_judged(call):
    made = a_scored_proposal(call.round, applicant=call.house.body)
    seen = seeing.stand_in(seeing.in_full(made), noticed=True)
    assert (seen.state, seen.official_score, seen.dossier_id, seen.row_version) == (
        "in_review",
        None,
        None,
        0,
    )
    assert Dossier.objects.filter(proposal=made, official_score=Decimal("80.00")).exists()


def test_the_receipt_is_for_those_who_see_the_application(call):
    made = call.submitted()
    address = f"/proposals/{made.public_id}/receipt/"
    with moment():
        assert made.versions.get().digest in browser(call.house.admin_user).get(address).content.decode()
        stranger = call.an_organisation("武昌区青苗青少年服务中心").admin_user
        assert browser(stranger).get(address).status_code == 404
        house = call.an_organisation("武昌区蓝天应急服务中心")
        draft = call.draft(house)
        early = browser(house.admin_user).get(f"/proposals/{draft.public_id}/receipt/").content.decode()
    assert "还没有提交过" in early
