"""Letters about accounts and roles."""

from __future__ import annotations

from typing import Any

from cms.mailroom.rules import MAIL, Letter, News, one_line
from cms.mailroom.subscribers import audiences
from cms.mailroom.subscribers.about import day, desk_link, the
from core.words import N_
from orgs.people.events import InvitationSent, RoleDelegated, RoleEnded, RoleGranted
from orgs.people.models import Delegation, Invitation, Membership, Origin
from orgs.people.selectors import invitation_link


def _asked_for(fact: RoleGranted) -> list[Membership]:
    """Return the membership, unless the data pack installed it or an invitation has just been accepted."""
    quiet = [Origin.INSTALLED, Origin.INVITED]
    found = Membership.objects.filter(pk=fact.membership_id).exclude(origin__in=quiet)
    return list(found.select_related("body"))


def _membership_words(membership: Membership, news: News) -> dict[str, Any]:
    return {
        "body": one_line(membership.body.name),
        "role": membership.get_role_display(),
        "starts": day(membership.valid_from),
        "ends": day(membership.valid_to),
        "link": desk_link(),
    }


def _invitation_words(invitation: Invitation, news: News) -> dict[str, Any]:
    return {
        "body": one_line(invitation.body.name),
        "role": invitation.get_role_display(),
        "until": day(invitation.expires_at),
        "link": invitation_link(invitation),
    }


def _delegation_words(delegation: Delegation, news: News) -> dict[str, Any]:
    membership = delegation.membership
    return {
        "body": one_line(membership.body.name),
        "role": membership.get_role_display(),
        "holder": one_line(membership.user.person.name),
        "starts": day(delegation.valid_from),
        "ends": day(delegation.valid_to),
        "document": one_line(delegation.document),
        "link": desk_link(),
    }


LETTERS = (
    Letter(
        "invitation",
        N_("邀请开通账号"),
        (InvitationSent,),
        the(Invitation, "invitation_id", "body"),
        audiences.INVITED,
        _invitation_words,
        channels=(MAIL,),
        secret_link=True,
    ),
    Letter("role_granted", N_("岗位已批准"), (RoleGranted,), _asked_for, audiences.MEMBER, _membership_words),
    Letter(
        "role_ended",
        N_("岗位已终止"),
        (RoleEnded,),
        the(Membership, "membership_id", "body"),
        audiences.MEMBER,
        _membership_words,
    ),
    Letter(
        "role_delegated",
        N_("受托代理岗位"),
        (RoleDelegated,),
        the(Delegation, "delegation_id", "membership__body", "membership__user__person"),
        audiences.STAND_IN,
        _delegation_words,
    ),
)
