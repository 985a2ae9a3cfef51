"""The worker's part of screening: many applications in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.clock import day_of
from core.jobs.queue import Progress, job
from grants.proposals.services.batches import BATCH_JOB, carry_out, suited
from grants.proposals.services.screening import outcomes_of
from orgs.people.models import User
from orgs.people.selectors import actor_for


@job(BATCH_JOB)
def screen_many(payload: dict[str, Any], progress: Progress) -> Callable[[], dict[str, Any]]:
    """Work out the items of each application, which can be stopped; then keep all with the done mark."""
    owner = User.objects.filter(pk=progress.job.owner_id or 0).first()
    by, now = actor_for(owner, on=day_of(progress.now())), progress.now()
    step, ids = payload["step"], payload["proposals"]
    found = suited(step, ids, by=by, now=now)
    outcomes = {}
    for number, proposal in enumerate(found, 1):
        if step == "screen":
            outcomes[proposal.pk] = outcomes_of(proposal)
        progress.report(number, len(found))
    return lambda: carry_out(step, ids, outcomes=outcomes, by=by, now=progress.now())
