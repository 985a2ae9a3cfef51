"""Papers with dates that the eligibility rules of a round read: inspections, grades, credit listings."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating, publish
from core.policy import Actor
from orgs.registry import rules
from orgs.registry.events import CreditLifted, CreditListed
from orgs.registry.models import (
    AssessmentGrade,
    CreditList,
    CreditListing,
    Inspection,
    InspectionResult,
    SocialOrganisation,
)


def _entry(organisation_id: int) -> SocialOrganisation:
    entry = SocialOrganisation.objects.select_related("body").filter(pk=organisation_id).first()
    if entry is None:
        raise NotFound()
    return entry


@button
def record_inspection(
    *,
    organisation_id: int,
    year: int,
    result: str,
    by: Actor,
    now: datetime,
    concluded_on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Inspection:
    """Record the annual inspection of a year; a second record corrects the first and needs a reason."""
    if result not in InspectionResult.values:
        raise Refused(_("请选择年检结论。"), field="result")
    entry = _entry(organisation_id)
    known = Inspection.objects.filter(organisation=entry, year=year).first()
    if known is None:
        made = Inspection(organisation=entry, year=year, result=result, concluded_on=concluded_on)
        return creating(made, by=by, now=now, permission="registry.record_inspection", reason=reason)
    if not reason.strip():
        raise Refused(_("%(year)d年度已有年检结论，更正须说明理由。") % {"year": year}, field="reason")
    with changing(
        Inspection,
        known.pk,
        by=by,
        now=now,
        reason=reason,
        version=version,
        verb="correct",
        permission="registry.record_inspection",
    ) as held:
        held.note(before=held.result, after=result)
        held.result, held.concluded_on = result, concluded_on
    return held


@button
def record_grade(
    *,
    organisation_id: int,
    grade: str,
    announced_on: date,
    by: Actor,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> AssessmentGrade:
    """Record an assessment grade; its dates follow the rule in force on the announcement unless given."""
    if grade not in dict(AssessmentGrade.GRADES):
        raise Refused(_("请选择1A至5A的等级。"), field="grade")
    start, end = rules.grade_validity(announced_on)
    made = AssessmentGrade(
        organisation=_entry(organisation_id),
        grade=grade,
        announced_on=announced_on,
        valid_from=valid_from or start,
        valid_to=valid_to or end,
    )
    return creating(made, by=by, now=now, permission="registry.record_grade", grade=grade)


@button
def list_credit(
    *,
    organisation_id: int,
    kind: str,
    from_date: date,
    why: str,
    by: Actor,
    now: datetime,
    document: str = "",
    to_date: date | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> CreditListing:
    """Put an organisation on a credit list, with the reason; ``to_date`` if the listing is over already."""
    if kind not in CreditList.values:
        raise Refused(_("请选择名单。"), field="kind")
    if not why.strip():
        raise Refused(_("请写明列入事由。"), field="why")
    entry = _entry(organisation_id)
    open_listing = CreditListing.objects.filter(organisation=entry, kind=kind, to_date__isnull=True)
    if to_date is None and open_listing.exists():
        raise Refused(_("该组织已在这份名单上。"), field="kind", code="listed_already")
    made = CreditListing(
        organisation=entry, kind=kind, why=why, document=document, from_date=from_date, to_date=to_date
    )
    return creating(
        made,
        by=by,
        now=now,
        permission="registry.list_credit",
        fact=CreditListed,
        document=document,
        kind=kind,
    )


@button
def lift_credit(
    *,
    listing_id: int,
    to_date: date,
    reason: str,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> CreditListing:
    """Take an organisation off a credit list; ``to_date`` is the last day on it."""
    with changing(
        CreditListing,
        listing_id,
        by=by,
        now=now,
        version=version,
        reason=reason,
        document=document,
        verb="lift",
        permission="registry.lift_credit",
    ) as listing:
        if listing.to_date is not None:
            raise Refused(_("该组织已移出名单。"), code="lifted_already")
        if to_date < listing.from_date:
            raise Refused(_("移出日期早于列入日期。"), field="to_date")
        listing.to_date = to_date
    publish(CreditLifted.of(listing), by=by, now=now, about=listing)
    return listing
