"""Rounds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoundsConfig(AppConfig):
    """A year's competition."""

    name = "grants.rounds"
    label = "rounds"
    verbose_name = "届次"

    def ready(self) -> None:
        """Freeze what is never rewritten, show the rounds in the navigation, tell panels rules and words."""
        from core.audit.triggers import append_only
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from evaluations.experts.selectors import name_fields_with
        from evaluations.panels.selectors.above import tell_headings, tell_stage_rules
        from grants.rounds import selectors
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
        name_fields_with(selectors.fields_of_expertise)
        tell_stage_rules(selectors.rules_for_panels)
        tell_headings(selectors.words_of_form)
