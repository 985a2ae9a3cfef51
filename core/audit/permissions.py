"""Who reads the log: it is for those who watch, never for those who act."""

from core.policy import Role, allow

READERS = (Role.AUDIT_ADMIN, Role.AUDITOR, Role.SUPERVISOR)

PERMISSIONS = {
    "log.view": allow(*READERS),
    "log.verify": allow(*READERS),
    # Reasons and remarks of the business are for its own watchers, not for an administrator.
    "log.read_reasons": allow(Role.AUDITOR, Role.SUPERVISOR),
}
