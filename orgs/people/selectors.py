"""Named queries about people: who somebody is today, who holds a role, who is tied to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.core.signing import Signer
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound
from core.policy import ANONYMOUS, APPLICANT_ROLES, Actor, Grant, Role, check
from core.secrets import blind_index
from core.todo import Todo
from orgs.areas.selectors import valid
from orgs.people import rules
from orgs.people.lifecycle import D, H, I, M
from orgs.people.models import Body, Delegation, HandOver, Interest, Invitation, Membership, Person, User

PHONE, IDENTITY = "people.phone", "people.identity"


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


def body_named(code: str) -> Body:
    """Return the body with this code of the data pack."""
    found = Body.objects.filter(code=code).first()
    if found is None:
        raise NotFound()
    return found


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


# What waits


def todo_for(actor: Actor, *, now: datetime) -> list[Todo]:
    """Return what waits for somebody in this room: roles, invitations and hand-overs to approve."""
    if not actor.has(Role.SECURITY_ADMIN):
        return []
    waiting = [
        (_("待批准的岗位"), "people.approve_role", Membership.objects.filter(state=M.REQUESTED)),
        (_("待批准的邀请"), "people.send_invitation", Invitation.objects.filter(state=I.REQUESTED)),
        (_("待批准的工作交接"), "people.approve_handover", HandOver.objects.filter(state=H.REQUESTED)),
    ]
    found = [
        Todo(label, sum(check(actor, row, one) is not None for one in rows)) for label, row, rows in waiting
    ]
    return [todo for todo in found if todo.count]


def delegated_today(user: User, *, now: datetime) -> list[Delegation]:
    """Return the roles a user exercises for somebody else today, for the desk's banner."""
    return list(delegations(on=day_of(now)).filter(delegate=user).select_related("membership__user__person"))
