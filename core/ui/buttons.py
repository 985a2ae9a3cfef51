"""Buttons of an object's page: what a person may press now, and why a greyed one cannot be pressed.

A noun lists its buttons once (``buttons.py``); the same list draws the page, answers the pressing, and is
walked by the tests. A button knows its permission row and its transition, so that the page never offers what
the door would refuse, and the door still decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from core import clock, policy
from core.errors import Forbidden, NotFound, Refused
from core.lifecycle import StateField, state_fields
from core.routes import actor_of

Press = Callable[..., Any]
FormFor = Callable[[Any], type[forms.Form]]


@dataclass(frozen=True)
class Button:
    """One button: its label, the row that permits it, the step it takes, and what it asks for.

    ``press(obj, data, by=, now=, key=, version=)`` calls one service; ``data`` is the cleaned form. ``verb``
    names the transition whose state and guards decide whether it is greyed; ``when(obj)`` may return a
    sentence that says why not now. ``about(obj)`` gives the object of the permission row when it is another
    one. ``form`` is a form class, or a function that makes one for the object. ``unfolded`` shows the form at
    once, where it is what people come to the page for.
    """

    code: str
    label: Any
    permission: str
    press: Press
    verb: str = ""
    form: type[forms.Form] | FormFor | None = None
    tone: str = ""
    hint: Any = ""
    done: Any = _("已办理。")
    when: Callable[[Any], Any] | None = None
    about: Callable[[Any], Any] | None = None
    leads: Callable[[Any, Any], str] | None = None
    ask: Any = ""
    unfolded: bool = False

    def subject(self, obj: Any) -> Any:
        """The object the permission row is asked with."""
        return self.about(obj) if self.about else obj

    def form_class(self, obj: Any) -> type[forms.Form] | None:
        """The form for this object, if the button asks for anything."""
        if self.form is None or isinstance(self.form, type):
            return self.form
        return self.form(obj)


def calls(service: Press, owner: str, *, of: str = "pk") -> Press:
    """The usual pressing: one service, the key of the object as its ``owner``, the answers by name.

    ``of`` names another key that the object carries. Request key and version of the page go along where the
    service asks for them. What needs more than that writes its own function.
    """
    takes = signature(service).parameters

    def press_it(obj: Any, data: Any, *, by: Any, now: Any, **press: Any) -> Any:
        asked = {name: value for name, value in press.items() if name in takes}
        return service(**{owner: getattr(obj, of)}, **data, by=by, now=now, **asked)

    return press_it


@dataclass
class Pressed:
    """A pressing that came back: the form as it was filled in, and what was refused."""

    button: Button
    form: forms.Form | None = None
    refused: Refused | None = None

    @property
    def status(self) -> int:
        return self.refused.status if self.refused else 422


@dataclass
class Offer:
    """A button on a page: pressable, or greyed with the reason."""

    button: Button
    address: str
    version: int
    why: Any = ""
    form: forms.Form | None = None
    is_open: bool = False
    key: UUID = field(default_factory=uuid4)

    @property
    def may(self) -> bool:
        return not self.why


def offers(
    obj: Any,
    actor: policy.Actor,
    buttons: Sequence[Button],
    address: Callable[[str], str],
    pressed: Pressed | None = None,
) -> list[Offer]:
    """The buttons of an object for somebody; those of other roles are left out.

    ``address(code)`` is where a pressing is sent. What came back refused is shown filled in as it was.
    """
    return list(_offers(obj, actor, buttons, address, pressed))


def _offers(
    obj: Any, actor: policy.Actor, buttons: Sequence[Button], address: Any, pressed: Pressed | None
) -> Iterator[Offer]:
    for button in buttons:
        if not actor.has(*policy.row(button.permission).roles()):
            continue
        offer = Offer(
            button, address(button.code), getattr(obj, "row_version", 0), why_not(obj, actor, button)
        )
        if pressed is not None and pressed.button.code == button.code:
            offer.form, offer.is_open = pressed.form, True
        elif offer.may and (made := button.form_class(obj)) is not None:
            offer.form = made(auto_id=f"{button.code}-%s")
        yield offer


def why_not(obj: Any, actor: policy.Actor, button: Button) -> Any:
    """Say why a button cannot be pressed now; "" when it can."""
    subject = button.subject(obj)
    if says := _not_in_this_state(obj, button.verb):
        return says
    if button.when is not None and (says := button.when(obj)):
        return says
    if not policy.check(actor, button.permission, subject):
        return policy.refusal(actor, button.permission, subject)
    return ""


def _not_in_this_state(obj: Any, verb: str) -> Any:
    if not verb:
        return ""
    method = getattr(type(obj), verb)
    meta, field_ = method._django_fsm, state_fields(type(obj))[0]
    state = getattr(obj, field_.attname)
    if not meta.has_transition(state):
        return _("现为“%(state)s”，不能办理这一步。") % {"state": _name(field_, state)}
    for guard in meta.get_transition(state).conditions:
        if not guard(obj):
            return getattr(guard, "says", "") or _("当前状态不能办理这一步。")
    return ""


def _name(field_: StateField, state: str) -> Any:
    return dict(field_.flatchoices).get(state, state)


def press(
    request: HttpRequest,
    obj: Any,
    code: str,
    buttons: Sequence[Button],
    page: Callable[[HttpRequest, Any, Pressed | None], HttpResponse],
    home: str,
) -> HttpResponse:
    """Answer the pressing of a button: do it and go on, or show the page again with everything kept.

    ``page(request, obj, pressed)`` draws the page of the object; ``home`` is its address.
    """
    button = next((one for one in buttons if one.code == code), None)
    if button is None:
        raise Http404
    if request.method != "POST":
        return redirect(home)
    actor = actor_of(request)
    policy.require(actor, button.permission, button.subject(obj))
    form = _filled(request, obj, button)
    if form is not None and not form.is_valid():
        return page(request, obj, Pressed(button, form))
    try:
        result = _pressed(request, obj, button, form, actor)
    except (Forbidden, NotFound):
        raise
    except Refused as refused:
        fresh = type(obj)._default_manager.get(pk=obj.pk)
        return page(request, fresh, Pressed(button, form, refused))
    messages.success(request, _said(button, result))
    return redirect(button.leads(obj, result) if button.leads else home)


def _filled(request: HttpRequest, obj: Any, button: Button) -> forms.Form | None:
    made = button.form_class(obj)
    return made(request.POST, request.FILES, auto_id=f"{button.code}-%s") if made else None


def _pressed(
    request: HttpRequest, obj: Any, button: Button, form: forms.Form | None, actor: policy.Actor
) -> Any:
    data = form.cleaned_data if form is not None else {}
    return button.press(
        obj, data, by=actor, now=clock.now(), key=key_of(request), version=version_of(request)
    )


def _said(button: Button, result: Any) -> str:
    number = getattr(result, "number", "")
    is_receipt = bool(getattr(result, "entry_hash", ""))
    return (
        _("%(done)s（回执 %(number)s）") % {"done": button.done, "number": number}
        if is_receipt
        else str(button.done)
    )


def key_of(request: HttpRequest) -> UUID | None:
    """The idempotency key a form brought; None when it is absent or no key."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def version_of(request: HttpRequest) -> int | None:
    """The row version the page showed; None when it is absent or no number."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
