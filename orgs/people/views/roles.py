"""Accounts, roles, invitations and hand-overs, as the three administrators and the heads work with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import policy
from core.policy import Role
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.making import made
from core.ui.pages import listed, shown
from orgs.people import buttons, selectors, services
from orgs.people.forms import pages as forms
from orgs.people.lifecycle import I
from orgs.people.lists import HandOverList, InvitationList, PersonList, RoleList, is_expired
from orgs.people.models import Delegation, HandOver, Invitation, Membership, Person

SHOWN_LINK = "invitation_link"


@permits("people.view_account")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody."""
    may_register = actor_of(request).has(*policy.row("people.register").roles())
    page = PersonList(request, selectors.accounts())
    return listed(
        request, page, filename="accounts", template="orgs/people/people.html", may_register=may_register
    )


def _register(data: dict[str, Any], **pressed: Any) -> Any:
    return services.register_person(**data, **pressed)


@permits("people.view_account", None, "GET", "POST")
def new_person(request: HttpRequest) -> HttpResponse:
    """Register a human being; the service asks who may."""
    return made(
        request, forms.PersonForm, _register, title=_("登记人员"), done=_("人员已登记。"), submit=_("登记"),
        hint=_("邀请新人不必先登记：在机构页面提出邀请，对方接受时自动建立账号。"),
    )  # fmt: skip


@permits("people.view_account", Person, see="people.view_account")
def person(request: HttpRequest, someone: Person) -> HttpResponse:
    """One person: account, roles, delegations, interests."""
    return _person_page(request, someone)


def _person_page(request: HttpRequest, someone: Person, pressed: Pressed | None = None) -> HttpResponse:
    someone = Person.objects.select_related("user").get(pk=someone.pk)
    roles = Membership.objects.filter(user__person=someone).select_related("body").order_by("-valid_from")
    lent = Delegation.objects.filter(Q(membership__user__person=someone) | Q(delegate__person=someone))
    lent = lent.select_related("membership__body", "membership__user__person", "delegate__person")
    return shown(
        request, someone, "orgs/people/person.html", buttons=buttons.PERSON, press="press_person",
        pressed=pressed, account=getattr(someone, "user", None), roles=roles,
        delegations=lent.order_by("-valid_to", "-pk"),
        sees_interests=policy.check(actor_of(request), "people.view_interests") is not None,
        interests=someone.interests.select_related("body").order_by("-valid_from", "-pk"),
    )  # fmt: skip


@permits("people.view_account", Person, "GET", "POST", see="people.view_account")
def press_person(request: HttpRequest, someone: Person, code: str) -> HttpResponse:
    """Answer a button of an account."""
    return press(request, someone, code, buttons.PERSON, _person_page, someone.get_absolute_url())


@permits("people.list_roles")
def roles(request: HttpRequest) -> HttpResponse:
    """Roles."""
    rows = selectors.roles_visible_to(actor_of(request))
    return listed(request, RoleList(request, rows), filename="roles", template="orgs/people/roles.html")


@permits("people.view_role", Membership, see="people.view_role")
def role(request: HttpRequest, held: Membership) -> HttpResponse:
    """One role, asked for or held."""
    return _role_page(request, held)


def _role_page(request: HttpRequest, held: Membership, pressed: Pressed | None = None) -> HttpResponse:
    found = Membership.objects.select_related(
        "user__person", "body", "requested_by__person", "approved_by__person"
    )
    actor = actor_of(request)
    return shown(
        request, found.get(pk=held.pk), "orgs/people/role.html", buttons=buttons.ROLE, press="press_role",
        pressed=pressed, sees_account=policy.check(actor, "people.view_account") is not None,
    )  # fmt: skip


@permits("people.view_role", Membership, "GET", "POST", see="people.view_role")
def press_role(request: HttpRequest, held: Membership, code: str) -> HttpResponse:
    """Answer a button of a role."""
    return press(request, held, code, buttons.ROLE, _role_page, held.get_absolute_url())


@permits("people.list_invitations")
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations."""
    rows = selectors.invitations_visible_to(actor_of(request))
    page = InvitationList(request, rows)
    return listed(request, page, filename="invitations", template="orgs/people/roles.html")


@permits("people.view_invitation", Invitation, see="people.view_invitation")
def invitation(request: HttpRequest, offered: Invitation) -> HttpResponse:
    """One invitation; whoever sent it reads the link once, to hand it over in person."""
    return _invitation_page(request, offered)


def _invitation_page(
    request: HttpRequest, offered: Invitation, pressed: Pressed | None = None
) -> HttpResponse:
    found = Invitation.objects.select_related("body", "invited_by__person", "approved_by__person")
    offered = found.get(pk=offered.pk)
    return shown(
        request, offered, "orgs/people/invitation.html", buttons=buttons.INVITATION,
        press="press_invitation", pressed=pressed, link=_link_once(request, offered),
        is_expired=is_expired(offered),
    )  # fmt: skip


def _link_once(request: HttpRequest, offered: Invitation) -> str:
    """The link for whoever has just sent it: the first look at the page, and never again."""
    sender = offered.approved_by_id or offered.invited_by_id
    seen = request.session.get(SHOWN_LINK, [])
    if offered.state != I.SENT or sender != request.user.pk or offered.public_id in seen:
        return ""
    request.session[SHOWN_LINK] = [*seen, offered.public_id][-50:]
    return selectors.invitation_link(offered)


@permits("people.view_invitation", Invitation, "GET", "POST", see="people.view_invitation")
def press_invitation(request: HttpRequest, offered: Invitation, code: str) -> HttpResponse:
    """Answer a button of an invitation."""
    return press(request, offered, code, buttons.INVITATION, _invitation_page, offered.get_absolute_url())


@permits("people.list_handovers")
def handovers(request: HttpRequest) -> HttpResponse:
    """Hand-overs."""
    actor = actor_of(request)
    page = HandOverList(request, selectors.handovers_visible_to(actor))
    may_ask = actor.has(*policy.row("people.offer_handover").roles())
    return listed(request, page, filename="handovers", template="orgs/people/handovers.html", may_ask=may_ask)


def _ask_handover(data: dict[str, Any], **pressed: Any) -> Any:
    body, one, other = data.pop("body"), data.pop("from_user"), data.pop("to_user")
    body_id = body.pk if body else None
    return services.request_handover(
        from_user_id=one.pk, to_user_id=other.pk, body_id=body_id, **data, **pressed
    )


@permits("people.offer_handover", None, "GET", "POST")
def new_handover(request: HttpRequest) -> HttpResponse:
    """Ask that all work of one person move to another."""
    actor = actor_of(request)
    is_head = actor.has(Role.SYSTEM_ADMIN, Role.SECTION_CHIEF, Role.LEADER)
    houses = None if is_head else actor.bodies(Role.APPLICANT_ADMIN)
    return made(
        request, forms.handover_form(houses=houses), _ask_handover, title=_("申请工作交接"),
        done=_("交接申请已提交。"), submit=_("提交申请"),
        hint=_("交接日起，移交人的岗位和在办事项一并转给接手人。"),
    )  # fmt: skip


@permits("people.view_handover", HandOver, see="people.view_handover")
def handover(request: HttpRequest, move: HandOver) -> HttpResponse:
    """One hand-over and the roles it moves."""
    return _handover_page(request, move)


def _handover_page(request: HttpRequest, move: HandOver, pressed: Pressed | None = None) -> HttpResponse:
    found = HandOver.objects.select_related(
        "from_user__person", "to_user__person", "body", "requested_by__person", "approved_by__person"
    )
    moving = selectors.roles_visible_to(actor_of(request)).filter(
        user_id=move.from_user_id, state__in=buttons.LIVE
    )
    return shown(
        request, found.get(pk=move.pk), "orgs/people/handover.html", buttons=buttons.HANDOVER,
        press="press_handover", pressed=pressed,
        moving=moving.filter(body_id=move.body_id) if move.body_id else moving,
    )  # fmt: skip


@permits("people.view_handover", HandOver, "GET", "POST", see="people.view_handover")
def press_handover(request: HttpRequest, move: HandOver, code: str) -> HttpResponse:
    """Answer a button of a hand-over."""
    return press(request, move, code, buttons.HANDOVER, _handover_page, move.get_absolute_url())
