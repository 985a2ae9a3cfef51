"""The worker's part of applications: screening and laying many in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.clock import day_of
from core.jobs.queue import Progress, job
from grants.proposals.selectors.laying import of_round, waiting_for
from grants.proposals.services import open_reviews
from grants.proposals.services.batches import BATCH_JOB, carry_out, suited
from grants.proposals.services.laying import LAYING_JOB
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


@job(LAYING_JOB)
def lay_many(payload: dict[str, Any], progress: Progress) -> Callable[[], dict[str, Any]] | dict[str, Any]:
    """Lay what waits in a round before a panel; everything with the done mark, or nothing."""
    owner = User.objects.filter(pk=progress.job.owner_id or 0).first()
    by, now = actor_for(owner, on=day_of(progress.now())), progress.now()
    ids = of_round(payload["round"])
    if not waiting_for(by).panels.filter(pk=payload["panel"]).exists():
        return {"done": 0, "says": _("发起人已不是该评审组的秘书，或评审组已经分配，没有送审。")}
    progress.report(0, len(ids))

    def keep() -> dict[str, Any]:
        open_reviews(panel_id=payload["panel"], proposal_ids=ids, seed=payload["seed"], by=by, now=now)
        return {"done": len(ids), "says": _("已编入评审组 %(n)s 份。") % {"n": len(ids)}}

    return keep
