"""A document is declared once, asked for as often as one likes, and rendered once for each content."""

from datetime import UTC, datetime, timedelta

import pytest

from core import documents
from core.calendar.models import HolidayYear
from core.calendar.services import load_holidays
from core.documents import Document, digest_of, register, render_document, request_document
from core.files.models import FileRef
from core.files.selectors import files_of
from core.files.services import read
from core.jobs.models import Job
from core.jobs.queue import drain
from core.policy import SYSTEM, Actor, Grant, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CLERK = Actor(user_id=11, person_id=11, grants=(Grant(role=Role.CLERK),))


def context(owner_id):
    year = HolidayYear.objects.get(pk=owner_id)
    return {"heading": f"{year.year}年放假安排", "signatory": year.source, "signed_on": "2026年11月24日"}


@pytest.fixture(autouse=True)
def declared(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return register(
        Document(
            "test.year", "放假安排", "pdf/base.html", context, "calendar.holidayyear", "calendar.confirm"
        )
    )


@pytest.fixture
def year():
    rows = [{"date": "2026-01-01", "kind": "off", "name": "元旦"}]
    return load_holidays(rows=rows, year=2026, source="国办", by=SYSTEM, now=NOW)


def work():
    return drain(now=lambda: NOW + timedelta(seconds=1))


def test_a_document_is_rendered_by_the_worker_and_kept_by_its_owner(year):
    job = request_document("test.year", year.pk, by=CLERK, now=NOW)
    assert not FileRef.objects.exists()
    assert work() == 1
    (ref,) = files_of(year, "document.test.year")
    assert read(ref).startswith(b"%PDF-1.7")
    assert (ref.filename, ref.created_by_id) == ("放假安排.pdf", 11)
    job.refresh_from_db()
    assert job.stage == Job.Stage.DONE
    assert job.result == {"file": ref.public_id, "sha256": ref.blob.sha256}


def test_asking_twice_for_the_same_content_gives_one_job_and_one_file(year):
    first = request_document("test.year", year.pk, by=CLERK, now=NOW)
    assert request_document("test.year", year.pk, by=CLERK, now=NOW + timedelta(days=1)) == first
    work()
    assert request_document("test.year", year.pk, by=CLERK, now=NOW) == first
    assert work() == 0
    assert FileRef.objects.count() == 1


def test_a_changed_content_gives_a_second_file_and_the_first_stays(year):
    request_document("test.year", year.pk, by=CLERK, now=NOW)
    work()
    rows = [{"date": "2026-01-01", "kind": "off", "name": "元旦"}]
    load_holidays(rows=rows, year=2026, source="国办更正", by=SYSTEM, now=NOW)
    request_document("test.year", year.pk, by=CLERK, now=NOW)
    work()
    assert files_of(year).count() == 2
    assert len({ref.edition for ref in files_of(year)}) == 2


def test_a_job_that_runs_twice_keeps_one_file(year):
    request_document("test.year", year.pk, by=CLERK, now=NOW)
    work()
    Job.objects.update(stage=Job.Stage.QUEUED, lease_until=None, attempts=0)
    assert work() == 1
    assert FileRef.objects.count() == 1


def test_the_same_content_at_the_same_moment_gives_the_same_bytes(year):
    assert render_document("test.year", year.pk, now=NOW) == render_document("test.year", year.pk, now=NOW)


def test_a_context_is_plain_values(year):
    with pytest.raises(TypeError):
        digest_of({"owner": object()})
    assert digest_of({"a": 1, "b": NOW}) == digest_of({"b": NOW, "a": 1})


def test_a_code_belongs_to_one_document(declared):
    with pytest.raises(ValueError, match="declared twice"):
        register(
            Document(
                "test.year", "别的", "pdf/other.html", context, "calendar.holidayyear", "calendar.confirm"
            )
        )
    assert documents.document_named("test.year") in documents.documents()
    with pytest.raises(KeyError):
        documents.document_named("test.unheard_of")
