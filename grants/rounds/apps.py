"""Rounds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoundsConfig(AppConfig):
    """A year's competition."""

    name = "grants.rounds"
    label = "rounds"
    verbose_name = "届次"

    def ready(self) -> None:
        """Freeze form versions and deadline extensions; show the rounds in the navigation."""
        from core.audit.triggers import append_only
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from grants.rounds.models import DeadlineExtension, FormVersion

        append_only(FormVersion)
        append_only(DeadlineExtension)
        register_place(Place("competitions", _("届次"), "rounds.list", order=10))
        words = {
            "equip": _("选定申报表和评分表"),
            "extend_deadline": _("延长申报期限"),
            "create": _("筹备届次"),
        }
        say_verbs("rounds.round", words)
