"""Bodies: committees, sections, offices, firms; and every registered house as a house."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import policy
from core.clock import today
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.making import made
from core.ui.pages import listed, shown
from orgs.people import buttons, selectors, services
from orgs.people.forms import pages as forms
from orgs.people.lifecycle import I
from orgs.people.lists import BodyList
from orgs.people.models import Body, Invitation


@permits("people.list_bodies")
def bodies(request: HttpRequest) -> HttpResponse:
    """Bodies."""
    actor = actor_of(request)
    may_create = actor.has(*policy.row("people.create_body").roles())
    page = BodyList(request, selectors.bodies_visible_to(actor))
    return listed(request, page, filename="bodies", template="orgs/people/bodies.html", may_create=may_create)


def _create(data: dict[str, Any], **pressed: Any) -> Any:
    places = {name: data[name] for name in ("parent", "street", "community") if data[name] is not None}
    plain = {name: data[name] for name in ("kind", "name", "short_name")}
    return services.create_body(**plain, **places, **pressed)


@permits("people.create_body", None, "GET", "POST")
def new_body(request: HttpRequest) -> HttpResponse:
    """Create a body."""
    return made(
        request, forms.NewBodyForm, _create, title=_("新建机构"), done=_("机构已建立。"), submit=_("建立"),
        hint=_("社会组织和备案组织请在“社会组织”栏目登记。"),
    )  # fmt: skip


@permits("people.view_body", Body, see="people.view_body")
def body(request: HttpRequest, house: Body) -> HttpResponse:
    """One body and who works there."""
    return _body_page(request, house)


def _body_page(request: HttpRequest, house: Body, pressed: Pressed | None = None) -> HttpResponse:
    house = Body.objects.select_related("parent", "street", "community__street").get(pk=house.pk)
    actor = actor_of(request)
    held = selectors.roles_visible_to(actor).filter(body=house)
    open_ones = Invitation.objects.filter(body=house, state__in=[I.REQUESTED, I.SENT])
    return shown(
        request, house, "orgs/people/body.html", buttons=buttons.BODY, press="press_body", pressed=pressed,
        members=held.filter(pk__in=selectors.memberships(on=today()).order_by().values("pk")),
        invitations=(selectors.invitations_visible_to(actor) & open_ones).order_by("pk"),
        children=house.children.order_by("kind", "name", "pk"),
    )  # fmt: skip


@permits("people.view_body", Body, "GET", "POST", see="people.view_body")
def press_body(request: HttpRequest, house: Body, code: str) -> HttpResponse:
    """Answer a button of a body."""
    return press(request, house, code, buttons.BODY, _body_page, house.get_absolute_url())
