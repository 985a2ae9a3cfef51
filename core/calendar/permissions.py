"""Who may settle which days are worked."""

from core.policy import BUREAU_ROLES, SYSTEM_ONLY, Role, allow

PERMISSIONS = {
    "calendar.view": allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.SYSTEM_ADMIN),
    "calendar.load": allow(Role.SYSTEM_ADMIN, Role.CLERK) | SYSTEM_ONLY,
    "calendar.confirm": allow(Role.CLERK, Role.SECTION_CHIEF, Role.LEADER),
}
