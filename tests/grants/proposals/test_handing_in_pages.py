"""Files, handing in and the receipt, in the browser."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from PIL import Image

from core.audit.selectors import entries_of
from core.files.models import FileRef
from grants.proposals import services
from grants.proposals.models import SectionAnswers
from grants.proposals.selectors.writing import attachments
from tests.grants.applying import COMMUNITY, DEADLINE, SCREENING, SECOND, fresh, line
from tests.grants.proposals.browsing import Tab, moment
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
KINDNESS = "助人为乐，不计较得失；" * 8


def png(name="现场.png", size=(40, 40)):
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/png")


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
        tab = Tab(browser(call.house.admin_user), draft)
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
        tab = Tab(browser(call.member(call.house, "applicant_editor")), draft)
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
        tab = Tab(browser(call.house.admin_user), made)
        assert tab.html.index("请写明服务人数") > tab.html.index('for="f-summary"')
        assert "请细化单价" in tab.html
        assert "距补正截止" in tab.html
        answer = tab.type(summary=KINDNESS).send("submit")
    assert answer.headers["Location"].endswith("/receipt/")
    assert (fresh(made).state, fresh(made).version_no) == ("submitted", 2)


def test_text_that_looks_like_a_formula_stays_text(call, tab, draft):
    tab.type(title="=1+1 助老服务").send("submit")
    answer = browser(call.office.users["clerk"]).get("/proposals/?export=xlsx")
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
        tab = Tab(browser(call.house.admin_user), made)
        assert tab.html.count("data-line") == 8
        assert tab.type(b1_item="改过的物资").send().status_code == 302
    assert made.budget.count() == 8
