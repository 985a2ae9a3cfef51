"""Streets and communities as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "orgs.areas"
    label = "areas"
    verbose_name = _("行政区划")

    def ready(self) -> None:
        """Offer the list to those who keep it."""
        from core.policy import Role
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs

        keepers = (Role.CLERK, Role.SECTION_CHIEF, Role.SYSTEM_ADMIN)
        register_place(Place("areas", _("区划"), "areas.view", order=89, roles=keepers))
        say_verbs("areas.community", {"rename": _("更名"), "merge": _("并入其他社区"), "create": _("载入")})
