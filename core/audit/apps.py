"""The audit log."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Installs the append-only triggers after every migrate and checks that they are there."""

    name = "core.audit"
    label = "audit"
    verbose_name = "审计日志"

    def ready(self) -> None:
        """Declare the log append-only and hook the trigger installation."""
        from core.audit import checks, triggers
        from core.audit.models import Entry, Reason
        from core.ui.places import Place, register_place

        register_place(Place("log", _("日志"), "log.view", order=90))
        triggers.append_only(Entry)
        triggers.append_only(Reason)
        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="audit-triggers")
        register(checks.triggers_are_installed, Tags.database)
