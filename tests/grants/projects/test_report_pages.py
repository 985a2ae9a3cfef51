"""The page of a report: saved as one types, handed in when nothing is missing, read by those who may."""

from __future__ import annotations

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.files.selectors import files_of
from grants.projects.models import Report
from tests.grants.funding import FINAL_ANSWERS, MIDTERM, MIDTERM_ANSWERS, STARTED, pdf
from tests.grants.pages import forms_on, text_of
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db
QUIET = {"Accept": "application/json"}


@pytest.fixture
def writing(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    return fund


def page_of(fund, stage="midterm"):
    return reverse("report", args=[fund.grantee.project.public_id, stage])


def hidden(client, page):
    return forms_on(client.get(page))[f"{page}save/"]


def test_an_incomplete_report_is_saved_and_told_what_is_missing(writing):
    page = page_of(writing)
    with time_machine.travel(MIDTERM, tick=False):
        client = browser(writing.grantee.editor)
        text = text_of(client.get(page))
        assert "“活动开展情况”未填写" in text and 'href="#report-progress"' in text
        assert 'value="30"' in text  # the largest attendance of the records comes by itself
        data = {**hidden(client, page), "progress": "写了一半", "beneficiaries": "六十"}
        answer = client.post(f"{page}save/", data, headers=QUIET).json()
        assert answer["saved"] == "已保存 10:00:00"
        assert list(answer["faults"]) == ["report-beneficiaries"]
        assert any("“活动开展情况”应为" in says for _target, says in answer["missing"])
        assert "写了一半" in text_of(client.get(page))
    assert Report.objects.get().answers == {"progress": "写了一半"}


def test_two_windows_do_not_overwrite_one_another(writing):
    page = page_of(writing)
    with time_machine.travel(MIDTERM, tick=False):
        client = browser(writing.grantee.editor)
        first, second = hidden(client, page), hidden(client, page)
        assert client.post(f"{page}save/", {**first, "progress": "甲窗口"}, headers=QUIET).status_code == 200
        late = client.post(f"{page}save/", {**second, "progress": "乙窗口"}, headers=QUIET)
        assert late.status_code == 409 and "已被他人更新" in late.json()["says"]
        shown = client.post(f"{page}save/", {**second, "progress": "乙窗口"})
        assert shown.status_code == 409 and "乙窗口" in text_of(shown)
    assert Report.objects.get().answers["progress"] == "甲窗口"


def test_a_complete_report_is_handed_in_once(writing):
    page = page_of(writing)
    with time_machine.travel(MIDTERM, tick=False):
        editor, admin = browser(writing.grantee.editor), browser(writing.grantee.admin)
        data = {**hidden(editor, page), **MIDTERM_ANSWERS}
        paper = SimpleUploadedFile("签到表.pdf", pdf())
        assert editor.post(f"{page}save/", {**data, "files": [paper]}).status_code == 302
        assert "提交报告" not in text_of(editor.get(page))
        assert editor.post(f"{page}submit/", data).status_code == 403
        data = {**hidden(admin, page), **MIDTERM_ANSWERS}
        short = admin.post(f"{page}submit/", {**data, "progress": "太短"})
        assert short.status_code == 422 and "“活动开展情况”应为" in text_of(short)
        data = {**hidden(admin, page), **MIDTERM_ANSWERS}
        for _twice in range(2):
            assert admin.post(f"{page}submit/", data).status_code == 302
        assert "按计划每周" in text_of(browser(writing.office.clerk).get(page))
    report = Report.objects.get()
    assert (report.state, writing.grantee.project.state) == ("submitted", "midterm_review")
    assert [ref.filename for ref in files_of(report)] == ["签到表.pdf"]


def test_a_draft_is_nobody_elses_business(writing):
    page = page_of(writing)
    with time_machine.travel(MIDTERM, tick=False):
        editor = browser(writing.grantee.editor)
        editor.post(f"{page}save/", {**hidden(editor, page), "progress": "还没写好的话"})
        assert "还没写好的话" in text_of(editor.get(page))
        for who in (writing.office.clerk, writing.grantee.finance):
            text = text_of(browser(who).get(page))
            assert "还没写好的话" not in text and "还没有提交" in text
            assert browser(who).post(f"{page}save/", {"progress": "改一改"}).status_code == 403


def test_a_failed_report_is_written_again_from_what_was_said(fund):
    fund.reach_midterm(fund.grantee, "50.00")
    page = page_of(fund)
    with time_machine.travel(MIDTERM, tick=False):
        admin = browser(fund.grantee.admin)
        assert "按计划每周" in text_of(admin.get(page))
        data = {
            **hidden(admin, page),
            **MIDTERM_ANSWERS,
            "problems": "已按整改要求补齐签到表和照片，下一步改为上门。",
        }
        assert admin.post(f"{page}submit/", data).status_code == 302
    assert [one.no for one in Report.objects.order_by("no")] == [1, 2]
    assert fund.grantee.project.state == "midterm_review"


def test_the_final_report_waits_for_the_midterm(fund):
    fund.sign()
    fund.hold_activity(fund.grantee)
    page = page_of(fund, "final")
    with time_machine.travel(STARTED, tick=False):
        admin = browser(fund.grantee.admin)
        assert f"{page}save/" not in forms_on(admin.get(page))
        answer = admin.post(f"{page}submit/", FINAL_ANSWERS)
        assert answer.status_code == 409 and "中期评估尚未通过" in text_of(answer)
        assert admin.get(page_of(fund, "nonsense")).status_code == 404
    assert fund.grantee.project.state == "active"
