"""Score sheets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RubricsConfig(AppConfig):
    """Score sheets and their frozen versions."""

    name = "evaluations.rubrics"
    label = "rubrics"
    verbose_name = _("评分表")

    def ready(self) -> None:
        """Versions are never rewritten."""
        from core.audit.triggers import append_only
        from evaluations.rubrics.models import RubricVersion

        append_only(RubricVersion)
