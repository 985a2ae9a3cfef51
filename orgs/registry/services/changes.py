"""Registered changes with their history: name, legal representative, host, and the end of an entry."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import policy
from core.errors import NotFound, Refused
from core.lifecycle import button, changing, publish
from core.policy import SYSTEM, Actor
from orgs.people.models import Person
from orgs.people.selectors import person_by_identity
from orgs.people.services import edit_body, register_person
from orgs.registry.events import HostChanged, LegalRepresentativeChanged
from orgs.registry.models import Change, ChangeKind, CommunityGroup, SocialOrganisation
from orgs.registry.services.organisations import admit_host


@button
def rename_organisation(
    *,
    organisation_id: int,
    name: str,
    effective_on: date,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Carry out a change of name; earlier documents keep the old one, the account is verified anew."""
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        document=document,
        verb="rename",
        permission="registry.rename",
    ) as entry:
        before, after = entry.body.name, name.strip()
        if not after or after == before:
            raise Refused(_("请填写新的名称。"), field="name")
        _keep(entry.body_id, ChangeKind.NAME, before, after, effective_on, document, now)
        edit_body(body_id=entry.body_id, name=after, by=SYSTEM, now=now, document=document)
    entry.body.refresh_from_db()
    return entry


def _keep(
    body_id: int, kind: str, before: str, after: str, effective_on: date, document: str, now: datetime
) -> None:
    Change.objects.create(
        body_id=body_id,
        kind=kind,
        before=before,
        after=after,
        effective_on=effective_on,
        document=document,
        recorded_at=now,
    )


@button
def change_legal_representative(
    *,
    organisation_id: int,
    person_id: int,
    effective_on: date,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Record who signs for the organisation from a day on; the history names people by id."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        document=document,
        verb="change_legal_representative",
        permission="registry.rename",
    ) as entry:
        before = f"person:{entry.legal_representative_id}" if entry.legal_representative_id else ""
        if entry.legal_representative_id == person.pk:
            raise Refused(_("此人已是法定代表人。"), field="legal_representative")
        entry.legal_representative = person
        kind = ChangeKind.LEGAL_REPRESENTATIVE
        _keep(entry.body_id, kind, before, f"person:{person.pk}", effective_on, document, now)
    publish(LegalRepresentativeChanged.of(entry), by=by, now=now, about=entry)
    return entry


@button
def appoint_legal_representative(
    *,
    organisation_id: int,
    name: str,
    id_number: str,
    effective_on: date,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Record who signs from a day on, found by identity number or registered as a new person.

    An identity number that is known under another name is refused: one of the two was written wrongly.
    """
    person = person_by_identity(id_number)
    if person is None:
        policy.require(by, "registry.rename")
        person = register_person(name=name, id_number=id_number, by=SYSTEM, now=now)
    elif person.name != name.strip():
        raise Refused(_("该身份证号登记的姓名与填写的不一致，请核对。"), field="name", code="other_name")
    return change_legal_representative(
        organisation_id=organisation_id,
        person_id=person.pk,
        effective_on=effective_on,
        document=document,
        by=by,
        now=now,
        version=version,
    )


@button
def change_host(
    *,
    group_id: int,
    host_id: int,
    effective_on: date,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> CommunityGroup:
    """Put another body behind a hosted group."""
    host = admit_host(host_id)
    with changing(
        CommunityGroup,
        group_id,
        by=by,
        now=now,
        key=key,
        version=version,
        document=document,
        verb="change_host",
        permission="registry.change_host",
    ) as group:
        if group.host_id == host.pk:
            raise Refused(_("该单位已是代管单位。"), field="host")
        before, group.host = group.host_id, host
        _keep(
            group.body_id, ChangeKind.HOST, f"body:{before}", f"body:{host.pk}", effective_on, document, now
        )
    publish(HostChanged.of(group), by=by, now=now, about=group)
    return group


@button
def deregister_organisation(
    *,
    organisation_id: int,
    reason: str,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Strike an organisation off at its own wish; OrganisationDeregistered tells the rooms with open work."""
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        document=document,
    ) as entry:
        entry.deregister(by=by)
    return entry


@button
def annul_organisation(
    *,
    organisation_id: int,
    reason: str,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Annul a registration (撤销登记) that should not have been given."""
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        document=document,
    ) as entry:
        entry.annul(by=by)
    return entry


@button
def revoke_organisation(
    *,
    organisation_id: int,
    reason: str,
    document: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> SocialOrganisation:
    """Revoke the certificate (吊销证书) as a penalty."""
    with changing(
        SocialOrganisation,
        organisation_id,
        by=by,
        now=now,
        key=key,
        version=version,
        reason=reason,
        document=document,
    ) as entry:
        entry.revoke(by=by)
    return entry


@button
def dissolve_group(
    *,
    group_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    document: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> CommunityGroup:
    """End a recorded group."""
    with changing(
        CommunityGroup, group_id, by=by, now=now, key=key, version=version, reason=reason, document=document
    ) as group:
        group.dissolve(by=by)
    return group
