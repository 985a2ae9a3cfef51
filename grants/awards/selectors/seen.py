"""Which decisions and awards somebody may see, and what the public may read of the awards."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum

from core.policy import APPLICANT_ROLES, BUREAU_ROLES, Actor, Grant, Role
from grants.awards.lifecycle import W
from grants.awards.models import Award, Decision, Outcome
from grants.publicity.lifecycle import N
from grants.rounds.models import Round

WATCHERS = (*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR)
EVERYTHING = Q(pk__isnull=False)


def decisions_visible_to(actor: Actor) -> QuerySet[Decision]:
    """Return the decisions whose pages this person may open."""
    return Decision.objects.all() if actor.has(*WATCHERS) else Decision.objects.none()


def with_sums(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Add how many applications a decision is about, how many it proposes, and for how much."""
    proposed = Q(lines__outcome=Outcome.PROPOSE)
    return decisions.annotate(
        judged=Count("lines"),
        proposed=Count("lines", filter=proposed),
        proposed_fen=Sum("lines__amount_fen", default=0),
    )


def visible_to(actor: Actor) -> QuerySet[Award]:
    """Return the awards whose pages this person may open; the same rows as ``awards.view``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        seen |= _visible(grant)
    mine = Q(proposal__applicant_id__in=actor.interests) | Q(proposal__host_id__in=actor.interests)
    found = Award.objects.filter(seen)
    return found.exclude(pk__in=Award.objects.filter(mine).values("pk")) if actor.interests else found


def _visible(grant: Grant) -> Q:
    if grant.role in {*WATCHERS, Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.CASHIER}:
        return EVERYTHING
    if grant.role in {Role.OPERATOR, Role.EVALUATOR}:
        return Q(round__code=grant.round_code) if grant.round_code else EVERYTHING
    if grant.role in {Role.STREET_OFFICER, Role.COMMUNITY_WORKER} and grant.area_code:
        return Q(proposal__community__code__startswith=grant.area_code)
    if grant.role in APPLICANT_ROLES and grant.body_id is not None:
        return Q(proposal__applicant_id=grant.body_id) | Q(proposal__host_id=grant.body_id)
    return Q(pk__in=[])


def public_awards(round_: Round) -> QuerySet[Award]:
    """Return what the public reads of a round: standing awards whose notice is over, by number."""
    found = Award.objects.filter(round=round_, state=W.GRANTED, notice__state=N.ENDED)
    return found.select_related(
        "proposal__applicant", "proposal__host", "proposal__community", "category"
    ).order_by("project_no")
