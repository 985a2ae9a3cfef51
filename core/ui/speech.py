"""Steps in words: what a verb of the log is called when people read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.lifecycle import state_fields
from core.policy import Role

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_verbs: dict[str, dict[str, Any]] = {}
_COMMON: dict[str, Any] = {
    "create": _("建立"),
    "open": _("建立"),
    "edit": _("修改"),
    "load": _("导入"),
    "confirm_date": _("确认日期"),
}


def say_verbs(label: str, words: Mapping[str, Any]) -> None:
    """Name the steps of a model that are no transitions: `say_verbs("proposals.proposal", {...})`."""
    _verbs.setdefault(label, {}).update(words)


def verb_words(label: str, verb: str) -> str:
    """What a step is called; "" when nobody named it, so that the page tells the new state instead."""
    named = _verbs.get(label, {}).get(verb) or _transition_words(label).get(verb) or _COMMON.get(verb)
    return gettext(named) if isinstance(named, str) else str(named or "")


def state_words(label: str, state: str) -> str:
    """What a state is called on the pages of officers."""
    return str(_state_labels(label).get(state, state))


def role_words(role: str) -> str:
    """What a role is called."""
    return str(Role(role).label) if role in Role.values else gettext("系统")


@cache
def _state_labels(label: str) -> dict[str, Any]:
    fields = state_fields(apps.get_model(label))
    return dict(fields[0].flatchoices) if fields else {}


@cache
def _transition_words(label: str) -> dict[str, Any]:
    model = apps.get_model(label)
    found: dict[str, Any] = {}
    for field in state_fields(model):
        for name, method in field.transitions[model].items():
            if words := method_words(method):
                found[name] = words
    return found


@cache
def _steps_by_permission() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for model in apps.get_models():
        for field in state_fields(model):
            for method in field.transitions[model].values():
                words = str(method_words(method))
                for step in method._django_fsm.transitions.values():
                    steps = found.setdefault(getattr(step.permission, "row_name", ""), [])
                    if words and words not in steps:
                        steps.append(words)
    return found


def permission_words(name: str) -> str:
    """The steps a permission row lets somebody take, in words; "" for a row of no step."""
    return "、".join(gettext(words) for words in _steps_by_permission().get(name, []))


def method_words(method: Any) -> Any:
    """The name a transition gives itself: its `label`, or a docstring that is Chinese."""
    first = ((method.__doc__ or "").strip().splitlines() or [""])[0].rstrip("。.")
    for found in method._django_fsm.transitions.values():
        if label := found.custom.get("label"):
            return label
    return getattr(method, "label", "") or (first if _CHINESE.search(first) else "")
