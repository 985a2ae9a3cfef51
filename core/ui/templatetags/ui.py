"""Tags and filters of every page: `{% load ui %}`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import clock, masking, money
from core.files.refusals import size_text
from core.lifecycle import state_fields
from core.ui.lists import Cell, ListPage
from core.ui.speech import role_words, verb_words
from core.ui.stages import stage_bar as read_bar
from core.ui.timeline import moments

register = template.Library()
TONES = ("neutral", "info", "ok", "warn", "bad")
TONE_ICONS = {
    "neutral": "circle",
    "info": "loader",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-x",
}


@lru_cache(maxsize=512)
def _svg(name: str, size: int) -> SafeString:
    # The markup comes from the lucide package and two constants of ours, never from anybody's input.
    svg = lucide._render_icon(name, size, stroke_width="1.75", aria_hidden="true", focusable="false")
    return mark_safe(svg.replace("<svg ", '<svg class="icon" ', 1))  # noqa: S308


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A lucide icon as inline SVG, hidden from screen readers: put words beside it."""
    return _svg(name, size)


@register.filter
def yuan(fen: int | str | None) -> str:
    """Fen as yuan; a dash where there is no amount."""
    return "—" if fen is None or fen == "" else money.format_yuan(int(fen))


@register.filter
def capital(fen: int) -> str:
    """Fen in capital letters."""
    return money.capital(int(fen))


@register.filter
def wan(fen: int) -> str:
    """Fen as 万元 with two places, for headings only; in English, which has no such unit, as yuan."""
    if not (translation.get_language() or "zh").startswith("zh"):
        return _("%(amount)s 元") % {"amount": money.format_yuan(int(fen)).removesuffix(".00")}
    whole, rest = divmod((int(fen) + 5_000) // 10_000, 100)
    return _("%(amount)s万元") % {"amount": f"{whole:,}.{rest:02d}".rstrip("0").rstrip(".")}


@register.filter
def moment(value: datetime | None) -> str:
    """An instant to the minute, in Shanghai."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value else "—"


@register.filter
def deadline(value: datetime | None) -> str:
    """The last instant of a period, in Shanghai: midnight is 24:00 of the day that ends."""
    if value and f"{clock.local(value):%H:%M:%S}" == "00:00:00":
        return f"{clock.local(value) - timedelta(days=1):%Y-%m-%d} 24:00"
    return moment(value)


@register.filter
def exact(value: datetime | None) -> str:
    """An instant to the second, in Shanghai."""
    return f"{clock.local(value):%Y-%m-%d %H:%M:%S}" if value else "—"


@register.filter
def day(value: date | None) -> str:
    """A day; of an instant, the day in Shanghai."""
    if not value:
        return "—"
    return f"{clock.local(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


@register.filter
def filesize(size: int) -> str:
    """Bytes as people say them."""
    return size_text(int(size))


@register.filter
def rule_text(violation: Any) -> str:
    """The sentence of a broken rule, in the reader's language."""
    return str(violation)


@register.filter
def step_words(entry: Any) -> str:
    """An entry of the log in a few words: who did what."""
    return f"{entry.label or role_words(entry.role)} {verb_words(entry.object_type, entry.verb) or _('更新')}"


register.filter("mask_phone", masking.mask_phone)
register.filter("mask_id", masking.mask_id)
register.filter("mask_bank", masking.mask_bank)
register.filter("mask_name", masking.mask_name)


@register.inclusion_tag("components/badge.html")
def badge(text: Any, tone: str = "neutral") -> dict[str, Any]:
    """A status: shape, words and colour, so that none of them is needed alone."""
    known = tone if tone in TONES else "neutral"
    return {"text": text, "tone": known, "shape": TONE_ICONS[known]}


@register.inclusion_tag("components/badge.html")
def state_badge(obj: Any, public: bool = False) -> dict[str, Any]:
    """The state of an object; its class may give `STATE_TONES` and `PUBLIC_NAMES`."""
    field = state_fields(type(obj))[0]
    state = getattr(obj, field.attname)
    text = dict(field.flatchoices).get(state, state)
    if public:
        text = getattr(obj, "PUBLIC_NAMES", {}).get(state, text)
    return badge(text, getattr(obj, "STATE_TONES", {}).get(state, "neutral"))


@register.inclusion_tag("components/stages.html")
def stage_bar(obj: Any, public: bool = False) -> dict[str, Any]:
    """Where the object is, who has it, since when, what is next."""
    return {"bar": read_bar(obj, public=public), "public": public}


@register.inclusion_tag("components/timeline.html")
def timeline(
    obj: Any,
    names: bool = False,
    reasons: bool = True,
    only: Collection[str] | None = None,
    skip: Collection[str] = (),
) -> dict[str, Any]:
    """What happened to the object, in words."""
    return {"moments": moments(obj, with_names=names, with_reasons=reasons, only=only, skip=skip)}


@register.inclusion_tag("components/buttons.html", takes_context=True)
def buttons(context: Any, offers: Sequence[Any]) -> dict[str, Any]:
    """What one may press now, then what one may not and why."""
    greyed = [one for one in offers if not one.may and not one.is_open]
    return {"offers": offers, "greyed": greyed, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/list.html", takes_context=True)
def list_page(context: Any, page: ListPage, title: str = "") -> dict[str, Any]:
    """Filters, table, pages and export of a list."""
    return {"list": page, "title": title, "request": context.get("request")}


@register.simple_tag
def cell(one: Cell) -> str:
    """A value the way its kind is read."""
    show: Callable[[Any], str] = _SHOWN.get(one.col.kind, _text)
    shown = show(one.value)
    return render_to_string("components/cell.html", {"cell": one, "shown": shown})


@register.inclusion_tag("components/errors.html")
def error_summary(form: Any = None, violations: Sequence[Any] = ()) -> dict[str, Any]:
    """What is wrong, each with a link to its field; nothing when nothing is."""
    faults: list[tuple[str, Any]] = []
    if form is not None and form.is_bound:
        faults += [("", error) for error in form.non_field_errors()]
        faults += [
            (_target(one), f"{str(one.label).rstrip('。')}：{error}") for one in form for error in one.errors
        ]
    names = {name: _target(form[name]) for name in form.fields} if form is not None else {}
    faults += [(names.get(one.subject, ""), one) for one in violations]
    return {"faults": faults}


def _target(bound: Any) -> str:
    """The id a link to the field leads to; of a group of choices, the first."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag("components/field.html")
def field(bound: Any, hint: str = "") -> dict[str, Any]:
    """A field with its label, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or type(widget).__name__.lower()
    return {
        "field": bound,
        "hint": hint,
        "kind": kind,
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
    }


@register.inclusion_tag("components/job.html", takes_context=True)
def job_progress(context: Any, job: Any) -> dict[str, Any]:
    """How far a job is; asks again every two seconds until it ends."""
    return {"job": job, "request": context.get("request"), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/empty.html")
def empty(text: Any, hint: Any = "", href: str = "", action: Any = "") -> dict[str, Any]:
    """Nothing here, and what to do next."""
    return {"text": text, "hint": hint, "href": href, "action": action}


def _yes(value: Any) -> str:
    return "—" if value is None else _("是") if value else _("否")


def _text(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


_SHOWN: dict[str, Callable[[Any], str]] = {"yuan": yuan, "date": day, "datetime": moment, "bool": _yes}
