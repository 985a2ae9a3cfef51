"""Before there is an application: for whom somebody may apply, and what the register says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from core import clock
from core.policy import Actor, Role
from core.rulebook import Violation, violations
from grants.proposals.lifecycle import OVER, P
from grants.proposals.models import Proposal
from grants.proposals.rules.eligibility import ELIGIBILITY_RULES, is_carried_out_here, place_agrees
from grants.proposals.selectors import default_track, eligibility_case
from grants.rounds.lifecycle import R
from grants.rounds.models import Round
from grants.rounds.rules import Track
from grants.rounds.selectors import application_window
from orgs.people.models import Body
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount, CommunityGroup, SocialOrganisation
from orgs.registry.rules import Standing
from orgs.registry.selectors import standings

WRITERS = (Role.APPLICANT_ADMIN, Role.APPLICANT_EDITOR)
RULES_OF_THE_APPLICANT = tuple(
    one for one in ELIGIBILITY_RULES if one not in (place_agrees, is_carried_out_here)
)


@dataclass(frozen=True)
class Countdown:
    """An instant to count down to, as the part of the page reads it."""

    counts_down_to: datetime
    now: datetime
    kind: str

    @property
    def left(self) -> tuple[int, int, int]:
        """Return days, hours and minutes that are left."""
        seconds = max(0, int((self.counts_down_to - self.now) / timedelta(seconds=1)))
        return seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60


def countdown_to_window(round_: Round, now: datetime) -> Countdown | None:
    """Return what an applicant counts down to: the opening, then the closing; None once it is over."""
    window = application_window(round_)
    if round_.state != R.PUBLISHED or window.is_over(now):
        return None
    if now < window.opens:
        return Countdown(window.opens, now, "opens")
    return Countdown(window.closes + window.grace, now, "closes")


def countdown_of(proposal: Proposal, now: datetime) -> Countdown | None:
    """Return what a writer counts down to: the closing of the round, or of a correction."""
    if proposal.state == P.RETURNED and proposal.correction_due and proposal.correction_due > now:
        return Countdown(proposal.correction_due, now, "correction")
    return countdown_to_window(proposal.round, now) if proposal.state == P.DRAFT else None


def missed_deadline(proposal: Proposal, now: datetime) -> datetime | None:
    """Return the deadline after which this can no longer be handed in, if it has passed."""
    if proposal.state == P.RETURNED and proposal.correction_due and proposal.correction_due <= now:
        return proposal.correction_due
    window = application_window(proposal.round)
    return window.closes + window.grace if proposal.state == P.DRAFT and window.is_over(now) else None


@dataclass(frozen=True)
class Candidate:
    """A body for which somebody may apply, with what the register knows of it."""

    body: Body
    standing: Standing
    legal: Standing
    organisation: SocialOrganisation | None
    group: CommunityGroup | None
    account: BankAccount | None
    track: Track
    live: tuple[Proposal, ...]
    track_code: str
    places_left: int

    @property
    def host(self) -> Body | None:
        """Return the body that stands behind a recorded group."""
        return self.group.host if self.group else None


def candidates(actor: Actor, round_: Round) -> list[Candidate]:
    """Return the bodies somebody may apply for, own ones first, then the groups hosted by them."""
    own = actor.bodies(*WRITERS)
    bodies = list(
        Body.objects.filter(Q(pk__in=own) | Q(group__host_id__in=own, group__state="active"))
        .select_related(
            "organisation__legal_representative", "group__host", "group__leader", "street", "community"
        )
        .order_by("name", "pk")
    )
    return _gathered(round_, sorted(bodies, key=lambda one: one.pk not in own))


def _gathered(round_: Round, bodies: list[Body]) -> list[Candidate]:
    groups = {one.pk: one.group for one in bodies if hasattr(one, "group")}
    legal = {one.pk: groups[one.pk].host_id if one.pk in groups else one.pk for one in bodies}
    on = clock.day_of(round_.parsed_terms().moment("applications_close"))
    known = standings({*legal, *legal.values()}, on)
    verified = BankAccount.objects.filter(body_id__in=set(legal.values()), state=A.VERIFIED)
    accounts = {one.body_id: one for one in verified}
    live: dict[int, list[Proposal]] = {}
    for one in live_of(round_, legal):
        live.setdefault(one.applicant_id, []).append(one)
    limit = round_.parsed_terms().limits.proposals_per_applicant
    found = []
    for body in bodies:
        group, mine = groups.get(body.pk), tuple(live.get(body.pk, ()))
        track = default_track(round_.parsed_terms(), is_group=group is not None)
        found.append(
            Candidate(
                body=body,
                standing=known[body.pk],
                legal=known[legal[body.pk]],
                organisation=getattr(body, "organisation", None),
                group=group,
                account=accounts.get(legal[body.pk]),
                track=round_.parsed_terms().tracks[track],
                live=mine,
                track_code=track,
                places_left=limit - len(mine),
            )
        )
    return found


def live_of(round_: Round, bodies: Iterable[int]) -> list[Proposal]:
    """Return the applications of some bodies in a round that have not ended, drafts included."""
    found = Proposal.objects.filter(round=round_, applicant_id__in=list(bodies)).exclude(state__in=OVER)
    return list(found.order_by("pk"))


def foreseen(round_: Round, candidate: Candidate) -> list[Violation]:
    """Return what the register already says against an application, before a place is chosen."""
    applicant, host, track = candidate.body, candidate.host, candidate.track_code
    unwritten = Proposal(round=round_, applicant=applicant, host=host, track=track)
    case = eligibility_case(unwritten)
    if host is not None:
        behind = Proposal.objects.filter(round=round_, host=host, version_no__gt=0).exclude(state=P.WITHDRAWN)
        hosted = behind.exclude(applicant=applicant).count() + 1
        case = replace(case, applicant=replace(case.applicant, hosted_here=hosted))
    return violations(RULES_OF_THE_APPLICANT, case, round_.parsed_terms())
