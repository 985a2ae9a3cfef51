"""The pages of the archive: what is missing, packing that can be left, the pack and who reads it."""

from __future__ import annotations

import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.jobs import queue as jobs
from core.jobs.models import Job
from grants.audits import services
from grants.audits.models import ProjectArchive
from grants.audits.selectors import pages_to_settle
from grants.audits.selectors.readiness import projects_to_file, shortfalls
from grants.audits.services.archiving import missing_papers
from tests.grants.funding import SETTLED, Fund, file_papers
from tests.grants.pages import push, text_of
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db


def close(fund):
    """Bring every project of a round to its good end."""
    for one in fund.grantees:
        fund.reach_audit(one, yuan=20_000)
    fund.audit()
    for page in pages_to_settle(fund.round):
        services.settle_page(page_id=page.pk, by=fund.office.section_chief, now=SETTLED)
    fund.pay(3, SETTLED)
    return fund


def file_of(fund):
    return reverse("archive_file", args=[fund.grantee.project.public_id])


def test_the_list_says_what_is_missing_as_the_packing_does(fund):
    close(fund)
    project = projects_to_file(fund.office.clerk).get()
    lacking = [str(one) for one in shortfalls([project])[project.pk]]
    assert lacking == missing_papers(project) and len(lacking) > 5
    with time_machine.travel(SETTLED, tick=False):
        clerk = browser(fund.office.clerk)
        listed, page = text_of(clerk.get("/archive/?state=closed")), text_of(clerk.get(file_of(fund)))
        for says in lacking:
            assert says in listed and says in page
        refused = push(clerk, file_of(fund), "pack")
        assert refused.status_code == 422 and lacking[0] in text_of(refused)
    assert not Job.objects.filter(kind="audits.archive").exists()


def test_a_file_is_packed_by_the_worker_and_can_be_left(fund):
    close(fund)
    file_papers(fund)
    fund.post_on_government_site()
    with time_machine.travel(SETTLED, tick=False):
        clerk = browser(fund.office.clerk)
        assert "已齐" in text_of(clerk.get("/archive/"))
        waiting = text_of(push(clerk, file_of(fund), "pack"))
        assert "正在排队" in waiting and "停止处理" in waiting
        push(clerk, file_of(fund), "pack")
        job = Job.objects.get(kind="audits.archive")
        clerk.post(reverse("ui:job_cancel", args=[job.public_id]))
        assert "已停止" in text_of(clerk.get(file_of(fund)))
        assert fund.grantee.project.state == "closed"
        push(clerk, file_of(fund), "pack")
        jobs.drain(now=clock.now)
        sealed = ProjectArchive.objects.get()
        text = text_of(clerk.get(file_of(fund)))
        assert sealed.pack_sha256 in text and sealed.catalogue_sha256 in text and "资助协议" in text
        pack = reverse("files:download", args=[sealed.pack.public_id])
        assert clerk.get(pack).content[:2] == b"PK"
        assert browser(fund.grantee.admin).get(pack).status_code == 404
        sheet = load_workbook(io.BytesIO(clerk.get("/archive/?export=xlsx").content)).active
        assert sealed.pack_sha256 in [cell.value for cell in sheet[2]]
    assert fund.grantee.project.state == "archived"


def test_who_reads_the_archive(fund):
    close(fund)
    office = fund.office
    reads = (office.clerk, office.section_chief, office.leader, office.supervisor)
    away = (office.finance_clerk, fund.auditor, fund.grantee.admin, fund.cashier)
    with time_machine.travel(SETTLED, tick=False):
        for who in reads:
            assert browser(who).get("/archive/").status_code == 200
            assert browser(who).get(file_of(fund)).status_code == 200
        for who in away:
            assert browser(who).get("/archive/").status_code == 403
            assert browser(who).get(file_of(fund)).status_code == 404
        assert browser(office.section_chief).post(f"{file_of(fund)}do/pack/").status_code == 403
        assert f'href="{file_of(fund)}">待归档的项目' in text_of(browser(office.clerk).get("/desk/"))


def test_a_project_that_still_runs_has_no_file(fund):
    fund.sign()
    with time_machine.travel(SETTLED, tick=False):
        clerk = browser(fund.office.clerk)
        assert clerk.get(file_of(fund)).status_code == 404
        assert clerk.post(f"{file_of(fund)}do/pack/").status_code == 404


def test_the_archive_costs_the_same_for_one_row_and_for_two():
    fund = close(Fund(2))
    with time_machine.travel(SETTLED, tick=False):
        clerk = browser(fund.office.clerk)
        clerk.get("/archive/")
        counts = []
        for query in ("?q=守望1", ""):
            with CaptureQueriesContext(connection) as made:
                assert clerk.get(f"/archive/{query}").status_code == 200
            counts.append(len(made))
        with CaptureQueriesContext(connection) as made:
            clerk.get(file_of(fund))
    assert counts[0] == counts[1] <= 12
    assert len(made) <= 20
