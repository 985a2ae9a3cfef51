"""Panels: dossiers in, verdicts out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    """Dossiers, assignment, sheets, aggregation, ranking."""

    name = "evaluations.panels"
    label = "panels"
    verbose_name = _("评审")

    def ready(self) -> None:
        """Locked editions and assignment runs are never rewritten."""
        from core.audit.triggers import append_only
        from evaluations.panels.models import AssignmentRun, SheetVersion

        append_only(SheetVersion)
        append_only(AssignmentRun)
