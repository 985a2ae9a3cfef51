"""The rounds as the public sees them, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cms.pages.rules import stages as rules
from core import clock
from core.money import split
from core.words import sentence
from evaluations.rubrics.rules.sheet import Criterion
from grants.rounds.models import Round, RoundRubric
from grants.rounds.rules import Terms, Window, words
from grants.rounds.selectors import application_window, public_rounds

DATES = (
    ("call_published", _("征集公告发布")),
    ("applications_open", _("开始申报")),
    ("applications_close", _("申报截止")),
    ("screening_until", _("资格审查完成")),
    ("panel", _("专家评审")),
    ("decision_meeting", _("会议研究")),
    ("notice_from", _("拟立项公示开始")),
    ("award_on", _("公布立项结果")),
    ("project_start", _("项目开始")),
    ("midterm_report", _("提交中期报告")),
    ("project_end", _("项目结束")),
    ("final_report", _("提交末期报告")),
    ("audit_until", _("审计完成")),
)


@dataclass(frozen=True)
class KeyDate:
    """A day of the calendar, with its time where the terms fix one."""

    label: Any
    start: date | datetime
    end: date | None
    is_past: bool
    is_next: bool = False

    @property
    def has_time(self) -> bool:
        """Tell whether the terms fix an instant and not only a day."""
        return isinstance(self.start, datetime)


@dataclass(frozen=True)
class Share:
    """A category with its part of the money."""

    name: str
    percent: int
    amount_fen: int


@dataclass(frozen=True)
class Card:
    """A round as its card on the home page shows it."""

    round: Round
    stage: str
    window: Window
    left: tuple[int, int, int]
    shares: list[Share]
    sources: list[tuple[str, int]]
    dates: list[KeyDate]

    @property
    def near_dates(self) -> list[KeyDate]:
        """Return the last day gone by and the five to come, for a card."""
        gone = sum(one.is_past for one in self.dates)
        return self.dates[max(0, gone - 1) : gone + 5]

    @property
    def tracks(self) -> list[words.TrackWords]:
        """Return who may ask for how much."""
        return words.tracks(self.round.parsed_terms())

    @property
    def stage_label(self) -> str:
        """Return the stage in the reader's language."""
        return sentence(rules.STAGES[self.stage])

    @property
    def has_results(self) -> bool:
        """Tell whether results are public: projects run."""
        return self.stage in rules.RESULT_STATES

    @property
    def tone(self) -> str:
        """Return the tone of the stage's badge."""
        return {rules.OPEN: "ok", rules.SOON: "info"}.get(self.stage, "neutral")

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Return (name, past, now or next) for the four steps a round goes through."""
        at = next(i for i, (_says, stages) in enumerate(rules.STEPS) if self.stage in stages)
        words = {-1: "past", 0: "now", 1: "next"}
        return [(sentence(says), words[(i > at) - (i < at)]) for i, (says, _stages) in enumerate(rules.STEPS)]

    @property
    def counts_down_to(self) -> datetime | None:
        """Return the instant the countdown runs to: the opening or the close; None when both are past."""
        return {rules.SOON: self.window.opens, rules.OPEN: self.window.closes}.get(self.stage)


@dataclass(frozen=True)
class Front:
    """Everything the home page says about rounds."""

    open: list[Card]
    others: list[Card]

    @property
    def current(self) -> Card | None:
        """Return the newest round whose applications are in: the one whose figures the home page shows."""
        return self.others[0] if self.others else None


def _listed() -> Any:
    return (
        public_rounds()
        .select_related("host", "operator")
        .prefetch_related("extensions", "categories__lead", "funding__source")
    )


def front(*, now: datetime, most: int = 6) -> Front:
    """Return the home page's rounds: those that take or will take applications, then the others."""
    cards = [card_of(round_, now=now) for round_ in _listed()[:most]]
    early = (rules.OPEN, rules.SOON)
    first = sorted((card for card in cards if card.stage in early), key=lambda card: early.index(card.stage))
    return Front(open=first, others=[card for card in cards if card.stage not in early])


def public_round(code: str) -> Round | None:
    """Return a published round by its code, with all that its page shows; None for any other."""
    found: Round | None = _listed().filter(code=code).first()
    return found


def card_of(round_: Round, *, now: datetime) -> Card:
    """Return a round's card; asks no query if the round came from this module."""
    window = application_window(round_)
    stage = rules.stage_of(state=round_.state, opens=window.opens, is_over=window.is_over(now), now=now)
    until = window.opens if stage == rules.SOON else window.closes
    categories = sorted(round_.categories.all(), key=lambda one: one.pk)
    amounts = split(round_.budget_fen, [one.share_percent for one in categories]) if categories else []
    return Card(
        round=round_,
        stage=stage,
        window=window,
        left=rules.countdown(until, now),
        shares=[Share(c.name, c.share_percent, fen) for c, fen in zip(categories, amounts, strict=True)],
        sources=[(one.source.name, one.amount_fen) for one in round_.funding.all()],
        dates=key_dates(round_.parsed_terms(), window, now=now),
    )


def key_dates(terms: Terms, window: Window, *, now: datetime) -> list[KeyDate]:
    """Return the calendar of the terms in order; the close as extended, the next day to come marked."""
    found = []
    for name, label in DATES:
        if name not in terms.calendar:
            continue
        start, end = _span(terms, name)
        if name == "applications_close":
            start = clock.local(window.closes)
        found.append(KeyDate(label, start, end, _is_past(end or start, now)))
    coming = next((one for one in found if not one.is_past), None)
    return [KeyDate(d.label, d.start, d.end, d.is_past, is_next=d is coming) for d in found]


def _span(terms: Terms, name: str) -> tuple[date | datetime, date | None]:
    value = terms.calendar[name]
    if isinstance(value, list):
        days = [date.fromisoformat(day) for day in value]
        return days[0], days[-1] if len(days) > 1 else None
    if isinstance(value, str) and "T" in value:
        return clock.local(terms.moment(name)), None
    return terms.day(name), None


def _is_past(day: date | datetime, now: datetime) -> bool:
    return day < now if isinstance(day, datetime) else day < clock.day_of(now)


def score_sheet(round_: Round) -> tuple[Criterion, ...]:
    """Return the criteria of the application stage; none while the round has no sheet."""
    used = (
        RoundRubric.objects.select_related("rubric_version").filter(round=round_, stage="application").first()
    )
    return used.rubric_version.parsed().criteria if used else ()
