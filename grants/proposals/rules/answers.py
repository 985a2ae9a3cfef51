"""Is the form filled in? Read against the schema of the form version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.rulebook import N_, rule

Answers = Mapping[str, Any]
MAX_FILES = 2
MISSING: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True)
class Question:
    """One field of the form."""

    key: str
    label: str
    type: str
    section: str
    blind: bool
    required: bool
    bounds: Mapping[str, int]
    options: tuple[str, ...]
    labels: tuple[str, ...]
    help: str
    when: tuple[str, Any] | None

    def applies(self, answers: Answers) -> bool:
        """Tell whether the condition of the field is met."""
        return self.when is None or answers.get(self.when[0]) == self.when[1]


def questions(schema: Mapping[str, Any]) -> Iterator[Question]:
    """Yield the fields of a form schema in order."""
    for section in schema["sections"]:
        for item in section["fields"]:
            when = item.get("when")
            yield Question(
                key=item["key"],
                label=item["label"],
                type=item["type"],
                section=section["key"],
                blind=bool(section["blind"]),
                required=bool(item.get("required")),
                bounds={
                    name: item[name] for name in ("min", "max", "min_length", "max_length") if name in item
                },
                options=tuple(option["value"] for option in item.get("options", ())),
                labels=tuple(option.get("label", option["value"]) for option in item.get("options", ())),
                help=item.get("help", ""),
                when=(when["field"], when["equals"]) if when else None,
            )


def section_keys(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of the sections in order."""
    return tuple(section["key"] for section in schema["sections"])


def split_by_blindness(schema: Mapping[str, Any], answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers a reviewer sees first, and those shown after the blind part is locked."""
    blind: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for item in questions(schema):
        if item.key in answers:
            (blind if item.blind else shown)[item.key] = answers[item.key]
    return blind, shown


@rule("C1", says=N_("“{label}”还没有填写"), source="申报书 填写说明")
def required_answers_are_given(schema: Mapping[str, Any], answers: Answers) -> bool | list[dict[str, object]]:
    """Every required field whose condition is met has an answer."""
    missing = [
        q for q in questions(schema) if q.required and q.applies(answers) and answers.get(q.key) in MISSING
    ]
    return [{"subject": q.key, "label": q.label} for q in missing] or True


@rule("C2", says=N_("“{label}”有 {length} 字，应在 {low} 至 {high} 字之间"), source="申报书 填写说明")
def texts_keep_their_length(schema: Mapping[str, Any], answers: Answers) -> bool | list[dict[str, object]]:
    """Texts are counted in characters, spaces at the ends not included."""
    faults: list[dict[str, object]] = []
    for q in questions(schema):
        value = answers.get(q.key)
        if q.type not in ("text", "long_text") or not isinstance(value, str) or not value.strip():
            continue
        length, low, high = (
            len(value.strip()),
            q.bounds.get("min_length", 0),
            q.bounds.get("max_length", 5000),
        )
        if not low <= length <= high:
            faults.append({"subject": q.key, "label": q.label, "length": length, "low": low, "high": high})
    return faults or True


@rule("C3", says=N_("“{label}”应为 {low} 至 {high} 之间的整数"), source="申报书 填写说明")
def numbers_are_in_range(schema: Mapping[str, Any], answers: Answers) -> bool | list[dict[str, object]]:
    """Numbers are whole and within the bounds of the form."""
    faults: list[dict[str, object]] = []
    for q in questions(schema):
        value = answers.get(q.key)
        if q.type != "int" or value in MISSING:
            continue
        low, high = q.bounds.get("min", 0), q.bounds.get("max", 10**9)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            faults.append({"subject": q.key, "label": q.label, "low": low, "high": high})
    return faults or True


@rule("C4", says=N_("“{label}”的选项不在可选范围内"), source="申报书 填写说明")
def choices_are_offered(schema: Mapping[str, Any], answers: Answers) -> bool | list[dict[str, object]]:
    """A choice is one of the options; a multiple choice is a list of them."""
    faults: list[dict[str, object]] = []
    for q in questions(schema):
        value = answers.get(q.key)
        if q.type not in ("choice", "multi") or value in MISSING:
            continue
        chosen = value if isinstance(value, list) else [value]
        if (q.type == "choice" and isinstance(value, list)) or any(item not in q.options for item in chosen):
            faults.append({"subject": q.key, "label": q.label})
    return faults or True


@rule("C5", says=N_("“{label}”不是有效日期"), source="申报书 填写说明")
def dates_exist(schema: Mapping[str, Any], answers: Answers) -> bool | list[dict[str, object]]:
    """A date exists: 31 June does not."""
    faults: list[dict[str, object]] = []
    for q in questions(schema):
        value = answers.get(q.key)
        if q.type != "date" or value in MISSING:
            continue
        try:
            date.fromisoformat(str(value))
        except ValueError:
            faults.append({"subject": q.key, "label": q.label})
    return faults or True


COMPLETENESS = (
    required_answers_are_given,
    texts_keep_their_length,
    numbers_are_in_range,
    choices_are_offered,
    dates_exist,
)
