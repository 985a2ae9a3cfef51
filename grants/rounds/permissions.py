"""Who may do what with a round."""

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Role, Seat, allow, predicate
from grants.rounds.lifecycle import R
from grants.rounds.models import Round


@predicate
def is_within_round(seat: Seat, round_: Round) -> bool:
    """The grant is for this round, or for no round in particular."""
    return not seat.grant.round_code or seat.grant.round_code == round_.code


@predicate
def is_public(seat: Seat, round_: Round) -> bool:
    """The round was published at some time."""
    return round_.state not in (R.DRAFTING, R.CANCELLED)


STAFF = [
    *BUREAU_ROLES,
    Role.SUPERVISOR,
    Role.FINANCE_CLERK,
    Role.FINANCE_APPROVER,
    Role.CASHIER,
    Role.AUDITOR,
]

PERMISSIONS = {
    "rounds.view": allow(*STAFF)
    | allow(Role.OPERATOR, Role.EVALUATOR, when=is_within_round)
    | allow(
        *APPLICANT_ROLES, Role.EXPERT, Role.STREET_OFFICER, Role.COMMUNITY_WORKER, Role.COACH, when=is_public
    ),
    "rounds.list": allow(*STAFF, Role.OPERATOR, Role.EVALUATOR),
    "rounds.view_staffing": allow(*BUREAU_ROLES, Role.SUPERVISOR),
    "rounds.create": allow(Role.CLERK),
    "rounds.edit": allow(Role.CLERK),
    "rounds.publish": allow(Role.LEADER),
    "rounds.extend": allow(Role.SECTION_CHIEF),
    "rounds.start_selection": allow(Role.SECTION_CHIEF),
    "rounds.start_execution": allow(Role.SECTION_CHIEF),
    "rounds.close": allow(Role.SECTION_CHIEF),
    "rounds.archive": allow(Role.CLERK),
    "rounds.cancel": allow(Role.LEADER),
}
