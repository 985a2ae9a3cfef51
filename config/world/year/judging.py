"""The panel: drawn under a witness, two experts replaced, five sheets each, scores dropped and averaged."""

from __future__ import annotations

from datetime import date
from typing import Any

from config.world.content import sheet
from config.world.year.stage import Stage
from evaluations.experts import services as experts
from evaluations.panels import selectors
from evaluations.panels import services as panels
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Dossier, Panel, PanelSeat, Sheet
from grants.proposals import services as proposals
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.selectors import stage_rule

SECRETARY = "clerk_3"


def panel_judges(stage: Stage) -> None:
    """Play the panel of the applications from the draw to its conclusion."""
    stage.at(stage.when("2026-05-28", "09:00:00"))
    panel = form(stage)
    lay_before(stage, panel)
    stage.at(stage.when("2026-06-01", "09:00:00"))
    clerk = stage.actor(SECRETARY)
    run = panels.assign_sheets(panel_id=panel.pk, seed=f"{stage.seed}-0601", by=clerk, now=stage.now)
    stage.scene(f"专家分配：{Sheet.objects.filter(panel=panel).count()} 份评分表，{run.proof}")
    stage.at(stage.when("2026-06-03", "08:30:00"))
    replace_absent(stage, panel)
    panels.open_panel(panel_id=panel.pk, by=clerk, now=stage.tick(60))
    score_everything(stage, panel)
    conclude(stage, panel)


def rule_of(stage: Stage, judged: str) -> dict[str, Any]:
    """Return a stage rule with the tie-break chain, the bands and the names of the categories put in."""
    raw = stage.terms_raw
    names = {code: name for code, name, *_rest in raw["categories"]}
    added = {"tie_break": raw["tie_break"], "bands": raw["bands"], "category_names": names}
    return {**stage_rule(stage.round, judged), **added}


def form(stage: Stage, name: str = "申报评审组", general: int = 15, finance: int = 5) -> Panel:
    """Draw 20 experts, five of them in finance, and reserves; the supervisor draws again and signs."""
    code = stage.round.code
    draw = experts.draw_experts(
        round_code=code,
        purpose="申报评审",
        seed=f"{stage.seed}-0528",
        seats={"finance": finance, "general": general},
        reserves={"finance": 1, "general": 3},
        on=date.fromisoformat(stage.terms.calendar["panel"][0]),
        barred=[stage.notes[f"expert:{post.key}"] for post in stage.world.posts if post.role == "evaluator"],
        by=stage.actor("clerk_1"),
        now=stage.now,
    )
    experts.witness_draw(draw_id=draw.pk, by=stage.actor("supervisor"), now=stage.tick(600))
    panel = panels.form_panel(
        round_code=code,
        stage="application",
        name=f"{stage.diary.year}年{name}",
        rule=rule_of(stage, "application"),
        by=stage.actor("clerk_1"),
        now=stage.tick(60),
    )
    panels.seat_drawn(panel_id=panel.pk, draw_id=draw.pk, by=stage.actor("clerk_1"), now=stage.tick(60))
    seat_officers(stage, panel)
    return panel


def seat_officers(stage: Stage, panel: Panel) -> None:
    """Seat a clerk as secretary and the first reviewer of the draw as chair."""
    secretary = stage.users[SECRETARY]
    panels.seat_officer(
        panel_id=panel.pk,
        person_id=secretary.person_id,
        kind="secretary",
        by=stage.actor("clerk_1"),
        now=stage.now,
    )
    chair = PanelSeat.objects.filter(panel=panel, kind="reviewer").order_by("position").first()
    assert chair is not None and chair.expert_id is not None  # noqa: S101 - twenty were just seated
    panels.seat_expert(
        panel_id=panel.pk,
        expert_id=chair.expert_id,
        kind="chair",
        by=stage.actor("clerk_1"),
        now=stage.tick(60),
    )


def lay_before(stage: Stage, panel: Panel) -> None:
    """The secretary lays every eligible application before the panel, under a code."""
    eligible = Proposal.objects.filter(round=stage.round, state=P.ELIGIBLE)
    proposals.open_reviews(
        panel_id=panel.pk,
        proposal_ids=list(eligible.values_list("pk", flat=True)),
        seed=f"{stage.seed}-codes",
        by=stage.actor(SECRETARY),
        now=stage.tick(60),
    )


def key_of(stage: Stage, person_id: int) -> str:
    """Return the key of an expert of the cast."""
    if "experts" not in stage.notes:
        stage.notes["experts"] = {stage.users[card.key].person_id: card.key for card in stage.world.experts}
    return str(stage.notes["experts"][person_id])


def replace_absent(stage: Stage, panel: Panel) -> None:
    """Two experts call in sick; reserves of the same kind take over what was theirs."""
    for key in stage.world.absent_experts:
        person_id = stage.users[key].person_id
        seat = PanelSeat.objects.filter(panel=panel, person_id=person_id, kind="reviewer").first()
        if seat is None:
            seat = _somebody_like(stage, panel, key)
        panels.replace_expert(
            panel_id=panel.pk,
            seat_id=seat.pk,
            reason="当日因病请假",
            by=stage.actor(SECRETARY),
            now=stage.tick(120),
        )


def _somebody_like(stage: Stage, panel: Panel, key: str) -> PanelSeat:
    """Return who falls ill instead where the expert of the cast was not drawn: same role, no chair."""
    finance = stage.world.expert[key].is_finance
    chairs = PanelSeat.objects.filter(panel=panel, kind="chair").values("person_id")
    seats = PanelSeat.objects.filter(
        panel=panel, kind="reviewer", left_at__isnull=True, expert__is_finance=finance
    )
    return seats.exclude(person_id__in=chairs).order_by("-position")[0]


def score_everything(stage: Stage, panel: Panel) -> None:
    """Each expert declares, reads, scores the blind part, then the rest, and locks; one stands back."""
    cards = cards_of(stage)
    stand_back(stage, panel)
    sheets = Sheet.objects.filter(panel=panel, state=S.ASSIGNED).select_related("dossier__rubric_version")
    for serial, one in enumerate(sheets.order_by("pk"), start=1):
        fill(stage, one, cards[one.dossier_id])
        if serial % 100 == 0:
            stage.scene(f"已锁定评分表 {serial} 份")


def cards_of(stage: Stage) -> dict[int | None, str]:
    """Return the keys of the proposals by their dossiers."""
    laid = dict(Proposal.objects.filter(round=stage.round).values_list("pk", "dossier_id"))
    return {laid[pk]: key for key, pk in stage.proposals.items() if pk in laid}


def stand_back(stage: Stage, panel: Panel) -> None:
    """An expert remembers having advised an applicant and stands back; a colleague takes the sheet over."""
    last = Sheet.objects.filter(panel=panel, state=S.ASSIGNED).order_by("-pk")[0]
    by = stage.actor(key_of(stage, last.reviewer_id))
    panels.recuse(sheet_id=last.pk, reason="去年曾为该申报单位做过培训，主动回避", by=by, now=stage.tick(30))


def fill(stage: Stage, given: Sheet, card_key: str) -> None:
    """Fill one sheet as its expert would."""
    expert = key_of(stage, given.reviewer_id)
    by = stage.actor(expert)
    spec = given.dossier.rubric_version.parsed()
    draft = sheet(stage.world, card_key, expert)
    blind = {item.path for item in spec.items if item.blind and not item.by_machine}
    scores = {path: str(points) for path, points in draft.scores.items()}
    panels.attest(sheet_id=given.pk, by=by, now=stage.tick(15))
    first = {path: points for path, points in scores.items() if path in blind}
    panels.lock_blind(sheet_id=given.pk, scores=first, by=by, now=stage.tick(30))
    rest = {
        path: points
        for path, points in scores.items()
        if path not in blind and path not in given.dossier.machine_points
    }
    panels.lock_sheet(sheet_id=given.pk, scores=rest, comment=draft.comment, by=by, now=stage.tick(15))


def conclude(stage: Stage, panel: Panel) -> None:
    """Lock, vote where no score decides, sign as secretary, conclude as chair."""
    stage.at(stage.when("2026-06-04", "17:00:00"))
    secretary = stage.actor(SECRETARY)
    panels.lock_panel(panel_id=panel.pk, by=secretary, now=stage.now)
    panel.refresh_from_db()
    tied = [row for row in selectors.ranking(panel) if row.tied]
    if tied:
        votes = {row.dossier_id: len(tied) - serial for serial, row in enumerate(tied)}
        panels.record_votes(panel_id=panel.pk, votes=votes, by=secretary, now=stage.tick(60))
    panels.sign_conclusion(panel_id=panel.pk, by=secretary, now=stage.tick(300))
    chair = PanelSeat.objects.get(panel=panel, kind="chair")
    panels.conclude_panel(
        panel_id=panel.pk, by=stage.actor(key_of(stage, chair.person_id)), now=stage.tick(300)
    )
    passed = Dossier.objects.filter(panel=panel, verdict="pass").count()
    stage.notes["panel"] = panel.pk
    stage.scene(f"评审结束：{Dossier.objects.filter(panel=panel).count()} 份评分，{passed} 份合格")
