"""The worker's part of screening: many applications in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.clock import day_of
from core.jobs.queue import Progress, job
from grants.proposals.selectors import eligibility_case
from grants.proposals.services.batches import BATCH_JOB, carry_out, suited
from orgs.people.models import User
from orgs.people.selectors import actor_for


@job(BATCH_JOB)
def screen_many(
    payload: dict[str, Any], progress: Progress
) -> Callable[[], dict[str, Any]] | dict[str, Any]:
    """Look at each application first, so that it can be stopped; then write all of it with the done mark."""
    owner = User.objects.filter(pk=progress.job.owner_id).first()
    by, now = actor_for(owner, on=day_of(progress.now())), progress.now()
    step, found = payload["step"], suited(payload["step"], payload["proposals"], by=by, now=now)
    if not found:
        return {"done": 0, "says": _("没有可以办理的申报，没有改变任何内容。")}
    for number, proposal in enumerate(found, 1):
        eligibility_case(proposal)
        progress.report(number, len(found))
    return lambda: carry_out(step, payload["proposals"], by=by, now=progress.now())
