"""The assignment problem of a panel as the solver wants it, and a stored run solved again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from evaluations.panels.lifecycle import S
from evaluations.panels.models import AssignmentRun, Dossier, Panel, PanelSeat, SeatKind, Sheet
from evaluations.panels.rules import PanelRule
from evaluations.panels.rules.assignment import GENERAL, Pair, Plan, Problem, Reviewer, Wanted, assign
from evaluations.panels.selectors.conflicts import conflicts_in

FINANCE = "finance"
ALIVE = (S.ASSIGNED, S.OPEN, S.LOCKED)
FIT_IN_FIELD, FIT_OTHER = 1.0, 0.4
SPARE, LEAST = 1.25, 0.6  # a reviewer's load may go from 0.6 to 1.25 of the even share


def problem(panel: Panel, *, seed: str, on: date, room: float = 1.0) -> Problem:
    """Build the problem: living sheets are forced, recused and conflicted pairs barred.

    `room` stretches the most one reviewer may read. With 0 only reserves who were called may take more
    than they already have, so that a gap goes to a reserve before it goes to a full desk.
    """
    rule = panel.parsed_rule()
    dossiers = list(panel.dossiers.order_by("code"))
    seats = list(_reviewer_seats(panel))
    sheets = list(panel.sheets.values_list("dossier__code", "seat__expert__code", "state").distinct())
    forced = frozenset((d, e) for d, e, state in sheets if state in ALIVE)
    share = _share(dossiers, seats, rule)
    loads = Counter(expert for _, expert in forced)
    least = 0 if sheets else _least(dossiers, seats, rule)
    return Problem(
        reviewers=tuple(_reviewer(seat, loads, share, least, room) for seat in seats if _counts(seat, loads)),
        dossiers=tuple(Wanted(d.code, d.wanted(rule)) for d in dossiers),
        seed=seed,
        fit=_fit(dossiers, seats),
        plain_fit=FIT_OTHER,
        barred=_barred(dossiers, seats, sheets, on) - forced,
        forced=forced,
        role_minimum={FINANCE: rule.finance_experts_min} if rule.finance_experts_min else {},
        per_employer_max=rule.per_employer_max,
    )


def _reviewer_seats(panel: Panel) -> Iterable[PanelSeat]:
    return panel.seats.filter(kind=SeatKind.REVIEWER).select_related("expert__employer").order_by("pk")


def _counts(seat: PanelSeat, loads: Counter[str]) -> bool:
    return seat.left_at is None or loads[seat.judge.code] > 0


def _reviewer(seat: PanelSeat, loads: Counter[str], share: int, least: int, room: float) -> Reviewer:
    expert = seat.judge
    load = loads[expert.code]
    open_to_more = seat.left_at is None and (room > 0 or seat.called_at is not None)
    return Reviewer(
        key=expert.code,
        maximum=max(int(share * max(room, 1)), load) if open_to_more else load,
        minimum=least,
        role=FINANCE if expert.is_finance else GENERAL,
        employer=expert.employer_key,
    )


def _share(dossiers: list[Dossier], seats: list[PanelSeat], rule: PanelRule) -> int:
    """Return the most one reviewer may read: a quarter above the even share, of the role's work too."""
    here = [seat for seat in seats if seat.left_at is None]
    finance = sum(seat.judge.is_finance for seat in here)
    whole = sum(d.wanted(rule) for d in dossiers)
    even = whole / max(len(here), 1)
    if finance and rule.finance_experts_min:
        even = max(even, len(dossiers) * rule.finance_experts_min / finance)
    return int(even * SPARE) + 2


def _least(dossiers: list[Dossier], seats: list[PanelSeat], rule: PanelRule) -> int:
    """Return the least one reviewer should read, for fairness of work and fees; wished for, not forced."""
    here = sum(seat.left_at is None for seat in seats)
    return int(sum(d.wanted(rule) for d in dossiers) / max(here, 1) * LEAST)


def _fit(dossiers: list[Dossier], seats: list[PanelSeat]) -> dict[Pair, float]:
    fit = {}
    for seat in seats:
        expert = seat.judge
        for dossier in dossiers:
            if dossier.category in expert.fields:
                fit[dossier.code, expert.code] = FIT_IN_FIELD
    return fit


def _barred(dossiers: list[Dossier], seats: list[PanelSeat], sheets: list[Any], on: date) -> frozenset[Pair]:
    experts = {seat.judge.person_id: seat.judge for seat in seats}
    codes = {dossier.pk: dossier.code for dossier in dossiers}
    conflicts = conflicts_in(dossiers, experts.values(), on=on)
    stood_back = {(d, e) for d, e, state in sheets if state == S.RECUSED}
    return frozenset({(codes[pk], experts[person].code) for pk, person in conflicts} | stood_back)


def gaps(panel: Panel) -> dict[str, int]:
    """Return missing reviews by dossier code: demand less sheets that are alive, over all components."""
    rule = panel.parsed_rule()
    alive = Counter(
        panel.sheets.filter(state__in=ALIVE, component=rule.live_components[0])
        .order_by()
        .values_list("dossier_id", flat=True)
    )
    missing = {d.code: d.wanted(rule) - alive[d.pk] for d in panel.dossiers.order_by("code")}
    return {code: number for code, number in missing.items() if number > 0}


def waiting_replacement(panel: Panel) -> dict[int, list[Sheet]]:
    """Return recused sheets that nobody replaced yet, by dossier id, oldest first."""
    found: dict[int, list[Sheet]] = {}
    for sheet in panel.sheets.filter(state=S.RECUSED, replaced_by__isnull=True).order_by("pk"):
        found.setdefault(sheet.dossier_id, []).append(sheet)
    return found


def problem_as_json(one: Problem) -> dict[str, Any]:
    """Return everything a problem depends on as JSON; `problem_from_json` reads it back."""
    return {
        "reviewers": [[r.key, r.maximum, r.minimum, r.role, r.employer] for r in one.reviewers],
        "dossiers": [[d.key, d.demand] for d in one.dossiers],
        "seed": one.seed,
        "fit": sorted([*pair, value] for pair, value in one.fit.items()),
        "plain_fit": one.plain_fit,
        "barred": sorted(map(list, one.barred)),
        "forced": sorted(map(list, one.forced)),
        "existing": sorted(map(list, one.existing)),
        "role_minimum": dict(one.role_minimum),
        "per_employer_max": one.per_employer_max,
    }


def problem_from_json(data: dict[str, Any]) -> Problem:
    """Return the problem that was stored."""
    return Problem(
        reviewers=tuple(Reviewer(*row) for row in data["reviewers"]),
        dossiers=tuple(Wanted(*row) for row in data["dossiers"]),
        seed=data["seed"],
        fit={(d, r): value for d, r, value in data["fit"]},
        plain_fit=data["plain_fit"],
        barred=frozenset((d, r) for d, r in data["barred"]),
        forced=frozenset((d, r) for d, r in data["forced"]),
        existing=frozenset((d, r) for d, r in data["existing"]),
        role_minimum=data["role_minimum"],
        per_employer_max=data["per_employer_max"],
    )


def reproduced(run: AssignmentRun) -> Plan:
    """Solve a stored run again; its digest equals `plan_hash` under the same solver."""
    return assign(problem_from_json(run.problem))
