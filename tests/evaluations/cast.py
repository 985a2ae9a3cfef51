"""The cast of a panel: applicants, their people, experts, officers, and a round of dossiers to judge."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.lifecycle import creating
from core.policy import SYSTEM, Actor, Grant, Role
from evaluations.experts.services import register_expert
from evaluations.panels import services
from evaluations.panels.models import Dossier, Panel, PanelSeat, Sheet
from evaluations.rubrics.services import freeze_rubric
from orgs.people.models import Body, Person

NOW = datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
ROUND = "WCCT-2026"
RULE = {
    "reviewers": 5,
    "reserves": 2,
    "drop_high": 1,
    "drop_low": 1,
    "drop_from": 5,
    "valid_min": 3,
    "pass_mark": 60,
    "finance_experts_min": 1,
    "per_employer_max": 1,
    "components": {"desk": 100, "pitch": 0},
    "comment_required": {"below": 60, "above": 95},
    "tie_break": ["needs", "design", "budget", "panel_vote"],
    "bands": {"excellent": 90, "good": 80, "pass": 60},
    "category_names": {"elderly": "养老助残"},
}
SPEC = {
    "stage": "application",
    "criteria": [
        {"code": "needs", "name": "需求调研", "maximum": "40", "items": []},
        {"code": "design", "name": "项目设计", "maximum": "35", "items": []},
        {"code": "team", "name": "团队能力", "maximum": "10", "items": []},
        {
            "code": "budget",
            "name": "预算合理性",
            "maximum": "15",
            "items": [
                {"code": "complete", "name": "完整", "maximum": "10"},
                {"code": "compliant", "name": "合规", "maximum": "5"},
            ],
        },
    ],
    "not_blind": ["team"],
    "by_machine": ["budget.compliant"],
    "bonus": {"max": "3", "items": [{"code": "grade_3a", "name": "3A", "points": "1"}]},
    "deductions": [],
    "red_lines": [{"code": "fraud", "name": "弄虚作假", "points": "0"}],
}
BLIND = {"needs": "30", "design": "25", "budget.complete": "8"}
OPEN = {"team": "7"}
_users = itertools.count(1000)


def person(name: str) -> Person:
    return creating(Person(name=name), by=SYSTEM, now=NOW, permission="people.register")


def body(name: str, kind: str = "social_organisation", short_name: str = "") -> Body:
    made = Body(kind=kind, name=name, short_name=short_name)
    return creating(made, by=SYSTEM, now=NOW, permission="people.create_body")


def actor(who: Person, *roles: str, **grant: object) -> Actor:
    grants = tuple(Grant(role=role, label=str(role), **grant) for role in roles)
    return Actor(user_id=next(_users), person_id=who.pk, grants=grants)


@dataclass
class Cast:
    """Named people and what they do; `experts` maps an expert's code to the actor."""

    clerk: Actor
    secretary: Actor
    chair: Actor
    supervisor: Actor
    auditor: Actor
    stranger: Actor
    applicant: Body
    representative: Person
    rubric: object
    experts: dict[str, Actor] = field(default_factory=dict)

    def expert(self, sheet: Sheet) -> Actor:
        return self.experts[sheet.seat.expert.code]


def build_cast(experts: int = 9, finance: int = 3) -> Cast:
    committee = body("武昌区民政事务管理委员会", "committee")
    clerk = person("经办员")
    cast = Cast(
        clerk=actor(clerk, Role.CLERK, body_id=committee.pk),
        secretary=actor(person("秘书甲"), Role.CLERK, body_id=committee.pk),
        chair=actor(person("主席甲"), Role.EXPERT),
        supervisor=actor(person("纪检员"), Role.SUPERVISOR, body_id=committee.pk),
        auditor=actor(person("审计员"), Role.AUDITOR),
        stranger=actor(person("路人甲"), Role.EXPERT),
        applicant=body("武昌区心光社会工作服务中心", short_name="心光社工"),
        representative=person("欧阳明澈"),
        rubric=freeze_rubric(code="application", name="申报评分表", spec=SPEC, by=SYSTEM, now=NOW),
    )
    for number in range(1, experts + 1):
        who = person(f"专家{number:02}号")
        expert = register_expert(
            person_id=who.pk,
            fields=["elderly"] if number % 2 else ["youth"],
            is_finance=number <= finance,
            employer_name=f"单位{number}",
            by=SYSTEM,
            now=NOW,
        )
        cast.experts[expert.code] = actor(who, Role.EXPERT)
    return cast


def dossier(cast: Cast, number: int = 1, *, category: str = "elderly", by: Actor = SYSTEM, **more) -> Dossier:
    given = {
        "stage": "application",
        "code": f"A-{number:03}",
        "title": f"银龄守护项目{number}",
        "category": category,
        "snapshot": {"摘要": "为独居老人提供助餐服务", "目标": ["服务100人"]},
        "open_part": {"团队": "三名持证社工"},
        "bodies": [cast.applicant.pk],
        "persons": [cast.representative.pk],
        "rubric_version": cast.rubric,
        "round_code": ROUND,
        "machine_points": {"budget.compliant": "5"},
    }
    return services.open_dossier(**{**given, **more}, by=by, now=NOW)


def forming(cast: Cast, dossiers: int = 2, *, reviewers: int = 7, rule: dict | None = None) -> Panel:
    """A panel with reviewers, the rest of the pool as reserves, chair and secretary, and dossiers."""
    from evaluations.experts.models import Expert

    panel = services.form_panel(
        round_code=ROUND, stage="application", name="申报评审组", rule=rule or RULE, by=cast.clerk, now=NOW
    )
    for position, expert in enumerate(Expert.objects.order_by("code")):
        kind = "reviewer" if position < reviewers else "reserve"
        services.seat_expert(panel_id=panel.pk, expert_id=expert.pk, kind=kind, by=cast.clerk, now=NOW)
    for officer, kind in ((cast.chair, "chair"), (cast.secretary, "secretary")):
        services.seat_officer(
            panel_id=panel.pk, person_id=officer.person_id, kind=kind, by=cast.clerk, now=NOW
        )
    made = [dossier(cast, n + 1).pk for n in range(dossiers)]
    services.add_dossiers(panel_id=panel.pk, dossier_ids=made, by=cast.clerk, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def assigned(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = forming(cast, dossiers, **more)
    services.assign_sheets(panel_id=panel.pk, seed="2026", by=cast.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def scoring(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = assigned(cast, dossiers, **more)
    services.open_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def fill(cast: Cast, sheet: Sheet, *, needs: str = "30", lock: bool = True, comment: str = "") -> Sheet:
    """Play one reviewer through a whole sheet."""
    who, later = cast.expert(sheet), NOW + timedelta(minutes=20)
    services.attest(sheet_id=sheet.pk, by=who, now=NOW)
    services.lock_blind(sheet_id=sheet.pk, scores={**BLIND, "needs": needs}, by=who, now=later)
    if lock:
        services.lock_sheet(sheet_id=sheet.pk, scores=OPEN, comment=comment, by=who, now=later)
    return Sheet.objects.get(pk=sheet.pk)


def all_filled(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = scoring(cast, dossiers, **more)
    for position, sheet in enumerate(panel.sheets.filter(state="assigned").order_by("pk")):
        fill(cast, sheet, needs=str(26 + position % 9))
    return panel


def locked(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = all_filled(cast, dossiers, **more)
    services.lock_panel(panel_id=panel.pk, by=cast.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def signed(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = locked(cast, dossiers, **more)
    services.sign_conclusion(panel_id=panel.pk, by=cast.secretary, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def concluded(cast: Cast, dossiers: int = 2, **more) -> Panel:
    panel = signed(cast, dossiers, **more)
    services.conclude_panel(panel_id=panel.pk, by=cast.chair, now=NOW)
    return Panel.objects.get(pk=panel.pk)


def seat_of(panel: Panel, code: str) -> PanelSeat:
    return PanelSeat.objects.get(panel=panel, expert__code=code)
