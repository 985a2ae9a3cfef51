"""Screening many applications at once: a preview with the count, then at once or as long work."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import clock
from core.policy import Actor
from core.routes import actor_of, permits
from core.ui.buttons import key_of
from grants.proposals.lists import ScreeningList
from grants.proposals.models import Proposal
from grants.proposals.selectors import queue
from grants.proposals.services.batches import BATCHES, FEW, carry_out, start_batch, suited

MOST = 2000


@permits("proposals.list_screening", None, "GET", "POST")
def screen_batch(request: HttpRequest) -> HttpResponse:
    """Show what would be done and for how many; done when that was confirmed."""
    if request.method != "POST":
        return redirect("screening")
    step, actor, now = request.POST.get("step", ""), actor_of(request), clock.now()
    if step not in BATCHES or not BATCHES[step].is_for(actor):
        raise Http404
    chosen = _chosen(request, actor, now)
    fit = suited(step, [one.pk for one in chosen], by=actor, now=now)
    key = key_of(request)
    if request.POST.get("confirmed") and fit and key is not None:
        return _done(request, step, fit, key)
    left = [one for one in chosen if one.pk not in {two.pk for two in fit}]
    context = {
        "step": step, "batch": BATCHES[step], "fit": fit, "left": left, "chosen": chosen,
        "key": uuid4(), "long": len(fit) > FEW, "most": MOST,
    }  # fmt: skip
    return render(request, "grants/proposals/screen_batch.html", context, status=200 if fit else 422)


def _chosen(request: HttpRequest, actor: Actor, now: Any) -> list[Proposal]:
    """The applications that were ticked, or all that the filters of the queue leave; only what one sees."""
    rows = queue.in_screening(actor)
    if request.POST.get("scope") == "all":
        rows = ScreeningList(request, queue.with_checks(rows), actor=actor, now=now).rows
    else:
        rows = rows.filter(public_id__in=request.POST.getlist("pick")[:MOST])
    return list(rows.select_related("round", "applicant").order_by("submitted_at", "pk")[:MOST])


def _done(request: HttpRequest, step: str, fit: list[Proposal], key: Any) -> HttpResponse:
    actor, now, ids = actor_of(request), clock.now(), [one.pk for one in fit]
    if len(ids) > FEW:
        job = start_batch(step, ids, by=actor, now=now, key=key)
        return redirect("ui:job", job.public_id)
    messages.success(request, carry_out(step, ids, by=actor, now=now)["says"])
    return redirect("screening")
