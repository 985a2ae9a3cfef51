"""The board: red, amber or green, and why. Plain Python; each rule that is broken gives its sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.rulebook import N_, Violation, rule, violations

RED, AMBER, GREEN, DONE = "red", "amber", "green", "done"
WORDS = {RED: N_("预警"), AMBER: N_("关注"), GREEN: N_("正常"), DONE: N_("办结")}
TONES = {RED: "bad", AMBER: "warn", GREEN: "ok", DONE: "neutral"}
ENDED = ("closed", "archived", "lapsed")
SOON_DAYS = 14
SIGN_SOON_DAYS = 3
IDLE_DAYS = 60
BEHIND_FROM_PERCENT = 30
BEHIND_BY_PERCENT = 30
Outcome = bool | dict[str, object]


@dataclass(frozen=True)
class Course:
    """Where a project stands on a day; ``first_day`` is the first whose spending counts."""

    state: str
    today: date
    sign_by: date
    is_accepted: bool
    first_day: date | None
    ends_on: date
    award_fen: int
    spent_fen: int
    has_midterm: bool
    midterm_passed: bool
    midterm_failures: int
    midterm_due: date
    final_due: date
    rectify_by: date | None = None
    final_failed: bool = False
    last_activity_on: date | None = None

    @property
    def next_due(self) -> date | None:
        """Return when the next report of a running project must lie before its panel."""
        if self.state != "active":
            return None
        return self.midterm_due if self.has_midterm and not self.midterm_passed else self.final_due


@rule("V1", says=N_("签约期限 {day} 已过，协议尚未签署"), source="项目进度看板")
def agreement_is_signed_in_time(course: Course) -> Outcome:
    """Nobody waits for a signature after its last day."""
    waits = course.state == "awaiting_agreement" and not course.is_accepted
    return not (waits and course.today > course.sign_by) or {"day": course.sign_by}


@rule("V2", says=N_("报告应于 {day} 前提交，已逾期 {days} 天"), source="项目进度看板")
def report_is_not_late(course: Course) -> Outcome:
    """The report that is next is not overdue."""
    due = course.next_due
    return due is None or course.today <= due or {"day": due, "days": (course.today - due).days}


@rule("V3", says=N_("整改期限 {day} 已过"), source="项目进度看板")
def rectification_is_in_time(course: Course) -> Outcome:
    """What is wrong is put right by the day that was given."""
    late = course.state == "rectifying" and course.rectify_by and course.today > course.rectify_by
    return not late or {"day": course.rectify_by}


@rule("V4", says=N_("整改后复评仍不合格"), source="项目进度看板")
def second_try_was_passed(course: Course) -> bool:
    """A mid-term is not failed twice."""
    return not (course.state == "rectifying" and course.midterm_failures >= 2)


@rule("V5", says=N_("末期评估不合格"), source="项目进度看板")
def final_was_not_failed(course: Course) -> bool:
    """A final evaluation is not failed."""
    return not (course.state == "final_review" and course.final_failed)


@rule("V6", says=N_("项目已暂停"), source="项目进度看板")
def is_not_suspended(course: Course) -> bool:
    """The project does not stand still."""
    return course.state != "suspended"


@rule("V7", says=N_("项目已终止或撤销，正在追回资金"), source="项目进度看板")
def nothing_is_recovered(course: Course) -> bool:
    """No money is asked back."""
    return course.state != "recovering"


@rule("V8", says=N_("正在整改，期限 {day}"), source="项目进度看板")
def nothing_is_put_right(course: Course) -> Outcome:
    """No mid-term has to be put right."""
    return course.state != "rectifying" or {"day": course.rectify_by}


@rule("V9", says=N_("报告应于 {day} 前提交，还有 {days} 天"), source="项目进度看板")
def report_is_not_due_soon(course: Course) -> Outcome:
    """The next report is more than a fortnight away."""
    due = course.next_due
    if due is None or not 0 <= (due - course.today).days <= SOON_DAYS:
        return True
    return {"day": due, "days": (due - course.today).days}


@rule("V10", says=N_("签约期限 {day}，还有 {days} 天"), source="项目进度看板")
def signature_is_not_due_soon(course: Course) -> Outcome:
    """There is time left to sign."""
    left = (course.sign_by - course.today).days
    waits = course.state == "awaiting_agreement" and not course.is_accepted
    return not (waits and 0 <= left <= SIGN_SOON_DAYS) or {"day": course.sign_by, "days": left}


@rule("V11", says=N_("执行期已过 {elapsed}%，支出仅 {spent}%"), source="项目进度看板")
def spending_keeps_up(course: Course) -> Outcome:
    """Spending is not far behind the calendar."""
    if course.state != "active" or course.first_day is None:
        return True
    elapsed = elapsed_percent(course.first_day, course.ends_on, course.today)
    spent = course.spent_fen * 100 // course.award_fen
    behind = elapsed >= BEHIND_FROM_PERCENT and spent + BEHIND_BY_PERCENT < elapsed
    return not behind or {"elapsed": elapsed, "spent": spent}


@rule("V12", says=N_("已 {days} 天没有活动记录"), source="项目进度看板")
def something_happens(course: Course) -> Outcome:
    """A running project has an activity within sixty days."""
    since = course.last_activity_on or course.first_day
    if course.state != "active" or since is None or course.today > course.ends_on:
        return True
    days = (course.today - since).days
    return days <= IDLE_DAYS or {"days": days}


RED_RULES = (
    agreement_is_signed_in_time,
    report_is_not_late,
    rectification_is_in_time,
    second_try_was_passed,
    final_was_not_failed,
    is_not_suspended,
    nothing_is_recovered,
)
AMBER_RULES: tuple[Callable[[Course], Outcome], ...] = (
    nothing_is_put_right,
    report_is_not_due_soon,
    signature_is_not_due_soon,
    spending_keeps_up,
    something_happens,
)


def elapsed_percent(first: date, last: date, today: date) -> int:
    """Return how much of a period is over, in whole percent from 0 to 100.

    >>> elapsed_percent(date(2026, 7, 1), date(2026, 7, 11), date(2026, 7, 6))
    50
    """
    whole = max((last - first).days, 1)
    return min(max((today - first).days * 100 // whole, 0), 100)


@dataclass(frozen=True)
class Light:
    """The colour of a project, and the sentences behind it."""

    colour: str
    reasons: tuple[Violation, ...] = ()

    @property
    def word(self) -> str:
        """Return the colour in a word: colour is never alone."""
        return WORDS[self.colour]

    @property
    def tone(self) -> str:
        """Return the tone of the badge."""
        return TONES[self.colour]


def light(course: Course) -> Light:
    """Return the light of a project: red before amber before green; what ended has none."""
    if course.state in ENDED:
        return Light(DONE)
    if red := violations(RED_RULES, course):
        return Light(RED, tuple(red))
    if amber := violations(AMBER_RULES, course):
        return Light(AMBER, tuple(amber))
    return Light(GREEN)
