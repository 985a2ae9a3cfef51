"""What the sheets of a panel come to: scores, ranks, agreement, and how sure the cut line is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from evaluations.panels import rules
from evaluations.panels.lifecycle import D, S
from evaluations.panels.models import Dossier, Panel, Sheet
from evaluations.panels.rules import Entry, Official, SheetFact
from evaluations.rubrics.rules import digest


def sheet_key(sheet: Sheet) -> str:
    """Return the name of a sheet in a calculation: component and expert, the same in every database."""
    return f"{sheet.component}:{sheet.expert.code}"


def sheet_digest(sheet: Sheet) -> str:
    """Return the hash of what a reviewer answers for: points, ticks, comment, total."""
    parts = {"scores": sheet.scores, "marks": sheet.marks, "comment": sheet.comment}
    return digest({**parts, "total": f"{sheet.total or 0:.2f}"})


def locked_sheets(panel: Panel) -> dict[int, list[Sheet]]:
    """Return the sheets that count, by dossier, in one query; in order of their keys."""
    found: dict[int, list[Sheet]] = defaultdict(list)
    sheets = Sheet.objects.filter(panel=panel, state=S.LOCKED).select_related("seat__expert", "dossier")
    for sheet in sheets.order_by("component", "seat__expert__code"):
        found[sheet.dossier_id].append(sheet)
    return found


def dossiers_of(panel: Panel) -> list[Dossier]:
    """Return the dossiers of a panel with their rubric versions, by code."""
    return list(Dossier.objects.filter(panel=panel).select_related("rubric_version").order_by("code"))


def results(panel: Panel, dossiers: Iterable[Dossier] | None = None) -> dict[int, Official]:
    """Work out the official result of every dossier from its locked sheets, in two queries."""
    rule = panel.parsed_rule()
    sheets = locked_sheets(panel)
    rows = list(dossiers_of(panel) if dossiers is None else dossiers)
    found = {dossier.pk: _official(dossier, sheets[dossier.pk], rule) for dossier in rows}
    return _cap_excellent(found, rule, {dossier.pk: dossier.code for dossier in rows})


def _official(dossier: Dossier, sheets: list[Sheet], rule: rules.PanelRule) -> Official:
    spec = dossier.rubric_version.parsed()
    facts = [
        SheetFact(sheet_key(s), s.component, s.counted(), {k: tuple(v) for k, v in s.marks.items()})
        for s in sheets
    ]
    finance = frozenset(sheet_key(s) for s in sheets if s.expert.is_finance)
    return rules.official(spec, rule, rules.with_finance_items(spec, facts, finance), dossier.facts)


def _cap_excellent(
    found: dict[int, Official], rule: rules.PanelRule, codes: Mapping[int, str]
) -> dict[int, Official]:
    """Leave the name "excellent" to the share of the panel that the stage allows, best first."""
    best = sorted(
        (pk for pk, one in found.items() if one.band == "excellent"),
        key=lambda pk: (-(found[pk].score or 0), codes[pk]),
    )
    allowed = rules.share_of_excellent([Decimal(0)] * len(found), rule)
    for pk in best[allowed:]:
        found[pk] = replace(found[pk], band="good")
    return found


def results_digest(panel: Panel, found: Mapping[int, Official], dossiers: Iterable[Dossier]) -> str:
    """Return the hash that a signature stands for: code, score, verdict and votes of every dossier."""
    rows = [[d.code, found[d.pk].score, found[d.pk].verdict, found[d.pk].band, d.votes] for d in dossiers]
    return rules.result_digest([[panel.round_code, panel.stage, panel.pk, "", ""], *rows])


@dataclass(frozen=True)
class Ranked:
    """A dossier in the ranking of its category. `tied`: no step of the chain could tell it apart."""

    dossier_id: int
    public_id: str
    code: str
    title: str
    category: str
    rank: int
    score: Decimal
    verdict: str
    band: str
    decided_by: str
    tied: bool
    criteria: Mapping[str, Decimal]
    votes: int


def ranking(panel: Panel) -> list[Ranked]:
    """Rank the dossiers of a panel within their categories; those without a score are left out.

    A concluded panel answers from what was concluded, in one query; before that it is worked out, in two.
    """
    dossiers = dossiers_of(panel)
    live = {} if all(d.state == D.JUDGED for d in dossiers) else results(panel, dossiers)
    return rank_dossiers(dossiers, panel.parsed_rule(), live)


def rank_dossiers(
    dossiers: Iterable[Dossier], rule: rules.PanelRule, live: Mapping[int, Official] | None = None
) -> list[Ranked]:
    """Rank dossiers of one or several panels by category: judged ones as concluded, others as in `live`."""
    outcomes = {d.pk: _outcome(d, (live or {}).get(d.pk)) for d in dossiers}
    groups: dict[str, list[Dossier]] = defaultdict(list)
    for dossier in dossiers:
        if outcomes[dossier.pk]["score"] is not None:
            groups[dossier.category].append(dossier)
    ranked: list[Ranked] = []
    for category in sorted(groups):
        ranked += _rank_group(groups[category], outcomes, rule)
    return ranked


def _outcome(dossier: Dossier, live: Official | None) -> dict[str, Any]:
    if dossier.state == D.JUDGED or live is None:
        criteria = {code: Decimal(p) for code, p in dossier.breakdown.get("criteria", {}).items()}
        return {
            "score": dossier.official_score,
            "verdict": dossier.verdict,
            "band": dossier.band,
            "criteria": criteria,
        }
    return {
        "score": live.score,
        "verdict": live.verdict,
        "band": live.band,
        "criteria": dict(live.criteria),
    }


def _rank_group(
    group: list[Dossier], outcomes: Mapping[int, dict[str, Any]], rule: rules.PanelRule
) -> list[Ranked]:
    entries = [
        Entry(
            d.code,
            outcomes[d.pk]["score"],
            outcomes[d.pk]["verdict"] == "pass",
            outcomes[d.pk]["criteria"],
            d.votes,
        )
        for d in group
    ]
    by_code = {d.code: d for d in group}
    return [
        Ranked(
            dossier_id=by_code[p.key].pk,
            public_id=by_code[p.key].public_id,
            code=p.key,
            title=by_code[p.key].title,
            category=by_code[p.key].category,
            rank=p.rank,
            decided_by=p.decided_by,
            tied=p.tied,
            votes=by_code[p.key].votes,
            **outcomes[by_code[p.key].pk],
        )
        for p in rules.place(entries, rule.tie_break)
    ]


def scores_of(panel: Panel) -> dict[tuple[str, str], float]:
    """Return the totals that count as (dossier code, expert code) -> points, for the statistics."""
    part = panel.parsed_rule().live_components[0]
    return {
        (sheet.dossier.code, sheet.expert.code): float(sheet.total)
        for sheets in locked_sheets(panel).values()
        for sheet in sheets
        if sheet.component == part
    }
