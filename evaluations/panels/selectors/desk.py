"""What people see of a panel: their own sheets, its progress without scores, and what waits for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.policy import Actor, Role, require
from core.todo import Pending, Todo
from evaluations.panels.lifecycle import D, P, S
from evaluations.panels.models import Dossier, Panel, PanelSeat, SeatKind, Sheet
from evaluations.panels.permissions import REVIEWERS, SEATED
from evaluations.panels.selectors.staffing import ALIVE
from evaluations.rubrics import rules as sheet_rules


def sheets_of(actor: Actor, panel: Panel | None = None) -> QuerySet[Sheet]:
    """Return a reviewer's own sheets in panels that are open or over; nobody else's, ever."""
    own = Sheet.objects.filter(reviewer_id=actor.person_id, reviewer__isnull=False)
    own = own.exclude(panel__state__in=[P.FORMING, P.ASSIGNED]).select_related("dossier", "panel")
    return own.filter(panel=panel) if panel else own


@dataclass(frozen=True)
class Reading:
    """All that a reviewer may see of a dossier now. `content` is None until the declaration is made."""

    code: str
    title: str
    category: str
    content: Mapping[str, Any] | None
    open_part: Mapping[str, Any] | None
    items: tuple[sheet_rules.Item, ...]
    machine_points: Mapping[str, str]


def reading(sheet: Sheet) -> Reading:
    """Return what this sheet's reviewer may see: the open part only once the blind part is locked."""
    dossier = sheet.dossier
    spec = dossier.rubric_version.parsed()
    seen = sheet.state in (S.OPEN, S.LOCKED)
    unveiled = seen and (sheet.blind_locked_at is not None or not spec.has_open_part)
    return Reading(
        code=dossier.code,
        title=dossier.title,
        category=dossier.category,
        content=dossier.snapshot if seen else None,
        open_part=dossier.open_part if unveiled else None,
        items=sheet_rules.own_items(spec, is_finance=sheet.expert.is_finance, machine=dossier.machine_points),
        machine_points=dossier.machine_points if seen else {},
    )


@dataclass(frozen=True)
class Progress:
    """How far a panel is: counts only, no score, no total, no mean."""

    sheets: Mapping[str, int]
    dossiers: tuple[tuple[str, int, int, int], ...]  # code, wanted, alive, locked
    reviewers: tuple[tuple[str, int, int], ...]  # expert code, alive, locked
    missing: int


def progress(panel: Panel) -> Progress:
    """Return the progress of a panel in two queries."""
    rule = panel.parsed_rule()
    rows = list(
        panel.sheets.order_by().values("dossier_id", "seat__expert__code", "state").annotate(n=Count("pk"))
    )
    states: Counter[str] = Counter()
    dossiers: dict[int, Counter[str]] = defaultdict(Counter)
    reviewers: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for counter in (states, dossiers[row["dossier_id"]], reviewers[row["seat__expert__code"]]):
            counter[row["state"]] += row["n"]
    parts = len(rule.live_components)
    lines = [
        (d.code, d.wanted(rule) * parts, sum(dossiers[d.pk][s] for s in ALIVE), dossiers[d.pk][S.LOCKED])
        for d in panel.dossiers.only("code", "demand", "panel_id").order_by("code")
    ]
    return Progress(
        sheets=dict(states),
        dossiers=tuple(lines),
        reviewers=tuple(
            (code, sum(c[s] for s in ALIVE), c[S.LOCKED]) for code, c in sorted(reviewers.items())
        ),
        missing=sum(max(wanted - alive, 0) for _, wanted, alive, _ in lines),
    )


def progress_for(actor: Actor, panel: Panel) -> Progress:
    """Return the progress to somebody who may watch it; Forbidden for everybody else."""
    require(actor, "panels.progress", panel)
    return progress(panel)


def todo_for(actor: Actor, *, now: datetime) -> list[Todo | Pending]:
    """Return what waits for somebody in this room; the same number of queries for one row and for many."""
    todos: list[Todo | Pending] = []
    if actor.person_id is not None and actor.has(*REVIEWERS):
        todos += _reviewers_work(actor)
    if actor.person_id is not None and actor.has(*SEATED):
        todos += _officers_of_panels(actor)
    if actor.has(Role.SUPERVISOR):
        label, asked = _("待监督确认的重开评分申请"), asked_to_reopen()
        todos.append(Pending(label, asked, url_name="panels", query="waits=reopen"))
    if actor.has(Role.CLERK):
        loose = Dossier.objects.filter(state=D.WAITING, panel__isnull=True)
        todos.append(Pending(_("待编入评审组的材料"), loose, url_name="panels", query="waits=dossiers"))
    return [todo for todo in todos if isinstance(todo, Pending) or todo.count]


def _reviewers_work(actor: Actor) -> list[Pending]:
    mine = sheets_of(actor).filter(panel__state__in=[P.SCORING, P.LOCKED])
    labels = {S.ASSIGNED: _("待声明是否回避的材料"), S.OPEN: _("待完成的评分表")}
    return [
        Pending(
            label, mine.filter(state=state), "panel__due_at", "sheets", query=f"state={state}",
            page="sheet", titled="dossier__title",
        )
        for state, label in labels.items()
    ]  # fmt: skip


def _officers_of_panels(actor: Actor) -> list[Todo]:
    mine = PanelSeat.objects.filter(person_id=actor.person_id or 0, left_at__isnull=True)
    counted = mine.aggregate(**{name: Count("pk", filter=q) for name, q in SEAT_WORK.items()})
    return [
        Todo(str(WORK[name]), counted[name], url_name="panels", query=f"waits={name}") for name in SEAT_WORK
    ]


def asked_to_reopen() -> QuerySet[Sheet]:
    """Return the locked sheets whose chair asked for another look."""
    asked = Sheet.objects.filter(state=S.LOCKED, reopen_asked_at__isnull=False)
    return asked.exclude(panel__state=P.CONCLUDED)


def _seat(kind: str, state: str) -> Q:
    return Q(kind=kind, panel__state=state)


SEAT_WORK = {
    "assign": _seat(SeatKind.SECRETARY, P.FORMING),
    "open": _seat(SeatKind.SECRETARY, P.ASSIGNED),
    "lock": _seat(SeatKind.SECRETARY, P.SCORING),
    "sign": _seat(SeatKind.SECRETARY, P.LOCKED) & Q(panel__signed_digest=""),
    "conclude": _seat(SeatKind.CHAIR, P.LOCKED) & ~Q(panel__signed_digest=""),
}
WORK = {
    "assign": _lazy("待分配材料的评审组"),
    "open": _lazy("待开放评分的评审组"),
    "lock": _lazy("评分中的评审组"),
    "sign": _lazy("待签署结果的评审组"),
    "conclude": _lazy("待主席作出结论的评审组"),
    "reopen": _lazy("待监督确认的重开评分申请"),
    "dossiers": _lazy("待编入评审组的材料"),
}


def waiting(rows: QuerySet[Panel], work: str, actor: Actor) -> QuerySet[Panel]:
    """Narrow panels to those where a kind of work waits for somebody: the desk counted the same."""
    if work == "reopen":
        return rows.filter(pk__in=asked_to_reopen().values("panel"))
    if work == "dossiers":
        loose = Dossier.objects.filter(state=D.WAITING, panel__isnull=True)
        stages = Exists(loose.filter(stage=OuterRef("stage"), round_code=OuterRef("round_code")))
        return rows.filter(stages, state=P.FORMING)
    mine = PanelSeat.objects.filter(SEAT_WORK[work], person_id=actor.person_id or 0, left_at__isnull=True)
    return rows.filter(pk__in=mine.values("panel"))
