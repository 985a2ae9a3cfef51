"""Who may write score sheets."""

from core.policy import SYSTEM_ONLY, Role, allow

PERMISSIONS = {
    "rubrics.view": allow(*Role),
    "rubrics.list": allow(*Role),
    "rubrics.freeze": allow(Role.CLERK, Role.SECTION_CHIEF, Role.SYSTEM_ADMIN) | SYSTEM_ONLY,
}
