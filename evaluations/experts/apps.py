"""The expert pool."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    """Experts, their absences, and the seeded draw."""

    name = "evaluations.experts"
    label = "experts"
    verbose_name = _("专家库")

    def ready(self) -> None:
        """A draw is never rewritten; the pool and the draws go into the navigation."""
        from core.audit.triggers import append_only
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from evaluations.experts.models import Draw, DrawWitness

        append_only(Draw)
        append_only(DrawWitness)
        register_place(
            Place("experts", _("专家库"), "experts.list", order=35),
            Place("draws", _("专家抽取"), "experts.list_draws", order=34),
        )
        say_verbs("experts.expert", {"create": _("入库"), "retire": _("出库")})
        say_verbs("experts.expertleave", {"create": _("登记请假")})
        say_verbs("experts.draw", {"create": _("抽取")})
        say_verbs("experts.drawwitness", {"create": _("见证")})
