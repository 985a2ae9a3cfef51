"""The register of organisations as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "orgs.registry"
    label = "registry"
    verbose_name = _("社会组织名册")

    def ready(self) -> None:
        """The history of registered facts is append-only."""
        from core.audit.triggers import append_only
        from orgs.registry.models import Change

        append_only(Change)
