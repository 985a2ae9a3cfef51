"""Screening many applications at once: planned with a count, carried out all together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.policy import Actor, check, row
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal, ScreeningCheck
from grants.proposals.selectors.queue import is_ready
from grants.proposals.services.screening import find_eligible, screen_proposal

BATCH_JOB = "proposals.screening"
FEW = 5


@dataclass(frozen=True)
class Batch:
    """A step that may be taken for many: its name, its row, its service, and which applications it suits."""

    label: Any
    permission: str
    service: Callable[..., Any]
    narrow: Callable[[Any, Actor, datetime], Any]
    says: Any

    def is_for(self, actor: Actor) -> bool:
        """Tell whether somebody holds a role that may take this step."""
        return actor.has(*row(self.permission).roles())


BATCHES: dict[str, Batch] = {
    "screen": Batch(
        _("批量机器核对"),
        "proposals.screen",
        screen_proposal,
        lambda rows, actor, now: rows.filter(state__in=[P.SUBMITTED, P.RECHECKING]),
        _("逐项按登记簿和申报内容核对；人工判断过的项目不会被改动。"),
    ),
    "eligible": Batch(
        _("批量资格审查通过"),
        "proposals.find_eligible",
        find_eligible,
        is_ready,
        _("只办理各项都已通过、社区已同意的申报；其余留在队列中。"),
    ),
}


def suited(step: str, ids: Iterable[int], *, by: Actor, now: datetime) -> list[Proposal]:
    """Return the applications among those named for which the step can be taken now by this person."""
    batch = BATCHES[step]
    rows = Proposal.objects.filter(pk__in=list(ids)).select_related("round").order_by("submitted_at", "pk")
    return [one for one in batch.narrow(rows, by, now) if check(by, batch.permission, one)]


def start_batch(step: str, ids: Iterable[int], *, by: Actor, now: datetime, key: UUID) -> Job:
    """Queue the step for many applications; the same key is queued once."""
    payload = {"step": step, "proposals": list(ids)}
    return enqueue(BATCH_JOB, payload, by=by, now=now, unique=f"{BATCH_JOB}:{by.user_id}:{key}")


Outcomes = Mapping[int, Sequence[ScreeningCheck]]


def carry_out(
    step: str, ids: Iterable[int], *, outcomes: Outcomes | None = None, by: Actor, now: datetime
) -> dict[str, Any]:
    """Take the step for everything it still suits; return how many were done and what to say of it.

    ``outcomes`` are the items of each application where they were worked out before.
    """
    wanted = list(ids)
    found = suited(step, wanted, by=by, now=now)
    for proposal in found:
        more = {"outcomes": outcomes[proposal.pk]} if outcomes and proposal.pk in outcomes else {}
        BATCHES[step].service(proposal_id=proposal.pk, by=by, now=now, **more)
    left = len(wanted) - len(found)
    says = gettext("办理 %(done)s 件。") % {"done": len(found)}
    if left:
        says += gettext("另有 %(left)s 件当时已不能办理，没有改变。") % {"left": left}
    return {"done": len(found), "left": left, "says": says}
