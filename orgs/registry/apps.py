"""The register of organisations as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

VERBS = {
    "register": _("登记入册"),
    "rename": _("变更名称"),
    "change_legal_representative": _("变更法定代表人"),
    "change_host": _("变更代管单位"),
    "correct": _("更正"),
    "add": _("填报账户"),
    "lift": _("移出名单"),
    "create": _("记录"),
}


class RegistryConfig(AppConfig):
    name = "orgs.registry"
    label = "registry"
    verbose_name = _("社会组织名册")

    def ready(self) -> None:
        """The history of registered facts is append-only; the lists go into the navigation."""
        from core.audit.triggers import append_only
        from core.files.purposes import MEGABYTE, Purpose, register_purpose
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from orgs.registry.models import Change

        append_only(Change)
        register_purpose(Purpose("registry.import", "registry.import", ("xlsx",), max_bytes=20 * MEGABYTE))
        register_place(
            Place("house", _("我的单位"), "registry.own_house", order=15),
            Place("registry", _("社会组织"), "registry.list", order=80),
            Place("bank_accounts", _("银行账户"), "registry.list_accounts", order=62),
        )
        for model in (
            "socialorganisation",
            "communitygroup",
            "bankaccount",
            "inspection",
            "assessmentgrade",
            "creditlisting",
        ):
            say_verbs(f"registry.{model}", VERBS)
