"""Who may see and change the list of places."""

from core.policy import SYSTEM_ONLY, Role, allow

PERMISSIONS = {
    "areas.view": allow(*Role),
    "areas.load": allow(Role.SYSTEM_ADMIN) | SYSTEM_ONLY,
    "areas.merge": allow(Role.CLERK, Role.SECTION_CHIEF) | SYSTEM_ONLY,
}
