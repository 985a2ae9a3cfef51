"""Who may do what in an audit, a settlement and the archive."""

from typing import Any

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Role, Seat, allow, predicate
from grants.audits.models import Engagement
from grants.projects.models import Project


def engagement_of(obj: Any) -> Engagement | None:
    """Return the engagement an object belongs to; None for a settlement or an archive."""
    if isinstance(obj, Engagement):
        return obj
    return (
        obj.engagement
        if hasattr(obj, "engagement")
        else getattr(getattr(obj, "page", None), "engagement", None)
    )


@predicate
def is_of_firm(seat: Seat, obj: Any) -> bool:
    """The grant is held in the firm that was engaged."""
    engagement = engagement_of(obj)
    return (
        engagement is not None and seat.grant.body_id is not None and seat.grant.body_id == engagement.firm_id
    )


@predicate
def is_own(seat: Seat, obj: Any) -> bool:
    """The grant is held in the applicant, or in the host that is paid for it."""
    project = obj if isinstance(obj, Project) else getattr(obj, "project", None)
    body = seat.grant.body_id
    return project is not None and body is not None and body in (project.applicant_id, project.payee_id)


@predicate
def is_disclosed(seat: Seat, obj: Any) -> bool:
    """The firm has issued its findings; before that they are its own business."""
    engagement = engagement_of(obj)
    return engagement is None or engagement.state not in ("engaged", "fieldwork")


PAYEES = (Role.APPLICANT_ADMIN, Role.APPLICANT_FINANCE, Role.COMMUNITY_WORKER)
FINANCE = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER)

PERMISSIONS = {
    "audits.view": allow(*BUREAU_ROLES, *FINANCE, Role.SUPERVISOR)
    | allow(Role.AUDITOR, when=is_of_firm)
    | allow(*APPLICANT_ROLES, Role.COMMUNITY_WORKER, when=is_own & is_disclosed),
    "audits.list": allow(*BUREAU_ROLES, *FINANCE, Role.SUPERVISOR, Role.AUDITOR),
    "audits.list_pages": allow(
        *BUREAU_ROLES, *FINANCE, *APPLICANT_ROLES, Role.SUPERVISOR, Role.AUDITOR, Role.COMMUNITY_WORKER
    ),
    "audits.engage": allow(Role.SECTION_CHIEF),
    "audits.audit": allow(Role.AUDITOR, when=is_of_firm),
    "audits.reply": allow(*PAYEES, when=is_own & is_disclosed),
    "audits.decide": allow(Role.AUDITOR, when=is_of_firm),
    "audits.settle": allow(Role.SECTION_CHIEF),
    "audits.archive": allow(Role.CLERK),
    "audits.read_archive": allow(*BUREAU_ROLES, Role.SUPERVISOR),
}
