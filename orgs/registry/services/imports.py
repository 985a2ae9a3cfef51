"""Import of an export of the register: first what it would change, then exactly that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import policy
from core.audit.digest import canonical
from core.columns import DATE, Column
from core.errors import Conflict
from core.files.models import FileRef
from core.files.services import store
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.lifecycle import button
from core.policy import Actor
from core.sheets import Sheet, read_xlsx, write_xlsx
from core.words import N_
from orgs.areas.models import Community
from orgs.people.models import User
from orgs.registry import rules
from orgs.registry.models import OrgType, SocialOrganisation
from orgs.registry.services.organisations import edit_organisation, register_organisation

PURPOSE, JOB = "registry.import", "registry.import"
TOLD_EVERY = 100
FIELDS = ("founded_on", "supervising_unit", "domicile", "business_scope", "contact_name")
COLUMNS = (
    Column("uscc", N_("统一社会信用代码"), required=True, max_length=40),
    Column("name", N_("名称"), required=True, max_length=120),
    Column("org_type", N_("组织类型"), required=True, choices={str(k.label): k.value for k in OrgType}),
    Column("founded_on", N_("成立日期"), DATE),
    Column("supervising_unit", N_("业务主管单位"), max_length=120),
    Column("domicile", N_("住所"), max_length=200),
    Column("business_scope", N_("业务范围")),
    Column("contact_name", N_("联系人"), max_length=60),
    Column("community_code", N_("社区代码"), max_length=12),
)


@dataclass(frozen=True)
class RowChange:
    """What an import would change in one entry: field -> (before, after)."""

    organisation_id: int
    uscc: str
    name: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass
class Preview:
    """What an import would do; ``digest`` names exactly this, so that nothing else can be applied.

    ``renames`` (code, registered name, name in the file) wait for a registered change of name; ``problems``
    are rows that are not imported, each with its reason.
    """

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[RowChange] = field(default_factory=list)
    unchanged: int = 0
    renames: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Return the hash of everything the preview shows."""
        changed = [[one.organisation_id, sorted(one.fields.items())] for one in self.changed]
        shown = [self.new, changed, self.renames, self.problems]
        return hashlib.sha256(canonical(shown).encode()).hexdigest()


def preview_import(*, data: bytes, by: Actor, told: Callable[[int, int], None] | None = None) -> Preview:
    """Read a workbook and say what it would change; nothing is written.

    ``told(done, total)`` hears every hundred rows how far the reading is.
    """
    policy.require(by, "registry.import")
    parsed = read_xlsx(data, COLUMNS)
    preview = Preview(problems=[str(error) for error in parsed.errors])
    faulty = {error.row for error in parsed.errors}
    if 0 in faulty:
        return preview
    known = {one.uscc: one for one in SocialOrganisation.objects.select_related("body")}
    places = set(Community.objects.values_list("code", flat=True))
    seen: set[str] = set()
    for number, row in enumerate(parsed.rows):
        if told is not None and number % TOLD_EVERY == 0:
            told(number, len(parsed.rows))
        if row["_row"] not in faulty:
            _preview_row(preview, row, known, places, seen)
    return preview


def _preview_row(
    preview: Preview,
    row: dict[str, Any],
    known: Mapping[str, SocialOrganisation],
    places: set[str],
    seen: set[str],
) -> None:
    code = rules.normalise_code(row["uscc"])
    if problem := _problem(row, code, places, seen):
        says = _("第 %(row)d 行：%(problem)s") % {"row": row["_row"], "problem": problem}
        preview.problems.append(says)
        return
    seen.add(code)
    entry = known.get(code)
    if entry is None:
        preview.new.append({name: value for name, value in row.items() if name != "_row"} | {"uscc": code})
        return
    if not rules.same_name(entry.body.name, row["name"]):
        preview.renames.append((code, entry.body.name, row["name"]))
    held = {name: getattr(entry, name) for name in FIELDS}
    if changes := rules.differences(held, row, FIELDS):
        preview.changed.append(RowChange(entry.pk, code, entry.body.name, changes))
    else:
        preview.unchanged += 1


def _problem(row: dict[str, Any], code: str, places: set[str], seen: set[str]) -> str:
    if code in seen:
        return _("代码%(code)s在表中出现了两次") % {"code": code}
    if broken := rules.code_problems(code, row["org_type"]):
        guess = rules.suggestion(code)
        hint = _("（是否应为%(guess)s？）") % {"guess": guess} if guess else ""
        return "；".join(str(one) for one in broken) + hint
    if row.get("community_code") and row["community_code"] not in places:
        return _("没有社区代码%(code)s") % {"code": row["community_code"]}
    return ""


def template_sheet() -> bytes:
    """Return an empty workbook with the titles that an import looks for."""
    return write_xlsx([Sheet(_("社会组织"), COLUMNS, [])])


@button
def keep_sheet(
    *,
    data: bytes,
    filename: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> FileRef:
    """Keep a workbook between its preview and its import; only what could be read is kept."""
    preview_import(data=data, by=by)
    owner = User.objects.get(pk=by.user_id or 0)
    return store(data, filename=filename, owner=owner, purpose=PURPOSE, by=by, now=now)


def request_import(*, ref: FileRef, digest: str, by: Actor, now: datetime) -> Job:
    """Let the worker import a kept workbook as previewed; one import of a workbook runs at a time."""
    policy.require(by, "registry.import")
    ended = jobs_of(ref).exclude(stage=Job.Stage.QUEUED).count()
    payload = {"file": ref.public_id, "digest": digest}
    return enqueue(JOB, payload, by=by, now=now, unique=f"{JOB}:{ref.public_id}:{ended}")


def jobs_of(ref: FileRef) -> QuerySet[Job]:
    """Return the imports of a kept workbook, newest first."""
    return Job.objects.filter(kind=JOB, unique_key__startswith=f"{JOB}:{ref.public_id}:").order_by("-pk")


@button
def apply_import(
    *,
    data: bytes,
    digest: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Preview:
    """Do what the preview with this digest showed; Conflict if the register changed in between."""
    preview = preview_import(data=data, by=by)
    if preview.digest != digest:
        raise Conflict(_("预览之后名册或文件有变化，请重新预览后再导入。"), code="preview_is_old")
    for row in preview.new:
        details = {name: row[name] for name in FIELDS if row.get(name) not in (None, "")}
        register_organisation(
            name=row["name"],
            uscc=row["uscc"],
            org_type=row["org_type"],
            community_code=row.get("community_code") or "",
            by=by,
            now=now,
            **details,
        )
    for change in preview.changed:
        details = {name: after for name, (_before, after) in change.fields.items()}
        edit_organisation(
            organisation_id=change.organisation_id, by=by, now=now, reason=_("表格导入"), **details
        )
    return preview
