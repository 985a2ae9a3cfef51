"""Funded projects."""

from django.apps import AppConfig


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
        from grants.projects.models import BudgetVersion, BudgetVersionLine
        from grants.projects.selectors import earlier_projects
        from grants.proposals.selectors import history

        append_only(BudgetVersion)
        append_only(BudgetVersionLine)
        for code in ("seal_page", "activity", "voucher", "report"):
            accepts = (*PAPERS, *OFFICE) if code == "report" else PAPERS
            register_purpose(Purpose(f"projects.{code}", "projects.view", accepts))
        if earlier_projects not in history.providers:
            history.providers.append(earlier_projects)
