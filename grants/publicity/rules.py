"""How long a notice lasts and what its text may hold. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from core.masking import personal_numbers
from core.rulebook import N_, rule
from core.words import sentence
from core.workdays import SHANGHAI, Calendar, Period

COUNTED_UNTIL = time(9, 0)


@dataclass(frozen=True)
class Line:
    """One thing a notice announces, as the public reads it."""

    position: int
    title: str
    organisation: str
    place: str
    category: str
    amount_fen: int


@dataclass(frozen=True)
class Text:
    """A piece of public text and the place where it stands."""

    place: str
    text: str


def counts_first_day(published_at: datetime, term: bool) -> bool:
    """A first day counts where the terms say so and the notice was out by nine.

    >>> counts_first_day(datetime(2026, 6, 8, 9, 0, tzinfo=SHANGHAI), True)
    True
    >>> counts_first_day(datetime(2026, 6, 8, 9, 0, 1, tzinfo=SHANGHAI), True)
    False
    """
    return term and published_at.astimezone(SHANGHAI).time() <= COUNTED_UNTIL


def notice_period(calendar: Calendar, published_at: datetime, working_days: int, term: bool) -> Period:
    """From the day of publication to 24:00 of the last working day, in Shanghai.

    A notice published on a day that is not worked counts from the next one that is.
    """
    day = published_at.astimezone(SHANGHAI).date()
    return calendar.period(day, working_days, counts_first_day(published_at, term))


def last_day(announced: date | None, period: Period) -> date:
    """A confirmed calendar may lengthen a notice; it never ends before the day that was announced."""
    return max(announced, period.last) if announced else period.last


def reply_due(calendar: Calendar, lodged_on: date, working_days: int) -> date:
    """The last day for the answer to an objection; a legal time limit does not count its first day."""
    return calendar.add(lodged_on, working_days)


def shown_part(number: str) -> str:
    """Enough of a number to find it again, too little to use it.

    >>> shown_part("13812341234")
    '13…34'
    """
    return f"{number[:2]}…{number[-2:]}"


@rule(
    "G1",
    says=N_("{place} 含有未脱敏的个人号码（{shown}），公示前须删去或脱敏。"),
    source="《个人信息保护法》第二十八条",
)
def no_personal_number_is_shown(texts: Iterable[Text], lines: Iterable[Line]) -> list[dict[str, object]]:
    """Nobody's phone, identity number or bank account may stand in a public notice."""
    return [
        {"place": text.place, "shown": shown_part(number), "subject": text.place}
        for text in texts
        for number in personal_numbers(text.text)
    ]


@rule("G2", says=N_("公示没有列出任何项目。"), source="征集通知 公示环节")
def something_is_announced(texts: Iterable[Text], lines: Iterable[Line]) -> bool:
    """A notice without items announces nothing."""
    return bool(list(lines))


@rule("G3", says=N_("第 {position} 项缺少{missing}。"), source="征集通知 公示环节")
def every_line_is_complete(texts: Iterable[Text], lines: Iterable[Line]) -> list[dict[str, object]]:
    """Project, organisation and amount are announced for every item."""
    found = []
    for line in lines:
        has = {N_("项目名称"): line.title.strip(), N_("申报单位"): line.organisation.strip()}
        has[N_("资助金额")] = "yes" if line.amount_fen > 0 else ""
        missing = [sentence(name) for name, value in has.items() if not value]
        if missing:
            found.append({"position": line.position, "missing": missing, "subject": f"item-{line.position}"})
    return found


PUBLICATION: list[Callable[..., Any]] = [
    something_is_announced,
    every_line_is_complete,
    no_personal_number_is_shown,
]


@dataclass(frozen=True)
class Complaint:
    """What an objector gave, with the personal parts reduced to whether they are there."""

    kind: str
    has_name: bool
    has_contact: bool
    has_seal: bool
    statement: str


@rule("G4", says=N_("请写明异议的事实和理由。"), source="征集通知 异议处理")
def facts_are_stated(complaint: Complaint) -> bool:
    """An objection says what is wrong."""
    return bool(complaint.statement.strip())


@rule(
    "G5",
    says=N_("实名异议须写明姓名（单位名称）和联系方式；不愿署名的可选择匿名反映。"),
    source="征集通知 异议处理",
)
def a_signed_objection_can_be_answered(complaint: Complaint) -> bool:
    """Somebody who signs can be reached."""
    return complaint.kind == "anonymous" or (complaint.has_name and complaint.has_contact)


@rule("G6", says=N_("单位提出异议须上传加盖公章的书面材料。"), source="征集通知 异议处理")
def a_unit_seals_its_objection(complaint: Complaint) -> bool:
    """A unit objects under its seal."""
    return complaint.kind != "unit" or complaint.has_seal


COMPLAINT: list[Callable[..., Any]] = [
    facts_are_stated,
    a_signed_objection_can_be_answered,
    a_unit_seals_its_objection,
]


SHOWN = ((N_("项目名称"), "title"), (N_("单位名称"), "organisation"), (N_("落地社区"), "place"))


def texts_of(parts: Mapping[str, str], lines: Iterable[Line]) -> list[Text]:
    """Everything the public will read, each with its place; ``parts`` is place -> text of the notice."""
    found = [Text(sentence(place), text) for place, text in parts.items()]
    for line in lines:
        for name, field in SHOWN:
            place = sentence(
                N_("第 {position} 项{name}"), {"position": line.position, "name": sentence(name)}
            )
            found.append(Text(place, getattr(line, field)))
    return found
