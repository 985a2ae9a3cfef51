"""Audit, settlement and archive."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    """Audit, settlement and archive."""

    name = "grants.audits"
    label = "audits"
    verbose_name = "审计与归档"

    def ready(self) -> None:
        """Freeze the sample and the catalogue, declare the archive pack."""
        from core.audit.triggers import append_only
        from core.files.purposes import MEGABYTE, Purpose, register_purpose
        from core.policy import APPLICANT_ROLES, Role
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from grants.audits.models import ArchiveItem, SampledVoucher
        from grants.audits.selectors import audit_links
        from grants.projects.selectors.seen import providers

        GRANTEES = (*APPLICANT_ROLES, Role.COMMUNITY_WORKER)

        providers.append(audit_links)
        say_verbs("audits.engagement", {"engage": _("委托审计")})
        say_verbs(
            "audits.auditpage",
            {"open": _("开始审计"), "check": _("核对凭证"), "conclude": _("审计定案")},
        )
        say_verbs("audits.finding", {"raise": _("提出审计发现")})
        say_verbs("audits.settlement", {"settle": _("结算")})
        say_verbs("audits.projectarchive", {"assemble": _("编制目录"), "seal": _("封存档案包")})
        register_place(
            Place("engagements", _("审计"), "audits.list", order=70),
            Place("findings", _("审计"), "audits.list_pages", order=70, roles=tuple(GRANTEES)),
            Place("archive", _("归档"), "audits.read_archive", order=75),
        )
        append_only(SampledVoucher)
        append_only(ArchiveItem)
        register_purpose(Purpose("audits.archive", "audits.read_archive", ("zip",), max_bytes=150 * MEGABYTE))
