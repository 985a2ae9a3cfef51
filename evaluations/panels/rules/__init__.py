"""How a panel turns sheets into an official score, a verdict and a rank. Plain Python."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from evaluations.rubrics.rules import CommentRule, SheetSpec, adjustment, band, half_up

DEFAULT_TIE_BREAK = ("needs", "design", "budget", "panel_vote")
DEFAULT_BANDS = {"excellent": 90, "good": 80, "pass": 60}
PANEL_VOTE = "panel_vote"


class PanelRuleError(ValueError):
    """A stage rule that contradicts itself."""


@dataclass(frozen=True)
class PanelRule:
    """The published rule of one stage: how many judge, what is dropped, what passes."""

    reviewers: int
    reserves: int = 0
    drop_high: int = 0
    drop_low: int = 0
    drop_from: int = 0
    valid_min: int = 1
    pass_mark: Decimal = Decimal(60)
    finance_experts_min: int = 0
    per_employer_max: int | None = None
    components: tuple[tuple[str, int], ...] = (("desk", 100),)
    comment: CommentRule = field(default_factory=CommentRule)
    tie_break: tuple[str, ...] = DEFAULT_TIE_BREAK
    bands: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULT_BANDS))
    reviewers_if_red: int | None = None
    excellent_share_max_percent: int | None = None

    @property
    def live_components(self) -> tuple[str, ...]:
        """Components that weigh something: only they get sheets."""
        return tuple(code for code, weight in self.components if weight)


def parse_rule(data: Mapping[str, Any]) -> PanelRule:
    """Read a stage rule (terms stages.<stage>, with tie_break and bands put in). Raises PanelRuleError."""
    asked = data.get("comment_required") or {}
    rule = PanelRule(
        reviewers=int(data["reviewers"]),
        reserves=int(data.get("reserves", 0)),
        drop_high=int(data.get("drop_high", 0)),
        drop_low=int(data.get("drop_low", 0)),
        drop_from=int(data.get("drop_from", 0)),
        valid_min=int(data.get("valid_min", 1)),
        pass_mark=Decimal(str(data.get("pass_mark", 60))),
        finance_experts_min=int(data.get("finance_experts_min", 0)),
        per_employer_max=_whole(data.get("per_employer_max")),
        components=tuple((code, int(w)) for code, w in (data.get("components") or {"desk": 100}).items()),
        comment=CommentRule(_points(asked.get("below")), _points(asked.get("above"))),
        tie_break=tuple(data.get("tie_break") or DEFAULT_TIE_BREAK),
        bands=dict(data.get("bands") or DEFAULT_BANDS),
        reviewers_if_red=_whole(data.get("reviewers_if_red")),
        excellent_share_max_percent=_whole(data.get("excellent_share_max_percent")),
    )
    _must_be_sound(rule)
    return rule


def _must_be_sound(rule: PanelRule) -> None:
    if rule.reviewers < 1 or not 1 <= rule.valid_min <= rule.reviewers:
        raise PanelRuleError("a panel needs reviewers, and at least valid_min of them")
    if sum(weight for _, weight in rule.components) != 100:
        raise PanelRuleError("component weights do not add up to 100")
    if (rule.drop_high or rule.drop_low) and rule.drop_from <= rule.drop_high + rule.drop_low:
        raise PanelRuleError("dropping would leave no sheet")
    if rule.finance_experts_min > rule.reviewers:
        raise PanelRuleError("more finance experts than reviewers")


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _points(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


# --- the official score -------------------------------------------------------------------------


@dataclass(frozen=True)
class Trimmed:
    """What one component's sheets come to. `score` is None when fewer than valid_min are valid."""

    score: Decimal | None
    kept: tuple[str, ...]
    dropped_high: tuple[str, ...] = ()
    dropped_low: tuple[str, ...] = ()


def trimmed_mean(totals: Mapping[str, Decimal], rule: PanelRule) -> Trimmed:
    """Drop one high and one low total when enough sheets are valid, mean of the rest, half-up.

    `totals` is sheet key -> total. Of equal totals the key that sorts first is dropped at the low end,
    the one that sorts last at the high end: one only, and never the same sheet twice.

    >>> rule = PanelRule(reviewers=5, drop_high=1, drop_low=1, drop_from=5, valid_min=3)
    >>> trimmed_mean(dict(zip("abcde", map(Decimal, (80, 85, 90, 70, 95)))), rule).score
    Decimal('85.00')
    """
    order = sorted(totals, key=lambda key: (totals[key], key))
    if len(order) < rule.valid_min:
        return Trimmed(None, tuple(sorted(order)))
    low, high = (rule.drop_low, rule.drop_high) if rule.drop_from and len(order) >= rule.drop_from else (0, 0)
    kept = order[low : len(order) - high]
    mean = Fraction(sum((totals[key] for key in kept), Decimal(0))) / len(kept)
    dropped_high = tuple(order[len(order) - high :])
    return Trimmed(half_up(mean), tuple(sorted(kept)), dropped_high, tuple(order[:low]))


def composite(scores: Mapping[str, Decimal | None], rule: PanelRule) -> Decimal | None:
    """Weighted sum of the rounded component scores; None while one that weighs something is missing.

    >>> composite({"desk": Decimal("80.00"), "pitch": Decimal("90.00")},
    ...           PanelRule(reviewers=1, components=(("desk", 40), ("pitch", 60))))
    Decimal('86.00')
    """
    total = Fraction(0)
    for code, weight in rule.components:
        if not weight:
            continue
        score = scores.get(code)
        if score is None:
            return None
        total += Fraction(score) * weight / 100
    return half_up(total)


@dataclass(frozen=True)
class SheetFact:
    """A counted sheet as plain values: points by item (machine's included), ticked marks."""

    key: str
    component: str
    points: Mapping[str, Decimal]
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum(self.points.values(), Decimal(0))


@dataclass(frozen=True)
class Official:
    """The official result of one dossier and everything needed to recompute it by hand."""

    score: Decimal | None
    verdict: str
    band: str
    components: Mapping[str, Trimmed]
    criteria: Mapping[str, Decimal]
    marks: Mapping[str, tuple[str, ...]]
    adjusted: Decimal
    valid: int

    def as_json(self) -> dict[str, Any]:
        return {
            "score": None if self.score is None else str(self.score),
            "verdict": self.verdict,
            "band": self.band,
            "components": {
                code: {
                    "score": None if part.score is None else str(part.score),
                    "kept": list(part.kept),
                    "dropped_high": list(part.dropped_high),
                    "dropped_low": list(part.dropped_low),
                }
                for code, part in self.components.items()
            },
            "criteria": {code: str(points) for code, points in self.criteria.items()},
            "marks": {kind: list(codes) for kind, codes in self.marks.items()},
            "adjusted": str(self.adjusted),
            "valid": self.valid,
        }


def official(
    spec: SheetSpec,
    rule: PanelRule,
    sheets: Sequence[SheetFact],
    facts: Mapping[str, Iterable[str]],
) -> Official:
    """Score, band and verdict of one dossier.

    `facts` are marks that come with the dossier (registry, finance); a mark ticked on sheets counts when
    more than half of them tick it. A red line fails at once whatever the score.
    """
    parts = {code: _component(code, sheets, rule) for code in rule.live_components}
    marks = _agreed_marks(sheets, facts)
    mean = composite({code: part.score for code, part in parts.items()}, rule)
    adjusted = adjustment(spec, marks)
    score = None if mean is None else half_up(max(mean + adjusted, Decimal(0)))
    kept = {key for part in parts.values() for key in part.kept}
    return Official(
        score=score,
        verdict=_verdict(score, rule, red=bool(marks["red_lines"])),
        band="" if score is None else ("fail" if marks["red_lines"] else band(score, rule.bands)),
        components=parts,
        criteria=_criterion_means(spec, [sheet for sheet in sheets if sheet.key in kept]),
        marks=marks,
        adjusted=adjusted,
        valid=min((len([s for s in sheets if s.component == c]) for c in parts), default=0),
    )


def _component(code: str, sheets: Sequence[SheetFact], rule: PanelRule) -> Trimmed:
    return trimmed_mean({sheet.key: sheet.total for sheet in sheets if sheet.component == code}, rule)


def _verdict(score: Decimal | None, rule: PanelRule, *, red: bool) -> str:
    if score is None:
        return ""
    return "fail" if red or score < rule.pass_mark else "pass"


def _agreed_marks(
    sheets: Sequence[SheetFact],
    facts: Mapping[str, Iterable[str]],
) -> dict[str, tuple[str, ...]]:
    agreed: dict[str, tuple[str, ...]] = {}
    for kind in ("bonus", "deductions", "red_lines"):
        ticked = [code for sheet in sheets for code in sheet.marks.get(kind, ())]
        chosen = {code for code in ticked if ticked.count(code) * 2 > len(sheets)} | set(facts.get(kind, ()))
        agreed[kind] = tuple(sorted(chosen))
    return agreed


def _criterion_means(spec: SheetSpec, sheets: Sequence[SheetFact]) -> dict[str, Decimal]:
    means = {}
    for criterion in spec.criteria if sheets else ():
        paths = {item.path for item in criterion.items}
        points = [p for sheet in sheets for path, p in sheet.points.items() if path in paths]
        means[criterion.code] = half_up(Fraction(sum(points, Decimal(0))) / len(sheets))
    return means


def with_finance_items(
    spec: SheetSpec,
    sheets: Sequence[SheetFact],
    finance: frozenset[str],
) -> tuple[SheetFact, ...]:
    """Give every sheet the items only finance experts score: their mean, for those who may not score them."""
    shared = [item.path for item in spec.items if item.by_machine]
    means: dict[str, Decimal] = {}
    for path in shared:
        given = [sheet.points[path] for sheet in sheets if sheet.key in finance and path in sheet.points]
        if given:
            means[path] = half_up(Fraction(sum(given, Decimal(0))) / len(given))
    return tuple(
        SheetFact(sheet.key, sheet.component, {**means, **sheet.points}, sheet.marks) for sheet in sheets
    )


# --- the rank -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A scored dossier that wants a rank."""

    key: str
    score: Decimal
    passed: bool
    criteria: Mapping[str, Decimal]
    votes: int = 0


@dataclass(frozen=True)
class Placed:
    """A rank from 1, the step that decided it against its neighbours ("" when the score did)."""

    key: str
    rank: int
    decided_by: str
    tied: bool


def place(entries: Sequence[Entry], tie_break: Sequence[str] = DEFAULT_TIE_BREAK) -> list[Placed]:
    """Rank by score, then down the tie-break chain. Those still equal share a rank and are marked as tied.

    Dossiers that did not pass stand behind all that did.
    """
    ordered = sorted(entries, key=lambda e: (_rank_key(e, tie_break), e.key))
    placed: list[Placed] = []
    for _, group in groupby(ordered, key=lambda e: _rank_key(e, tie_break)):
        members = list(group)
        rank = len(placed) + 1
        for member in members:
            decided = _decided_by(member, entries, tie_break)
            placed.append(Placed(member.key, rank, decided, tied=len(members) > 1))
    return placed


def _chain(entry: Entry, tie_break: Sequence[str]) -> list[Decimal]:
    return [
        Decimal(entry.votes) if step == PANEL_VOTE else entry.criteria.get(step, Decimal(0))
        for step in tie_break
    ]


def _rank_key(entry: Entry, tie_break: Sequence[str]) -> tuple[Any, ...]:
    return (not entry.passed, -entry.score, *(-value for value in _chain(entry, tie_break)))


def _decided_by(entry: Entry, entries: Sequence[Entry], tie_break: Sequence[str]) -> str:
    """The last step of the chain that was needed to tell this one from those with the same score."""
    same = [e for e in entries if e is not entry and (e.passed, e.score) == (entry.passed, entry.score)]
    decided = ""
    for depth, step in enumerate(tie_break):
        if not same:
            break
        decided = step
        mine = _chain(entry, tie_break)[depth]
        same = [other for other in same if _chain(other, tie_break)[depth] == mine]
    return decided


def share_of_excellent(ordered_scores: Sequence[Decimal], rule: PanelRule) -> int:
    """How many from the top may be called excellent under the cap of the stage (all, if no cap)."""
    if rule.excellent_share_max_percent is None:
        return len(ordered_scores)
    return len(ordered_scores) * rule.excellent_share_max_percent // 100


def result_digest(rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over the results a signature stands for: same rows, same digest."""
    text = json.dumps(sorted([str(cell) for cell in row] for row in rows), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
