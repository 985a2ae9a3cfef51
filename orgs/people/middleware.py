"""Who asks: request.actor on every request, and the second factor that officers cannot go without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from core.clock import today
from core.policy import Actor
from orgs.people import rules, selectors

PASSED = "second_factor"
OPEN_TO_ALL = ("/static/", "/healthz", "/readyz", "/i18n/")


def _actor(request: HttpRequest) -> Actor:
    return selectors.actor_for(request.user, on=today())  # type: ignore[arg-type]


class ActorMiddleware:
    """Sets request.actor, and leads whoever needs a second factor and has none to set it up.

    Roles are read anew on every request: a role that was taken away is gone at the next click.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if self._must_set_up(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        if request.path.startswith(OPEN_TO_ALL) or not request.user.is_authenticated:
            return False
        if request.session.get(PASSED) == request.user.pk or request.path.startswith(_own_pages()):
            return False
        return rules.needs_second_factor(request.actor.roles())  # type: ignore[attr-defined]


def _own_pages() -> tuple[str, ...]:
    return (reverse("account_logout"), reverse("account_reauthenticate"), reverse("mfa_activate_totp"))


@receiver(authentication_step_completed)
def second_factor_was_given(request: HttpRequest, method: str, user: Any, **kwargs: Any) -> None:
    """Mark the session that passed the second factor."""
    if method == "mfa":
        request.session[PASSED] = user.pk


@receiver(authenticator_added)
def second_factor_was_set_up(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Mark the session in which the second factor was set up; the code was just checked."""
    request.session[PASSED] = user.pk


@receiver(user_logged_in)
def audience_of_the_session(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Officers' sessions end after a shorter idle time."""
    if request is not None and hasattr(request, "session"):
        roles = selectors.actor_for(user, on=today()).roles()
        request.session["audience"] = "staff" if rules.needs_second_factor(roles) else "public"
