"""Applications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

VERBS = {
    "start_draft": _("新建申报"),
    "save_section": _("保存申报书"),
    "set_budget": _("保存预算"),
    "attach_file": _("上传附件"),
    "remove_file": _("移除附件"),
    "screen": _("逐项审查"),
    "judge_check": _("人工判断审查项"),
    "advise_ineligible": _("提出不通过意见"),
}


class ProposalsConfig(AppConfig):
    """Applications."""

    name = "grants.proposals"
    label = "proposals"
    verbose_name = "申报"

    def ready(self) -> None:
        """Freeze what was handed in and what screening said of it; name steps, files and the place."""
        from core.audit.triggers import append_only
        from core.files.kinds import OFFICE, PAPERS
        from core.files.purposes import Purpose, register_purpose
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from evaluations.panels.selectors.above import tell_envelopes
        from grants.proposals.models import ProposalVersion, Remark
        from grants.proposals.selectors.asked import envelopes

        tell_envelopes(envelopes)
        say_verbs("proposals.proposal", VERBS)
        register_place(Place("proposals", _("申报"), "proposals.list", order=20))
        register_place(Place("screening", _("资格审查"), "proposals.list_screening", order=25))
        register_place(Place("consents", _("社区意见"), "proposals.list_consents", order=28))
        say_verbs("proposals.placeconsent", {"ask": _("请社区确认")})
        say_verbs("proposals.priorfunding", {"record": _("登记既往资助"), "update": _("更新既往资助")})
        for code in ("attachment", "former_attachment"):
            register_purpose(Purpose(f"proposals.{code}", "proposals.read_files", (*PAPERS, *OFFICE)))

        append_only(ProposalVersion)
        append_only(Remark)
