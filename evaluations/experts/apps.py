"""The expert pool."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    """Experts, their absences, and the seeded draw."""

    name = "evaluations.experts"
    label = "experts"
    verbose_name = _("专家库")

    def ready(self) -> None:
        """A draw is never rewritten."""
        from core.audit.triggers import append_only
        from evaluations.experts.models import Draw, DrawWitness

        append_only(Draw)
        append_only(DrawWitness)
