"""The document of a notice: 公示稿, with room for number and seal, which the system never draws."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.documents import Document, register
from core.masking import mask_text
from core.money import format_yuan
from core.words import day_text
from grants.publicity.lifecycle import I, N
from grants.publicity.models import Notice


def notice_context(pk: int) -> dict[str, Any]:
    """Return the notice as the public reads it; whatever looks like a personal number is masked once more."""
    notice = Notice.objects.select_related("round__host").get(pk=pk)
    round_ = notice.round
    office = round_.signatory or round_.host.name
    items = list(notice.items.exclude(state=I.WITHDRAWN).order_by("position"))
    return {
        "issuer": office,
        "heading": mask_text(notice.title),
        "is_draft": notice.state == N.DRAFTED,
        "notice_number": notice.number or "",
        "round": round_.name,
        "text": mask_text(notice.text),
        "working_days": notice.working_days,
        "starts_on": day_text(notice.starts_on) if notice.starts_on else "",
        "ends_on": day_text(notice.ends_on) if notice.ends_on else "",
        "provisional": bool(notice.provisional),
        "contact": mask_text(notice.contact),
        "reply_days": round_.parsed_terms().number("objection_reply_working_days"),
        "rows": [_row(item) for item in items],
        "count": len(items),
        "total": format_yuan(sum(item.amount_fen for item in items)),
        "signatory": office,
        "signed_on": day_text(notice.starts_on) if notice.starts_on else "",
    }


def _row(item: Any) -> dict[str, Any]:
    return {
        "position": item.position,
        "title": mask_text(item.title),
        "organisation": mask_text(item.organisation),
        "place": mask_text(item.place),
        "category": item.category,
        "amount": format_yuan(item.amount_fen),
        "remark": str(item.get_state_display()) if item.state in (I.HELD, I.STRUCK) else "",
    }


NOTICE = register(
    Document(
        code="publicity.notice",
        title=_("公示稿"),
        template="pdf/publicity/notice.html",
        context=notice_context,
        owner_model="publicity.Notice",
        permission="publicity.view",
    )
)
