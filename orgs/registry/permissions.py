"""Who may see and change the register."""

from __future__ import annotations

from typing import Any

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, SYSTEM_ONLY, Role, Seat, allow, predicate
from orgs.areas.rules import covers
from orgs.people.models import Body


def _body_id(obj: Any) -> int | None:
    """Return the id of the body that an object of the register belongs to."""
    if isinstance(obj, Body):
        return obj.pk
    if getattr(obj, "organisation_id", None) is not None:
        return obj.organisation.body_id
    return getattr(obj, "body_id", None)


@predicate
def is_own_house(seat: Seat, obj: Any) -> bool:
    """The entry is that of the body in which the person acts."""
    body_id = _body_id(obj)
    return body_id is not None and body_id == seat.grant.body_id


@predicate
def is_host(seat: Seat, obj: Any) -> bool:
    """The body in which the person acts stands behind the group."""
    return getattr(obj, "host_id", None) is not None and obj.host_id == seat.grant.body_id


@predicate
def is_in_own_area(seat: Seat, obj: Any) -> bool:
    """The entry lies in the area of the grant in use."""
    if getattr(obj, "community_id", None) is not None:
        return covers(seat.grant.area_code, obj.community.code)
    body = obj if isinstance(obj, Body) else getattr(obj, "body", None)
    if body is None and getattr(obj, "organisation_id", None) is not None:
        body = obj.organisation.body
    if body is None:
        return False
    if body.community is not None:
        return covers(seat.grant.area_code, body.community.code)
    return body.street is not None and covers(seat.grant.area_code, body.street.code)


@predicate
def added_it(seat: Seat, obj: Any) -> bool:
    """The person who acts is the one who wrote the account down."""
    return obj.added_by_id is not None and obj.added_by_id == seat.actor.user_id


OFFICERS = (
    *sorted(BUREAU_ROLES),
    Role.OPERATOR,
    Role.SUPERVISOR,
    Role.FINANCE_CLERK,
    Role.FINANCE_APPROVER,
    Role.CASHIER,
    Role.AUDITOR,
    Role.EVALUATOR,
)

FINANCE = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)

PERMISSIONS = {
    "registry.view": allow(*OFFICERS)
    | allow(Role.STREET_OFFICER, Role.COMMUNITY_WORKER, when=is_in_own_area)
    | allow(*APPLICANT_ROLES, Role.COMMUNITY_WORKER, when=is_own_house | is_host),
    # lists and pages without an object: which rows they show is for selectors.visible_to
    "registry.list": allow(*OFFICERS, Role.STREET_OFFICER, Role.COMMUNITY_WORKER),
    "registry.list_accounts": allow(*FINANCE),
    "registry.read_number": allow(*FINANCE),
    "registry.own_house": allow(*APPLICANT_ROLES),
    "registry.offer_group": allow(Role.CLERK, Role.STREET_OFFICER),
    # organisations
    "registry.register": allow(Role.CLERK) | SYSTEM_ONLY,
    "registry.override_code": allow(*BUREAU_ROLES),
    "registry.edit": allow(Role.CLERK) | SYSTEM_ONLY,
    "registry.import": allow(Role.CLERK),
    "registry.rename": allow(Role.CLERK, Role.SECTION_CHIEF),
    "registry.deregister": allow(Role.CLERK, Role.SECTION_CHIEF),
    "registry.revoke": allow(Role.SECTION_CHIEF, Role.LEADER),
    # groups
    "registry.register_group": allow(Role.CLERK)
    | allow(Role.STREET_OFFICER, when=is_in_own_area)
    | SYSTEM_ONLY,
    "registry.change_host": allow(Role.CLERK) | allow(Role.STREET_OFFICER, when=is_in_own_area),
    "registry.dissolve_group": allow(Role.CLERK) | allow(Role.STREET_OFFICER, when=is_in_own_area),
    # papers
    "registry.record_inspection": allow(Role.CLERK) | SYSTEM_ONLY,
    "registry.record_grade": allow(Role.CLERK) | SYSTEM_ONLY,
    "registry.list_credit": allow(Role.CLERK) | SYSTEM_ONLY,
    "registry.lift_credit": allow(Role.CLERK, Role.SECTION_CHIEF),
    # bank accounts
    "registry.add_account": allow(Role.APPLICANT_ADMIN, Role.COMMUNITY_WORKER, when=is_own_house)
    | SYSTEM_ONLY,
    "registry.verify_account": allow(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, when=~added_it),
    "registry.reopen_account": SYSTEM_ONLY,
    "registry.close_account": allow(Role.APPLICANT_ADMIN, Role.COMMUNITY_WORKER, when=is_own_house)
    | allow(Role.FINANCE_APPROVER)
    | SYSTEM_ONLY,
}
