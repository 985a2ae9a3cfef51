"""Who may do what with a funded project and its papers."""

from typing import Any

from rules.predicates import Predicate

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, SYSTEM_ONLY, Role, Row, Seat, allow, predicate
from grants.projects.lifecycle import J
from grants.projects.models import Project


def project_of(obj: Any) -> Project:
    """Return the project that an object is, or belongs to."""
    return obj if isinstance(obj, Project) else obj.project


@predicate
def is_own(seat: Seat, obj: Any) -> bool:
    """The grant is held in the applicant, or in the host that signs and is paid for it."""
    project = project_of(obj)
    return seat.grant.body_id is not None and seat.grant.body_id in (project.applicant_id, project.payee_id)


@predicate
def is_payee(seat: Seat, obj: Any) -> bool:
    """The grant is held in the body that signs and is paid."""
    return seat.grant.body_id is not None and seat.grant.body_id == project_of(obj).payee_id


@predicate
def is_of_round(seat: Seat, obj: Any) -> bool:
    """The grant covers the round of the project."""
    return not seat.grant.round_code or seat.grant.round_code == project_of(obj).round.code


@predicate
def is_of_place(seat: Seat, obj: Any) -> bool:
    """The place of the project lies in the area of the grant."""
    community = project_of(obj).award.proposal.community
    return bool(seat.grant.area_code and community and community.code.startswith(seat.grant.area_code))


@predicate
def did_not_accept(seat: Seat, obj: Any) -> bool:
    """Whoever signed for the grantee does not sign for the bureau."""
    project = project_of(obj)
    return seat.actor.user_id is None or project.agreement.accepted_by_id != seat.actor.user_id


@predicate
def was_told_to_rectify(seat: Seat, obj: Any) -> bool:
    """The mid-term was failed, so that there is something to put right."""
    return bool(project_of(obj).rectify_what or project_of(obj).midterm_failures)


@predicate
def ended_well(seat: Seat, obj: Any) -> bool:
    """The project was closed and not stopped: only then is there a certificate."""
    project = project_of(obj)
    return project.state in (J.CLOSED, J.ARCHIVED) and not project.was_stopped


@predicate
def always(seat: Seat, obj: Any) -> bool:
    """No further condition."""
    return True


FINANCE = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)
WRITERS = (Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR)
BOOKKEEPERS = (Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE)

OF_ROUND = (Role.OPERATOR, Role.EVALUATOR, Role.AUDITOR)
OF_PLACE = (Role.STREET_OFFICER, Role.COMMUNITY_WORKER)


def viewers(when: Predicate = always) -> Row:
    """Admit everybody who may see a project, if something more holds."""
    return (
        allow(*APPLICANT_ROLES, when=is_own & when)
        | allow(*BUREAU_ROLES, *FINANCE, Role.SUPERVISOR, when=when)
        | allow(*OF_ROUND, when=is_of_round & when)
        | allow(Role.STREET_OFFICER, when=is_of_place & when)
        | allow(Role.COMMUNITY_WORKER, when=(is_of_place | is_payee) & when)
    )


PERMISSIONS = {
    "projects.view": viewers(),
    "projects.list": allow(*APPLICANT_ROLES, *BUREAU_ROLES, *FINANCE, *OF_ROUND, *OF_PLACE, Role.SUPERVISOR),
    "projects.read_rectification": viewers(was_told_to_rectify),
    "projects.read_certificate": viewers(ended_well),
    "projects.open": SYSTEM_ONLY,
    "projects.prepare_agreement": SYSTEM_ONLY,
    "projects.accept_agreement": allow(Role.APPLICANT_ADMIN, Role.COMMUNITY_WORKER, when=is_payee),
    "projects.countersign": allow(Role.SECTION_CHIEF, Role.LEADER, when=did_not_accept),
    "projects.sign": allow(Role.SECTION_CHIEF, Role.LEADER, when=did_not_accept),
    "projects.lapse": SYSTEM_ONLY | allow(Role.SECTION_CHIEF),
    "projects.record_activity": allow(*WRITERS, when=is_own),
    "projects.record_expense": allow(*BOOKKEEPERS, when=is_own) | allow(Role.COMMUNITY_WORKER, when=is_payee),
    "projects.void_expense": allow(*BOOKKEEPERS, when=is_own) | allow(Role.COMMUNITY_WORKER, when=is_payee),
    "projects.request_change": allow(Role.APPLICANT_ADMIN, when=is_own),
    "projects.decide_change": allow(Role.SECTION_CHIEF),
    "projects.write_report": allow(*WRITERS, when=is_own),
    "projects.submit_report": allow(Role.APPLICANT_ADMIN, when=is_own),
    "projects.record_verdict": SYSTEM_ONLY,
    "projects.suspend": allow(Role.SECTION_CHIEF),
    "projects.resume": allow(Role.SECTION_CHIEF),
    "projects.terminate": allow(Role.LEADER),
    "projects.revoke": allow(Role.LEADER),
    "projects.settle": allow(Role.SECTION_CHIEF),
    "projects.close": SYSTEM_ONLY,
    "projects.archive": allow(Role.CLERK),
}
