"""The file of a project: complete or refused, hashed, in the order of the list, and readable for ever."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest

from core.audit.verify import problems
from core.documents import documents, render_document
from core.errors import Forbidden, NotNow, RulesBroken
from core.files.services import read
from core.jobs import queue as jobs
from grants.audits import rules, services
from grants.audits.models import ArchiveItem, ProjectArchive, Settlement
from grants.audits.selectors import pages_to_settle
from grants.audits.services.archiving import missing_papers
from grants.payments.models import Invoice, PaymentOrder
from grants.projects.services import terminate_project
from grants.rounds.services import archive_round, close_round, start_execution
from tests.grants.funding import AWARDED, SETTLED, STARTED, file_papers, sha256
from tests.grants.tables import force

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("course", "groups"),
    [
        (rules.Course(True, False, True, True, True), tuple(range(1, 15))),
        (rules.Course(False, False, False, True, False), (1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14)),
        (rules.Course(True, True, False, True, True), (1, 2, 3, 5, 6, 7, 8, 9, 13)),
        (rules.Course(True, True, False, False, False), (1, 2, 3, 5, 6, 7, 8)),
    ],
)
def test_what_must_be_there_depends_on_the_life_of_the_project(course, groups):
    assert rules.required_groups(course) == groups


@pytest.fixture
def closed(fund):
    """A project that ended well, all its money square; nothing rendered yet."""
    fund.reach_audit(fund.grantee, yuan=20_000)
    fund.audit()
    services.settle_page(
        page_id=pages_to_settle(fund.round).get().pk, by=fund.office.section_chief, now=SETTLED
    )
    fund.pay(3, SETTLED)
    assert fund.grantee.project.state == "closed"
    return fund


def seal(fund, by=None):
    return services.archive_project(project_id=fund.grantee.pk, by=by or fund.office.clerk, now=SETTLED)


def says(refused):
    return "；".join(str(one) for one in refused.value.violations)


def test_an_incomplete_file_is_refused_and_says_what_is_missing(closed):
    with pytest.raises(RulesBroken) as refused:
        seal(closed)
    told = says(refused)
    for name in ("结算单", "结项证书", "拨款通知（第1期）", "请款单（第3期）", "政府网站的网址和页面截图"):
        assert name in told
    assert missing_papers(closed.grantee.project)
    file_papers(closed)
    with pytest.raises(RulesBroken) as refused:
        seal(closed)
    assert {one.code for one in refused.value.violations} == {"W2", "W3"}  # the notice on the government site
    assert closed.grantee.project.state == "closed"


def test_the_sealed_file_holds_every_paper_with_its_hash(closed):
    closed.post_on_government_site()
    file_papers(closed)
    archive = seal(closed)
    assert closed.grantee.project.state == "archived"
    with zipfile.ZipFile(io.BytesIO(read(archive.pack))) as pack:
        names = pack.namelist()
        rows = list(csv.reader(io.StringIO(pack.read("目录.csv").decode("utf-8-sig"))))[1:]
        listed = ElementTree.fromstring(pack.read("目录.xml")).findall("item")
        assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=int)
        assert len(rows) == len(listed) == len(names) - 2 == archive.items_count
        for row in rows:
            assert sha256(pack.read(row[3])) == row[6]
    groups = {int(row[1]) for row in rows}
    assert groups >= {1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
    kept = {item.group: item.retention for item in ArchiveItem.objects.all()}
    assert (kept[7], kept[9], kept[10]) == ("permanent", "30", "10")
    assert problems("ledger") == [] and problems("files") == []


def test_the_file_holds_no_account_number_and_no_objector(closed):
    closed.post_on_government_site()
    file_papers(closed)
    archive = seal(closed)
    with zipfile.ZipFile(io.BytesIO(read(archive.pack))) as pack:
        text = b"".join(
            pack.read(name) for name in pack.namelist() if name.endswith((".json", ".csv", ".xml"))
        )
    assert b"6222000000000001" not in text and b"****0001" in text


def test_only_the_clerk_seals_and_only_what_is_closed(closed):
    for who in (closed.office.stranger, closed.grantee.admin, closed.auditor, closed.office.leader):
        with pytest.raises(Forbidden):
            seal(closed, by=who)
    force(closed.grantee.project, state="settled")
    with pytest.raises(NotNow):
        seal(closed)


def test_a_project_that_was_stopped_has_a_smaller_file(fund):
    fund.post_on_government_site()
    fund.sign()
    terminate_project(project_id=fund.grantee.pk, reason="退出", by=fund.office.leader, now=STARTED)
    assert fund.grantee.project.state == "closed"
    file_papers(fund)
    archive = seal(fund)
    assert fund.grantee.project.state == "archived"
    assert not ArchiveItem.objects.filter(archive=archive, group__in=[11, 12, 14]).exists()


def test_a_round_is_archived_after_its_last_project(closed):
    chief, clerk = closed.office.section_chief, closed.office.clerk
    start_execution(round_id=closed.round.pk, by=chief, now=AWARDED)
    close_round(round_id=closed.round.pk, by=chief, now=SETTLED)
    closed.post_on_government_site()
    with pytest.raises(NotNow):
        archive_round(round_id=closed.round.pk, by=clerk, now=SETTLED)
    file_papers(closed)
    seal(closed)
    archive_round(round_id=closed.round.pk, by=clerk, now=SETTLED)


def test_verify_names_a_catalogue_that_was_changed(closed):
    closed.post_on_government_site()
    file_papers(closed)
    archive = seal(closed)
    force(archive, catalogue_sha256="0" * 64)
    assert [one.where for one in problems("files")] == [archive.number]


def test_the_documents_of_the_three_rooms_are_rendered(closed):
    closed.post_on_government_site()
    file_papers(closed)
    seal(closed)
    project = closed.grantee.project
    owners = {
        "projects.agreement": project.agreement.pk,
        "projects.rectification": project.pk,
        "projects.certificate": project.pk,
        "payments.request": Invoice.objects.first().pk,
        "payments.advice": PaymentOrder.objects.first().pk,
        "audits.settlement": Settlement.objects.get().pk,
        "audits.catalogue": ProjectArchive.objects.get().pk,
    }
    for code, owner in owners.items():
        assert render_document(code, owner, now=SETTLED).startswith(b"%PDF-"), code
    rooms = {"projects", "payments", "audits"}
    mine = {one.code for one in documents() if one.code.split(".")[0] in rooms}
    assert mine == {*owners, "payments.recovery"}


def test_the_worker_renders_what_the_facts_ask_for(fund):
    """The agreement that both sides sign comes out of outbox and queue, and nothing else puts it there."""
    from core.outbox.queue import drain
    from grants.projects.selectors import agreement_pdf_sha256

    assert agreement_pdf_sha256(fund.grantee.project.agreement) == ""
    drain(now=lambda: AWARDED)
    jobs.drain(now=lambda: AWARDED)
    assert len(agreement_pdf_sha256(fund.grantee.project.agreement)) == 64
