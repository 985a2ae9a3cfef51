"""The documents of a project: 资助协议, 整改通知, 结项证书."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import local
from core.documents import Document, register
from core.money import capital, format_yuan
from core.words import day_text
from grants.projects.models import Agreement, Project

CONDITIONS = {
    "agreement_signed": _("协议签署后"),
    "midterm_passed": _("中期评估合格后"),
    "audit_settled": _("审计结算后"),
}
INSTRUMENTS = {"grant_agreement": _("资助协议"), "service_purchase": _("购买服务合同")}
BANDS = {"excellent": _("优秀"), "good": _("良好"), "pass": _("合格")}


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text))


def agreement_context(pk: int) -> dict[str, Any]:
    """Return the frozen content of the agreement in words, with its hash for the sealed page."""
    agreement = Agreement.objects.get(pk=pk)
    content = agreement.content
    return {
        "heading": f"{content['round']}\n{INSTRUMENTS[content['instrument']]}",
        "number": content["number"],
        "host": content["host"],
        "payee": content["payee"],
        "applicant": content["applicant"] if content["applicant"] != content["payee"] else "",
        "project": content["title"],
        "source": content["source"],
        "amount": format_yuan(content["amount_fen"]),
        "amount_capital": content["amount_capital"],
        "starts_on": _day(content["starts_on"]),
        "ends_on": _day(content["ends_on"]),
        "sign_by": _day(content["sign_by"]),
        "version": content["proposal_version"],
        "tranches": [
            {**one, "amount": format_yuan(one["amount_fen"]), "condition": str(CONDITIONS[one["condition"]])}
            for one in content["tranches"]
        ],
        "budget": [{**line, "amount": format_yuan(line["amount_fen"])} for line in content["budget"]],
        "digest": agreement.digest,
    }


def rectification_context(pk: int) -> dict[str, Any]:
    """Return what must be put right, and by when."""
    project = Project.objects.select_related("round__host", "payee").get(pk=pk)
    return {
        "issuer": project.round.signatory or project.round.host.name,
        "heading": _("关于限期整改的通知"),
        "addressee": project.payee.name,
        "project_number": project.number,
        "project": project.title,
        "score": f"{project.midterm_score:.2f}" if project.midterm_score is not None else "",
        "what": [line for line in project.rectify_what.splitlines() if line.strip()],
        "due": day_text(project.rectify_by) if project.rectify_by else "",
        "signatory": project.round.signatory or project.round.host.name,
        "signed_on": day_text(local(project.state_since).date()),
    }


def certificate_context(pk: int) -> dict[str, Any]:
    """Return what the certificate of a finished project says."""
    project = Project.objects.select_related("round__host", "payee", "applicant").get(pk=pk)
    return {
        "heading": _("结项证书"),
        "number": project.number,
        "applicant": project.applicant.name,
        "project": project.title,
        "round": project.round.name,
        "period": f"{day_text(project.starts_on)}至{day_text(project.ends_on)}",
        "amount": format_yuan(project.award_fen),
        "amount_capital": capital(project.award_fen),
        "score": f"{project.final_score:.2f}" if project.final_score is not None else "",
        "band": str(BANDS.get(project.band, "")),
        "signatory": project.round.signatory or project.round.host.name,
        "signed_on": day_text(local(project.state_since).date()),
    }


AGREEMENT = register(
    Document(
        code="projects.agreement",
        title=_("资助协议"),
        template="pdf/projects/agreement.html",
        context=agreement_context,
        owner_model="projects.Agreement",
        permission="projects.view",
    )
)
RECTIFICATION = register(
    Document(
        code="projects.rectification",
        title=_("整改通知"),
        template="pdf/projects/rectification.html",
        context=rectification_context,
        owner_model="projects.Project",
        permission="projects.read_rectification",
    )
)
CERTIFICATE = register(
    Document(
        code="projects.certificate",
        title=_("结项证书"),
        template="pdf/projects/certificate.html",
        context=certificate_context,
        owner_model="projects.Project",
        permission="projects.read_certificate",
    )
)
