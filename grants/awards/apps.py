"""Decisions and awards."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    """Decisions and awards."""

    name = "grants.awards"
    label = "awards"
    verbose_name = "立项"

    def ready(self) -> None:
        """Say what files this room keeps; tell applications which rounds published their list."""
        from core.files.purposes import Purpose, register_purpose
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from grants.awards.selectors.notices import rounds_on_notice
        from grants.proposals.selectors import noticing

        register_purpose(Purpose("awards.minutes_scan", "awards.view"))
        if rounds_on_notice not in noticing.providers:
            noticing.providers.append(rounds_on_notice)
        register_place(
            Place("decisions", _("决策会议"), "awards.list_decisions", order=40),
            Place("awards", _("立项"), "awards.list", order=47),
        )
        say_verbs(
            "awards.decision",
            {"draft": _("拟定名单"), "recommend": _("按排名计算名单"), "amend": _("登记会议调整")},
        )
        say_verbs("awards.award", {"award": _("立项")})
