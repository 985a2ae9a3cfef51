"""One function per button about audit, settlement and archive."""

from grants.audits.services.archiving import archive_project, request_archive
from grants.audits.services.auditing import (
    check_page,
    close_replies,
    conclude_audit,
    decide_finding,
    engage_auditor,
    issue_findings,
    raise_finding,
    reply_finding,
    start_fieldwork,
)
from grants.audits.services.settling import settle_page

__all__ = [
    "archive_project",
    "check_page",
    "close_replies",
    "conclude_audit",
    "decide_finding",
    "engage_auditor",
    "issue_findings",
    "raise_finding",
    "reply_finding",
    "request_archive",
    "settle_page",
    "start_fieldwork",
]
