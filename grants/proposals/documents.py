"""The documents of an application: 申报书, 受理回执, 补正通知."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import local
from core.documents import Document, register
from core.money import capital, format_yuan
from grants.proposals.models import Proposal
from grants.proposals.rules.answers import MISSING
from grants.proposals.selectors import latest_version
from grants.rounds.models import BudgetAccount


def _proposal(pk: int) -> Proposal:
    related = ("round", "round__host", "round__operator", "round__form", "category", "community__street")
    return Proposal.objects.select_related(*related, "applicant", "host").get(pk=pk)


def _shown(field: dict[str, Any], value: Any, community: str) -> str:
    if value in MISSING:
        return "—"
    if field["type"] == "community":
        return community
    labels = {option["value"]: option["label"] for option in field.get("options", ())}
    values = value if isinstance(value, list) else [value]
    return "、".join(str(labels.get(item, item)) for item in values)


def _place(proposal: Proposal) -> str:
    if proposal.community is None:
        return proposal.outside_place
    return f"{proposal.community.street.display_name}{proposal.community.display_name}"


def form_context(pk: int) -> dict[str, Any]:
    """Return the newest frozen version, section by section, with its budget and hash."""
    proposal = _proposal(pk)
    frozen, form = latest_version(proposal), proposal.round.form
    assert form is not None  # noqa: S101 - a submitted application answers a form
    answers = frozen.snapshot["answers"]
    sections = [
        {
            "title": section["title"],
            "rows": [
                {"label": field["label"], "value": _shown(field, answers.get(field["key"]), _place(proposal))}
                for field in section["fields"]
                if not field.get("when") or answers.get(field["key"])
            ],
        }
        for section in form.schema["sections"]
    ]
    return {
        "heading": form.title,
        "number": proposal.number,
        "applicant": proposal.applicant.name,
        "host": proposal.host.name if proposal.host else "",
        "place": _place(proposal),
        "sections": sections,
        **_budget(frozen.snapshot["budget"]),
        "version": frozen.no,
        "digest": frozen.digest,
        "submitted_at": f"{local(frozen.submitted_at):%Y-%m-%d %H:%M:%S}",
    }


def _budget(lines: list[dict[str, Any]]) -> dict[str, Any]:
    names = dict(BudgetAccount.objects.values_list("code", "name"))
    grant, own = sum(line["grant_fen"] for line in lines), sum(line["own_fen"] for line in lines)
    money = ("unit_price_fen", "subtotal_fen", "grant_fen", "own_fen")
    rows = [
        {
            **{
                name: line[name]
                for name in ("no", "item", "basis", "unit", "quantity", "times", "linked_activity")
            },
            **{name.removesuffix("_fen"): format_yuan(line[name]) for name in money},
            "account": f"{line['code']} {names.get(line['code'], '')}",
        }
        for line in lines
    ]
    totals = {"grant": format_yuan(grant), "own": format_yuan(own), "total": format_yuan(grant + own)}
    return {"budget": rows, "totals": totals, "grant_in_words": capital(grant)}


def receipt_context(pk: int) -> dict[str, Any]:
    """Return what the receipt says: number, time to the second, version and hash."""
    proposal = _proposal(pk)
    frozen = latest_version(proposal)
    return {
        "number": proposal.number,
        "round": proposal.round.name,
        "project": proposal.title,
        "applicant": proposal.applicant.name,
        "submitted_at": f"{local(frozen.submitted_at):%Y-%m-%d %H:%M:%S}",
        "version": frozen.no,
        "digest": frozen.digest,
        "requested": format_yuan(proposal.requested_fen),
        "requested_in_words": capital(proposal.requested_fen),
        "recipient": (proposal.round.operator or proposal.round.host).name,
    }


def correction_context(pk: int) -> dict[str, Any]:
    """Return the remarks of the version that was sent back, and until when to answer."""
    proposal = _proposal(pk)
    form = proposal.round.form
    fields = {f["key"]: f["label"] for s in form.schema["sections"] for f in s["fields"]} if form else {}
    remarks = proposal.remarks.filter(version_no=proposal.version_no)
    return {
        "issuer": "",
        "addressee": proposal.applicant.name,
        "project": proposal.title,
        "application_number": proposal.number,
        "remarks": [{"field": fields.get(r.field, r.field), "text": r.text} for r in remarks],
        "due": f"{local(proposal.correction_due):%Y年%m月%d日}" if proposal.correction_due else "",
        "signatory": (proposal.round.operator or proposal.round.host).name,
    }


register(
    Document(
        "proposals.application_form",
        _("申报书"),
        "pdf/proposals/application_form.html",
        form_context,
        "proposals.proposal",
        "proposals.view",
    )
)
register(
    Document(
        "proposals.receipt",
        _("受理回执"),
        "pdf/proposals/receipt.html",
        receipt_context,
        "proposals.proposal",
        "proposals.view",
    )
)
register(
    Document(
        "proposals.correction",
        _("补正通知"),
        "pdf/proposals/correction.html",
        correction_context,
        "proposals.proposal",
        "proposals.view",
    )
)
