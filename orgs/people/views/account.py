"""One's own account: who one is, which roles one holds or lends, which interests one declared."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import logout, update_session_auth_hash
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.clock import today
from core.routes import actor_of, signed_in
from core.ui.buttons import Pressed, offers, press
from core.ui.paperwork import papers_of
from orgs.people import buttons, rules
from orgs.people.models import Delegation, Membership, Person, User


@signed_in("GET")
def account(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    return _page(request, _oneself(request))


def _oneself(request: HttpRequest) -> Person:
    return Person.objects.select_related("user").get(user=request.user.pk or 0)


def _address(code: str) -> str:
    return reverse("press_account", args=[code])


def _page(request: HttpRequest, person: Person, pressed: Pressed | None = None) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "object": person,
        "offers": offers(person, actor, buttons.ACCOUNT, _address, pressed),
        "pressed": pressed,
        "papers": papers_of(person, actor),
        "named": False,
        "sees_interests": True,
        "today": today(),
        "second_factor": Authenticator.objects.filter(user_id=request.user.pk).exists(),
        "needs_second_factor": rules.needs_second_factor(actor.roles()),
        **_ties(person),
    }
    status = pressed.status if pressed else 200
    return render(request, "orgs/people/account.html", context, status=status)


def _ties(person: Person) -> dict[str, Any]:
    roles = Membership.objects.filter(user__person=person).select_related("body")
    mine = Q(membership__user__person=person) | Q(delegate__person=person)
    lent = Delegation.objects.filter(mine).select_related(
        "membership__body", "membership__user__person", "delegate__person"
    )
    return {
        "roles": roles.order_by("-valid_from", "-pk"),
        "delegations": lent.order_by("-valid_to", "-pk"),
        "interests": person.interests.select_related("body").order_by("-valid_from", "-pk"),
    }


@signed_in("GET", "POST")
def press_account(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a button of one's own account; what ends sessions keeps this browser in a sound state."""
    answer = press(request, _oneself(request), code, buttons.ACCOUNT, _page, reverse("account"))
    if request.method == "POST" and answer.status_code == 302:
        if code == "sign_out":
            logout(request)
        elif code == "contact":
            update_session_auth_hash(request, User.objects.get(pk=request.user.pk or 0))
    return answer
