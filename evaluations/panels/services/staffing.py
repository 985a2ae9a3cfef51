"""Who reads what: the first assignment, replacements, and refilling of gaps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound, NotNow, Refused
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.lifecycle import button, changing, creating, publish
from core.policy import SYSTEM, Actor, require
from evaluations.panels import selectors
from evaluations.panels.events import ReserveCalled
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import AssignmentRun, Panel, PanelSeat, Recusal, SeatKind, Sheet
from evaluations.panels.rules.assignment import Pair, Plan, Problem, assign
from evaluations.panels.selectors.staffing import problem_as_json, waiting_replacement


@button
def assign_sheets(
    *,
    panel_id: int,
    seed: str,
    by: Actor,
    now: datetime,
    accept_gaps: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> AssignmentRun:
    """Give every dossier its reviewers by the exact assignment, with chance from the published seed.

    Refused when a dossier would stay short, unless `accept_gaps` gives the reason. The run keeps its whole
    input, its proof and its shortfalls.
    """
    if not seed.strip():
        raise Refused(_("请填写公开的随机种子。"), field="seed")
    with changing(Panel, panel_id, by=by, now=now, version=version, reason=accept_gaps) as panel:
        panel.seed, panel.gaps_reason = seed, accept_gaps
        panel.assign(by=by)
        problem, plan = solve(panel, seed=seed, now=now)
        if plan.shortfalls and not accept_gaps:
            short = "、".join(plan.shortfalls)
            raise Refused(_("回避后评委不足，以下材料缺评委：%(short)s") % {"short": short}, code="short")
        run = record_run(panel, problem, plan, "first", now=now)
        make_sheets(panel, plan.pairs, now=now)
        panel.note(run=run.no, plan=run.plan_hash, proof=run.proof)
    return run


def request_assignment(
    *, panel_id: int, seed: str, by: Actor, now: datetime, accept_gaps: str = "", key: UUID | None = None
) -> Job:
    """Ask the worker to assign: hundreds of sheets take longer than a page may; the same key is one job."""
    panel = Panel.objects.filter(pk=panel_id).first()
    if panel is None:
        raise NotFound()
    require(by, "panels.assign", panel)
    if not seed.strip():
        raise Refused(_("请填写公开的随机种子。"), field="seed")
    payload = {"panel": panel_id, "seed": seed, "accept_gaps": accept_gaps}
    return enqueue(
        selectors.JOB, payload, by=by, now=now, unique=f"{selectors.JOB}:{panel_id}:{key or uuid4()}"
    )


ROOMS = (1.0, 1.5)  # the even load first; half as much again where that leaves a gap


def solve(panel: Panel, *, seed: str, now: datetime) -> tuple[Problem, Plan]:
    """Solve with even loads, or with wider ones where even loads leave a dossier or a role short."""
    for room in ROOMS:
        problem = selectors.problem(panel, seed=seed, on=day_of(now), room=room)
        plan = assign(problem)
        if not is_lacking(plan):
            break
    return problem, plan


def is_lacking(plan: Plan) -> bool:
    """Tell whether a dossier misses a reviewer or a role."""
    return bool(plan.shortfalls) or any(row["rule"] == "role" for row in plan.broken)


def record_run(panel: Panel, problem: Problem, plan: Plan, occasion: str, *, now: datetime) -> AssignmentRun:
    """Keep a run with its input, so that it can be repeated."""
    run = AssignmentRun(
        panel=panel,
        no=AssignmentRun.objects.filter(panel=panel).count() + 1,
        occasion=occasion,
        problem=problem_as_json(problem),
        plan=plan.as_json(),
        input_hash=plan.input_hash,
        plan_hash=plan.digest(),
        seed=plan.seed,
        solver=plan.solver,
        objective=plan.objective,
        bound=plan.bound,
        proof=plan.proof,
    )
    return creating(run, by=SYSTEM, now=now, permission="panels.assign", verb="solve")


def make_sheets(panel: Panel, pairs: Iterable[Pair], *, now: datetime) -> list[Sheet]:
    """Create the sheets of new pairs; a recused sheet of the same dossier is marked as replaced."""
    dossiers = {d.code: d for d in panel.dossiers.all()}
    seats = {s.judge.code: s for s in panel.seats.filter(kind=SeatKind.REVIEWER).select_related("expert")}
    waiting = waiting_replacement(panel)
    made = []
    for code, expert in sorted(pairs):
        dossier, seat = dossiers[code], seats[expert]
        for component in panel.parsed_rule().live_components:
            gone = [s for s in waiting.get(dossier.pk, []) if s.component == component]
            sheet = Sheet(
                panel=panel,
                dossier=dossier,
                seat=seat,
                reviewer_id=seat.person_id,
                component=component,
                replaces=gone[0] if gone else None,
            )
            if gone:
                waiting[dossier.pk].remove(gone[0])
            made.append(creating(sheet, by=SYSTEM, now=now, permission="panels.assign", verb="assign"))
    return made


@button
def replace_expert(
    *,
    panel_id: int,
    seat_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    reserve_seat_id: int | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> AssignmentRun | None:
    """Let an absent reviewer leave and a reserve take over what is not locked yet.

    Locked sheets of the leaver stay. Without `reserve_seat_id` the next reserve of the same role is called.
    Returns the run that filled the gaps (None when there were none).
    """
    panel = held_panel(panel_id, (P.ASSIGNED, P.SCORING))
    with changing(
        PanelSeat,
        seat_id,
        by=by,
        now=now,
        reason=reason,
        version=version,
        verb="leave",
        permission="panels.replace",
    ) as seat:
        if seat.panel_id != panel_id or seat.kind != SeatKind.REVIEWER or seat.left_at is not None:
            raise NotNow(_("该席位不是在席评委。"))
        seat.left_at = now
    for pk in list(seat.sheets.filter(state__in=[S.ASSIGNED, S.OPEN]).values_list("pk", flat=True)):
        with changing(Sheet, pk, by=by, now=now, reason=reason) as sheet:
            sheet.recusal = Recusal.ABSENT
            sheet.recuse(by=by)
    reserve = _reserve(panel, seat, reserve_seat_id)
    if reserve is not None:
        call_reserve(reserve, now=now)
    return refill(panel, now=now)


def _reserve(panel: Panel, seat: PanelSeat, reserve_seat_id: int | None) -> PanelSeat | None:
    waiting = list(_waiting_reserves(panel))
    if reserve_seat_id is not None:
        found = next((s for s in waiting if s.pk == reserve_seat_id), None)
        if found is None:
            raise NotFound()
        return found
    same = [s for s in waiting if s.judge.is_finance == seat.judge.is_finance]
    return next(iter(same or waiting), None)


def _waiting_reserves(panel: Panel) -> Iterable[PanelSeat]:
    reserves = panel.seats.filter(kind=SeatKind.RESERVE, left_at__isnull=True)
    return reserves.select_related("expert").order_by("position", "pk")


def call_reserve(seat: PanelSeat, *, now: datetime) -> PanelSeat:
    """Make a reserve a reviewer."""
    with changing(PanelSeat, seat.pk, by=SYSTEM, now=now, verb="call", permission="panels.seat") as held:
        held.kind, held.called_at = SeatKind.REVIEWER, now
    publish(ReserveCalled.of(held), by=SYSTEM, now=now, about=held)
    return held


@button
def refill_panel(
    *, panel_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> AssignmentRun | None:
    """Fill gaps again, for instance after more reserves were seated; None when there was nothing to fill."""
    with changing(
        Panel, panel_id, by=by, now=now, version=version, verb="refill", permission="panels.replace"
    ) as panel:
        if panel.state not in (P.ASSIGNED, P.SCORING, P.LOCKED):
            raise NotNow()
    return refill(panel, now=now)


def held_panel(panel_id: int, states: Iterable[str]) -> Panel:
    """Lock the panel's row for a change of its sheets; NotNow in another state."""
    panel = Panel.objects.select_for_update().filter(pk=panel_id).first()
    if panel is None:
        raise NotFound()
    if panel.state not in states:
        raise NotNow()
    return panel


def refill(panel: Panel, *, now: datetime) -> AssignmentRun | None:
    """Fill what recusals left open: reserves already called, then the next reserves, then free capacity.

    Sheets that are alive never move. What nobody can take stays a gap, told by `selectors.gaps`.
    """
    if not selectors.gaps(panel):
        return None
    seed, on = f"{panel.seed}|{AssignmentRun.objects.filter(panel=panel).count()}", day_of(now)
    problem = selectors.problem(panel, seed=seed, on=on, room=0)
    plan = assign(problem)
    for reserve in _waiting_reserves(panel):
        if not is_lacking(plan):
            break
        if not _could_help(panel, reserve, plan, now=now):
            continue
        call_reserve(reserve, now=now)
        problem = selectors.problem(panel, seed=seed, on=on, room=0)
        plan = assign(problem)
    if is_lacking(plan):
        problem, plan = solve(panel, seed=seed, now=now)
    run = record_run(panel, problem, plan, "refill", now=now)
    make_sheets(panel, set(plan.pairs) - problem.forced, now=now)
    return run


def _could_help(panel: Panel, reserve: PanelSeat, plan: Plan, *, now: datetime) -> bool:
    """Tell whether a reserve has the role and no tie for at least one dossier that is short."""
    roles = (
        {row["dossier"] for row in plan.broken if row["rule"] == "role"}
        if reserve.judge.is_finance
        else set()
    )
    short = list(panel.dossiers.filter(code__in=[*plan.shortfalls, *roles]))
    ties = selectors.conflicts_in(short, [reserve.judge], on=day_of(now))
    return any((dossier.pk, reserve.person_id) not in ties for dossier in short)
