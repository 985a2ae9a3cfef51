"""The log as a list: newest first, narrowed by thing, step, role and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.audit.models import Entry
from core.clock import SHANGHAI
from core.lifecycle import Stateful
from core.policy import Role
from core.ui.lists import Choice, Col, Filter, ListPage, page_of
from core.ui.speech import role_words, state_words, verb_words
from core.ui.timeline import names_of

HIGHEST = 2**63 - 1


@cache
def kinds_of_things() -> list[tuple[str, Any]]:
    """Everything that the log speaks of, by what it is called."""
    models = [model for model in apps.get_models() if issubclass(model, Stateful)]
    named = [(model._meta.label_lower, model._meta.verbose_name) for model in models]
    return sorted(named, key=lambda pair: pair[0])


@dataclass(frozen=True)
class Step(Filter):
    """A step by its code (submit) or the beginning of it."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(verb__startswith=value.replace("\x00", "")[:80])


@dataclass(frozen=True)
class Number(Filter):
    """A whole number; the id of a thing or of an account."""

    field: str = ""

    def accepts(self, value: str) -> bool:
        return value.isascii() and value.isdigit() and int(value[:30]) <= HIGHEST

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(**{self.field: int(value)})


@dataclass(frozen=True)
class Day(Filter):
    """A day in Shanghai, from its first moment to its last."""

    kind = "date"

    def accepts(self, value: str) -> bool:
        return day_from(value) is not None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        day = day_from(value)
        if day is None:
            return rows
        start = datetime.combine(day, time(), SHANGHAI)
        return rows.filter(at__gte=start, at__lt=start + timedelta(days=1))


def day_from(text: str) -> date | None:
    """A day as the calendar has it: 31 June is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _by_role(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(actor_kind="system") if value == "system" else rows.filter(role=value)


def thing_of(entry: Entry) -> str:
    """What a step was done to: its kind and its number."""
    return f"{dict(kinds_of_things()).get(entry.object_type, entry.object_type)} {entry.object_id}"


def step_of(entry: Entry) -> str:
    """What the step is called; for a fact or an unnamed step, its code."""
    return verb_words(entry.object_type, entry.verb) or entry.verb


def moved(entry: Entry) -> str:
    """From which state to which."""
    if not entry.target:
        return ""
    target = state_words(entry.object_type, entry.target)
    if not entry.source or entry.source == entry.target:
        return target
    return f"{state_words(entry.object_type, entry.source)} → {target}"


class LogList(ListPage):
    """Every step of every thing."""

    title = _("办理日志")
    filters = (
        Choice("object_type", _("对象"), choices=kinds_of_things),
        Number("object_id", _("对象编号"), field="object_id"),
        Step("verb", _("步骤代码")),
        Choice("role", _("岗位"), choices=[*Role.choices, ("system", _("系统"))], by=_by_role),
        Day("day", _("日期（如 2027-03-31）")),
        Number("actor", _("账号编号"), field="actor_id"),
    )
    default_sort = "-seq"
    per_page = 50
    nothing = _("日志还是空的。")

    def __init__(self, request: HttpRequest, rows: QuerySet[Entry]) -> None:
        super().__init__(request, rows)
        self._names: dict[int, str] | None = None
        self.columns = (
            Col("seq", _("序号"), kind="int", sort="seq", link=page_of),
            Col("at", _("时间"), kind="datetime", sort="at"),
            Col("who", _("经办"), value=self.who, width=30),
            Col("thing", _("对象"), value=thing_of, width=24),
            Col("step", _("步骤"), value=step_of, width=20),
            Col("moved", _("状态"), value=moved, width=24),
            Col("verb", _("步骤代码"), on_page=False),
            Col("hash", _("摘要"), on_page=False, width=66),
        )

    @property
    def unread(self) -> list[str]:
        """What was asked of a filter and narrows nothing because it makes no sense."""
        return [str(one.label) for one in self.filters if one.name in self.asked and not self.chosen(one)]

    def who(self, entry: Entry) -> str:
        """The role that acted, and the person; all names of a page in one query."""
        if entry.actor_kind == "system":
            return _now("系统")
        if self._names is None:
            shown = self.rows.values_list("actor_id", flat=True) if self.wants_export else (
                one.actor_id for one in self.page.object_list
            )  # fmt: skip
            self._names = names_of({pk for pk in shown if pk is not None})
        label = entry.label or role_words(entry.role)
        lent = _now("（代办）") if entry.delegation_id else ""
        return f"{label} {self._names.get(entry.actor_id or 0, '')}{lent}".strip()


def about(entry: Entry) -> Q:
    """The condition "about the same thing"."""
    return Q(object_type=entry.object_type, object_id=entry.object_id)
