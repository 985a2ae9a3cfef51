"""The door of the editor: whoever is not an editor today finds nothing there."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from core.policy import Role
from core.routes import actor_of


class EditorDoor:
    """Asks the membership itself, so that an expired role closes the editor before the group is synced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.path = f"/{settings.EDITOR_PATH}"
        self.sign_in = f"{self.path}login/"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(self.path) and request.path != self.sign_in:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not actor_of(request).has(Role.EDITOR):
                raise Http404
        return self.get_response(request)
