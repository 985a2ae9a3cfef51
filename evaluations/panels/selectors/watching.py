"""What the page and the list of panels show, to each as much as the permission rows say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.audit.models import Entry
from core.jobs.models import Job
from core.policy import BUREAU_ROLES, Actor
from evaluations.panels.lifecycle import D, P, S
from evaluations.panels.models import AssignmentRun, Dossier, Panel, PanelSeat, SeatKind, Sheet
from evaluations.panels.permissions import REVIEWERS, SEATED, WATCHERS
from evaluations.panels.selectors.staffing import ALIVE

JOB = "panels.assign"


def visible_to(actor: Actor) -> QuerySet[Panel]:
    """Return the panels whose pages somebody may open; the same rows as ``panels.view``."""
    seen = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in (*BUREAU_ROLES, *WATCHERS):
            seen |= Q(round_code=grant.round_code) if grant.round_code else Q(pk__isnull=False)
        if grant.role in SEATED and actor.person_id is not None:
            held = PanelSeat.objects.filter(person_id=actor.person_id, left_at__isnull=True)
            seen |= Q(pk__in=held.values("panel"))
    return Panel.objects.filter(seen)


def for_list(rows: QuerySet[Panel], actor: Actor) -> QuerySet[Panel]:
    """Return the rows with their numbers; how far colleagues are is counted for those who watch only."""
    rows = rows.annotate(dossier_count=Count("dossiers", distinct=True))
    own = Q(sheets__reviewer_id=actor.person_id or 0)
    mine = Count("sheets", filter=own & Q(sheets__state__in=ALIVE), distinct=True)
    rows = rows.annotate(mine=mine)
    if not watches(actor):
        return rows
    return rows.annotate(
        alive=Count("sheets", filter=Q(sheets__state__in=ALIVE), distinct=True),
        done=Count("sheets", filter=Q(sheets__state=S.LOCKED), distinct=True),
    )


def watches(actor: Actor) -> bool:
    """Tell whether somebody's roles let them see how far panels are."""
    return actor.has(*BUREAU_ROLES, "supervisor")


@dataclass(frozen=True)
class SeatRow:
    """A seat with its load: how many sheets live, and how many of them are locked."""

    seat: PanelSeat
    alive: int
    locked: int

    @property
    def percent(self) -> int:
        return self.locked * 100 // self.alive if self.alive else 0


@dataclass(frozen=True)
class DossierRow:
    """A dossier with its sheets counted; no score."""

    dossier: Dossier
    wanted: int
    alive: int
    locked: int
    recused: int

    @property
    def missing(self) -> int:
        return max(self.wanted - self.alive, 0)


@dataclass(frozen=True)
class Stood:
    """Somebody who stood back from a dossier, and why."""

    sheet: Sheet
    reason: str


@dataclass(frozen=True)
class Watched:
    """All that those see who may watch a panel: counts and names, no score."""

    seats: list[SeatRow]
    dossiers: list[DossierRow]
    recusals: list[Stood]
    alive: int
    locked: int
    missing: int

    @property
    def percent(self) -> int:
        return self.locked * 100 // self.alive if self.alive else 0


def watched(panel: Panel, actor: Actor) -> Watched:
    """Count the sheets of a panel by seat and by dossier, in four queries, less what one must not see."""
    rule = panel.parsed_rule()
    barred = barred_from(panel, actor)
    sheets = list(panel.sheets.select_related("dossier", "seat__person", "seat__expert").order_by("pk"))
    by_seat = Counter((s.seat_id, s.state) for s in sheets)
    by_dossier = Counter((s.dossier_id, s.state) for s in sheets)
    seats = panel.seats.select_related("person", "expert__employer").order_by("position", "pk")
    rows = [
        SeatRow(seat, sum(by_seat[seat.pk, state] for state in ALIVE), by_seat[seat.pk, S.LOCKED])
        for seat in seats
    ]
    parts = len(rule.live_components)
    dossiers = [
        DossierRow(
            d,
            d.wanted(rule) * parts,
            sum(by_dossier[d.pk, state] for state in ALIVE),
            by_dossier[d.pk, S.LOCKED],
            by_dossier[d.pk, S.RECUSED],
        )
        for d in panel.dossiers.defer("snapshot", "open_part").order_by("code")
        if d.pk not in barred
    ]
    return Watched(
        seats=_in_order(rows),
        dossiers=dossiers,
        recusals=_recusals([s for s in sheets if s.state == S.RECUSED and s.dossier_id not in barred]),
        alive=sum(s.state in ALIVE for s in sheets),
        locked=sum(s.state == S.LOCKED for s in sheets),
        missing=sum(row.missing for row in dossiers) if panel.state != P.FORMING else 0,
    )


def _in_order(rows: list[SeatRow]) -> list[SeatRow]:
    order = [SeatKind.CHAIR, SeatKind.SECRETARY, SeatKind.REVIEWER, SeatKind.RESERVE]
    return sorted(rows, key=lambda row: (order.index(SeatKind(row.seat.kind)), row.seat.position))


def _recusals(sheets: list[Sheet]) -> list[Stood]:
    entries = Entry.objects.filter(
        object_type="panels.sheet", verb="recuse", object_id__in=[sheet.pk for sheet in sheets]
    )
    reasons = {
        one.object_id: getattr(getattr(one, "reason", None), "text", "")
        for one in entries.select_related("reason")
    }
    return [Stood(sheet, reasons.get(sheet.pk, "")) for sheet in sheets]


def barred_from(panel: Panel, actor: Actor) -> set[int]:
    """Return the dossiers of a panel somebody must see nothing of: an interest declared, or stood back."""
    barred = set()
    if actor.interests:
        parties = panel.dossiers.values_list("pk", "party_bodies")
        barred = {pk for pk, bodies in parties if actor.interests & set(bodies)}
    if actor.person_id is not None and actor.has(*REVIEWERS):
        own = panel.sheets.filter(reviewer_id=actor.person_id, state=S.RECUSED).exclude(recusal="absent")
        barred |= set(own.values_list("dossier_id", flat=True))
    return barred


@dataclass(frozen=True)
class Run:
    """One run of the assignment as the page tells it."""

    run: AssignmentRun
    loads: list[tuple[str, int]]

    @property
    def is_exact(self) -> bool:
        return self.run.objective == self.run.bound


def runs(panel: Panel) -> list[Run]:
    """Return the runs of the assignment with the load of each expert, newest first."""
    found = AssignmentRun.objects.filter(panel=panel).defer("problem").order_by("-no")
    return [Run(run, sorted(Counter(expert for _, expert in run.plan["pairs"]).items())) for run in found]


def offices_filled(panel: Panel) -> set[str]:
    """Return which of chair and secretary sit; asked once for each panel that was loaded."""
    known: set[str] | None = panel.__dict__.get("_offices_filled")
    if known is None:
        held = panel.seats.filter(kind__in=[SeatKind.CHAIR, SeatKind.SECRETARY], left_at__isnull=True)
        known = panel.__dict__["_offices_filled"] = set(held.values_list("kind", flat=True))
    return known


def job_of(panel: Panel) -> Job | None:
    """Return the newest piece of long work that was asked for a panel; past is past once it scores."""
    if panel.state not in (P.FORMING, P.ASSIGNED):
        return None
    return Job.objects.filter(unique_key__startswith=f"{JOB}:{panel.pk}:").order_by("-pk").first()


def loose_dossiers(panel: Panel) -> QuerySet[Dossier]:
    """Return what waits to be put before this panel."""
    loose = Dossier.objects.filter(state=D.WAITING, panel__isnull=True)
    return loose.filter(stage=panel.stage, round_code=panel.round_code).order_by("code")


def own_progress(actor: Actor, panels: Iterable[int] | None = None) -> dict[str, int]:
    """Return how many of somebody's own sheets are in which state; in some panels, or in all open ones."""
    if not actor.has(*REVIEWERS):
        return dict.fromkeys(S.values, 0)
    own = Sheet.objects.filter(reviewer_id=actor.person_id or 0).exclude(
        panel__state__in=[P.FORMING, P.ASSIGNED]
    )
    if panels is not None:
        own = own.filter(panel__in=panels)
    counted: dict[str, Any] = dict(own.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: counted.get(state, 0) for state in S.values}
