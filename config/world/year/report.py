"""What the year came to: a table in which every yuan adds up, and the folder of documents."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps

from core.audit.digest import canonical, sha256
from core.documents import documents
from core.files.models import FileRef
from core.files.services import read
from core.money import format_yuan
from evaluations.panels.models import Dossier, Panel
from evaluations.panels.selectors import ranking
from grants.audits.models import ProjectArchive
from grants.awards.models import Award
from grants.awards.selectors import left_by_category
from grants.payments.selectors.ledger import Standing, project_balances, standings
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.models import Category, FundingSource, Round
from grants.rounds.selectors import category_budgets

COUNTS = ("applied", "eligible", "scored", "funded", "closed")
MONEY = ("budget_fen", "left_fen", "funded_fen", "released_fen", "paid_fen", "recovered_fen", "kept_fen")
HEADS = (
    *("类别", "申报", "合格", "评分", "立项", "结项"),
    *("预算", "未分配", "立项金额", "结余释放", "已拨付", "已追回", "实得"),
)


@dataclass(frozen=True)
class Row:
    """One category: counts of applications and projects, and its money in fen."""

    name: str
    applied: int
    eligible: int
    scored: int
    funded: int
    closed: int
    budget_fen: int
    left_fen: int
    funded_fen: int
    released_fen: int
    paid_fen: int
    recovered_fen: int
    kept_fen: int


def category_rows(round_: Round) -> list[Row]:
    """Return a row for each category: budget = left + funded = left + released + recovered + kept.

    Left was never awarded, released was awarded and not spent, kept is what the projects spent.
    """
    budgets, balances, left = category_budgets(round_), project_balances(round_), left_by_category(round_)
    rows = []
    for category in Category.objects.filter(round=round_).order_by("id"):
        found = Proposal.objects.filter(round=round_, category=category, version_no__gt=0)
        awards = Award.objects.filter(round=round_, category=category).exclude(state="lapsed")
        projects = list(Project.objects.filter(award__in=awards))
        money = [balances.get(project.pk, {}) for project in projects]
        returned = sum(one.get("returned", 0) for one in money)
        kept = sum(one.get("paid", 0) for one in money)
        paid = kept + returned + sum(one.get("receivable", 0) for one in money)
        funded = sum(award.amount_fen for award in awards)
        rows.append(
            Row(
                name=category.name,
                applied=found.count(),
                eligible=sum(_was_eligible(proposal) for proposal in found),
                scored=found.filter(official_score__isnull=False).count(),
                funded=len(projects),
                closed=sum(project.state in (J.CLOSED, J.ARCHIVED) for project in projects),
                budget_fen=budgets[category.pk],
                left_fen=left[category.pk],
                funded_fen=funded,
                released_fen=funded - paid,
                paid_fen=paid,
                recovered_fen=returned,
                kept_fen=kept,
            )
        )
    return rows


def _was_eligible(proposal: Proposal) -> bool:
    before = (P.SUBMITTED, P.RETURNED, P.INELIGIBLE, P.RECHECKING)
    if proposal.state == P.WITHDRAWN:
        return bool(proposal.dossier_id)
    return proposal.state not in before


def unexplained(round_: Round, rows: list[Row], sources: dict[int, Standing]) -> list[str]:
    """Return every sum that does not add up; an empty list means that each yuan is explained."""
    faults = []
    for standing in sources.values():
        if not standing.adds_up:
            faults.append(f"来源 {standing.source_id}: 各科目之和不等于拨入")
    if sum(one.appropriation_fen for one in sources.values()) != round_.budget_fen:
        faults.append("各来源拨入之和不等于总预算")
    for row in rows:
        if row.paid_fen - row.recovered_fen != row.kept_fen:
            faults.append(f"{row.name}: 拨付减追回不等于项目实得")
        if row.left_fen + row.funded_fen != row.budget_fen:
            faults.append(f"{row.name}: 未分配与立项之和不等于预算")
        if row.released_fen < 0:
            faults.append(f"{row.name}: 拨付超过立项金额")
    if sum(row.kept_fen for row in rows) != sum(one.paid_fen for one in sources.values()):
        faults.append("按类别与按来源的实得不相等")
    free = sum(row.left_fen + row.released_fen for row in rows)
    if free != sum(one.available_fen + one.committed_fen for one in sources.values()):
        faults.append("按类别的未分配与释放，不等于按来源的结余与待拨")
    return faults


def table(round_: Round) -> str:
    """Return the table in text; RuntimeError names whatever does not add up."""
    rows, sources = category_rows(round_), standings(round_)
    if faults := unexplained(round_, rows, sources):
        raise RuntimeError("；".join(faults))
    lines = [f"{round_.name}（{round_.code}）", "", *_by_category(rows), "", *_by_source(sources)]
    return "\n".join(lines)


def _by_category(rows: list[Row]) -> Iterator[str]:
    yield "\t".join(HEADS)
    for row in rows:
        counts = [str(getattr(row, name)) for name in COUNTS]
        yield "\t".join([row.name, *counts, *(format_yuan(getattr(row, name)) for name in MONEY)])
    counts = [str(sum(getattr(row, name) for row in rows)) for name in COUNTS]
    yield "\t".join(
        ["合计", *counts, *(format_yuan(sum(getattr(row, name) for row in rows)) for name in MONEY)]
    )


def _by_source(sources: dict[int, Standing]) -> Iterator[str]:
    columns = ("appropriation", "available", "committed", "paid", "receivable", "returned")
    yield "\t".join(("来源", "拨入", "可用结余", "待拨", "实得", "应追回", "已追回"))
    names = dict(FundingSource.objects.values_list("pk", "name"))
    for one in sources.values():
        yield "\t".join(
            [names[one.source_id], *(format_yuan(getattr(one, f"{name}_fen")) for name in columns)]
        )
    totals = [sum(getattr(one, f"{name}_fen") for one in sources.values()) for name in columns]
    yield "\t".join(["合计", *(format_yuan(total) for total in totals)])


def ranking_lines(panel_id: int) -> list[str]:
    """Return category, rank, code and score of every dossier of a panel."""
    codes = dict(Dossier.objects.filter(panel_id=panel_id).values_list("pk", "code"))
    rows = ranking(Panel.objects.get(pk=panel_id))
    return [f"{row.category}\t{row.rank}\t{codes[row.dossier_id]}\t{row.score}" for row in rows]


def amount_lines(round_: Round) -> list[str]:
    """Return number, source, award and what the project kept, for every project."""
    balances = project_balances(round_)
    found = Project.objects.filter(round=round_).select_related("award__source").order_by("number")
    kept = {project_id: kinds["paid"] for project_id, kinds in balances.items()}
    return [
        f"{one.number}\t{one.award.source.code}\t{one.award_fen}\t{kept.get(one.pk, 0)}\t{one.state}"
        for one in found
    ]


def catalogue_lines(round_: Round) -> list[str]:
    """Return archive number, group and title of every paper in every archive, in order."""
    lines = []
    for archive in ProjectArchive.objects.filter(project__round=round_).order_by("number"):
        for item in archive.items.order_by("no"):
            lines.append(f"{archive.number}\t{item.no}\t{item.group}\t{item.title}\t{item.filename}")
    return lines


def fingerprint(round_: Round, panel_id: int) -> dict[str, str]:
    """Return the hashes of table, ranking, amounts and catalogue: the same seed gives the same four."""
    parts = {
        "table": table(round_),
        "ranking": ranking_lines(panel_id),
        "amounts": amount_lines(round_),
        "catalogue": catalogue_lines(round_),
    }
    return {name: sha256(canonical(part)) for name, part in parts.items()}


def write_folder(round_: Round, folder: Path) -> dict[str, int]:
    """Write every document and every archive of the round into a folder, by kind; return the counts."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    listed = []
    for document in documents():
        title = str(document.title)
        for ref in FileRef.objects.filter(purpose=document.purpose).select_related("blob").order_by("pk"):
            path = folder / title / f"{_label(ref)}.pdf"
            listed.append(_put(path, read(ref), folder))
            counts[title] = counts.get(title, 0) + 1
    for archive in ProjectArchive.objects.filter(project__round=round_).select_related("pack__blob"):
        if archive.pack is None:
            raise RuntimeError(f"{archive.number} has no pack")
        data = read(archive.pack)
        if bad := zipfile.ZipFile(io.BytesIO(data)).testzip():
            raise RuntimeError(f"{archive.number}: {bad} is damaged")
        listed.append(_put(folder / "归档" / f"{archive.number}.zip", data, folder))
        counts["归档"] = counts.get("归档", 0) + 1
    with (folder / "目录.csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("文件", "SHA-256"), *sorted(listed)])
    return counts


def _label(ref: FileRef) -> str:
    owner = apps.get_model(ref.owner_type)._default_manager.get(pk=ref.owner_id)
    number = getattr(owner, "number", "") or getattr(owner, "project_no", "") or getattr(owner, "code", "")
    return f"{number or ref.owner_id}-{ref.edition[:8]}"


def _put(path: Path, data: bytes, folder: Path) -> tuple[str, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return str(path.relative_to(folder)), sha256(data)
