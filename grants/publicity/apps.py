"""Public notices."""

from django.apps import AppConfig


class PublicityConfig(AppConfig):
    """Public notices and objections."""

    name = "grants.publicity"
    label = "publicity"
    verbose_name = "公示"

    def ready(self) -> None:
        """Say what files this room keeps."""
        from core.files.purposes import Purpose, register_purpose

        register_purpose(Purpose("publicity.gov_screenshot", "publicity.view"))
        register_purpose(Purpose("publicity.objection_paper", "publicity.see_objector"))
