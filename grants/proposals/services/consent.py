"""The consent of the place: asked when an application is handed in, answered with one tap."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import Refused
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from grants.proposals.events import ConsentAsked
from grants.proposals.lifecycle import C
from grants.proposals.models import PlaceConsent, Proposal


@button
def ask_consent(
    *, proposal_id: int, by: Actor, now: datetime, key: UUID | None = None
) -> PlaceConsent | None:
    """Ask the community of the place, unless it was already asked or has agreed; None without a place."""
    proposal = Proposal.objects.select_related("community").get(pk=proposal_id)
    if proposal.community is None:
        return None
    live = proposal.consents.filter(community=proposal.community, state__in=[C.ASKED, C.CONFIRMED]).first()
    if live is not None:
        return live
    consent = PlaceConsent(proposal=proposal, community=proposal.community, version_no=proposal.version_no)
    return creating(
        consent, by=by, now=now, key=key, permission="proposals.ask_consent", verb="ask", fact=ConsentAsked
    )


@button
def confirm_consent(
    *, consent_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Agree, for the community; by a signed link without an account, or by a worker who is signed in."""
    with changing(PlaceConsent, consent_id, by=by, now=now, key=key, version=version) as consent:
        consent.confirm(by=by)
        consent.answered_at = now
    return consent.receipt


@button
def refuse_consent(
    *,
    consent_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Refuse, for the community; the applicant reads the reason."""
    if not reason.strip():
        raise Refused(_("请写明不同意的理由，申报方会看到。"), field="reason")
    with changing(
        PlaceConsent, consent_id, by=by, now=now, key=key, version=version, reason=reason
    ) as consent:
        consent.refuse(by=by)
        consent.answered_at, consent.refusal = now, reason.strip()[:300]
    return consent.receipt
