"""Who may settle which days are worked."""

from core.policy import SYSTEM_ONLY, Role, allow

PERMISSIONS = {
    "calendar.load": allow(Role.SYSTEM_ADMIN, Role.CLERK) | SYSTEM_ONLY,
    "calendar.confirm": allow(Role.CLERK, Role.SECTION_CHIEF, Role.LEADER),
}
