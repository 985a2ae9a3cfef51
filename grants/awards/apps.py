"""Decisions and awards."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """Decisions and awards."""

    name = "grants.awards"
    label = "awards"
    verbose_name = "立项"

    def ready(self) -> None:
        """Say what files this room keeps."""
        from core.files.purposes import Purpose, register_purpose

        register_purpose(Purpose("awards.minutes_scan", "awards.view"))
