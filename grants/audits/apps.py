"""Audit, settlement and archive."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Audit, settlement and archive."""

    name = "grants.audits"
    label = "audits"
    verbose_name = "审计与归档"

    def ready(self) -> None:
        """Freeze the sample and the catalogue, declare the archive pack."""
        from core.audit.triggers import append_only
        from core.files.purposes import MEGABYTE, Purpose, register_purpose
        from grants.audits.models import ArchiveItem, SampledVoucher

        append_only(SampledVoucher)
        append_only(ArchiveItem)
        register_purpose(Purpose("audits.archive", "audits.read_archive", ("zip",), max_bytes=150 * MEGABYTE))
