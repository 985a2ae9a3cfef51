"""Packing the file of a project: every paper hashed, a catalogue in CSV and XML, one sealed ZIP."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from core import clock
from core.errors import NotNow, RulesBroken
from core.files.services import store
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.lifecycle import button, changing, creating, publish
from core.policy import Actor, require
from core.rulebook import Violation, violations
from core.sheets import Column, write_csv
from grants.audits import rules
from grants.audits.events import ArchiveSealed
from grants.audits.models import ArchiveItem, ProjectArchive
from grants.audits.selectors.completeness import course_of, posting_of, wanted_papers
from grants.audits.selectors.papers import Paper, papers_of
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.projects.services import archive_project as mark_archived
from grants.projects.services import hold_project

PACK = "audits.archive"
COLUMNS = ("件号", "类目", "题名", "文件", "保管期限", "字节数", "SHA-256", "来源")
KEYS = ("no", "group", "title", "file", "retention", "size", "sha256", "source")
_UNSAFE = re.compile(r"[^\w（）()·、.-]+")


@button
def archive_project(*, project_id: int, by: Actor, now: datetime, key: UUID | None = None) -> ProjectArchive:
    """Pack and seal the file of a closed project. Raises RulesBroken with every paper that is missing."""
    project = hold_project(project_id)
    require(by, "audits.archive", project)
    if project.state != J.CLOSED:
        raise NotNow(_("项目尚未结项，不能归档。"), verb="archive", state=project.state)
    packed = [
        (_item(no, paper, data := paper.data()), data) for no, paper in enumerate(papers_of(project), start=1)
    ]
    items = [item for item, _data in packed]
    _must_be_complete(project, items)
    catalogue = rules.catalogue_rows(items)
    csv = catalogue_csv(catalogue)
    archive = ProjectArchive(
        project=project,
        number=f"DA-{project.number}",
        catalogue_sha256=hashlib.sha256(csv).hexdigest(),
        items_count=len(items),
        sealed_at=now,
    )
    creating(
        archive,
        by=by,
        now=now,
        key=key,
        permission="audits.archive",
        verb="assemble",
        catalogue_sha256=archive.catalogue_sha256,
        items=len(items),
    )
    _keep_items(archive, items)
    pack = zip_of(
        [*packed_files(packed), ("目录.csv", csv), ("目录.xml", catalogue_xml(project, catalogue))], now
    )
    sealed = _seal(archive, pack, by=by, now=now)
    mark_archived(project_id=project.pk, by=by, now=now)
    return sealed


def request_archive(*, project_id: int, by: Actor, now: datetime) -> Job:
    """Have the file of a closed project packed by the worker, with progress that can be left and stopped.

    Refused at once with what is missing. While the packing waits or runs, asking again gives the same job.
    """
    project = Project.objects.get(pk=project_id)
    require(by, "audits.archive", project)
    if project.state != J.CLOSED:
        raise NotNow(_("项目尚未结项，不能归档。"), verb="archive", state=project.state)
    if missing := missing_violations(project):
        raise RulesBroken(missing)
    tries = Job.objects.filter(unique_key__startswith=f"archive:{project_id}:")
    serial = tries.exclude(stage=Job.Stage.QUEUED).count() + 1
    payload = {"project_id": project_id, "actor_id": by.user_id}
    return enqueue(PACK, payload, by=by, now=now, unique=f"archive:{project_id}:{serial}")


def _item(no: int, paper: Paper, data: bytes) -> rules.Item:
    name = _UNSAFE.sub("_", paper.title)[:60]
    return rules.Item(
        group=paper.group,
        title=paper.title,
        filename=f"{paper.group:02d}/{no:03d}_{name}.{paper.extension}",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        source=paper.source,
    )


def packed_files(packed: Sequence[tuple[rules.Item, bytes]]) -> list[tuple[str, bytes]]:
    """Return path and bytes of every packed paper."""
    return [(item.filename, data) for item, data in packed]


def _must_be_complete(project: Project, items: Sequence[rules.Item]) -> None:
    broken = violations([rules.required_groups_are_filled], course_of(project), items)
    broken += violations([rules.named_papers_are_there], wanted_papers(project), items)
    broken += violations([rules.notice_stands_on_the_government_site], posting_of(project))
    if broken:
        raise RulesBroken(broken)


def missing_violations(project: Project) -> list[Violation]:
    """Return everything that still stands between a project and its archive."""
    items = [_item(no, paper, b"") for no, paper in enumerate(papers_of(project), start=1)]
    try:
        _must_be_complete(project, items)
    except RulesBroken as broken:
        return list(broken.violations)
    return []


def missing_papers(project: Project) -> list[str]:
    """Return the sentences that say what still stands between a project and its archive."""
    return [str(violation) for violation in missing_violations(project)]


def _keep_items(archive: ProjectArchive, items: Sequence[rules.Item]) -> None:
    ArchiveItem.objects.bulk_create(
        ArchiveItem(
            archive=archive,
            no=no,
            group=item.group,
            title=item.title,
            filename=item.filename,
            sha256=item.sha256,
            size=item.size,
            retention=item.retention,
            source=item.source[:120],
        )
        for no, item in enumerate(items, start=1)
    )


def catalogue_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return the catalogue as a table that any office program opens."""
    columns = [Column(key, title) for key, title in zip(KEYS, COLUMNS, strict=True)]
    return write_csv(columns, [dict(zip(KEYS, row, strict=True)) for row in rows])


def catalogue_xml(project: Project, rows: Sequence[Sequence[str]]) -> bytes:
    """Return the catalogue for archive systems."""
    root = ElementTree.Element("archive", {"project": project.number, "title": project.title})
    for row in rows:
        ElementTree.SubElement(root, "item", dict(zip(KEYS, row, strict=True)))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def zip_of(files: Sequence[tuple[str, bytes]], now: datetime) -> bytes:
    """Pack files so that the same files and moment give the same bytes."""
    out, at = io.BytesIO(), clock.local(now)
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for path, data in files:
            entry = zipfile.ZipInfo(path, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, data)
    return out.getvalue()


def _seal(archive: ProjectArchive, pack: bytes, *, by: Actor, now: datetime) -> ProjectArchive:
    ref = store(
        pack, filename=f"{archive.number}.zip", owner=archive, purpose="audits.archive", by=by, now=now
    )
    with changing(
        ProjectArchive, archive.pk, by=by, now=now, verb="seal", permission="audits.archive"
    ) as sealed:
        sealed.pack, sealed.pack_sha256 = ref, ref.blob.sha256
        sealed.note(pack_sha256=ref.blob.sha256)
        publish(ArchiveSealed(sealed.pk, sealed.project_id), by=by, now=now, about=sealed)
    return sealed
