"""The queue of screening: what waits for whom, how far the items are, and what is late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from core import clock
from core.policy import BUREAU_ROLES, Actor, Role
from grants.proposals.lifecycle import P
from grants.proposals.models import PlaceConsent, Proposal, ScreeningCheck
from grants.proposals.selectors import unsigned, visible_to
from grants.rounds.models import Round

QUEUED = (P.SUBMITTED, P.RETURNED, P.ELIGIBLE, P.INELIGIBLE, P.RECHECKING, P.OPTIMISING)
SCREENERS = (*sorted(BUREAU_ROLES), Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR)
ADVISED = Q(advised_version=F("version_no"))
SUBMITTED = Q(state=P.SUBMITTED)
SIGNATURES = ("advise_ineligible", "find_ineligible")
Rows = QuerySet[Proposal]


def in_screening(actor: Actor) -> Rows:
    """Return the applications of the stage of screening that somebody sees as an officer of it."""
    grants = tuple(one for one in actor.grants if one.role in SCREENERS)
    officer = Actor(actor.user_id, actor.person_id, grants, actor.interests, actor.kind)
    return visible_to(officer).filter(state__in=QUEUED, version_no__gt=0)


def with_checks(rows: Rows) -> Rows:
    """Count the items of the version at hand by verdict, and name the state of the consent of the place."""
    now_checked = Q(checks__version_no=F("version_no"))
    asked = PlaceConsent.objects.filter(proposal=OuterRef("pk"), community=OuterRef("community"))
    return rows.annotate(
        passed=Count("checks", filter=now_checked & Q(checks__verdict="pass")),
        failed=Count("checks", filter=now_checked & Q(checks__verdict="fail")),
        human=Count("checks", filter=now_checked & Q(checks__verdict="human")),
        consent=Subquery(asked.order_by("-pk").values("state")[:1]),
    )


def _checked(verdict: str = "") -> Exists:
    checks = ScreeningCheck.objects.filter(proposal=OuterRef("pk"), version_no=OuterRef("version_no"))
    return Exists(checks.filter(verdict=verdict) if verdict else checks)


def to_screen(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """Submitted, and nobody advised against it yet."""
    return rows.filter(SUBMITTED & ~ADVISED)


def to_confirm(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """Advised against by somebody else."""
    return unsigned(rows.filter(SUBMITTED & ADVISED), actor, "advise_ineligible")


def to_recheck(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """To be looked at again by somebody who signed nothing of it."""
    return unsigned(rows.filter(state=P.RECHECKING), actor, *SIGNATURES)


def is_ready(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """Every item passed: only the signature is missing."""
    return rows.filter(SUBMITTED, _checked(), ~_checked("fail"), ~_checked("human"))


def is_late(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """Past the end of screening, or past the end of the correction."""
    today = clock.day_of(now)
    over = [pk for pk, until in screening_ends().items() if until and until < today]
    corrected = Q(state=P.RETURNED, correction_due__lt=now)
    return rows.filter(corrected | Q(state__in=[P.SUBMITTED, P.RECHECKING], round_id__in=over))


@dataclass(frozen=True)
class Wait:
    """A heap of the queue."""

    label: Any
    narrow: Callable[[Rows, Actor, datetime], Rows]


WAITS: dict[str, Wait] = {
    "mine": Wait(_("等我办理"), lambda rows, actor, now: mine(rows, actor, now)),
    "screen": Wait(_("待审查"), to_screen),
    "unchecked": Wait(_("尚未核对"), lambda rows, actor, now: rows.filter(SUBMITTED, ~_checked())),
    "human": Wait(_("有待人工判断"), lambda rows, actor, now: rows.filter(SUBMITTED, _checked("human"))),
    "failed": Wait(_("有不通过项"), lambda rows, actor, now: rows.filter(SUBMITTED, _checked("fail"))),
    "ready": Wait(_("各项已通过"), is_ready),
    "confirm": Wait(_("已提不通过意见"), to_confirm),
    "recheck": Wait(_("待复核"), to_recheck),
    "late": Wait(_("已逾期"), is_late),
}


def mine(rows: Rows, actor: Actor, now: datetime) -> Rows:
    """Return what somebody can do something about now."""
    none = rows.none()
    heaps = [none]
    if actor.has(Role.OPERATOR, Role.CLERK):
        heaps.append(to_screen(rows, actor, now))
    if actor.has(Role.CLERK):
        heaps.append(to_recheck(rows, actor, now))
    if actor.has(Role.SECTION_CHIEF):
        heaps.append(to_confirm(rows, actor, now))
    wanted = Q(pk__in=[])
    for heap in heaps:
        wanted |= Q(pk__in=heap.order_by().values("pk"))
    return rows.filter(wanted)


def screening_ends() -> dict[int, date | None]:
    """Return the last day of screening of every round that is not over, by round id."""
    going = Round.objects.filter(state__in=["published", "selecting"])
    return {one.pk: one.parsed_terms().day("screening_until") for one in going}


@dataclass(frozen=True)
class Neighbours:
    """How many are in a heap, and who stands beside one of them."""

    total: int
    previous: Proposal | None
    following: Proposal | None


def neighbours(proposal: Proposal, rows: Rows) -> Neighbours:
    """Return the applications before and after one, by the time they were handed in."""
    order = ("submitted_at", "pk")
    before = Q(submitted_at__lt=proposal.submitted_at) | Q(
        submitted_at=proposal.submitted_at, pk__lt=proposal.pk
    )
    after = Q(submitted_at__gt=proposal.submitted_at) | Q(
        submitted_at=proposal.submitted_at, pk__gt=proposal.pk
    )
    earlier = rows.filter(before).order_by(*(f"-{name}" for name in order)).values("pk")[:1]
    later = rows.filter(after).order_by(*order).values("pk")[:1]
    beside = Proposal.objects.filter(Q(pk__in=earlier) | Q(pk__in=later)).order_by(*order)
    found = {(one.submitted_at, one.pk) < (proposal.submitted_at, proposal.pk): one for one in beside}
    return Neighbours(rows.count(), found.get(True), found.get(False))


def consents_visible_to(actor: Actor) -> QuerySet[PlaceConsent]:
    """Return the consents somebody may see; the same rows as ``proposals.view_consent``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role == Role.OPERATOR:
            seen |= Q(proposal__round__code=grant.round_code) if grant.round_code else Q(pk__isnull=False)
        elif grant.role in SCREENERS:
            seen |= Q(pk__isnull=False)
        elif grant.role in (Role.STREET_OFFICER, Role.COMMUNITY_WORKER) and grant.area_code:
            seen |= Q(community__code__startswith=grant.area_code)
    rows = PlaceConsent.objects.filter(seen)
    if actor.interests:
        theirs = Q(proposal__applicant_id__in=actor.interests) | Q(proposal__host_id__in=actor.interests)
        rows = rows.exclude(theirs)
    return rows
