"""Pages of sign-in that are our own: the lock-out answer and the acceptance of an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.clock import local, now
from core.errors import NotFound, Refused
from core.policy import Actor
from core.routes import actor_of, public
from orgs.people import selectors, services
from orgs.people.backends import account_key
from orgs.people.forms import AcceptInvitationForm, SignInForm


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """Answer a sign-in of a locked account: the same page, the login still typed, and until when it lasts."""
    until = local(_last_failure(request, credentials) + settings.AXES_COOLOFF_TIME)
    form = SignInForm(initial={"login": request.POST.get("login", "")})
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    says = _("连续输错%(times)d次，账号已锁定%(minutes)d分钟。请在%(until)s之后再试，或联系管理员。") % {
        "times": settings.AXES_FAILURE_LIMIT,
        "minutes": minutes,
        "until": f"{until:%H:%M}",
    }
    return render(request, "account/login.html", {"form": form, "locked": says}, status=429)


def _last_failure(request: HttpRequest, credentials: dict[str, Any]) -> datetime:
    failed = AccessAttempt.objects.filter(
        username=account_key(request, credentials), ip_address=getattr(request, "axes_ip_address", None)
    )
    return failed.aggregate(last=Max("attempt_time"))["last"] or now()


@public("GET", "POST")
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation and accept it: with a new password, or for the account that is signed in."""
    invitation = selectors.invitation_by_token(token, now=now())
    if invitation is None:
        says = _("这条邀请链接已失效或已使用，请联系邀请人重新发送。")
        return render(request, "account/invitation_gone.html", {"says": says}, status=404)
    signed_in = request.user.is_authenticated
    form = None if signed_in else AcceptInvitationForm(request.POST or None)
    page = {"invitation": invitation, "form": form}
    if request.method == "GET" or (form is not None and not form.is_valid()):
        return render(
            request, "account/invitation.html", page, status=200 if request.method == "GET" else 422
        )
    try:
        password = form.cleaned_data["password"] if form is not None else None
        user = services.accept_invitation(token=token, password=password, by=_visitor(request), now=now())
    except NotFound as gone:
        return render(request, "account/invitation_gone.html", {"says": str(gone)}, status=404)
    except Refused as refused:
        if form is not None:
            form.add_error("password" if refused.field == "password" else None, str(refused))
        return render(request, "account/invitation.html", page | {"refused": refused}, status=refused.status)
    if signed_in:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return perform_login(request, Login(user=user, redirect_url=settings.LOGIN_REDIRECT_URL))


def _visitor(request: HttpRequest) -> Any:
    """Return who asks; a signed-in account without any role is somebody all the same."""
    actor = actor_of(request)
    if request.user.is_authenticated:
        return Actor(user_id=request.user.pk, person_id=request.user.person_id, grants=tuple(actor.grants))
    return actor
