"""Panels: dossiers in, verdicts out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    """Dossiers, assignment, sheets, aggregation, ranking."""

    name = "evaluations.panels"
    label = "panels"
    verbose_name = _("评审")

    def ready(self) -> None:
        """Locked editions and assignment runs are never rewritten; panels and sheets have their places."""
        from core.audit.triggers import append_only
        from core.files.purposes import Purpose, register_purpose
        from core.policy import BUREAU_ROLES, Role
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from evaluations.panels.models import AssignmentRun, SheetVersion

        append_only(SheetVersion)
        append_only(AssignmentRun)
        register_purpose(Purpose("panels.exhibit", "panels.view_dossier"))
        watchers = (*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR, Role.EXPERT, Role.EVALUATOR)
        register_place(
            Place("sheets", _("我的评审"), "panels.list_sheets", order=28),
            Place("panels", _("评审组"), "panels.list", order=30, roles=watchers),
        )
        for model, words in VERBS.items():
            say_verbs(f"panels.{model}", words)


VERBS = {
    "panel": {
        "create": _("组建"),
        "seat_draw": _("抽取结果入席"),
        "add_dossiers": _("编入材料"),
        "refill": _("递补"),
        "record_votes": _("记录投票"),
        "sign_conclusion": _("签署评审结果"),
    },
    "panelseat": {"create": _("入席"), "leave": _("离席"), "call": _("递补")},
    "dossier": {"create": _("送评"), "join_panel": _("编入评审组"), "record_votes": _("记录投票")},
    "sheet": {
        "assign": _("分配"),
        "save_scores": _("保存评分"),
        "lock_blind": _("锁定匿名部分"),
        "ask_reopen": _("申请重开"),
    },
    "assignmentrun": {"solve": _("分配计算")},
}
