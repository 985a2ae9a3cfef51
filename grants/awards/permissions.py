"""Who decides and awards: clerk, section chief and leader are three people on one list."""

from __future__ import annotations

from typing import Any

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, SYSTEM_ONLY, Role, Seat, allow, did, did_on, predicate
from grants.awards.models import Award


@predicate
def is_award(seat: Seat, obj: Any) -> bool:
    """The object is an award, no list that still has to be decided."""
    return isinstance(obj, Award)


@predicate
def is_own(seat: Seat, obj: Any) -> bool:
    """The award is that of the grant's body."""
    return seat.grant.body_id is not None and seat.grant.body_id in obj.parties()


@predicate
def is_of_place(seat: Seat, obj: Any) -> bool:
    """The project happens in the area of the grant."""
    place = obj.proposal.community
    return bool(seat.grant.area_code) and place is not None and place.code.startswith(seat.grant.area_code)


@predicate
def is_of_round(seat: Seat, obj: Any) -> bool:
    """The grant covers the round."""
    return not seat.grant.round_code or seat.grant.round_code == obj.round.code


FINANCE = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)

PERMISSIONS = {
    "awards.view": allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR)
    | allow(*FINANCE, when=is_award)
    | allow(Role.OPERATOR, Role.EVALUATOR, when=is_award & is_of_round)
    | allow(Role.STREET_OFFICER, Role.COMMUNITY_WORKER, when=is_award & is_of_place)
    | allow(*APPLICANT_ROLES, when=is_award & is_own),
    "awards.list": allow(
        *BUREAU_ROLES,
        Role.SUPERVISOR,
        Role.AUDITOR,
        *FINANCE,
        Role.OPERATOR,
        Role.EVALUATOR,
        Role.STREET_OFFICER,
        Role.COMMUNITY_WORKER,
        *APPLICANT_ROLES,
    ),
    "awards.list_decisions": allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR),
    "awards.draft": allow(Role.CLERK),
    "awards.amend": allow(Role.CLERK),
    "awards.table": allow(Role.SECTION_CHIEF, when=~did("draft", "recommend", "amend")),
    "awards.resolve": allow(Role.LEADER, when=~did("draft", "recommend", "amend", "table")),
    "awards.allot": allow(Role.LEADER),
    "awards.release": SYSTEM_ONLY,
    "awards.award": allow(Role.LEADER, when=~did_on("notice", "draft", "edit")),
    "awards.lapse": allow(Role.SECTION_CHIEF),
}
