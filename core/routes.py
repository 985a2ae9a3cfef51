"""Views and their permissions: every URL of the house says who may open it.

``@permits`` loads the object and answers 404 to those who may not see it and 403 to those who may see it but
not do this; a view can therefore not hold an object that its visitor may not see. The registry is compared
with the resolver by a test: an undeclared URL fails the build.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import NoReverseMatch, Resolver404, resolve

from core import policy

View = Callable[..., HttpResponseBase]
PUBLIC, SIGNED_IN = "public", "signed_in"


@dataclass(frozen=True)
class Declaration:
    """What a view declares: a permission row's name, or ``public`` or ``signed_in``; and its methods."""

    permission: str
    methods: tuple[str, ...]


def declaration_of(view: Any) -> Declaration | None:
    """Return what a view declared, looking through its decorators; None for an undeclared view."""
    while view is not None:
        if found := getattr(view, "declaration", None):
            return found  # type: ignore[no-any-return]
        view = getattr(view, "__wrapped__", None)
    return None


def admits_a_role(address: str, roles: Iterable[str]) -> bool:
    """Tell whether a page is one for somebody of these roles at all; Resolver404 for no page of ours."""
    declared = declaration_of(resolve(address).func)
    if declared is None or declared.permission in (PUBLIC, SIGNED_IN):
        return declared is not None
    return not policy.row(declared.permission).roles().isdisjoint(roles)


def page_for(obj: Any, roles: Iterable[str]) -> str:
    """Return the address of a thing's page, "" where it has none of its own or none for these roles.

    Whether this very thing may be opened is asked by the page.
    """
    if not hasattr(obj, "get_absolute_url"):
        return ""
    try:
        address = str(obj.get_absolute_url())
        return address if admits_a_role(address, roles) else ""
    except (NoReverseMatch, Resolver404, ObjectDoesNotExist):
        return ""


def actor_of(request: HttpRequest) -> policy.Actor:
    """Return who asks: the signed-in person, or ANONYMOUS."""
    return getattr(request, "actor", policy.ANONYMOUS)


def _declare(view: View, permission: str, methods: tuple[str, ...]) -> View:
    view.declaration = Declaration(permission, methods)  # type: ignore[attr-defined]
    return view


def _checked(view: View, methods: tuple[str, ...]) -> View:
    from django.views.decorators.http import require_http_methods

    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)
    return require_http_methods(allowed)(view)  # type: ignore[return-value]


def public(*methods: str) -> Callable[[View], View]:
    """Open a view to everybody; ``methods`` defaults to GET."""
    verbs = methods or ("GET",)

    def decorate(view: View) -> View:
        return _declare(functools.wraps(view)(_checked(view, verbs)), PUBLIC, verbs)

    return decorate


def signed_in(*methods: str) -> Callable[[View], View]:
    """Open a view to everybody who is signed in; others are sent to sign in and come back."""
    verbs = methods or ("GET",)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        return _declare(functools.wraps(view)(_checked(guarded, verbs)), SIGNED_IN, verbs)

    return decorate


def permits(
    permission: str,
    model: type[models.Model] | None = None,
    *methods: str,
    by: str = "public_id",
    see: str = "",
) -> Callable[[View], View]:
    """Open a view to those whom a permission row admits.

    With a model, the view gets the object named by the URL's ``by`` argument instead of the id. ``see`` is
    the row that decides whether it is visible (default: ``<noun>.view``).
    """
    verbs = methods or ("GET",)
    visible = see or f"{permission.split('.')[0]}.view"

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor, obj = actor_of(request), None
            if model is not None:
                obj = model._default_manager.filter(**{by: kwargs.pop(by)}).first()
                if obj is None or not policy.check(actor, visible, obj):
                    return _unseen(request)
                args = (obj, *args)
            elif not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            policy.require(actor, permission, obj)
            return view(request, *args, **kwargs)

        return _declare(functools.wraps(view)(_checked(guarded, verbs)), permission, verbs)

    return decorate


def _unseen(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    raise Http404


def back(request: HttpRequest, fallback: str) -> HttpResponse:
    """Redirect to a page of our own; an address of another host is never followed."""
    from django.utils.http import url_has_allowed_host_and_scheme

    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target) if safe and target.startswith("/") else redirect(fallback)
