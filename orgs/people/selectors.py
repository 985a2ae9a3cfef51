"""Named queries about people: who somebody is today, who holds a role, who is tied to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.signing import Signer
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.clock import day_of
from core.policy import ADMINISTRATORS, ANONYMOUS, APPLICANT_ROLES, STAFF_ROLES, Actor, Grant, Role
from core.secrets import blind_index
from core.todo import Pending
from orgs.areas.selectors import valid
from orgs.people import rules
from orgs.people.lifecycle import D, H, I, M
from orgs.people.models import Body, Delegation, HandOver, Interest, Invitation, Membership, Person, User
from orgs.people.permissions import INVITERS, WATCHERS

PHONE, IDENTITY = "people.phone", "people.identity"
ENDING_DAYS = 7


# Who somebody is


def actor_for(user: User | None, *, on: date) -> Actor:
    """Return the person with every role that counts on a day, own and delegated, in three queries.

    A disabled or anonymous account is nobody. A declared interest in a body for which the person applies is
    left out: there the person acts as the applicant, and rules keep applicants out of deciding roles.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return ANONYMOUS
    return actors_of([user], on=on)[user.pk]


def actors_of(users: Iterable[User], *, on: date) -> dict[int, Actor]:
    """Return the actors of several users by user id, in three queries for all of them."""
    people = {user.pk: user.person_id for user in users}
    grants: dict[int, list[Grant]] = defaultdict(list)
    for one in memberships(on=on).filter(user_id__in=people):
        grants[one.user_id].append(grant_of(one))
    for stand in delegations(on=on).filter(delegate_id__in=people):
        grants[stand.delegate_id].append(grant_of(stand.membership, delegation=stand))
    interests = interests_of(people.values(), on=on)
    return {
        user_id: Actor(
            user_id=user_id,
            person_id=person_id,
            grants=tuple(grants[user_id]),
            interests=frozenset(interests[person_id] - _applies_for(grants[user_id])),
        )
        for user_id, person_id in people.items()
    }


def _applies_for(grants: list[Grant]) -> set[int]:
    return {g.body_id for g in grants if g.body_id is not None and g.role in APPLICANT_ROLES}


def grant_of(membership: Membership, *, delegation: Delegation | None = None) -> Grant:
    """Return a membership as the grant that policy weighs."""
    label = f"{membership.body.label} {Role(membership.role).label}"
    return Grant(
        role=membership.role,
        body_id=membership.body_id,
        area_code=membership.area_code,
        round_code=membership.round_code,
        membership_id=membership.pk,
        delegation_id=delegation.pk if delegation else None,
        label=label + (_("（代理）") if delegation else ""),
    )


def memberships(*, on: date) -> QuerySet[Membership]:
    """Return the memberships that count on a day, with their bodies."""
    return Membership.objects.filter(valid(on), state=M.ACTIVE).select_related("body").order_by("pk")


def delegations(*, on: date) -> QuerySet[Delegation]:
    """Return the delegations that count on a day; one lapses with the membership it lends."""
    return (
        Delegation.objects.filter(
            valid(on), valid(on, "membership__"), state=D.GIVEN, membership__state=M.ACTIVE
        )
        .filter(membership__user__is_active=True)
        .select_related("membership__body")
        .order_by("pk")
    )


# Who holds a role


def users_with(*roles: str, on: date, body: Body | None = None) -> QuerySet[User]:
    """Return the active users who hold one of the roles on a day (in one body, or anywhere), with persons."""
    held = memberships(on=on).filter(role__in=roles)
    if body is not None:
        held = held.filter(body=body)
    return (
        User.objects.filter(is_active=True, pk__in=held.order_by().values("user_id"))
        .select_related("person")
        .order_by("pk")
    )


def actors(*roles: str, on: date, body: Body | None = None) -> list[Actor]:
    """Return everybody who holds one of the roles on a day, as actors, in four queries."""
    found = list(users_with(*roles, on=on, body=body))
    return list(actors_of(found, on=on).values())


def held_roles(user: User, *, on: date) -> set[str]:
    """Return the roles a user holds, or will hold from a later day, or has asked for."""
    live = Membership.objects.filter(user=user, state__in=[M.REQUESTED, M.ACTIVE])
    return set(live.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).values_list("role", flat=True))


# Who is tied to whom


def interests_of(person_ids: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """Return the bodies in which each person has declared an interest that counts on a day, in one query."""
    found: dict[int, set[int]] = defaultdict(set)
    declared = Interest.objects.filter(valid(on), person_id__in=list(person_ids))
    for person_id, body_id in declared.values_list("person_id", "body_id"):
        found[person_id].add(body_id)
    return found


def ties_of(person_ids: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """Return the bodies each person is or was tied to within three years, declared or by a role held there.

    Two queries; what a panel asks before it gives somebody a dossier.
    """
    people, since = list(person_ids), rules.tied_since(on)
    recent = (Q(valid_to__isnull=True) | Q(valid_to__gte=since)) & Q(valid_from__lte=on)
    found: dict[int, set[int]] = defaultdict(set)
    declared = Interest.objects.filter(recent, person_id__in=people)
    held = Membership.objects.filter(recent, user__person_id__in=people, state__in=[M.ACTIVE, M.ENDED])
    for person_id, body_id in declared.values_list("person_id", "body_id"):
        found[person_id].add(body_id)
    for person_id, body_id in held.exclude(role=Role.EXPERT).values_list("user__person_id", "body_id"):
        found[person_id].add(body_id)
    return found


# Finding people and bodies


def user_by_login(text: str) -> User | None:
    """Return the account that a mobile number or an e-mail address signs in to, or None."""
    kind, value = rules.normalise_login(text)
    if kind == "mobile":
        return User.objects.select_related("person").filter(phone_index=blind_index(value, PHONE)).first()
    if kind == "email":
        return User.objects.select_related("person").filter(email=value).first()
    return None


def person_by_identity(number: str) -> Person | None:
    """Return the person with this identity number, found by its blind index."""
    index = blind_index(rules.normalise_identity_number(number), IDENTITY)
    return Person.objects.filter(id_index=index).first() if index else None


def residents_committee(community_code: str) -> Body | None:
    """Return the residents' committee of a community."""
    return Body.objects.filter(kind="residents_committee", community__code=community_code).first()


def street_office(street_code: str) -> Body | None:
    """Return the office of a street."""
    return Body.objects.filter(kind="street_office", street__code=street_code).first()


# Invitations


def invitation_token(invitation: Invitation) -> str:
    """Return the one-time token of an invitation; without the secret key the database cannot make it."""
    seal = Signer(salt="people.invitation").signature(f"{invitation.public_id}:{invitation.nonce}")
    return f"{invitation.public_id}.{seal}"


def invitation_link(invitation: Invitation) -> str:
    """Return the address that an invitation message carries."""
    base = getattr(settings, "WAGTAILADMIN_BASE_URL", "").rstrip("/")
    return f"{base}/accounts/invitation/{invitation_token(invitation)}/"


def invitation_by_token(token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation a token opens: sent, not expired, not used; None otherwise."""
    return (
        Invitation.objects.select_related("body")
        .filter(token_hash=rules.token_digest(token), state=I.SENT, expires_at__gte=now)
        .first()
    )


# Lists


def accounts() -> QuerySet[Person]:
    """Return everybody with the account, if there is one."""
    return Person.objects.select_related("user").order_by("name", "pk")


def bodies_visible_to(actor: Actor) -> QuerySet[Body]:
    """Return the bodies that staff may look at; a declared interest hides one."""
    rows = Body.objects.select_related("parent", "street", "community__street")
    return rows.exclude(pk__in=actor.interests) if actor.interests else rows


def roles_visible_to(actor: Actor) -> QuerySet[Membership]:
    """Return the roles, asked for and held, that somebody may see."""
    rows = Membership.objects.select_related("user__person", "body")
    return (
        rows if actor.has(*WATCHERS) else rows.filter(_own(actor, Role.OPERATOR) | Q(user_id=actor.user_id))
    )


def invitations_visible_to(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations that somebody may see."""
    rows = Invitation.objects.select_related("body", "invited_by__person")
    return rows if actor.has(*WATCHERS) else rows.filter(_own(actor) | Q(invited_by_id=actor.user_id))


def handovers_visible_to(actor: Actor) -> QuerySet[HandOver]:
    """Return the hand-overs that somebody may see."""
    rows = HandOver.objects.select_related("from_user__person", "to_user__person", "body")
    mine = Q(requested_by_id=actor.user_id) | Q(to_user_id=actor.user_id)
    return rows if actor.has(*WATCHERS) else rows.filter(_own(actor) | mine)


def _own(actor: Actor, *roles: str) -> Q:
    return Q(body_id__in=actor.bodies(Role.APPLICANT_ADMIN, *roles))


def colleagues_of(user_id: int, *, on: date) -> QuerySet[User]:
    """Return the active users who hold office in the houses somebody works in, their sections and parents.

    Experts belong to a house too, but who they are is not for everybody there.
    """
    mine = memberships(on=on).filter(user_id=user_id).order_by()
    houses = set(mine.values_list("body_id", flat=True)) | set(mine.values_list("body__parent_id", flat=True))
    houses.discard(None)  # type: ignore[arg-type]
    near = memberships(on=on).filter(role__in=sorted(STAFF_ROLES)).order_by()
    near = near.filter(Q(body_id__in=houses) | Q(body__parent_id__in=houses))
    found = User.objects.filter(is_active=True, pk__in=near.values("user_id")).exclude(pk=user_id)
    return found.select_related("person").order_by("person__name", "pk")


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return the names behind account ids, in one query."""
    found = User.objects.filter(pk__in=list(user_ids))
    return dict(found.values_list("pk", "person__name"))


# What waits


def todo_for(actor: Actor, *, now: datetime) -> list[Pending]:
    """Return what waits for somebody in this room: what to approve, what lapsed, what ends soon."""
    found = _to_approve(actor) if actor.has(Role.SECURITY_ADMIN) else []
    me, today = actor.user_id, day_of(now)
    if own := actor.bodies(Role.APPLICANT_ADMIN):
        ours = HandOver.objects.filter(state=H.REQUESTED, body_id__in=own, requested_by_id=me)
        found.append(Pending(_("待办理的工作交接"), ours, "on", "handovers", query="state=requested"))
    if actor.has(*INVITERS):
        lapsed = Invitation.objects.filter(state=I.SENT, expires_at__lt=now)
        asked = lapsed if actor.has(Role.SYSTEM_ADMIN) else lapsed.filter(invited_by_id=me)
        found.append(Pending(_("过期未接受的邀请"), asked, url_name="invitations", query="state=expired"))
    if actor.has(*(STAFF_ROLES - ADMINISTRATORS)):
        soon = today + timedelta(days=ENDING_DAYS)
        lent = Delegation.objects.filter(state=D.GIVEN, valid_to__gte=today, valid_to__lte=soon)
        mine = lent.filter(Q(membership__user_id=me) | Q(delegate_id=me))
        found.append(Pending(_("即将到期的授权代理"), mine, "valid_to", "account"))
    return found


def _to_approve(actor: Actor) -> list[Pending]:
    """Return what a security administrator approves: never what is about oneself or was asked by oneself."""
    me = actor.user_id or 0
    roles = Membership.objects.filter(state=M.REQUESTED).exclude(user_id=me).exclude(requested_by_id=me)
    letters = Invitation.objects.filter(state=I.REQUESTED).exclude(invited_by_id=me)
    moves = HandOver.objects.filter(state=H.REQUESTED).exclude(to_user_id=me).exclude(requested_by_id=me)
    return [
        Pending(_("待批准的岗位"), roles, url_name="roles", query="state=requested"),
        Pending(
            _("待批准的邀请"),
            letters,
            url_name="invitations",
            query="state=requested",
            page="invitation",
            titled="name",
        ),
        Pending(_("待批准的工作交接"), moves, "on", "handovers", query="state=requested"),
    ]


def delegated_today(user: User, *, now: datetime) -> list[Delegation]:
    """Return the roles a user exercises for somebody else today, for the desk's banner."""
    return list(delegations(on=day_of(now)).filter(delegate=user).select_related("membership__user__person"))
