"""One function per button about a funded project, by who presses it."""

from grants.projects.services.changes import (
    approve_change,
    move_budget,
    refuse_change,
    request_change,
    request_extension,
)
from grants.projects.services.ending import (
    archive_project,
    close_project,
    resume_project,
    revoke_project,
    settle_project,
    suspend_project,
    terminate_project,
)
from grants.projects.services.execution import record_activity, record_expense, void_expense
from grants.projects.services.holding import hold_project
from grants.projects.services.opening import open_project
from grants.projects.services.reporting import record_verdict, save_report, submit_report
from grants.projects.services.signing import accept_agreement, lapse_project, mark_lapsed, sign_project

__all__ = [
    "accept_agreement",
    "approve_change",
    "archive_project",
    "close_project",
    "hold_project",
    "lapse_project",
    "mark_lapsed",
    "move_budget",
    "open_project",
    "record_activity",
    "record_expense",
    "record_verdict",
    "refuse_change",
    "request_change",
    "request_extension",
    "resume_project",
    "revoke_project",
    "save_report",
    "settle_project",
    "sign_project",
    "submit_report",
    "suspend_project",
    "terminate_project",
    "void_expense",
]
