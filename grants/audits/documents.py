"""The documents of audit and archive: 结算单, 归档目录."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import local
from core.documents import Document, register
from core.money import capital, format_yuan
from core.words import day_text
from grants.audits.models import ProjectArchive, Settlement
from grants.audits.rules import GROUPS


def settlement_context(pk: int) -> dict[str, Any]:
    """Return what was claimed, recognised, paid, and what follows."""
    one = Settlement.objects.select_related("project__payee", "project__round__host", "page__engagement").get(
        pk=pk
    )
    project, page = one.project, one.page
    findings = page.findings.filter(state="upheld").select_related("expense").order_by("id")
    due = one.pay_fen or one.recover_fen
    return {
        "heading": _("项目资金结算单"),
        "number": one.number,
        "project_number": project.number,
        "project": project.title,
        "payee": project.payee.name,
        "report_no": page.engagement.report_no,
        "award": format_yuan(project.award_fen),
        "claimed": format_yuan(page.claimed_fen),
        "disallowed": format_yuan(page.disallowed_fen),
        "eligible": format_yuan(one.eligible_fen),
        "paid": format_yuan(one.paid_fen),
        "pay": format_yuan(one.pay_fen) if one.pay_fen else "",
        "release": format_yuan(one.release_fen) if one.release_fen else "",
        "recover": format_yuan(one.recover_fen) if one.recover_fen else "",
        "due_capital": capital(due) if due else "",
        "findings": [
            {
                "voucher": finding.expense.voucher_no,
                "item": finding.expense.item,
                "amount": format_yuan(finding.final_fen or 0),
                "reason": finding.reason,
            }
            for finding in findings
        ],
        "signatory": project.round.signatory or project.round.host.name,
        "signed_on": day_text(local(one.created_at).date()),
    }


def catalogue_context(pk: int) -> dict[str, Any]:
    """Return the catalogue, heading by heading."""
    archive = ProjectArchive.objects.select_related("project__applicant").get(pk=pk)
    titles = {group.no: group.title for group in GROUPS}
    rows: dict[int, list[dict[str, Any]]] = {}
    for item in archive.items.order_by("no"):
        kept = {
            "no": item.no,
            "title": item.title,
            "retention": str(item.get_retention_display()),
            "sha256": item.sha256,
        }
        rows.setdefault(item.group, []).append(kept)
    return {
        "heading": _("项目档案目录"),
        "number": archive.number,
        "project": archive.project.title,
        "applicant": archive.project.applicant.name,
        "count": archive.items_count,
        "catalogue_sha256": archive.catalogue_sha256,
        "pack_sha256": archive.pack_sha256,
        "sealed_on": day_text(local(archive.sealed_at).date()),
        "groups": [{"no": no, "title": titles[no], "rows": rows[no]} for no in sorted(rows)],
    }


SETTLEMENT = register(
    Document(
        code="audits.settlement",
        title=_("结算单"),
        template="pdf/audits/settlement.html",
        context=settlement_context,
        owner_model="audits.Settlement",
        permission="audits.view",
    )
)
CATALOGUE = register(
    Document(
        code="audits.catalogue",
        title=_("归档目录"),
        template="pdf/audits/catalogue.html",
        context=catalogue_context,
        owner_model="audits.ProjectArchive",
        permission="audits.read_archive",
    )
)
