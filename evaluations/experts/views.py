"""The pages of the pool and of the draws."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.routes import actor_of, permits
from core.ui.buttons import Pressed, press
from core.ui.making import made
from core.ui.pages import listed, shown
from evaluations.experts import buttons, selectors, services
from evaluations.experts.forms import DrawForm, RegisterForm
from evaluations.experts.lists import DrawList, ExpertList
from evaluations.experts.models import Draw, Expert
from orgs.people.models import User

OFFICERS = ("clerk", "section_chief")


@permits("experts.list")
def experts(request: HttpRequest) -> HttpResponse:
    """The pool."""
    page = ExpertList(request, selectors.for_list(on=clock.today()), today=clock.today())
    template, may = "evaluations/experts/experts.html", actor_of(request).has(*OFFICERS)
    return listed(request, page, filename="experts", template=template, may_register=may)


@permits("experts.view", Expert)
def expert(request: HttpRequest, expert: Expert) -> HttpResponse:
    """One expert: field, employer, absences, panels sat on."""
    return _expert_page(request, expert)


def _expert_page(request: HttpRequest, expert: Expert, pressed: Pressed | None = None) -> HttpResponse:
    expert = Expert.objects.select_related("person", "employer").get(pk=expert.pk)
    names = selectors.field_names()
    return shown(
        request,
        expert,
        "evaluations/experts/expert.html",
        buttons=buttons.EXPERT,
        press="press_expert",
        pressed=pressed,
        fields_of=[names.get(code, code) for code in expert.fields],
        leaves=list(expert.leaves.order_by("-first_day", "-pk")),
        seats=list(expert.seats.select_related("panel").order_by("-pk")),
        is_own=expert.person_id == actor_of(request).person_id,
        is_gone=bool(buttons.is_gone(expert)),
    )


@permits("experts.view", Expert, "GET", "POST")
def press_expert(request: HttpRequest, expert: Expert, code: str) -> HttpResponse:
    """Press a button of an expert."""
    return press(request, expert, code, buttons.EXPERT, _expert_page, expert.get_absolute_url())


def _register(data: dict[str, Any], **press: Any) -> Expert:
    person, employer = data.pop("person"), data.pop("employer")
    fields = data.pop("fields_of")
    employer_id = employer.pk if employer else None
    return services.register_expert(
        person_id=person.pk, employer_id=employer_id, fields=fields, **data, **press
    )


@permits("experts.register", None, "GET", "POST")
def new_expert(request: HttpRequest) -> HttpResponse:
    """Take somebody into the pool."""
    return made(request, RegisterForm, _register, title=_("专家入库"), done=_("已入库。"), submit=_("入库"))


@permits("experts.list_draws")
def draws(request: HttpRequest) -> HttpResponse:
    """Every draw."""
    page = DrawList(request, selectors.draws())
    template, may = "evaluations/experts/draws.html", actor_of(request).has(*OFFICERS)
    return listed(request, page, filename="draws", template=template, may_draw=may)


def _draw(data: dict[str, Any], **press: Any) -> Draw:
    roles = ("finance", "general")
    return services.draw_experts(
        round_code=data["round_code"],
        purpose=data["purpose"],
        seed=data["seed"],
        seats={role: data[f"seats_{role}"] for role in roles if data[f"seats_{role}"]},
        reserves={role: data[f"reserves_{role}"] for role in roles if data[f"reserves_{role}"]},
        per_employer_max=data["per_employer_max"],
        on=data["on"],
        barred=[one.pk for one in data["barred"]],
        **press,
    )


@permits("experts.draw", None, "GET", "POST")
def new_draw(request: HttpRequest) -> HttpResponse:
    """Draw; the outcome is kept with everything it depends on."""
    asked = {name: request.GET[name][:120] for name in ("round_code", "purpose") if name in request.GET}
    form = partial(DrawForm, initial=asked)
    hint = _("种子要先公布再抽取。抽取结果连同名单一并留存，任何人都可以重算；监督人见证之后才能入席。")
    return made(
        request,
        form,
        _draw,
        title=_("抽取专家"),
        done=_("已抽取，等待监督人见证。"),
        submit=_("抽取"),
        hint=hint,
    )


@permits("experts.view_draw", Draw, see="experts.view_draw")
def draw(request: HttpRequest, draw: Draw) -> HttpResponse:
    """One draw: seed, lots, outcome, and whether it comes out the same again."""
    return _draw_page(request, draw)


def _draw_page(request: HttpRequest, draw: Draw, pressed: Pressed | None = None) -> HttpResponse:
    draw = selectors.draws().get(pk=draw.pk)
    again = selectors.repeated(draw)
    witness = getattr(draw, "witness", None)
    users = {
        u.pk: u
        for u in User.objects.filter(
            pk__in=[draw.drawn_by_id or 0, getattr(witness, "user_id", 0)]
        ).select_related("person")
    }
    return shown(
        request,
        draw,
        "evaluations/experts/draw.html",
        buttons=buttons.DRAW,
        press="press_draw",
        pressed=pressed,
        lots=selectors.lots(draw),
        repeats=(list(again.seated), list(again.reserves)) == (draw.seated, draw.reserves),
        drawn_by=users.get(draw.drawn_by_id or 0),
        witness=witness,
        witnessed_by=users.get(getattr(witness, "user_id", 0)),
        panels=list(draw.panel_set.all()),
    )


@permits("experts.view_draw", Draw, "GET", "POST", see="experts.view_draw")
def press_draw(request: HttpRequest, draw: Draw, code: str) -> HttpResponse:
    """Press a button of a draw."""
    return press(request, draw, code, buttons.DRAW, _draw_page, draw.get_absolute_url())
