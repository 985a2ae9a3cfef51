"""Funded projects."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    """Funded projects."""

    name = "grants.projects"
    label = "projects"
    verbose_name = "项目"

    def ready(self) -> None:
        """Freeze budget versions, declare file purposes, tell applications about earlier projects."""
        from core.audit.triggers import append_only
        from core.files.kinds import OFFICE, PAPERS
        from core.files.purposes import Purpose, register_purpose
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from grants.projects.models import BudgetVersion, BudgetVersionLine
        from grants.projects.selectors import earlier_projects
        from grants.proposals.selectors import history

        say_verbs(
            "projects.project",
            {"open": _("立项"), "hear_verdict": _("收到评估结论"), "extend": _("延长执行期")},
        )
        say_verbs("projects.report", {"start": _("开始填写"), "save": _("保存草稿")})
        say_verbs("projects.expense", {"record": _("入账")})
        say_verbs("projects.activityrecord", {"record": _("记录活动")})
        say_verbs("projects.agreement", {"prepare": _("生成协议文本")})
        say_verbs("projects.changerequest", {"request": _("提出申请")})
        register_place(Place("projects", _("项目"), "projects.list", order=50))
        append_only(BudgetVersion)
        append_only(BudgetVersionLine)
        for code in ("seal_page", "activity", "voucher", "report"):
            accepts = (*PAPERS, *OFFICE) if code == "report" else PAPERS
            register_purpose(Purpose(f"projects.{code}", "projects.view", accepts))
        if earlier_projects not in history.providers:
            history.providers.append(earlier_projects)
