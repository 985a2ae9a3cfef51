"""The worker's part of panels: an assignment that was asked for on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core import policy
from core.clock import day_of
from core.jobs.queue import Progress, job
from evaluations.panels.lifecycle import P, panel_is_complete
from evaluations.panels.models import Panel
from evaluations.panels.selectors import JOB
from evaluations.panels.services import assign_sheets
from evaluations.panels.services.staffing import solve
from orgs.people.models import User
from orgs.people.selectors import actor_for

STEPS = 3


@job(JOB)
def assign_in_worker(
    payload: dict[str, Any], progress: Progress
) -> Callable[[], dict[str, Any]] | dict[str, Any]:
    """Solve first, outside any transaction; then write every sheet with the done mark, or nothing.

    What the door would refuse is answered as a sentence for the page, since a refusal does not get better by
    trying again.
    """
    progress.report(0, STEPS)
    panel = Panel.objects.get(pk=payload["panel"])
    now = progress.now()
    by = actor_for(User.objects.filter(pk=progress.job.owner_id or 0).first(), on=day_of(now))
    if policy.check(by, "panels.assign", panel) is None:
        return {"refused": _("发起人已没有分配材料的权限，未分配。")}
    if panel.state != P.FORMING:
        return {"refused": _("材料已分配，没有再次分配。")}
    if not panel_is_complete(panel):
        return {"refused": str(panel_is_complete.says)}  # type: ignore[attr-defined]
    progress.report(1, STEPS)
    _problem, plan = solve(panel, seed=payload["seed"], now=now)
    progress.report(2, STEPS)
    if plan.shortfalls and not payload["accept_gaps"]:
        short = "、".join(plan.shortfalls)
        return {"refused": _("回避后评委不足，以下材料缺评委：%(short)s") % {"short": short}}

    def keep() -> dict[str, Any]:
        run = assign_sheets(
            panel_id=panel.pk, seed=payload["seed"], accept_gaps=payload["accept_gaps"], by=by, now=now
        )
        return {"run": run.no}

    return keep
