"""The desk."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cms.desk import rules, selectors
from core import clock
from core.policy import Role
from core.routes import actor_of, signed_in
from orgs.people.selectors import delegated_today


@signed_in("GET")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I handed on, and for whom I stand in."""
    actor, now = actor_of(request), clock.now()
    stands_in = any(grant.delegation_id for grant in actor.grants)
    waiting = selectors.waiting_for(actor, now=now)
    context = {
        "now": now,
        "labels": list(dict.fromkeys(grant.label for grant in actor.grants)),
        "waiting": waiting,
        "count": sum(row.todo.count for row in waiting),
        "late": sum(row.is_late for row in waiting),
        "nothing": rules.nothing_waits(actor.roles()),
        "handed_on": selectors.handed_on(actor),
        "delegated": delegated_today(request.user, now=now) if stands_in else [],  # type: ignore[arg-type]
        "editor": f"/{settings.EDITOR_PATH}" if actor.has(Role.EDITOR) else "",
    }
    return render(request, "desk/desk.html", context)
