"""What may stand on a score sheet, and what it comes to. Plain Python; `sheet` reads the specs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from core.rulebook import N_, Violation, rule, violations
from evaluations.rubrics.rules.sheet import (
    CommentRule,
    Item,
    SheetSpec,
    SheetSpecError,
    digest,
    from_pack,
    parse,
)

__all__ = [
    "CommentRule",
    "Filled",
    "Item",
    "SheetSpec",
    "SheetSpecError",
    "adjustment",
    "band",
    "blind_violations",
    "criterion_totals",
    "digest",
    "draft_violations",
    "from_pack",
    "half_up",
    "linear_points",
    "lock_violations",
    "own_items",
    "parse",
    "plain",
    "read_points",
    "total",
]

STEP = Decimal("0.5")
CENT = Decimal("0.01")
SOURCE = "评分办法"
MARK_KINDS = ("bonus", "deductions", "red_lines")
Faults = dict[str, object]


# --- filling in ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """A sheet as a reviewer has filled it: points by item path as they came in, ticks, comment.

    `items` are those the reviewer may fill, `blind_points` the points locked with the blind part (None
    while it is open), `machine` the points that come with the dossier.
    """

    spec: SheetSpec
    scores: Mapping[str, Any]
    items: tuple[Item, ...]
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    comment: str = ""
    comment_rule: CommentRule = CommentRule()
    machine: Mapping[str, Any] = field(default_factory=dict)
    blind_points: Mapping[str, Any] | None = None

    @property
    def fillable(self) -> list[tuple[Item, Any]]:
        return [(item, self.scores[item.path]) for item in self.items if item.path in self.scores]

    def gaps(self, items: Iterable[Item]) -> list[Faults]:
        return [
            {"subject": item.path, "item": item.name}
            for item in items
            if self.scores.get(item.path) in (None, "")
        ]


def own_items(spec: SheetSpec, *, is_finance: bool, machine: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items a reviewer fills: not those scored by machine, nor those left to a finance expert."""
    return tuple(i for i in spec.items if not i.by_machine or (is_finance and i.path not in machine))


def read_points(value: Any) -> Decimal | None:
    """Points as Decimal, or None for what is not a finite number.

    >>> read_points("7.5"), read_points("seven"), read_points("NaN")
    (Decimal('7.5'), None, None)
    """
    try:
        points = Decimal(str(value))
    except InvalidOperation:
        return None
    return points if points.is_finite() else None


@rule("SH1", says=N_("“{item}”不在本评分表中"), source=SOURCE)
def items_are_on_the_sheet(sheet: Filled) -> list[Faults]:
    """Points for something the sheet does not list are refused, never ignored."""
    return [{"subject": path, "item": path} for path in sheet.scores if sheet.spec.item(path) is None]


@rule("SH2", says=N_("“{item}”尚未评分，所有分项均须评分"), source=SOURCE)
def every_item_is_scored(sheet: Filled) -> list[Faults]:
    """All items are compulsory; 0 is an answer, a blank is not."""
    return sheet.gaps(sheet.items)


@rule("SH3", says=N_("“{item}”须在 0 至 {maximum} 分之间"), source=SOURCE)
def points_are_within_bounds(sheet: Filled) -> list[Faults]:
    """Each item from 0 to its own maximum."""
    return [
        {"subject": item.path, "item": item.name, "maximum": plain(item.maximum)}
        for item, value in sheet.fillable
        if value not in (None, "")
        and ((points := read_points(value)) is None or not 0 <= points <= item.maximum)
    ]


@rule("SH4", says=N_("“{item}”须以 0.5 分为一档"), source=SOURCE)
def points_are_in_half_steps(sheet: Filled) -> list[Faults]:
    """Points go in steps of 0.5."""
    return [
        {"subject": item.path, "item": item.name}
        for item, value in sheet.fillable
        if (points := read_points(value)) is not None and points % STEP
    ]


@rule("SH5", says=N_("“{item}”由系统或财务专家评分，请勿填写"), source=SOURCE)
def machine_items_are_left_alone(sheet: Filled) -> list[Faults]:
    """What the machine scored, or only a finance expert may score, is not for this reviewer."""
    mine = {item.path for item in sheet.items}
    return [
        {"subject": item.path, "item": item.name}
        for item in sheet.spec.items
        if item.path in sheet.scores and item.path not in mine
    ]


@rule("SH6", says=N_("总分 {total}：低于 {below} 分或高于 {above} 分时须填写评审意见"), source=SOURCE)
def extreme_totals_are_explained(sheet: Filled) -> bool | Faults:
    """Compulsory strictly under the lower and strictly over the upper threshold; blanks do not count."""
    if any(read_points(value) is None for value in sheet.scores.values()):
        return True
    points, asked = total(sheet.scores, sheet.machine), sheet.comment_rule
    if not asked.asks(points) or sheet.comment.strip():
        return True
    return {
        "subject": "comment",
        "total": plain(points),
        "below": plain(asked.below),
        "above": plain(asked.above),
    }


@rule("SH7", says=N_("“{item}”属于第二部分，须先锁定匿名部分"), source=SOURCE)
def open_part_waits_for_the_blind_part(sheet: Filled) -> list[Faults]:
    """What cannot be judged blind is scored only after the blind part is locked."""
    if sheet.blind_points is not None:
        return []
    return [
        {"subject": item.path, "item": item.name}
        for item, value in sheet.fillable
        if not item.blind and value not in (None, "")
    ]


@rule("SH8", says=N_("“{item}”的匿名部分已锁定，不能修改"), source=SOURCE)
def locked_blind_points_stay(sheet: Filled) -> list[Faults]:
    """Knowing the applicant, nobody goes back to the points given without knowing."""
    if sheet.blind_points is None:
        return []
    return [
        {"subject": item.path, "item": item.name}
        for item in sheet.items
        if item.blind
        and read_points(sheet.scores.get(item.path)) != read_points(sheet.blind_points.get(item.path))
    ]


@rule("SH9", says=N_("“{item}”不是本表列出的加分、扣分或红线事项"), source=SOURCE)
def marks_are_on_the_sheet(sheet: Filled) -> list[Faults]:
    """Only listed marks can be ticked."""
    known = {kind: {mark.code for mark in getattr(sheet.spec, kind)} for kind in MARK_KINDS}
    return [
        {"subject": f"{kind}.{code}", "item": code}
        for kind, codes in sheet.marks.items()
        for code in codes
        if code not in known.get(kind, set())
    ]


@rule("SH10", says=N_("“{item}”尚未评分，匿名部分各项均须评分后才能锁定"), source=SOURCE)
def every_blind_item_is_scored(sheet: Filled) -> list[Faults]:
    """The blind part is locked whole."""
    return sheet.gaps(item for item in sheet.items if item.blind)


DRAFT_RULES = (
    items_are_on_the_sheet,
    points_are_within_bounds,
    points_are_in_half_steps,
    machine_items_are_left_alone,
    open_part_waits_for_the_blind_part,
    locked_blind_points_stay,
    marks_are_on_the_sheet,
)
BLIND_RULES = (*DRAFT_RULES, every_blind_item_is_scored)
LOCK_RULES = (*DRAFT_RULES, every_item_is_scored, extreme_totals_are_explained)


def draft_violations(sheet: Filled) -> list[Violation]:
    """What is wrong as far as it is filled in; gaps may be saved."""
    return violations(DRAFT_RULES, sheet)


def blind_violations(sheet: Filled) -> list[Violation]:
    """What keeps the blind part from being locked."""
    return violations(BLIND_RULES, sheet)


def lock_violations(sheet: Filled) -> list[Violation]:
    """What keeps the whole sheet from being locked."""
    return violations(LOCK_RULES, sheet)


def total(scores: Mapping[str, Any], machine: Mapping[str, Any] | None = None) -> Decimal:
    """Sum of points, the machine's included.

    >>> total({"needs": "7.5", "design": "8"}, {"budget.compliant": "5"})
    Decimal('20.5')
    """
    merged = {**scores, **(machine or {})}
    return sum((Decimal(str(points)) for points in merged.values()), Decimal(0))


def criterion_totals(spec: SheetSpec, scores: Mapping[str, Any]) -> dict[str, Decimal]:
    """Points by criterion; items without points count 0."""
    return {
        criterion.code: sum((Decimal(str(scores.get(i.path) or 0)) for i in criterion.items), Decimal(0))
        for criterion in spec.criteria
    }


def adjustment(spec: SheetSpec, marks: Mapping[str, Iterable[str]]) -> Decimal:
    """Points added or taken by ticked marks; the bonus is capped.

    >>> spec = parse({"stage": "x", "criteria": [{"code": "a", "name": "A", "maximum": 10}],
    ...     "bonus": {"max": 2, "items": [{"code": "p", "name": "P", "points": 3}]},
    ...     "deductions": [{"code": "late", "name": "L", "points": 5}]})
    >>> adjustment(spec, {"bonus": ["p"], "deductions": ["late"]})
    Decimal('-3')
    """
    bonus = {mark.code: mark.points for mark in spec.bonus}
    taken = {mark.code: mark.points for mark in spec.deductions}
    added = sum((bonus[code] for code in set(marks.get("bonus", ()))), Decimal(0))
    return min(added, spec.bonus_max) - sum((taken[c] for c in set(marks.get("deductions", ()))), Decimal(0))


def linear_points(value_percent: Decimal, maximum: Decimal, *, full_at: Decimal, zero_at: Decimal) -> Decimal:
    """Points for a percentage: full at `full_at`, none at `zero_at`, linear between, in steps of 0.5.

    >>> linear_points(Decimal(75), Decimal(15), full_at=Decimal(90), zero_at=Decimal(60))
    Decimal('7.5')
    """
    share = (value_percent - zero_at) / (full_at - zero_at)
    points = maximum * min(max(share, Decimal(0)), Decimal(1))
    return (points / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP


# --- rounding and bands -------------------------------------------------------------------------


def half_up(value: Decimal | Fraction) -> Decimal:
    """Two decimals, half away from zero, never banker's rounding.

    >>> half_up(Decimal("84.125")), half_up(Fraction(250, 3))
    (Decimal('84.13'), Decimal('83.33'))
    """
    if isinstance(value, Fraction):
        cents = value * 100
        whole = (abs(cents.numerator) * 2 + cents.denominator) // (cents.denominator * 2)
        return Decimal(whole if cents >= 0 else -whole).scaleb(-2)
    return value.quantize(CENT, ROUND_HALF_UP)


def band(score: Decimal, bands: Mapping[str, Any]) -> str:
    """The band of a rounded score: the highest whose mark is reached, "fail" under all.

    >>> band(half_up(Decimal("89.995")), {"excellent": 90, "good": 80, "pass": 60})
    'excellent'
    """
    reached = [(Decimal(str(mark)), code) for code, mark in bands.items() if score >= Decimal(str(mark))]
    return max(reached)[1] if reached else "fail"


def plain(value: Decimal | None) -> str:
    """Points without trailing zeros; nothing for None.

    >>> plain(Decimal("60.00")), plain(Decimal("7.50")), plain(None)
    ('60', '7.5', '')
    """
    return "" if value is None else f"{value.normalize():f}"
