"""Who may do what in a panel: seats decide, and nobody signs twice."""

from __future__ import annotations

from typing import Any

from core.policy import BUREAU_ROLES, SYSTEM_ONLY, Role, Seat, allow, did, predicate
from evaluations.panels.lifecycle import P, S
from evaluations.panels.models import Panel, PanelSeat, SeatKind, Sheet


def panel_of(obj: Any) -> Panel | None:
    """Return the panel an object belongs to; None for a dossier that has none yet."""
    return obj if isinstance(obj, Panel) else obj.panel


def _sits(seat: Seat, obj: Any, *kinds: str) -> bool:
    panel = panel_of(obj)
    if panel is None or panel.pk is None or seat.actor.person_id is None:
        return False
    return bool(_kinds(panel, seat.actor.person_id) & set(kinds))


def _kinds(panel: Panel, person_id: int) -> set[str]:
    """Return what a person does in a panel; asked once for each panel that was loaded."""
    known: dict[int, set[str]] = panel.__dict__.setdefault("_kinds_of_person", {})
    if person_id not in known:
        held = PanelSeat.objects.filter(panel=panel, person_id=person_id, left_at__isnull=True)
        known[person_id] = set(held.values_list("kind", flat=True))
    return known[person_id]


@predicate
def is_chair(seat: Seat, obj: Any) -> bool:
    """The person sits as chair of this panel."""
    return _sits(seat, obj, SeatKind.CHAIR)


@predicate
def is_secretary(seat: Seat, obj: Any) -> bool:
    """The person sits as secretary of this panel."""
    return _sits(seat, obj, SeatKind.SECRETARY)


@predicate
def is_seated(seat: Seat, obj: Any) -> bool:
    """The person has any seat in this panel."""
    return _sits(seat, obj, *SeatKind.values)


@predicate
def is_of_round(seat: Seat, obj: Any) -> bool:
    """The grant is for this round, or for every round."""
    panel = panel_of(obj)
    code = panel.round_code if panel else obj.round_code
    return not seat.grant.round_code or seat.grant.round_code == code


@predicate
def is_own_sheet(seat: Seat, obj: Any) -> bool:
    """The sheet is the person's own; a panel as a whole is nobody's."""
    return seat.actor.person_id is not None and getattr(obj, "reviewer_id", None) == seat.actor.person_id


@predicate
def reads_it(seat: Seat, obj: Any) -> bool:
    """The person has attested for this dossier and has not stood back."""
    attested = Sheet.objects.filter(dossier_id=obj.pk, reviewer_id=seat.actor.person_id)
    return attested.filter(state__in=[S.OPEN, S.LOCKED]).exists()


@predicate
def was_let_in(seat: Seat, obj: Any) -> bool:
    """The panel has been opened to its reviewers."""
    panel = panel_of(obj)
    return panel is not None and panel.state not in (P.FORMING, P.ASSIGNED)


@predicate
def is_handed_in(seat: Seat, obj: Sheet) -> bool:
    """The sheet itself is locked: one that is still filled in, or again, is its reviewer's alone."""
    return obj.state == S.LOCKED


@predicate
def owes_no_sheet(seat: Seat, obj: Any) -> bool:
    """Nobody who still scores in the panel learns what others gave: a late replacement, a reopened sheet."""
    panel = panel_of(obj)
    owed = Sheet.objects.filter(panel=panel, reviewer_id=seat.actor.person_id)
    return not owed.filter(state__in=[S.ASSIGNED, S.OPEN]).exists()


@predicate
def has_judged(seat: Seat, obj: Any) -> bool:
    """The person has locked a sheet for this dossier and has not stood back from it."""
    own = Sheet.objects.filter(dossier_id=obj.pk, reviewer_id=seat.actor.person_id)
    states = set(own.values_list("state", flat=True))
    return bool(states) and states <= {S.LOCKED}


@predicate
def is_locked(seat: Seat, obj: Any) -> bool:
    """The panel is locked or concluded: before that, others' scores are nobody's business."""
    panel = panel_of(obj)
    return panel is not None and panel.state in (P.LOCKED, P.CONCLUDED)


REVIEWERS = (Role.EXPERT, Role.EVALUATOR)
SEATED = (Role.EXPERT, Role.EVALUATOR, Role.CLERK, Role.SECTION_CHIEF)
WATCHERS = (Role.SUPERVISOR, Role.AUDITOR)
OFFICERS = (Role.CLERK, Role.SECTION_CHIEF)

PERMISSIONS = {
    # panels
    "panels.view": allow(*SEATED, when=is_seated)
    | allow(*BUREAU_ROLES, when=is_of_round)
    | allow(Role.SUPERVISOR, Role.AUDITOR, when=is_of_round),
    "panels.list": allow(*SEATED, *BUREAU_ROLES, *WATCHERS),
    "panels.start": allow(*OFFICERS),
    "panels.view_seats": allow(*SEATED, when=is_chair | is_secretary)
    | allow(*OFFICERS, *WATCHERS, when=is_of_round)
    | allow(Role.LEADER, when=is_of_round & is_locked),
    "panels.progress": allow(*SEATED, when=is_chair | is_secretary)
    | allow(*BUREAU_ROLES, Role.SUPERVISOR, when=is_of_round),
    "panels.form": allow(Role.CLERK, Role.SECTION_CHIEF, when=is_of_round),
    "panels.seat": allow(Role.CLERK, Role.SECTION_CHIEF, when=is_of_round) | SYSTEM_ONLY,
    "panels.assign": allow(*SEATED, when=is_secretary) | allow(Role.CLERK, when=is_of_round) | SYSTEM_ONLY,
    "panels.open": allow(*SEATED, when=is_secretary),
    "panels.replace": allow(*SEATED, when=is_secretary) | allow(Role.CLERK, when=is_of_round),
    "panels.lock": allow(*SEATED, when=is_secretary),
    "panels.vote": allow(*SEATED, when=is_secretary),
    "panels.sign_conclusion": allow(*SEATED, when=is_secretary),
    "panels.conclude": allow(*SEATED, when=is_chair & ~did("sign_conclusion")),
    "panels.ranking": allow(*SEATED, when=is_seated & is_locked & owes_no_sheet)
    | allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR, when=is_of_round & is_locked),
    "panels.named_summary": allow(*SEATED, when=(is_chair | is_secretary) & is_locked)
    | allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR, when=is_of_round & is_locked),
    "panels.statistics": allow(*SEATED, when=(is_chair | is_secretary) & is_locked & owes_no_sheet)
    | allow(*WATCHERS, when=is_of_round & is_locked),
    # dossiers
    "panels.open_dossier": allow(Role.CLERK, Role.SECTION_CHIEF, Role.EVALUATOR, when=is_of_round)
    | SYSTEM_ONLY,
    "panels.view_dossier": allow(*REVIEWERS, when=reads_it)
    | allow(*SEATED, when=(is_chair | is_secretary) & is_locked)
    | allow(*BUREAU_ROLES, Role.SUPERVISOR, Role.AUDITOR, when=is_of_round),
    "panels.view_judged": allow(*REVIEWERS, when=has_judged & is_locked & owes_no_sheet)
    | allow(*SEATED, when=(is_chair | is_secretary) & is_locked & owes_no_sheet)
    | allow(*BUREAU_ROLES, *WATCHERS, when=is_of_round),
    "panels.give_verdict": SYSTEM_ONLY,
    # sheets
    "panels.list_sheets": allow(*REVIEWERS),
    "panels.view_sheet": allow(*REVIEWERS, when=is_own_sheet & was_let_in)
    | allow(*SEATED, when=(is_chair | is_secretary) & is_locked & is_handed_in)
    | allow(*WATCHERS, when=is_of_round & is_locked & is_handed_in),
    "panels.attest": allow(*REVIEWERS, when=is_own_sheet),
    "panels.score": allow(*REVIEWERS, when=is_own_sheet),
    "panels.lock_sheet": allow(*REVIEWERS, when=is_own_sheet),
    "panels.recuse": allow(*REVIEWERS, when=is_own_sheet)
    | allow(*SEATED, when=is_secretary)
    | allow(Role.CLERK, when=is_of_round),
    "panels.ask_reopen": allow(*SEATED, when=is_chair),
    "panels.reopen_sheet": allow(Role.SUPERVISOR, when=is_of_round & ~did("ask_reopen")),
}
