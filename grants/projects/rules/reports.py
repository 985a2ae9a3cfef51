"""What a report asks, what it shows to those who judge it, and what follows from its date. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.rulebook import N_, rule

MIDTERM, FINAL = "midterm", "final"
OWN_NAME = "本机构"


@dataclass(frozen=True)
class Question:
    """One question of a self-evaluation; a number has bounds, a text has a length."""

    key: str
    label: str
    kind: str = "text"
    least: int = 20
    most: int = 400
    required: bool = True


_BOTH = (
    Question("progress", N_("活动开展情况"), least=40, most=600),
    Question("planned_activities", N_("计划活动场次"), "int", 1, 500),
    Question("beneficiaries", N_("直接受益人数"), "int", 1, 100_000),
    Question("satisfaction_percent", N_("服务对象满意度（%）"), "int", 0, 100),
    Question("finance", N_("资金使用与专账情况"), least=20, most=400),
)
QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    MIDTERM: (
        *_BOTH,
        Question("problems", N_("存在的问题与下一步安排"), least=20, most=400),
        Question("outreach", N_("宣传与资源链接"), least=0, most=300, required=False),
    ),
    FINAL: (
        *_BOTH,
        Question("outcomes", N_("成效与变化"), least=40, most=600),
        Question("sustainability", N_("资助结束后的安排"), least=20, most=300),
        Question("outreach", N_("宣传、推广与获奖"), least=0, most=300, required=False),
    ),
}


@rule("J1", says=N_("“{label}”未填写"), source="评估通知 附件")
def answers_are_complete(stage: str, answers: Mapping[str, object]) -> bool | list[dict[str, object]]:
    """Every required question of the stage is answered."""
    missing = [q for q in QUESTIONS[stage] if q.required and answers.get(q.key) in (None, "")]
    return [{"subject": q.key, "label": q.label} for q in missing] or True


@rule("J2", says=N_("“{label}”应为 {least} 至 {most}（文字按字数，数字按数值）"), source="评估通知 附件")
def answers_are_in_bounds(stage: str, answers: Mapping[str, object]) -> bool | list[dict[str, object]]:
    """Numbers and lengths stay within what the question allows."""
    faults: list[dict[str, object]] = []
    for question in QUESTIONS[stage]:
        value = answers.get(question.key)
        if value in (None, ""):
            continue
        if not question.least <= _measure(question, value) <= question.most:
            bounds = {"label": question.label, "least": question.least, "most": question.most}
            faults.append({"subject": question.key, **bounds})
    return faults or True


@rule("J3", says=N_("报告中没有名为“{key}”的问题"), source="评估通知 附件")
def answers_are_asked_for(stage: str, answers: Mapping[str, object]) -> bool | list[dict[str, object]]:
    """Nothing is kept that the form does not ask."""
    known = {question.key for question in QUESTIONS[stage]}
    unknown: list[dict[str, object]] = [{"subject": key, "key": key} for key in answers if key not in known]
    return unknown or True


@rule("J4", says=N_("还没有活动记录；活动记录就是月报，请先补齐"), source="评估通知 附件")
def activities_are_recorded(recorded: int) -> bool:
    """A report stands on at least one activity record."""
    return recorded > 0


ANSWER_RULES = (answers_are_asked_for, answers_are_complete, answers_are_in_bounds)


def _measure(question: Question, value: object) -> int:
    if question.kind == "int":
        return value if isinstance(value, int) and not isinstance(value, bool) else -1
    return len(str(value))


def nameless(value: object, names: Iterable[str]) -> object:
    """Return a snapshot in which the names of the parties read 本机构, longest name first.

    >>> nameless({"a": ["晴川社工开展了3场"]}, ["晴川", "晴川社工"])
    {'a': ['本机构开展了3场']}
    """
    ordered = sorted({name for name in names if name}, key=len, reverse=True)
    if isinstance(value, str):
        for name in ordered:
            value = value.replace(name, OWN_NAME)
        return value
    if isinstance(value, Mapping):
        return {key: nameless(item, ordered) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nameless(item, ordered) for item in value]
    return value


def marks(*, due: date, on: date, changes_undecided: int) -> list[str]:
    """Return the deductions that come with the report itself.

    >>> marks(due=date(2026, 10, 30), on=date(2026, 11, 2), changes_undecided=0)
    ['late_report']
    """
    found = ["late_report"] if on > due else []
    return found + (["unreported_change"] if changes_undecided else [])
