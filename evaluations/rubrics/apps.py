"""Score sheets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RubricsConfig(AppConfig):
    """Score sheets and their frozen versions."""

    name = "evaluations.rubrics"
    label = "rubrics"
    verbose_name = _("评分表")

    def ready(self) -> None:
        """Versions are never rewritten; those who judge or watch find the sheets in the navigation."""
        from core.audit.triggers import append_only
        from core.policy import BUREAU_ROLES, Role
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from evaluations.rubrics.models import RubricVersion

        append_only(RubricVersion)
        readers = (*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR, Role.EXPERT, Role.EVALUATOR)
        register_place(Place("rubrics", _("评分表"), "rubrics.list", order=36, roles=readers))
        say_verbs("rubrics.rubric", {"freeze_version": _("定版")})
