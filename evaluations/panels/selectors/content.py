"""A snapshot made readable: sections with labelled rows, lists and tables, whatever room froze it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core.money import format_yuan
from evaluations.panels.selectors.above import Heading

WORDS: dict[str, Any] = {
    "budget": _("预算"),
    "requested_fen": _("申请金额"),
    "place": _("落地社区"),
    "version": _("申报书版次"),
    "consent": _("社区意见"),
    "answers": _("报告内容"),
    "activities": _("活动记录"),
    "number_of_try": _("第几次提交"),
    "period": _("报告期间"),
    "service_count": _("服务人次"),
    "award_fen": _("资助金额"),
    "spent_fen": _("已支出"),
    "amount_fen": _("预算金额"),
    "vouchers": _("凭证数"),
    "date": _("日期"),
    "title": _("名称"),
    "participants": _("参加人数"),
    "volunteers": _("志愿者"),
    "summary": _("概况"),
    "no": _("序号"),
    "code": _("科目"),
    "item": _("内容"),
    "basis": _("测算依据"),
    "unit": _("单位"),
    "unit_price_fen": _("单价"),
    "quantity": _("数量"),
    "times": _("次数"),
    "subtotal_fen": _("小计"),
    "grant_fen": _("资助资金"),
    "own_fen": _("自筹"),
    "linked_activity": _("对应活动"),
    "remark": _("备注"),
    "confirmed": _("已同意"),
    "refused": _("不同意"),
    "asked": _("未答复"),
}
HIDDEN = ("version",)
WIDE_COLUMNS = ("summary", "basis", "item", "linked_activity", "remark")


@dataclass(frozen=True)
class Row:
    """An answer: its label and its text."""

    label: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows under heads; the kind of a column is int, yuan or text."""

    heads: list[tuple[str, str]]
    lines: list[list[tuple[str, str, str]]]


@dataclass(frozen=True)
class Section:
    """A part of what is judged."""

    title: str
    rows: list[Row]
    table: Table | None = None


def sections(content: Mapping[str, Any], headings: Sequence[Heading]) -> list[Section]:
    """Lay out a snapshot: the form's sections in their order, then what stands beside them, then tables."""
    left, made = dict(content), []
    for heading in headings:
        rows = [
            Row(label, _text(left.pop(key), heading.options.get(key, {})))
            for key, label in heading.labels.items()
            if key in left and not _is_table(left[key])
        ]
        if rows:
            made.append(Section(heading.title, rows))
    loose = [
        Row(*pair) for key in list(left) if not _is_table(left[key]) for pair in _rows(key, left.pop(key))
    ]
    if loose:
        made.append(Section(say("其他") if made else say("内容"), loose))
    for key, value in left.items():
        made.append(_tabled(key, value))
    return made


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _rows(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if key in HIDDEN:
        return
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield _word(str(name)), _shown(str(name), part)
        return
    yield _word(key), _shown(key, value)


def _tabled(key: str, lines: list[Mapping[str, Any]]) -> Section:
    if all(set(one) == {"label", "value"} for one in lines):
        return Section(_word(key), [Row(say(str(one["label"])), _text(one["value"], {})) for one in lines])
    names = list(dict.fromkeys(str(name) for one in lines for name in one))
    heads = [(_word(name), _kind(name, lines)) for name in names]
    cells = [
        [(_shown(name, one.get(name)), head, kind) for name, (head, kind) in zip(names, heads, strict=True)]
        for one in lines
    ]
    return Section(_word(key), [], Table(heads, cells))


def _kind(name: str, lines: list[Mapping[str, Any]]) -> str:
    if name.endswith("_fen"):
        return "yuan"
    numbers = all(isinstance(one.get(name), int) for one in lines)
    return "int" if numbers and name != "code" else "text"


def _word(key: str) -> str:
    return str(WORDS.get(key, key))


def _shown(key: str, value: Any) -> str:
    if key.endswith("_fen") and isinstance(value, int):
        return format_yuan(value)
    if key == "consent":
        return str(WORDS.get(str(value), value)) if value else say("未征询")
    return _text(value, {})


def _text(value: Any, options: Mapping[str, str]) -> str:
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if isinstance(value, Mapping):
        return "\n".join(f"{_word(str(name))}：{_text(part, options)}" for name, part in value.items())
    if isinstance(value, list):
        parts = [_text(one, options) for one in value]
        return "；".join(parts) if all("\n" not in one for one in parts) else "\n".join(parts)
    return options.get(str(value), str(value))
