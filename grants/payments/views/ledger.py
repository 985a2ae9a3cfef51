"""The ledger: where each yuan of a round is, by source, category and project; and every posting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from core.routes import actor_of, permits
from core.ui.pages import listed
from grants.payments.lists import PlanList, PostingList
from grants.payments.selectors import money_by_category, standings, visible_plans, visible_postings
from grants.payments.selectors import visible_rounds as rounds_of
from grants.rounds.lifecycle import R
from grants.rounds.models import FundingSource

RUNNING = (R.EXECUTING, R.CLOSED)


@permits("payments.view_ledger")
def ledger(request: HttpRequest) -> HttpResponse:
    """The money of one round: the one asked for, else the newest in which projects run, else the newest."""
    actor = actor_of(request)
    rounds = list(rounds_of(actor))
    asked = [one for one in rounds if one.code == request.GET.get("round", "")]
    running = [one for one in rounds if one.state in RUNNING]
    round_ = next(iter([*asked, *running, *rounds]), None)
    plans = visible_plans(actor).filter(project__round=round_)
    sources = list(FundingSource.objects.all())
    page = PlanList(
        request,
        plans.select_related("project__payee", "source"),
        [(one.code, one.name) for one in rounds],
        [(one.code, one.name) for one in sources],
    )
    if page.wants_export or round_ is None:
        return listed(request, page, filename="ledger")
    names = {one.pk: one.name for one in sources}
    return listed(
        request,
        page,
        filename="ledger",
        template="grants/payments/ledger.html",
        round=round_,
        rounds=rounds,
        standings=[(names[pk], one) for pk, one in standings(round_).items()],
        money=money_by_category(round_),
    )


@permits("payments.view_ledger")
def postings(request: HttpRequest) -> HttpResponse:
    """Every posting of the rounds somebody may read."""
    rows = visible_postings(actor_of(request)).select_related(
        "entry__round", "entry__source", "entry__project", "account"
    )
    return listed(request, PostingList(request, rows), filename="postings")
