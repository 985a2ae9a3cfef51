"""Enter organisations and recorded groups into the register, and edit what is no registered change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core import policy
from core.errors import NotFound, Refused, RulesBroken
from core.lifecycle import button, changing, creating
from core.policy import SYSTEM, Actor
from orgs.areas.models import Community
from orgs.people.models import Body, BodyKind, Person
from orgs.people.services import create_body
from orgs.registry import rules, selectors
from orgs.registry.events import GroupRegistered, OrganisationRegistered
from orgs.registry.lifecycle import S
from orgs.registry.models import CommunityGroup, OrgType, SocialOrganisation

OVERRIDABLE = {"U2", "U3"}
EDITABLE = frozenset(
    {
        "founded_on",
        "supervising_unit",
        "registered_capital_fen",
        "domicile",
        "business_scope",
        "certificate_valid_to",
        "has_party_organisation",
        "incubated_from",
        "incubated_to",
        "charity_since",
        "contact_name",
        "contact_phone",
        "website",
        "staff_count",
        "social_worker_count",
        "volunteer_count",
        "tags",
        "checked_on",
    }
)
HOSTS = {
    BodyKind.RESIDENTS_COMMITTEE,
    BodyKind.STREET_OFFICE,
    BodyKind.SOCIAL_ORGANISATION,
    BodyKind.OPERATOR,
}


@button
def register_organisation(
    *,
    name: str,
    uscc: str,
    org_type: str,
    by: Actor,
    now: datetime,
    short_name: str = "",
    body_id: int | None = None,
    community_code: str = "",
    registered_in: str = "",
    legal_representative_id: int | None = None,
    preparing: bool = False,
    override_reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
    **details: Any,
) -> SocialOrganisation:
    """Enter an organisation; ``details`` are EDITABLE fields, ``body_id`` names a body that exists already.

    A code of the wrong shape or type is refused. A failing check character blocks as well, unless an official
    gives ``override_reason``; then the entry is marked and the reason stands in the log.
    """
    code = rules.normalise_code(uscc)
    overridden = _admit_code(code, org_type, override_reason, by)
    _known_fields(details)
    entry = SocialOrganisation(
        body=_body_for(body_id, name, short_name, community_code, org_type, now),
        uscc=code,
        code_overridden=overridden,
        org_type=org_type,
        registered_in=registered_in or rules.registering_division(code),
        legal_representative=_person(legal_representative_id),
        state=S.PREPARING if preparing else S.ACTIVE,
        **details,
    )
    return _enter(entry, by, now, override_reason)


def _enter(entry: SocialOrganisation, by: Actor, now: datetime, override_reason: str) -> SocialOrganisation:
    return creating(
        entry,
        by=by,
        now=now,
        permission="registry.register",
        verb="register",
        fact=OrganisationRegistered if entry.state == S.ACTIVE else None,
        reason=override_reason if entry.code_overridden else "",
        code_overridden=entry.code_overridden,
    )


def _admit_code(code: str, org_type: str, override_reason: str, by: Actor) -> bool:
    if org_type not in OrgType.values:
        raise Refused(_("请选择组织类型。"), field="org_type")
    problems = rules.code_problems(code, org_type)
    blocking = [one for one in problems if one.code not in OVERRIDABLE]
    if blocking or (problems and not override_reason.strip()):
        raise RulesBroken(problems)
    if problems:
        policy.require(by, "registry.override_code")
    if known := selectors.by_code(code):
        raise Refused(
            _("该统一社会信用代码已登记为“%(name)s”。") % {"name": known.body.name},
            field="uscc",
            code="duplicate_code",
        )
    return bool(problems)


def _known_fields(details: dict[str, Any]) -> None:
    if unknown := set(details) - EDITABLE:
        raise TypeError(f"not fields of an organisation: {sorted(unknown)}")


def _person(person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    return person


def _place(code: str) -> Community | None:
    if not code:
        return None
    place = Community.objects.select_related("street").filter(code=code).first()
    if place is None:
        raise Refused(_("没有这个社区代码：%(code)s。") % {"code": code}, field="community")
    return place


def _body_for(
    body_id: int | None, name: str, short_name: str, community_code: str, org_type: str, now: datetime
) -> Body:
    if body_id is not None:
        body = Body.objects.filter(pk=body_id).first()
        if body is None:
            raise NotFound()
        return body
    kind = (
        BodyKind.RESIDENTS_COMMITTEE
        if org_type == OrgType.RESIDENTS_COMMITTEE
        else BodyKind.SOCIAL_ORGANISATION
    )
    place = _place(community_code)
    return create_body(kind=kind, name=name, short_name=short_name, community=place, by=SYSTEM, now=now)


@button
def found_organisation(
    *,
    organisation_id: int,
    founded_on: date,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Register an organisation that was in preparation."""
    with changing(
        SocialOrganisation, organisation_id, by=by, now=now, key=key, version=version, document=document
    ) as entry:
        entry.founded_on = founded_on
        entry.found(by=by)
    return entry


@button
def edit_organisation(
    *,
    organisation_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    key: UUID | None = None,
    version: int | None = None,
    **details: Any,
) -> SocialOrganisation:
    """Change fields of an entry that are no registered change (EDITABLE)."""
    _known_fields(details)
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        verb="edit",
        permission="registry.edit",
    ) as entry:
        for name, value in details.items():
            setattr(entry, name, value)
        entry.note(fields=sorted(details))
    return entry


@button
def register_group(
    *,
    name: str,
    filing_no: str,
    host_id: int,
    community_code: str,
    by: Actor,
    now: datetime,
    short_name: str = "",
    leader_id: int | None = None,
    category: str = "",
    filed_on: date | None = None,
    member_count: int = 0,
    key: UUID | None = None,
    version: int | None = None,
) -> CommunityGroup:
    """Record a community group with the body that stands behind it, signs for it and receives its money."""
    number = _free_filing_number(filing_no)
    place = _place(community_code)
    if place is None:
        raise Refused(_("请选择备案社区。"), field="community")
    host = admit_host(host_id)
    body = create_body(
        kind=BodyKind.COMMUNITY_GROUP, name=name, short_name=short_name, community=place, by=SYSTEM, now=now
    )
    group = CommunityGroup(
        body=body,
        filing_no=number,
        host=host,
        community=place,
        leader=_person(leader_id),
        category=category,
        filed_on=filed_on,
        member_count=member_count,
    )
    return creating(
        group, by=by, now=now, permission="registry.register_group", verb="register", fact=GroupRegistered
    )


def _free_filing_number(text: str) -> str:
    number = text.strip()
    if not number:
        raise Refused(_("请填写备案编号。"), field="filing_no")
    if CommunityGroup.objects.filter(filing_no=number).exists():
        raise Refused(_("该备案编号已登记。"), field="filing_no", code="duplicate_filing")
    return number


def admit_host(host_id: int) -> Body:
    """Return a body that can stand behind a group: one with legal personality that still exists."""
    host = Body.objects.filter(pk=host_id).first()
    if host is None:
        raise NotFound()
    if host.kind not in HOSTS:
        raise Refused(_("代管单位应为社区居委会、街道或已登记的社会组织。"), field="host", code="no_host")
    entry = SocialOrganisation.objects.filter(body=host).first()
    if host.kind == BodyKind.SOCIAL_ORGANISATION and (entry is None or entry.state != S.ACTIVE):
        raise Refused(_("代管单位已不在正常登记状态。"), field="host", code="no_host")
    return host
