"""The stage bar: where a thing is, who has it, since when, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import policy
from core.lifecycle import state_fields
from core.ui.speech import method_words, role_words

DONE, CURRENT, TODO = "done", "current", "todo"


@dataclass(frozen=True)
class Stage:
    """One station: its code, its name, and whether it is behind, here or ahead."""

    code: str
    label: str
    status: str


@dataclass(frozen=True)
class StageBar:
    """All that the component shows."""

    stages: tuple[Stage, ...]
    current: str
    is_aside: bool
    who: tuple[str, ...]
    since: datetime | None
    next_steps: tuple[str, ...]


def stage_bar(obj: Any, *, public: bool = False) -> StageBar:
    """Read the bar from the machine of an object.

    A model may give `STAGES` (the codes of its main way; else all states in order), `PUBLIC_NAMES` (what
    applicants read), `ASIDE` (verbs that leave the main way and wait for nobody), and the bar shows a state
    beside the main way after the last station that was passed.
    """
    field = state_fields(type(obj))[0]
    state = getattr(obj, field.attname)
    labels = {code: str(label) for code, label in field.flatchoices}
    if public:
        labels |= {code: str(name) for code, name in getattr(obj, "PUBLIC_NAMES", {}).items()}
    way = [code for code in getattr(obj, "STAGES", list(labels)) if code in labels]
    is_aside = state not in way
    here = _place(obj, state, way)
    stages = _merged([(code, labels[code], at) for at, code in enumerate(way)], here, is_aside)
    if is_aside:
        stages.insert(_index(stages), Stage(state, labels.get(state, state), CURRENT))
    steps, roles = _ahead(obj, field, state)
    who = tuple(role_words(role) for role in sorted(roles))
    return StageBar(tuple(stages), labels.get(state, state), is_aside, who, obj.state_since, tuple(steps))


def _place(obj: Any, state: str, way: list[str]) -> int:
    """The index of the state on the main way; for a state beside it, of the last station passed."""
    if state in way:
        return way.index(state)
    from core.audit.selectors import entries_of

    passed = set(entries_of(obj).values_list("target", flat=True)) if obj.pk else set()
    return max((way.index(code) for code in passed if code in way), default=-1)


def _merged(way: list[tuple[str, str, int]], here: int, is_aside: bool) -> list[Stage]:
    """Stations with the same public name are one station."""
    stages: list[Stage] = []
    for code, label, at in way:
        status = DONE if at < here or (is_aside and at == here) else CURRENT if at == here else TODO
        if stages and stages[-1].label == label:
            rank = (TODO, DONE, CURRENT)
            status = max(status, stages[-1].status, key=rank.index)
            stages[-1] = Stage(code, label, status)
        else:
            stages.append(Stage(code, label, status))
    return stages


def _index(stages: list[Stage]) -> int:
    return sum(stage.status == DONE for stage in stages)


def _ahead(obj: Any, field: Any, state: str) -> tuple[list[str], set[str]]:
    """Steps that leave this state, by name, and the roles that may take one of them."""
    steps: list[str] = []
    roles: set[str] = set()
    for method in field.transitions[type(obj)].values():
        found = method._django_fsm.get_transition(state)
        if found is None or method.__name__ in getattr(obj, "ASIDE", ()):
            continue
        if name := getattr(found.permission, "row_name", None):
            row = policy.row(name)
            roles |= row.roles()
        words = str(method_words(method))
        if words and words not in steps:
            steps.append(words)
    return steps, roles
