"""Who may see people and bodies, and who may give and take roles; nobody grants anything to oneself."""

from __future__ import annotations

from typing import Any

from core.policy import (
    ADMINISTRATORS,
    APPLICANT_ROLES,
    BUREAU_ROLES,
    STAFF_ROLES,
    SYSTEM_ONLY,
    Role,
    Seat,
    allow,
    predicate,
)
from orgs.people.models import Membership


def _people_of(obj: Any) -> set[int]:
    """Return the user ids whom an object is about."""
    names = ("user_id", "to_user_id", "delegate_id")
    found = {getattr(obj, name, None) for name in names}
    if obj._meta.model_name == "person" and hasattr(obj, "user"):
        found.add(obj.user.pk)
    return {one for one in found if one is not None}


@predicate
def is_about_oneself(seat: Seat, obj: Any) -> bool:
    """The person who acts is the one whom the object is about."""
    if obj._meta.model_name == "person" and seat.actor.person_id == obj.pk:
        return True
    if getattr(obj, "person_id", None) is not None and seat.actor.person_id == obj.person_id:
        return True
    return seat.actor.user_id is not None and seat.actor.user_id in _people_of(obj)


@predicate
def asked_for_it(seat: Seat, obj: Any) -> bool:
    """The person who acts is the one who asked."""
    asked = getattr(obj, "requested_by_id", None) or getattr(obj, "invited_by_id", None)
    return asked is not None and asked == seat.actor.user_id


@predicate
def is_own_body(seat: Seat, obj: Any) -> bool:
    """The object is the body of the very grant in use, or belongs to it."""
    body = obj.pk if obj._meta.model_name == "body" else getattr(obj, "body_id", None)
    return body is not None and body == seat.grant.body_id


@predicate
def shares_a_body(seat: Seat, obj: Any) -> bool:
    """The person whom the object is about holds a role in the body of the grant in use."""
    house = seat.grant.body_id
    return house is not None and Membership.objects.filter(user__person_id=obj.pk, body_id=house).exists()


@predicate
def is_applicant_role(seat: Seat, obj: Any) -> bool:
    """The role at stake is one of an applicant's own house."""
    return obj.role in APPLICANT_ROLES


@predicate
def is_first_admin(seat: Seat, obj: Any) -> bool:
    """The role at stake is the responsible person of an applicant."""
    return obj.role == Role.APPLICANT_ADMIN


@predicate
def is_in_own_street(seat: Seat, obj: Any) -> bool:
    """The body lies in the area of the grant in use."""
    body = obj if obj._meta.model_name == "body" else obj.body
    street = body.street.code if body.street_id else ""
    return bool(seat.grant.area_code) and street.startswith(seat.grant.area_code)


@predicate
def is_own_membership(seat: Seat, obj: Any) -> bool:
    """The membership at stake is the one under which the person acts, and not a borrowed one."""
    membership = obj if obj._meta.model_name == "membership" else obj.membership
    return membership.user_id == seat.actor.user_id and seat.grant.delegation_id is None


@predicate
def bears_the_link(seat: Seat, obj: Any) -> bool:
    """Whoever acts came by the one-time link of this very invitation, or is signed in with it in hand."""
    return seat.actor.kind == "link" and seat.grant.label == f"invitation:{obj.public_id}"


is_member_of_own_house = is_own_body & is_applicant_role

# The leader is not among them: who the experts are is not known to those who decide before the panel ends.
WATCHERS = (*sorted(ADMINISTRATORS), Role.SECTION_CHIEF)
INVITERS = (*WATCHERS, Role.LEADER, Role.CLERK, Role.STREET_OFFICER, Role.OPERATOR, Role.APPLICANT_ADMIN)

PERMISSIONS = {
    # pages of accounts, bodies and roles; which rows their lists show is for the selectors
    "people.view_account": allow(*WATCHERS),
    "people.list_bodies": allow(*STAFF_ROLES),
    "people.view_body": allow(*STAFF_ROLES) | allow(Role.APPLICANT_ADMIN, when=is_own_body),
    "people.list_roles": allow(*WATCHERS, Role.LEADER, Role.OPERATOR, Role.APPLICANT_ADMIN),
    "people.view_role": allow(*WATCHERS)
    | allow(Role.OPERATOR, Role.APPLICANT_ADMIN, when=is_own_body)
    | allow(*Role, when=is_about_oneself | asked_for_it),
    "people.list_invitations": allow(*INVITERS),
    "people.view_invitation": allow(*WATCHERS)
    | allow(*Role, when=asked_for_it)
    | allow(Role.APPLICANT_ADMIN, when=is_own_body),
    "people.list_handovers": allow(*WATCHERS, Role.LEADER, Role.APPLICANT_ADMIN),
    "people.view_handover": allow(*WATCHERS)
    | allow(Role.APPLICANT_ADMIN, when=is_own_body)
    | allow(*Role, when=is_about_oneself | asked_for_it),
    "people.view_interests": allow(*BUREAU_ROLES, Role.SUPERVISOR),
    "people.offer_handover": allow(Role.SYSTEM_ADMIN, Role.SECTION_CHIEF, Role.LEADER, Role.APPLICANT_ADMIN),
    # people
    "people.view": allow(*STAFF_ROLES)
    | allow(*(set(Role) - STAFF_ROLES), when=is_about_oneself)
    | allow(Role.APPLICANT_ADMIN, when=shares_a_body),
    "people.register": allow(
        *BUREAU_ROLES, Role.SYSTEM_ADMIN, Role.STREET_OFFICER, Role.OPERATOR, Role.APPLICANT_ADMIN
    )
    | SYSTEM_ONLY,
    "people.edit_contact": allow(*Role, when=is_about_oneself) | allow(Role.SYSTEM_ADMIN) | SYSTEM_ONLY,
    "people.disable_account": allow(Role.SECURITY_ADMIN, when=~is_about_oneself) | SYSTEM_ONLY,
    "people.enable_account": allow(Role.SECURITY_ADMIN, when=~is_about_oneself),
    "people.change_password": allow(*Role, when=is_about_oneself) | SYSTEM_ONLY,
    "people.enrol_second_factor": SYSTEM_ONLY,
    "people.sign_out_everywhere": allow(*Role, when=is_about_oneself)
    | allow(Role.SECURITY_ADMIN)
    | SYSTEM_ONLY,
    "people.create_body": allow(Role.CLERK, Role.SYSTEM_ADMIN, Role.STREET_OFFICER) | SYSTEM_ONLY,
    "people.edit_body": allow(Role.CLERK, Role.SYSTEM_ADMIN) | SYSTEM_ONLY,
    # roles
    "people.request_role": allow(Role.SYSTEM_ADMIN, Role.SECTION_CHIEF, Role.LEADER, when=~is_about_oneself)
    | allow(Role.OPERATOR, when=is_own_body & ~is_about_oneself),
    "people.approve_role": allow(Role.SECURITY_ADMIN, when=~is_about_oneself & ~asked_for_it),
    "people.install_role": SYSTEM_ONLY,
    "people.end_role": allow(Role.SECURITY_ADMIN)
    | allow(Role.APPLICANT_ADMIN, when=is_member_of_own_house)
    | SYSTEM_ONLY,
    # invitations
    "people.ask_invitation": allow(Role.SYSTEM_ADMIN, Role.SECTION_CHIEF, Role.LEADER)
    | allow(Role.OPERATOR, when=is_own_body),
    "people.send_invitation": allow(Role.SECURITY_ADMIN, when=~asked_for_it)
    | allow(Role.APPLICANT_ADMIN, when=is_member_of_own_house)
    | allow(Role.CLERK, when=is_first_admin)
    | allow(Role.STREET_OFFICER, when=is_first_admin & is_in_own_street),
    "people.accept_invitation": allow(*Role, when=bears_the_link),
    "people.revoke_invitation": allow(Role.SECURITY_ADMIN)
    | allow(*Role, when=asked_for_it)
    | allow(Role.APPLICANT_ADMIN, when=is_member_of_own_house),
    # stand-ins and hand-over
    "people.delegate": allow(*(STAFF_ROLES - ADMINISTRATORS), when=is_own_membership),
    "people.shorten_delegation": SYSTEM_ONLY,
    "people.request_handover": allow(
        Role.SYSTEM_ADMIN, Role.SECTION_CHIEF, Role.LEADER, when=~is_about_oneself
    )
    | allow(Role.APPLICANT_ADMIN, when=is_own_body),
    "people.approve_handover": allow(Role.SECURITY_ADMIN, when=~is_about_oneself & ~asked_for_it)
    | allow(Role.APPLICANT_ADMIN, when=is_own_body & asked_for_it),
    # interests
    "people.declare_interest": allow(*Role, when=is_about_oneself)
    | allow(Role.SUPERVISOR, Role.CLERK)
    | SYSTEM_ONLY,
}
