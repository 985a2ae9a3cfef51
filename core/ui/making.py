"""The page on which something new is made: a form, one service, and the page of what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from core import clock
from core.errors import Forbidden, NotFound, Refused
from core.routes import actor_of
from core.ui.buttons import key_of

Make = Callable[..., Any]
SAVED = _("已保存。")


def made(
    request: HttpRequest,
    form_class: Callable[..., forms.Form],
    make: Make,
    *,
    title: Any,
    done: Any = SAVED,
    template: str = "components/making.html",
    **more: Any,
) -> HttpResponse:
    """Show the form, or make the thing and go to its page; what was typed stays when it is refused.

    ``make(data, by=, now=, key=)`` calls one service and returns what was made.
    """
    posted = request.method == "POST"
    form = form_class(request.POST, request.FILES) if posted else form_class()
    refused: Refused | None = None
    if posted and form.is_valid():
        try:
            thing = make(form.cleaned_data, by=actor_of(request), now=clock.now(), key=key_of(request))
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, str(done))
            return redirect(thing.get_absolute_url())
    context = {"form": form, "title": title, "refused": refused, "key": uuid4(), **more}
    status = refused.status if refused else 422 if posted else 200
    return render(request, template, context, status=status)
