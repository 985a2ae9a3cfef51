"""Rounds."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """A year's competition."""

    name = "grants.rounds"
    label = "rounds"
    verbose_name = "届次"

    def ready(self) -> None:
        """Freeze form versions and deadline extensions."""
        from core.audit.triggers import append_only
        from grants.rounds.models import DeadlineExtension, FormVersion

        append_only(FormVersion)
        append_only(DeadlineExtension)
