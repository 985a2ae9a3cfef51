"""Every paper of a project, in the order of the file list: stored files and records written out as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.audit.selectors import timeline
from core.files.models import FileRef
from core.files.selectors import files_of, files_of_many
from core.files.services import read
from evaluations.panels.models import Dossier
from grants.audits.models import AuditPage, Settlement
from grants.awards.models import Award
from grants.payments.lifecycle import O
from grants.payments.models import JournalEntry, PaymentOrder
from grants.projects.models import ActivityRecord, Expense, Project, Report
from grants.projects.selectors import AGREEMENT_PDF, current_budget
from grants.proposals.models import Proposal
from grants.publicity.models import Objection


@dataclass(frozen=True)
class Paper:
    """A paper before it is packed: heading, title, extension, bytes on demand, where it comes from."""

    group: int
    title: str
    extension: str
    data: Callable[[], bytes]
    source: str


def _json(group: int, title: str, content: Any, source: str) -> Paper:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, cls=DjangoJSONEncoder)
    return Paper(group, title, "json", text.encode, source)


def _file(group: int, title: str, ref: FileRef) -> Paper:
    extension = ref.filename.rpartition(".")[2].lower()
    return Paper(group, title, extension, lambda: read(ref), f"{ref.owner_type}:{ref.owner_id} {ref.purpose}")


def _files(group: int, owner: models.Model, *purposes: str, suffix: str = "") -> Iterator[Paper]:
    """Yield the files of an owner, of some purposes or all; of a document the last edition.

    Ordered by purpose: which of two workers finished first must not show in a catalogue.
    """
    newest: dict[str, FileRef] = {}
    for ref in files_of(owner).order_by("id"):
        if purposes and ref.purpose not in purposes:
            continue
        key = ref.purpose if ref.purpose.startswith("document.") else f"{ref.purpose}:{ref.pk}"
        newest[key] = ref
    for ref in sorted(newest.values(), key=lambda one: (one.purpose, one.pk)):
        yield _file(group, ref.filename.rpartition(".")[0] + suffix, ref)


def _of_many(group: int, model: type[models.Model], owners: models.QuerySet[Any]) -> Iterator[Paper]:
    """Yield the files of many small records, in the order of the records."""
    pks = list(owners.values_list("pk", flat=True))
    found = files_of_many(model, pks)
    for pk in pks:
        for ref in sorted(found.get(pk, []), key=lambda one: one.pk):
            yield _file(group, ref.filename.rpartition(".")[0], ref)


def _rows(queryset: models.QuerySet[Any], *columns: str) -> list[dict[str, Any]]:
    return list(queryset.values(*columns))


def _label(obj: models.Model) -> str:
    return f"{obj._meta.label_lower}:{obj.pk}"


def _history(obj: Any) -> list[dict[str, Any]]:
    return [
        {
            "version": entry.row_version,
            "at": entry.at,
            "verb": entry.verb,
            "from": entry.source,
            "to": entry.target,
            "role": entry.role,
        }
        for entry in timeline(obj)
    ]


def papers_of(project: Project) -> list[Paper]:
    """Return all papers of a project, heading by heading."""
    award, proposal = project.award, project.award.proposal
    found: list[Paper] = []
    found += _call(project)
    found += _application(proposal)
    found += _judgement(5, proposal.dossier, "申报评审")
    found += _decision(award)
    found += _notice(award)
    found += _agreement(project, award)
    found += _payments(project)
    found += _execution(project)
    for report in project.reports.select_related("dossier").order_by("id"):
        found += _report(report)
    found += _audit(project)
    found += _performance(project)
    return sorted(found, key=lambda paper: paper.group)


def _call(project: Project) -> Iterator[Paper]:
    round_ = project.round
    yield _json(1, "征集公告条款", {"terms": round_.terms, "sha256": round_.terms_digest}, _label(round_))
    if round_.form:
        yield _json(1, "申报表样式", round_.form.schema, _label(round_.form))
    yield from _files(1, round_)


def _application(proposal: Proposal) -> Iterator[Paper]:
    for version in proposal.versions.order_by("no"):
        yield _json(
            2,
            f"申报书第{version.no}版",
            {"snapshot": version.snapshot, "sha256": version.digest},
            _label(version),
        )
    yield from _files(2, proposal)
    checks = _rows(proposal.checks.order_by("id"), "version_no", "code", "verdict", "says", "by_person")
    remarks = _rows(proposal.remarks.order_by("id"), "version_no", "field", "text", "made_at", "role")
    consents = _rows(proposal.consents.order_by("id"), "state", "answered_at", "refusal", "community__code")
    content = {"checks": checks, "remarks": remarks, "consents": consents, "history": _history(proposal)}
    yield _json(3, "资格审查表", content, _label(proposal))
    if proposal.optimised_from:
        versions = proposal.versions.filter(no__gt=proposal.optimised_from).order_by("no")
        yield _json(4, "优化记录", _rows(versions, "no", "digest", "submitted_at"), _label(proposal))


def _judgement(group: int, dossier: Dossier | None, title: str) -> Iterator[Paper]:
    if dossier is None:
        return
    sheets = dossier.sheets.order_by("id")
    content = {
        "code": dossier.code,
        "snapshot_sha256": dossier.snapshot_digest,
        "score": dossier.official_score,
        "verdict": dossier.verdict,
        "band": dossier.band,
        "breakdown": dossier.breakdown,
        "rubric_sha256": dossier.rubric_version.digest,
        "sheets": _rows(sheets, "id", "state", "recusal", "scores", "marks", "comment", "total", "locked_at"),
        "panel": _rows(
            type(dossier).objects.filter(pk=dossier.pk), "panel__name", "panel__seed", "panel__signed_digest"
        )[0],
    }
    yield _json(group, f"{title}评分记录", content, _label(dossier))
    if dossier.panel is not None:
        yield from _files(group, dossier.panel, suffix=f"（{title}）")


def _decision(award: Award) -> Iterator[Paper]:
    line = award.allotment.line
    decision = line.decision
    content = {
        "number": decision.number,
        "minutes_no": decision.minutes_no,
        "met_on": decision.met_on,
        "money_reply_no": decision.money_reply_no,
        "lines_sha256": decision.lines_digest,
        "rank": line.rank,
        "score": line.score,
        "recommended": [line.recommended_outcome, line.recommended_fen],
        "decided": [line.outcome, line.amount_fen],
        "departure_reason": line.departure_reason,
        "is_promoted": award.allotment.is_promoted,
    }
    yield _json(6, "会议决定", content, _label(decision))
    if decision.scan is not None:
        yield _file(6, "会议纪要扫描件", decision.scan)
    yield from _files(6, decision)


def _notice(award: Award) -> Iterator[Paper]:
    notice = award.notice
    item = notice.items.filter(subject=f"{Proposal._meta.label_lower}:{award.proposal_id}").first()
    objections = Objection.objects.filter(item=item).order_by("id") if item else Objection.objects.none()
    content = {
        "number": notice.number,
        "title": notice.title,
        "starts_on": notice.starts_on,
        "ends_on": notice.ends_on,
        "address": notice.gov_url,
        "item": {"state": item.state, "amount_fen": item.amount_fen, "position": item.position}
        if item
        else None,
        "objections": _rows(
            objections, "number", "kind", "state", "lodged_at", "statement_sha256", "replied_at"
        ),
    }
    yield _json(7, "公示记录", content, _label(notice))
    if notice.gov_screenshot is not None:
        yield _file(7, "政府网站公示截图", notice.gov_screenshot)
    yield from _files(7, notice)


def _agreement(project: Project, award: Award) -> Iterator[Paper]:
    agreement = project.agreement
    yield from _files(8, award)
    signed = {
        "content": agreement.content,
        "content_sha256": agreement.digest,
        "pdf_sha256": agreement.pdf_sha256,
        "seal_page_sha256": agreement.seal_sha256,
        "accepted_at": agreement.accepted_at,
        "countersigned_at": agreement.countersigned_at,
    }
    yield _json(8, "协议签署记录", signed, _label(agreement))
    for ref in (
        files_of(agreement, AGREEMENT_PDF).filter(blob__sha256=agreement.pdf_sha256).order_by("id")[:1]
    ):
        yield _file(8, "资助协议", ref)
    for ref in files_of(project, "projects.seal_page").order_by("id"):
        yield _file(8, "签章页", ref)
    for version in project.budgets.order_by("no"):
        lines = _rows(version.lines.order_by("no"), "no", "code", "item", "amount_fen")
        content = {
            "no": version.no,
            "reason": version.reason,
            "is_approved": version.is_approved,
            "lines": lines,
        }
        yield _json(8, f"核定预算第{version.no}版", content, _label(version))


TRANCHE = ("no", "percent", "condition", "amount_fen", "released_fen", "state", "due_on")
PAPER = ("tranche__no", "kind", "number", "amount_fen", "issued_on", "is_live")
ORDER = (
    "number", "tranche__no", "amount_fen", "state", "batch__number", "batch__channel", "batch__voucher_no",
    "batch__voucher_on", "bank_reference", "settled_on", "failure", "payee__account_masked",
)  # fmt: skip


def _payments(project: Project) -> Iterator[Paper]:
    content = {
        "tranches": _rows(project.tranches.order_by("no"), *TRANCHE),
        "papers": _rows(project.invoices.order_by("id"), *PAPER),
        "orders": _rows(project.orders.order_by("id"), *ORDER),
        "journal": [
            {"kind": entry.kind, "reference": entry.reference, "at": entry.at, "postings": _postings(entry)}
            for entry in project.journal.prefetch_related("postings__account").order_by("id")
        ],
    }
    yield _json(9, "拨款与账簿", content, _label(project.plan))
    for invoice in project.invoices.filter(is_live=True).select_related("tranche").order_by("tranche__no"):
        yield from _renamed(
            _files(9, invoice, "document.payments.request"), f"请款单（第{invoice.tranche.no}期）"
        )
    for order in settled_orders(project):
        yield from _renamed(
            _files(9, order, "document.payments.advice"), f"拨款通知（第{order.tranche.no}期）"
        )


def settled_orders(project: Project) -> models.QuerySet[PaymentOrder]:
    """Return the payments of a project that arrived, by instalment."""
    return project.orders.filter(state=O.SETTLED).select_related("tranche").order_by("tranche__no")


def _postings(entry: JournalEntry) -> list[list[Any]]:
    return [[posting.account.kind, posting.amount_fen] for posting in entry.postings.all()]


def _renamed(papers: Iterable[Paper], title: str) -> Iterator[Paper]:
    for paper in papers:
        yield Paper(paper.group, title, paper.extension, paper.data, paper.source)


def _execution(project: Project) -> Iterator[Paper]:
    activities = _rows(
        project.activities.order_by("held_on", "id"),
        "held_on",
        "title",
        "place",
        "participants",
        "volunteers",
        "service_count",
        "summary",
    )
    yield _json(10, "活动记录", activities, _label(project))
    expenses = _rows(
        project.expenses.order_by("id"),
        "voucher_no",
        "spent_on",
        "line_no",
        "amount_fen",
        "item",
        "invoice_no",
        "method",
        "state",
    )
    yield _json(10, "支出台账", expenses, _label(project))
    if project.changes.exists():
        changes = _rows(project.changes.order_by("id"), "kind", "wanted", "reason", "asked_at", "state")
        yield _json(10, "变更申请", changes, _label(project))
    yield from _of_many(10, ActivityRecord, project.activities.order_by("held_on", "id"))
    yield from _of_many(10, Expense, project.expenses.order_by("id"))
    yield _json(10, "办理过程", _history(project), _label(project))


def _report(report: Report) -> Iterator[Paper]:
    group = 11 if report.stage == "midterm" else 12
    name = "中期报告" if report.stage == "midterm" else "结项报告"
    title = name if report.no == 1 else f"{name}（第{report.no}次）"
    content = {
        "answers": report.answers,
        "snapshot": report.snapshot,
        "sha256": report.digest,
        "submitted_at": report.submitted_at,
        "marks": report.marks,
        "state": report.state,
    }
    yield _json(group, title, content, _label(report))
    yield from _files(group, report, "projects.report")
    yield from _judgement(group, report.dossier, title)
    if report.stage == "midterm" and report.state == "failed" and report.no == 1:
        yield from _files(11, report.project, "document.projects.rectification")
    if report.stage == "final":
        yield from _files(12, report.project, "document.projects.certificate")


def _audit(project: Project) -> Iterator[Paper]:
    page = AuditPage.objects.filter(project=project).select_related("engagement").first()
    if page is not None:
        content = {
            "report_no": page.engagement.report_no,
            "claimed_fen": page.claimed_fen,
            "sampled_fen": page.sampled_fen,
            "disallowed_fen": page.disallowed_fen,
            "eligible_fen": page.eligible_fen,
            "sample": _rows(page.sample.order_by("expense_id"), "expense__voucher_no", "expense__amount_fen"),
            "findings": _rows(
                page.findings.order_by("id"),
                "expense__voucher_no",
                "disallowed_fen",
                "reason",
                "answer",
                "final_fen",
                "state",
            ),
        }
        yield _json(13, "审计页", content, _label(page))
    settlement = Settlement.objects.filter(project=project).first()
    if settlement is not None:
        yield from _renamed(_files(13, settlement, "document.audits.settlement"), "结算单")
    for recovery in project.recoveries.order_by("id"):
        refunds = _rows(recovery.refunds.order_by("id"), "amount_fen", "bank_reference", "received_on")
        content = {
            "number": recovery.number,
            "amount_fen": recovery.amount_fen,
            "state": recovery.state,
            "refunds": refunds,
        }
        yield _json(13, f"追款记录{recovery.number}", content, _label(recovery))
        yield from _files(13, recovery)


def _performance(project: Project) -> Iterator[Paper]:
    if project.final_score is None:
        return
    served = sum(project.activities.values_list("service_count", flat=True))
    content = {
        "final_score": project.final_score,
        "band": project.band,
        "midterm_score": project.midterm_score,
        "activities": project.activities.count(),
        "service_count": served,
        "award_fen": project.award_fen,
        "budget_lines": len(current_budget(project).lines.all()),
    }
    yield _json(14, "绩效评价表", content, _label(project))
