"""Who may do what with money. Made, approved and paid by different people; the database says so too."""

from typing import Any

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, SYSTEM_ONLY, Role, Seat, allow, did_on, predicate
from grants.projects.models import Project


def project_of(obj: Any) -> Project | None:
    """Return the project an object is or belongs to; None for a batch, which has many."""
    return obj if isinstance(obj, Project) else getattr(obj, "project", None)


@predicate
def is_own(seat: Seat, obj: Any) -> bool:
    """The grant is held in the applicant, or in the host that is paid for it."""
    project = project_of(obj)
    body = seat.grant.body_id
    return project is not None and body is not None and body in (project.applicant_id, project.payee_id)


@predicate
def is_payee(seat: Seat, obj: Any) -> bool:
    """The grant is held in the body that is paid."""
    project = project_of(obj)
    return project is not None and seat.grant.body_id is not None and seat.grant.body_id == project.payee_id


@predicate
def is_of_round(seat: Seat, obj: Any) -> bool:
    """The grant covers the round."""
    round_ = getattr(obj, "round", None) or obj.project.round
    return not seat.grant.round_code or seat.grant.round_code == round_.code


@predicate
def did_not_make(seat: Seat, obj: Any) -> bool:
    """Whoever drew up an order does not approve it."""
    return bool(obj.made_by_id != seat.actor.user_id)


@predicate
def did_not_approve(seat: Seat, obj: Any) -> bool:
    """Whoever approved an order does not pay it, nor its maker where three people are asked for."""
    hands = {obj.approved_by_id, obj.made_by_id} if obj.three_people else {obj.approved_by_id}
    return seat.actor.user_id not in hands


@predicate
def is_batch(seat: Seat, obj: Any) -> bool:
    """The object is a batch; who accepted a milestone is asked of each order in it."""
    return project_of(obj) is None


# A residents' committee that hosts a group is paid through its community worker.
PAYEES = (Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER)
FINANCE = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)
accepted_the_milestone = did_on("project", "sign", "settle")

STAFF = (*BUREAU_ROLES, *FINANCE, Role.SUPERVISOR, Role.AUDITOR)

PERMISSIONS = {
    # The lists: their rows are narrowed to what payments.view admits.
    "payments.list": allow(*APPLICANT_ROLES, Role.COMMUNITY_WORKER, *STAFF),
    "payments.list_batches": allow(*STAFF),
    "payments.view_ledger": allow(*STAFF),
    "payments.view": allow(*APPLICANT_ROLES, when=is_own)
    | allow(Role.COMMUNITY_WORKER, when=is_payee)
    | allow(*BUREAU_ROLES, *FINANCE, Role.SUPERVISOR)
    | allow(Role.AUDITOR, when=is_of_round),
    "payments.open_plan": SYSTEM_ONLY,
    "payments.book": SYSTEM_ONLY,
    "payments.stop": SYSTEM_ONLY,
    "payments.meet_condition": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "payments.hold": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "payments.release": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "payments.cancel": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "payments.file_invoice": allow(*PAYEES, when=is_payee),
    "payments.make": allow(Role.FINANCE_CLERK),
    "payments.approve": allow(
        Role.FINANCE_APPROVER, Role.LEADER, when=did_not_make & (is_batch | ~accepted_the_milestone)
    ),
    "payments.execute": allow(Role.CASHIER, when=did_not_approve),
    "payments.settle": allow(Role.CASHIER, when=did_not_approve),
    "payments.pay": SYSTEM_ONLY,
    "payments.reopen": SYSTEM_ONLY,
    "payments.bank_file": allow(Role.CASHIER),
    "payments.void": SYSTEM_ONLY | allow(Role.FINANCE_CLERK, Role.FINANCE_APPROVER),
    "payments.demand": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "payments.remind": allow(Role.CLERK),
    "payments.refer": allow(Role.LEADER),
    "payments.receive": allow(Role.CASHIER, Role.FINANCE_CLERK),
    "payments.withdraw": allow(Role.LEADER),
}
