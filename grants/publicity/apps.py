"""Public notices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicityConfig(AppConfig):
    """Public notices and objections."""

    name = "grants.publicity"
    label = "publicity"
    verbose_name = "公示"

    def ready(self) -> None:
        """Say what files this room keeps, where its lists are, and what its steps are called."""
        from core.files.purposes import Purpose, register_purpose
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs

        register_purpose(Purpose("publicity.gov_screenshot", "publicity.view"))
        register_purpose(Purpose("publicity.objection_paper", "publicity.see_objector"))
        register_place(
            Place("notices", _("公示"), "publicity.list", order=45),
            Place("objections", _("异议"), "publicity.list_objections", order=48),
        )
        say_verbs(
            "publicity.notice",
            {
                "draft": _("拟稿"),
                "recount": _("重新计算期限"),
                "record_posting": _("登记政府网站同步公示"),
            },
        )
        say_verbs("publicity.objection", {"lodge": _("提出异议"), "note": _("记录反映")})
