"""Open dossiers and form panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, NotNow, Refused
from core.lifecycle import button, changing, creating
from core.policy import Actor
from evaluations.experts.models import Draw, DrawWitness, Expert
from evaluations.experts.selectors import drawn_experts
from evaluations.panels import rules, selectors
from evaluations.panels.lifecycle import P
from evaluations.panels.models import Dossier, Panel, PanelSeat, SeatKind
from evaluations.panels.rules import blind
from evaluations.rubrics.models import RubricVersion
from evaluations.rubrics.rules import digest
from orgs.people.models import Person


@button
def open_dossier(
    *,
    stage: str,
    code: str,
    title: str,
    category: str,
    snapshot: Mapping[str, Any],
    open_part: Mapping[str, Any],
    bodies: Iterable[int],
    persons: Iterable[int],
    rubric_version: RubricVersion,
    by: Actor,
    now: datetime,
    round_code: str = "",
    demand: int | None = None,
    machine_points: Mapping[str, str] | None = None,
    facts: Mapping[str, Sequence[str]] | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Dossier:
    """Hand something in for judgement.

    `bodies` and `persons` are the ids of every party. Where the sheet has a blind part, their names are
    veiled in title and snapshot; `open_part` is shown after the blind part is locked. `machine_points` are
    points by item path that no reviewer gives, `facts` are ticked marks ({"bonus": ["grade_3a"]}).
    """
    sealed, veiled = _sealed(rubric_version, title, snapshot, open_part, set(bodies), set(persons))
    given = _given(rubric_version, machine_points or {}, facts or {})
    dossier = Dossier(
        round_code=round_code, stage=stage, code=code, category=category, demand=demand, **sealed, **given
    )
    return creating(dossier, by=by, now=now, permission="panels.open_dossier", veiled=veiled)


def _sealed(
    version: RubricVersion,
    title: str,
    snapshot: Mapping[str, Any],
    open_part: Mapping[str, Any],
    bodies: set[int],
    persons: set[int],
) -> tuple[dict[str, Any], int]:
    """The content with its hash and parties; where the sheet has a blind part, the parties are veiled."""
    content, veiled = dict(snapshot), 0
    if version.parsed().has_open_part:
        hidden = blind.names_to_hide(selectors.names_of_parties(bodies, persons))
        (title, content), veiled = blind.redact([title, content], hidden)
    shown = {"title": title, "snapshot": content, "open_part": dict(open_part)}
    parties = {"party_bodies": sorted(bodies), "party_persons": sorted(persons)}
    return {**shown, **parties, "snapshot_digest": digest(shown), "rubric_version": version}, veiled


def _given(
    version: RubricVersion, machine_points: Mapping[str, Any], facts: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Points and marks that come with the dossier; refused when the sheet does not know them."""
    spec = version.parsed()
    wrong = [path for path in machine_points if not (item := spec.item(path)) or not item.by_machine]
    for kind, codes in facts.items():
        known = {mark.code for mark in getattr(spec, kind, ())}
        wrong += [code for code in codes if code not in known]
    if wrong:
        raise Refused(_("评分表没有这些系统评分项或加减分事项：%(wrong)s") % {"wrong": "、".join(wrong)})
    return {
        "machine_points": {path: str(points) for path, points in machine_points.items()},
        "facts": {kind: list(codes) for kind, codes in facts.items()},
    }


@button
def form_panel(
    *,
    round_code: str,
    stage: str,
    name: str,
    rule: Mapping[str, Any],
    by: Actor,
    now: datetime,
    meets_on: date | None = None,
    due_at: datetime | None = None,
    key: UUID | None = None,
    version: int | None = None,
) -> Panel:
    """Found a panel under a stage rule of the terms: stages.<stage> with `tie_break` and `bands` put in.

    `rule["category_names"]` (code -> name), where given, is what documents print.
    """
    try:
        rules.parse_rule(rule)
    except (rules.PanelRuleError, KeyError) as error:
        raise Refused(_("评审规则有误：%(why)s") % {"why": error}, code="bad_rule") from None
    panel = Panel(
        round_code=round_code, stage=stage, name=name, rule=dict(rule), meets_on=meets_on, due_at=due_at
    )
    return creating(panel, by=by, now=now, permission="panels.form")


@button
def seat_expert(
    *,
    panel_id: int,
    expert_id: int,
    kind: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> PanelSeat:
    """Seat an expert as reviewer, reserve or chair; more reserves may join until the panel concludes."""
    panel, expert = _panel(panel_id), Expert.objects.filter(pk=expert_id).first()
    if expert is None:
        raise NotFound()
    if kind not in (SeatKind.REVIEWER, SeatKind.RESERVE, SeatKind.CHAIR):
        raise Refused(_("专家只能担任评委、候补评委或主席。"), field="kind")
    if kind == SeatKind.REVIEWER and panel.state != P.FORMING:
        raise NotNow(_("材料已分配，新增专家请作为候补评委入席，由递补进入。"))
    return _seat(panel, expert.person_id, kind, expert=expert, by=by, now=now)


@button
def seat_officer(
    *,
    panel_id: int,
    person_id: int,
    kind: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> PanelSeat:
    """Seat a person who is no expert as chair or secretary."""
    if kind not in (SeatKind.CHAIR, SeatKind.SECRETARY):
        raise Refused(_("评委须来自专家库。"), field="kind")
    if not Person.objects.filter(pk=person_id).exists():
        raise NotFound()
    return _seat(_panel(panel_id), person_id, kind, expert=None, by=by, now=now)


@button
def seat_drawn(
    *,
    panel_id: int,
    draw_id: int,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> list[PanelSeat]:
    """Seat the outcome of a witnessed draw: reviewers, then reserves in the order of the draw."""
    panel, draw = _panel(panel_id), Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise NotFound()
    if not DrawWitness.objects.filter(draw=draw).exists():
        raise NotNow(_("抽取结果尚未经监督人见证，不能入席。"), code="not_witnessed")
    if panel.state != P.FORMING:
        raise NotNow()
    with changing(
        Panel, panel_id, by=by, now=now, version=version, verb="seat_draw", permission="panels.seat"
    ) as held:
        held.draw = draw
        held.note(draw_id=draw.pk)
    reviewers, reserves = drawn_experts(draw)
    kinds = [(e, SeatKind.REVIEWER) for e in reviewers] + [(e, SeatKind.RESERVE) for e in reserves]
    return [_seat(held, e.person_id, kind, expert=e, by=by, now=now) for e, kind in kinds]


def _panel(panel_id: int) -> Panel:
    panel = Panel.objects.filter(pk=panel_id).first()
    if panel is None:
        raise NotFound()
    if panel.state in (P.LOCKED, P.CONCLUDED):
        raise NotNow(_("评审组已锁分，席位不能再变。"))
    return panel


def _seat(
    panel: Panel, person_id: int, kind: str, *, expert: Expert | None, by: Actor, now: datetime
) -> PanelSeat:
    held = list(PanelSeat.objects.filter(panel=panel).values_list("person_id", "kind", "left_at"))
    mine = {k for person, k, _left in held if person == person_id}
    if kind in mine or (mine and SeatKind.SECRETARY in {*mine, kind}):
        raise Refused(_("此人在本评审组已有席位；秘书不能兼任其他席位。"), code="already_seated")
    if kind in (SeatKind.REVIEWER, SeatKind.RESERVE) and mine & {SeatKind.REVIEWER, SeatKind.RESERVE}:
        raise Refused(_("此人在本评审组已是评委或候补评委。"), code="already_seated")
    if kind in (SeatKind.CHAIR, SeatKind.SECRETARY) and any(k == kind and not left for _p, k, left in held):
        raise Refused(_("本评审组已有主席或秘书。"), code="taken")
    if expert is not None and panel.meets_on and _is_away(expert, panel.meets_on):
        raise Refused(_("该专家在评审日请假，不能入席。"), code="on_leave")
    seat = PanelSeat(panel=panel, person_id=person_id, expert=expert, kind=kind, position=len(held) + 1)
    return creating(seat, by=by, now=now, permission="panels.seat", panel_id=panel.pk, kind=kind)


def _is_away(expert: Expert, on: date) -> bool:
    gone = expert.until is not None and expert.until < on
    return gone or any(leave.covers(on) for leave in expert.leaves.all())


@button
def add_dossiers(
    *,
    panel_id: int,
    dossier_ids: Sequence[int],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Panel:
    """Put dossiers of the panel's stage and round before it, while it is forming."""
    with changing(
        Panel, panel_id, by=by, now=now, version=version, verb="add_dossiers", permission="panels.form"
    ) as panel:
        if panel.state != P.FORMING:
            raise NotNow(_("材料已分配，不能再编入。"))
        for pk in sorted(set(dossier_ids)):
            with changing(
                Dossier, pk, by=by, now=now, verb="join_panel", permission="panels.form"
            ) as dossier:
                _must_belong(dossier, panel)
                dossier.panel = panel
        panel.note(dossiers=len(set(dossier_ids)))
    return panel


def _must_belong(dossier: Dossier, panel: Panel) -> None:
    if dossier.panel_id not in (None, panel.pk):
        raise Refused(_("材料 %(code)s 已在另一评审组。") % {"code": dossier.code}, code="elsewhere")
    if (dossier.stage, dossier.round_code) != (panel.stage, panel.round_code):
        raise Refused(_("材料 %(code)s 不属于本环节或本届次。") % {"code": dossier.code}, code="other_stage")
