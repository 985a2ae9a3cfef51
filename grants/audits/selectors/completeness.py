"""What the file of a project must hold, given the life the project had."""

from __future__ import annotations

from collections.abc import Iterable

from grants.audits import rules
from grants.audits.selectors.papers import settled_orders
from grants.payments.lifecycle import T
from grants.projects.models import Project


def course_of(project: Project) -> rules.Course:
    """Return what kind of life the project had."""
    return rules.Course(
        has_midterm=project.has_midterm,
        was_stopped=project.was_stopped,
        was_optimised=bool(project.award.proposal.optimised_from),
        was_paid=project.tranches.filter(state=T.PAID).exists(),
        was_recovered=project.recoveries.exists(),
    )


def posting_of(project: Project) -> rules.Posting:
    """Return where the notice of the award stands on the site of the government."""
    notice = project.award.notice
    return rules.Posting(notice.gov_url, notice.gov_screenshot_id is not None)


def wanted_papers(project: Project) -> dict[str, str]:
    """Return the titles of papers this project must have produced, each with why."""
    return wanted_titles(project, [order.tranche.no for order in settled_orders(project)])


def wanted_titles(project: Project, paid: Iterable[int]) -> dict[str, str]:
    """Return the same for a project of which these instalments arrived."""
    wanted = {
        "资助协议": "双方签署的协议文本",
        "签章页": "申报单位签章",
        "会议纪要扫描件": "立项决定",
        "立项通知书": "立项",
        "政府网站公示截图": "公示存证",
    }
    for no in paid:
        wanted[f"拨款通知（第{no}期）"] = "已拨付"
        wanted[f"请款单（第{no}期）"] = "已拨付"
    if not project.was_stopped:
        wanted |= {"结算单": "审计结算", "结项证书": "已结项"}
    return wanted
