"""Applications."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """Applications."""

    name = "grants.proposals"
    label = "proposals"
    verbose_name = "申报"

    def ready(self) -> None:
        """Freeze what was handed in and what screening said of it."""
        from core.audit.triggers import append_only
        from grants.proposals.models import ProposalVersion, Remark

        append_only(ProposalVersion)
        append_only(Remark)
