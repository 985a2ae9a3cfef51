"""Beside the official score, never instead of it: how a panel agrees, and how sure the cut line is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluations.panels.models import Dossier, Panel, Sheet
from evaluations.panels.rules import Official
from evaluations.panels.selectors.above import Envelope, envelopes
from evaluations.panels.selectors.results import dossiers_of, locked_sheets, results, scores_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Agreement:
    """How a panel agrees: alpha; where everybody read everything ICC and Kendall's W; the crossed model
    (None: too few scores); reviewers and dossiers one by one."""

    alpha: float
    crossed: Any
    reviewers: list[Any]
    dossiers: list[Any]
    icc: Any = None
    kendall_w: float | None = None


def agreement(panel: Panel) -> Agreement:
    """Return the consistency statistics of the locked sheets."""
    from evaluations.panels.rules import consistency

    scores = scores_of(panel)
    minutes = {
        (s.dossier.code, s.expert.code): (s.locked_at - s.attested_at).total_seconds() / 60
        for sheets in locked_sheets(panel).values()
        for s in sheets
        if s.locked_at and s.attested_at
    }
    try:
        crossed = consistency.crossed(scores)
    except ValueError:
        crossed = None
    correlation, concordance = _of_full_table(scores)
    return Agreement(
        alpha=consistency.alpha_of(scores),
        crossed=crossed,
        reviewers=consistency.reviewer_views(scores, minutes),
        dossiers=consistency.dossier_views(scores),
        icc=correlation,
        kendall_w=concordance,
    )


def _of_full_table(scores: Mapping[tuple[str, str], float]) -> tuple[Any, float | None]:
    """ICC and W need everybody to have read everything."""
    from evaluations.panels.rules import agreement as rules

    dossiers, reviewers = sorted({d for d, _ in scores}), sorted({r for _, r in scores})
    if len(dossiers) < 2 or len(reviewers) < 2 or len(scores) < len(dossiers) * len(reviewers):
        return None, None
    table = [[scores[d, r] for r in reviewers] for d in dossiers]
    return rules.icc(table), rules.kendall_w([list(row) for row in zip(*table, strict=True)])


def cut_line(
    panel: Panel, *, category: str, asked_fen: Mapping[str, int], budget_fen: int, draws: int = 1000
) -> list[Any]:
    """Return for each dossier of a category, by code, how sure its funding is (in, discuss, out).

    `asked_fen` maps dossier codes to what would be granted; the caller knows the money, this room does not.
    """
    return cut_lines(panel, {category: Envelope(budget_fen, asked_fen)}, draws=draws)[category]


def cut_lines(
    panel: Panel, money: Mapping[str, Envelope] | None = None, *, draws: int = 1000
) -> dict[str, list[Any]]:
    """Return the cut line of each category, in the same number of queries for one and for many."""
    from evaluations.panels.rules import consistency

    money = _own_money(panel) if money is None else money
    if not money:
        return {}
    rule = panel.parsed_rule()
    trim = consistency.Trim(rule.drop_high, rule.drop_low, rule.drop_from, float(rule.pass_mark))
    dossiers = dossiers_of(panel)
    outcomes, scores = results(panel, dossiers), scores_of(panel)
    lines = {}
    for category, one in money.items():
        here = [d for d in dossiers if d.category == category and d.code in one.asked_fen]
        codes = {d.code for d in here}
        mine = {pair: points for pair, points in scores.items() if pair[0] in codes}
        lines[category] = (
            []
            if not mine
            else consistency.cut_line(
                mine,
                {code: one.asked_fen[code] for code in codes},
                one.budget_fen,
                trim,
                seed=f"{panel.seed}|{category}",
                bonus={d.code: float(outcomes[d.pk].adjusted) for d in here},
                draws=draws,
            )
        )
    return lines


def _own_money(panel: Panel) -> dict[str, Envelope]:
    """Return the money of the categories that only this panel judges: a shared line is nobody's to draw."""
    money = envelopes(panel.round_code, panel.stage)
    if not money:
        return {}
    beside = Dossier.objects.filter(round_code=panel.round_code, stage=panel.stage).exclude(panel=panel)
    shared = set(beside.values_list("category", flat=True))
    return {category: one for category, one in money.items() if category not in shared}


def letters(panel: Panel, sheets: Mapping[int, list[Sheet]] | None = None) -> dict[str, str]:
    """Return a letter for every expert whose sheets count, in a drawn order that tells nothing about them.

    The order is that of the numbers in the public score summary: A is number 1.
    """
    from evaluations.panels.rules import consistency

    counted = locked_sheets(panel) if sheets is None else sheets
    codes = {s.expert.code for found in counted.values() for s in found}
    order = consistency.draw_order(sorted(codes), f"{panel.seed}|{panel.round_code}|{panel.stage}|names")
    return {code: _letter(place) for place, code in enumerate(order)}


def _letter(place: int) -> str:
    """Name a place: A to Z, then AA."""
    rest = LETTERS[place % len(LETTERS)]
    return rest if place < len(LETTERS) else _letter(place // len(LETTERS) - 1) + rest


@dataclass(frozen=True)
class Judged:
    """One locked sheet as those who may read it get it: a letter for the reviewer, points by criterion."""

    sheet: Sheet
    letter: str
    total: Any
    criteria: list[Any]
    dropped: str


def judged_sheets(panel: Panel, dossier: Dossier, result: Official) -> list[Judged]:
    """Return the sheets that count for a dossier, in the order of their letters."""
    from evaluations.rubrics.rules import criterion_totals

    counted = locked_sheets(panel)
    sheets, named = counted[dossier.pk], letters(panel, counted)
    spec, parts = dossier.rubric_version.parsed(), result.components.values()
    high = {key for part in parts for key in part.dropped_high}
    low = {key for part in parts for key in part.dropped_low}
    told = []
    for sheet in sheets:
        key = f"{sheet.component}:{sheet.expert.code}"
        points = criterion_totals(spec, {path: str(value) for path, value in sheet.counted().items()})
        dropped = "high" if key in high else "low" if key in low else ""
        told.append(Judged(sheet, named[sheet.expert.code], sheet.total, list(points.values()), dropped))
    return sorted(told, key=lambda one: (len(one.letter), one.letter, one.sheet.component))
