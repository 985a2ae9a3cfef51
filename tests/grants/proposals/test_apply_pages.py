"""Applying in the browser: the start, the long form, saving without loss, the receipt."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from PIL import Image

from core.audit.selectors import entries_of
from core.files.models import FileRef
from grants.proposals import services
from grants.proposals.models import Proposal, SectionAnswers
from grants.proposals.selectors import broken_rules
from grants.proposals.selectors.writing import attachments
from orgs.registry import services as registry
from tests.grants.applying import COMMUNITY, DEADLINE, OPEN, OPENS, SCREENING, SECOND, at, fresh, line
from tests.grants.proposals.browsing import Tab, as_, moment

pytestmark = pytest.mark.django_db
KINDNESS = "助人为乐，不计较得失；" * 8


@pytest.fixture
def draft(call):
    return call.draft()


@pytest.fixture
def tab(call, draft):
    with moment():
        yield Tab(as_(call.house.admin_user), draft)


def png(name="现场.png", size=(40, 40)):
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/png")


# The start


def test_the_start_shows_what_the_register_knows_and_opens_a_draft(call):
    client = as_(call.house.admin_user)
    with moment():
        page = client.get(f"/apply/{call.round.code}/")
        html = page.content.decode()
        assert call.house.entry.uscc in html
        assert "汉口银行武昌支行" in html
        assert f"62170000{call.house.body.pk:08d}" not in html
        assert "登记簿中的各项条件都满足" in html
        body = {"body": call.house.body.public_id, "key": "11111111-1111-4111-8111-111111111111"}
        answers = [client.post(f"/apply/{call.round.code}/", body) for _ in range(2)]
    made = Proposal.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/proposals/{made.public_id}/edit/"}
    assert (made.applicant, made.host, made.state) == (call.house.body, None, "draft")


def test_a_body_with_a_live_application_is_led_to_it(call, draft):
    client, address = as_(call.house.admin_user), f"/apply/{call.round.code}/"
    with moment():
        assert "继续填写" in client.get(address).content.decode()
        answer = client.post(address, {"body": call.house.body.public_id})
    assert answer.headers["Location"] == f"{draft.get_absolute_url()}edit/"
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(("when", "says", "offers"), [
    (at("2026-04-05 10:00"), "现在可以先写草稿", True),
    (OPEN, "距申报截止", True),
    (DEADLINE + SECOND, "本届申报已经截止", False),
])  # fmt: skip
def test_before_in_and_after_the_weeks_of_application(call, when, says, offers):
    with moment(when):
        html = as_(call.house.admin_user).get(f"/apply/{call.round.code}/").content.decode()
    assert says in html
    assert ("开始填写申报书" in html) is offers


def test_starting_too_late_is_refused_with_a_sentence(call):
    with moment(DEADLINE + SECOND):
        answer = as_(call.house.admin_user).post(
            f"/apply/{call.round.code}/", {"body": call.house.body.public_id}
        )
    assert answer.status_code == 422
    assert "已经截止" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_somebody_without_a_body_is_told_what_to_do(call):
    with moment():
        client = as_(call.office.users["clerk"])
        html = client.get(f"/apply/{call.round.code}/").content.decode()
        assert "您还没有可以申报的单位" in html
        assert (
            client.post(f"/apply/{call.round.code}/", {"body": call.house.body.public_id}).status_code == 404
        )
        assert client.get("/apply/NO-SUCH-ROUND/").status_code == 404
    assert Client().get(f"/apply/{call.round.code}/").status_code == 302


def test_a_host_applies_for_the_group_behind_which_it_stands(call):
    group = registry.register_group(
        name="水岸社区银发合唱队", filing_no="WCBA-2026-0001", host_id=call.house.body.pk,
        community_code=COMMUNITY,
        by=call.office.clerk, now=OPENS,
    )  # fmt: skip
    client, address = as_(call.house.admin_user), f"/apply/{call.round.code}/"
    with moment():
        html = client.get(address, {"body": group.body.public_id}).content.decode()
        assert f"代管单位 {call.house.body.name}" in html
        client.post(address, {"body": group.body.public_id})
    made = Proposal.objects.get()
    assert (made.applicant, made.host, made.track) == (group.body, call.house.body, "micro")


def test_a_code_leads_to_the_body_or_says_why_not(call):
    rival = call.an_organisation("武昌区青苗青少年服务中心")
    client, address = as_(call.house.admin_user), f"/apply/{call.round.code}/"
    own = call.house.entry.uscc
    with moment():
        assert "登记簿中的信息" in client.get(address, {"code": f" {own[:8]} {own[8:]} "}).content.decode()
        theirs = client.get(address, {"code": rival.entry.uscc}).content.decode()
        assert "您还不是它的成员" in theirs
        assert "登记簿中的信息" not in theirs
        letters = client.get(address, {"code": own.replace("0", "O")}).content.decode()
        assert f"是不是 {own}" in letters
        assert client.get(address, {"code": "'\" OR 1=1 --\x00"}).status_code == 200


def test_what_the_register_says_against_it_is_said_beforehand(call):
    registry.list_credit(
        organisation_id=call.house.entry.pk, kind="serious", from_date=at("2026-03-01 09:00").date(),
        why="未按规定公示", by=call.office.clerk, now=OPENS,
    )  # fmt: skip
    with moment():
        html = as_(call.house.admin_user).get(f"/apply/{call.round.code}/").content.decode()
    assert "被列入严重违法失信名单" in html
    assert "征集公告 申报资格（五）" in html


# Writing


def test_only_those_of_the_applicant_may_write(call, draft):
    rival = call.an_organisation("武昌区青苗青少年服务中心")
    address = f"/proposals/{draft.public_id}/edit/"
    with moment():
        found = {
            "admin": as_(call.house.admin_user).get(address).status_code,
            "editor": as_(call.member(call.house, "applicant_editor")).get(address).status_code,
            "finance": as_(call.member(call.house, "applicant_finance")).get(address).status_code,
            "rival": as_(rival.admin_user).get(address).status_code,
            "clerk": as_(call.office.users["clerk"]).get(address).status_code,
            "anonymous": Client().get(address).status_code,
        }
        call.submit(draft)
        found["clerk, handed in"] = as_(call.office.users["clerk"]).get(address).status_code
        found["admin, handed in"] = as_(call.house.admin_user).get(address).status_code
    assert found == {
        "admin": 200, "editor": 200, "finance": 200, "rival": 404, "clerk": 404, "anonymous": 302,
        "clerk, handed in": 403, "admin, handed in": 302,
    }  # fmt: skip


def test_the_page_is_drawn_in_few_queries(call, draft, django_assert_max_num_queries):
    client, address = as_(call.house.admin_user), f"/proposals/{draft.public_id}/edit/"
    with moment(), django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


def test_a_button_saves_every_section_that_was_touched_and_no_other(tab, draft):
    before = {one.section: one.row_version for one in draft.sections.all()}
    answer = tab.type(title="新的项目名称助浴", innovation=KINDNESS).send("save:value")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/proposals/{draft.public_id}/edit/#s-value",
    )
    after = {one.section: one.row_version for one in draft.sections.all()}
    assert {name for name in after if after[name] != before[name]} == {"basics", "value"}
    assert fresh(draft).title == "新的项目名称助浴"
    assert "已保存 10:00:00" in tab.client.get(answer.headers["Location"]).content.decode()


def test_the_script_is_told_time_marks_what_is_missing_and_the_sums(tab, draft):
    answer = tab.type(summary="", b1_price="9000", b1_grant="9000", b1_own="").send(quietly=True)
    told = answer.json()
    assert (answer.status_code, told["says"], told["faults"]) == (200, "已保存 10:00:00", {})
    assert "“项目摘要”还没有填写" in told["missing"]
    assert 'href="#f-summary"' in told["missing"]
    assert "9,000.00" in told["sums"]
    assert "人民币玖仟元整" in told["sums"]
    assert told["marks"]["basics.version"] == "2"
    assert Tab(tab.client, draft).fields["budget.base"] == told["marks"]["budget.base"]


def test_saving_the_same_again_writes_nothing(tab, draft):
    tab.type(title="新的项目名称助浴").send(quietly=True)
    written = entries_of(draft).count()
    assert tab.send(quietly=True).status_code == 200
    assert entries_of(draft).count() == written


def test_an_answer_that_breaks_a_rule_is_kept_as_typed(tab, draft):
    tab.type(survey_size="三十份", beneficiaries="３００", title="短").send()
    answers = fresh(draft).answers()
    assert (answers["survey_size"], answers["beneficiaries"], answers["title"]) == ("三十份", 300, "短")
    faults = {one.subject: str(one) for one in broken_rules(fresh(draft))}
    assert faults["survey_size"] == "“有效问卷或访谈数量”应为 5 至 2000 之间的整数"
    assert "title" in faults
    assert "三十份" in tab.client.get(f"/proposals/{draft.public_id}/edit/").content.decode()


def test_control_characters_go_and_rare_characters_stay(tab, draft):
    tab.type(team="𠮷田\x00與𡈽屋\r\n第二行" + "人" * 60, title="𠮷\x00祥\n如意助老").send()
    answers = fresh(draft).answers()
    assert answers["team"] == "𠮷田與𡈽屋\n第二行" + "人" * 60
    assert answers["title"] == "𠮷祥 如意助老"


def test_a_text_beyond_every_limit_is_not_saved_and_not_lost(tab, draft):
    huge = "长" * 10_001
    answer = tab.type(team=huge, title="新的项目名称助浴").send("save:team")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert huge in html
    assert "这一栏有 10001 字" in html
    assert fresh(draft).title == "新的项目名称助浴"
    assert fresh(draft).answers()["team"] != huge
    assert tab.send(quietly=True).json()["faults"].keys() == {"team"}


def test_conditions_and_bounds_stand_at_the_fields(tab):
    assert 'data-when="q.category" data-equals="youth_support"' in tab.html
    assert "80 至 300 字" in tab.html
    assert "5 至 2000 之间的整数" in tab.html


# The budget


@pytest.mark.parametrize(("typed", "says"), [
    ("3万", "如果是这个数，请写成 30000.00"),
    ("3e4", "如果是这个数，请写成 30000.00"),
    ("-1", "金额不能是负数"),
    ("12.345", "最多写到分"),
    ("=1+1", "看不懂金额“=1+1”"),
    ("9" * 15, "金额过大"),
])  # fmt: skip
def test_what_is_no_amount_is_named_at_its_cell_and_stays_there(tab, draft, typed, says):
    answer = tab.type(b1_price=typed, title="新的项目名称助浴").send("save:budget")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert f'value="{typed}"' in html
    assert 'href="#b1-price"' in html
    assert fresh(draft).title == "新的项目名称助浴"
    assert draft.budget.get().unit_price_fen == 10_000_00
    assert tab.send(quietly=True).json()["faults"].keys() == {"b1-price"}


def test_a_count_that_is_none_is_named_too(tab):
    told = tab.type(b1_quantity="一批", b1_times="99999", b1_item="物" * 81).send(quietly=True)
    assert told.status_code == 422
    assert told.json()["faults"].keys() == {"b1-quantity", "b1-times", "b1-item"}


def test_a_cell_left_blank_takes_the_rest_of_the_subtotal(tab, draft):
    tab.type(b1_price="100", b1_quantity="30", b1_times="2", b1_grant="", b1_own="1,000").send()
    tab.open()
    tab.type(
        b3_code="104", b3_item="场地", b3_unit="天", b3_price="50.5", b3_quantity="4", b3_grant="150",
        b3_linked_activity="入户助浴",
    ).send()  # fmt: skip
    first, second = draft.budget.all()
    assert (first.subtotal_fen, first.grant_fen, first.own_fen) == (600_000, 500_000, 100_000)
    assert (second.no, second.subtotal_fen, second.grant_fen, second.own_fen) == (2, 20_200, 15_000, 5_200)
    assert fresh(draft).requested_fen == 515_000


def test_a_budget_that_does_not_add_up_is_kept_and_not_handed_in(tab, draft):
    answer = tab.type(b1_grant="9000", b1_own="500").send("submit", state="draft")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "申请资金与自筹资金之和应等于小计" in html
    assert 'href="#f-budget-1"' in html
    assert draft.budget.get().own_fen == 50_000
    assert fresh(draft).state == "draft"


def test_bars_name_article_and_largest_amount(call, tab):
    told = (
        tab.type(b2_code="120", b2_item="管理费", b2_price="1200", b2_quantity="1").send(quietly=True).json()
    )
    assert "1,200.00，最多 1,120.00 元" in told["sums"]
    assert "预算编制说明 三" in told["sums"]
    assert "11,200.00，最多 20,000.00 元" in told["sums"]
    assert "征集公告 资助标准" in told["sums"]


def test_an_emptied_grid_is_an_empty_budget(tab, draft):
    tab.fields |= {name: "" for name in tab.fields if name.startswith("b1-")}
    tab.send()
    assert (draft.budget.count(), fresh(draft).requested_fen) == (0, 0)


# Two tabs, two people


def test_two_tabs_on_different_sections_do_not_disturb_each_other(call, draft):
    with moment():
        one, two = (Tab(as_(call.house.admin_user), draft) for _ in range(2))
        assert one.type(title="第一个窗口的名称").send(quietly=True).status_code == 200
        assert two.type(innovation=KINDNESS).send(quietly=True).status_code == 200
    answers = fresh(draft).answers()
    assert (answers["title"], answers["innovation"]) == ("第一个窗口的名称", KINDNESS)


def test_two_people_on_one_section_choose_and_nobody_overwrites(call, draft):
    editor = call.member(call.house, "applicant_editor")
    with moment():
        one, two = Tab(as_(call.house.admin_user), draft), Tab(as_(editor), draft)
        one.type(title="负责人写的名称").send()
        told = two.type(title="填写人写的名称", summary=KINDNESS).send(quietly=True)
        assert (told.status_code, told.json()["contested"], told.json()["marks"]) == (409, True, {})
        page = two.send()
        html = page.content.decode()
        assert page.status_code == 409
        assert "负责人写的名称" in html
        assert "填写人写的名称" in html
        assert fresh(draft).title == "负责人写的名称"
        chosen = {**two.fields, "pick.title": "theirs", "pick.summary": "mine"}
        conflict = page.context["outcome"].conflicts[0]
        chosen |= {"basics.version": conflict.version, "basics.base": conflict.mark}
        two.fields = chosen
        assert two.send().status_code == 302
    answers = fresh(draft).answers()
    assert (answers["title"], answers["summary"]) == ("负责人写的名称", KINDNESS)


def test_two_tabs_on_the_budget_choose_too(call, draft):
    with moment():
        one, two = (Tab(as_(call.house.admin_user), draft) for _ in range(2))
        one.type(b1_item="第一个窗口").send()
        page = two.type(b1_item="第二个窗口").send()
        html = page.content.decode()
        assert page.status_code == 409
        assert "第一个窗口" in html
        assert "第二个窗口" in html
        assert draft.budget.get().item == "第一个窗口"
        two.fields |= {"budget.base": page.context["desk"].budget_base, "pick.budget": "mine"}
        assert two.send().status_code == 302
    assert draft.budget.get().item == "第二个窗口"


def test_an_expired_session_is_told_apart_and_nothing_is_saved(call, draft, tab):
    tab.client.logout()
    told = tab.type(title="写到一半的名称").send(quietly=True)
    assert (told.status_code, told.headers["HX-Trigger"]) == (401, "signed-out")
    assert tab.send().status_code == 302
    assert fresh(draft).title != "写到一半的名称"
    again = Tab(as_(call.house.admin_user), draft)
    assert again.type(title="写到一半的名称").send(quietly=True).status_code == 200


def test_what_a_device_keeps_belongs_to_one_draft_and_one_account(call, draft, tab):
    editor = as_(call.member(call.house, "applicant_editor"))
    house = call.an_organisation("武昌区青苗青少年服务中心")
    seen = (
        (tab.client, draft),
        (tab.client, draft),
        (editor, draft),
        (as_(house.admin_user), call.draft(house)),
    )
    tabs = [Tab(client, proposal) for client, proposal in seen]
    keys = [one.html.split('data-kept-under="')[1].split('"')[0] for one in tabs]
    assert len(set(keys)) == 3
    assert all(len(key) == 64 for key in keys)


# Files


def test_files_are_sent_listed_and_removed(tab, draft):
    answer = tab.send("upload", file=png())
    assert answer.headers["Location"].endswith("#s-files")
    (ref,) = attachments(draft)
    tab.open()
    assert "现场.png" in tab.html
    assert "最多 2 个，每个不超过 10.0 MB" in tab.html
    tab.send(f"remove:{ref.public_id}")
    assert attachments(draft) == []
    assert tab.send(f"remove:{ref.public_id}").status_code == 302


@pytest.mark.parametrize(("sent", "says"), [
    (SimpleUploadedFile("空.pdf", b""), "是空的"),
    (SimpleUploadedFile("发票.pdf", b"MZ\x90\x00program"), "实际内容是程序"),
    (SimpleUploadedFile("图.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "SVG"),
    (SimpleUploadedFile("大.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024)), "超过 10.0 MB 的上限"),
])  # fmt: skip
def test_a_file_that_is_not_taken_is_named_and_the_text_is_saved(tab, draft, sent, says):
    sent.seek(0)
    answer = tab.type(title="新的项目名称助浴").send("upload", file=sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert (attachments(draft), fresh(draft).title) == ([], "新的项目名称助浴")


def test_a_third_file_is_refused(tab, draft):
    answer = tab.send("upload", file=[png("一.png"), png("二.png", (41, 41)), png("三.png", (42, 42))])
    assert answer.status_code == 422
    assert "附件最多 2 个" in answer.content.decode()
    assert [ref.filename for ref in attachments(draft)] == ["一.png", "二.png"]


def test_a_file_that_was_handed_in_outlives_its_removal(call, tab, draft):
    tab.send("upload", file=png())
    (ref,) = attachments(draft)
    call.submit(draft)
    frozen = draft.versions.get().snapshot["files"]
    assert frozen == [{"name": "现场.png", "sha256": ref.blob.sha256}]
    services.return_proposal(proposal_id=draft.pk, remarks={"title": "请改"}, by=call.operator, now=SCREENING)
    services.remove_file(proposal_id=draft.pk, file_id=ref.public_id, by=call.applicant, now=SCREENING)
    assert attachments(draft) == []
    assert FileRef.objects.get(pk=ref.pk).purpose == "proposals.former_attachment"


# Handing in


def test_handing_in_gives_a_receipt_and_twice_gives_the_same(call, tab, draft):
    tab.type(title="最后一刻改的名称")
    answers = [tab.send("submit") for _ in range(2)]
    address = f"/proposals/{draft.public_id}/receipt/"
    assert [answer.headers["Location"] for answer in answers] == [address, address]
    version = draft.versions.get()
    assert version.snapshot["answers"]["title"] == "最后一刻改的名称"
    html = tab.client.get(address).content.decode()
    entry = entries_of(draft).get(verb="submit")
    for said in (fresh(draft).number, version.digest, entry.hash, f"-{entry.seq:07d}", "2026-04-20 10:00:00"):
        assert said in html
    assert "受理回执" in html


def test_one_second_late_is_said_and_everything_is_kept(call, draft):
    with moment(DEADLINE):
        tab = Tab(as_(call.house.admin_user), draft)
    with moment(DEADLINE + SECOND):
        answer = tab.type(title="迟到一秒的名称").send("submit")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "2026-04-28 17:30:01" in html
    assert "草稿已保留" in html
    assert (fresh(draft).state, fresh(draft).title) == ("draft", "迟到一秒的名称")
    with moment(DEADLINE):
        assert tab.send("submit").status_code == 302


def test_an_editor_may_write_and_not_hand_in(call, draft):
    with moment():
        tab = Tab(as_(call.member(call.house, "applicant_editor")), draft)
        answer = tab.type(title="填写人写的名称").send("submit")
    assert answer.status_code == 403
    assert "由申报负责人办理" in answer.content.decode()
    assert (fresh(draft).state, fresh(draft).title) == ("draft", "填写人写的名称")


def test_saving_what_was_handed_in_meanwhile_is_refused_and_led_on(call, tab, draft):
    call.submit(draft)
    answer = tab.type(title="提交之后的名称").send()
    assert answer.headers["Location"] == draft.get_absolute_url()
    assert tab.send(quietly=True).status_code == 422
    assert fresh(draft).title != "提交之后的名称"


def test_remarks_stand_at_their_fields_and_the_correction_is_handed_in(call):
    made = call.submitted()
    services.return_proposal(
        proposal_id=made.pk, remarks={"summary": "请写明服务人数", "budget": "请细化单价"}, by=call.operator,
        now=SCREENING,
    )  # fmt: skip
    with moment(SCREENING + timedelta(hours=1)):
        tab = Tab(as_(call.house.admin_user), made)
        assert tab.html.index("请写明服务人数") > tab.html.index('for="f-summary"')
        assert "请细化单价" in tab.html
        assert "距补正截止" in tab.html
        answer = tab.type(summary=KINDNESS).send("submit")
    assert answer.headers["Location"].endswith("/receipt/")
    assert (fresh(made).state, fresh(made).version_no) == ("submitted", 2)


def test_text_that_looks_like_a_formula_stays_text(call, tab, draft):
    tab.type(title="=1+1 助老服务").send("submit")
    answer = as_(call.office.users["clerk"]).get("/proposals/?export=xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if "=1+1" in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"]


def test_the_place_is_chosen_by_street(tab, draft):
    assert f'<option value="{COMMUNITY}" selected>' in tab.html
    assert "<optgroup label=" in tab.html
    tab.type(community="").send()
    assert fresh(draft).community is None
    assert SectionAnswers.objects.get(proposal=draft, section="basics").data["community"] == ""


def test_eight_lines_and_no_more(call):
    made = call.draft(lines=[line(yuan=100, item=f"物资{no}") for no in range(8)])
    with moment():
        tab = Tab(as_(call.house.admin_user), made)
        assert tab.html.count("data-line") == 8
        assert tab.type(b1_item="改过的物资").send().status_code == 302
    assert made.budget.count() == 8
