"""Next year's round: open, its first applications screened, an early panel half way through its sheets."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from config.world.content.model import ProposalCard
from config.world.living.plan import OWN_FLAWS
from config.world.year import applying, calling, judging, screening
from config.world.year.stage import Stage, shanghai
from evaluations.panels import services as panels
from evaluations.panels.lifecycle import S
from evaluations.panels.models import Panel, PanelSeat, Sheet
from grants.proposals import services as proposals
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal

EARLY, LATER, DRAFTS = 14, 11, 6
UNTOUCHED = 3  # of the early ones, nobody has looked at these yet
IMPROVING = 2  # of the eligible ones, these go to their coach first
SCORED_PERCENT = 60


def call(stage: Stage) -> None:
    """The call comes early, in October."""
    calling.prepare_and_publish(stage, shanghai("2026-10-15", "10:00:00"))


def cards(stage: Stage) -> list[ProposalCard]:
    """Return the applications that are handed in without trouble, in the order of their keys."""
    troubled = {flaw.proposal for flaw in stage.world.flaws if flaw.code.startswith(OWN_FLAWS)}
    return [card for card in stage.world.proposals if card.key not in troubled]


def failing(stage: Stage) -> ProposalCard:
    """Return one application that the register itself shows to be ineligible."""
    return stage.world.proposal[stage.world.flaws_like("ineligible:failed_inspection")[0].proposal]


def first_days(stage: Stage) -> None:
    """The first days of the window; the communities answer most links quickly."""
    stage.at(shanghai("2026-11-02", "09:05:00"))
    early = [failing(stage), *cards(stage)[: EARLY - 1]]
    hand_in(stage, early, shanghai("2026-11-02", "10:00:00"), shanghai("2026-11-04", "17:00:00"))
    stage.at(max(stage.now, shanghai("2026-11-05", "09:00:00")))
    applying.communities_answer(stage)
    stage.scene(f"申报开放前三天：收到 {len(early)} 份")


def later_days(stage: Stage) -> None:
    """More of them, whose communities have not answered yet, and some drafts."""
    stage.at(max(stage.now, shanghai("2026-11-06", "09:30:00")))
    found = cards(stage)[EARLY - 1 :]
    hand_in(stage, found[:LATER], shanghai("2026-11-06", "10:00:00"), shanghai("2026-11-09", "11:00:00"))
    for card in found[LATER : LATER + DRAFTS]:
        applying.draft(stage, card)
    screen(stage)


def hand_in(stage: Stage, found: list[ProposalCard], first: datetime, last: datetime) -> None:
    """Hand in applications spread over a span of time."""
    refused: Counter[str] = stage.notes.setdefault("refused", Counter())
    for serial, card in enumerate(found, start=1):
        applying.apply(stage, card, first + (last - first) * (serial / len(found)), refused)


def screen(stage: Stage) -> None:
    """The early ones are screened, one returned, one advised against; three wait untouched."""
    stage.at(max(stage.now, shanghai("2026-11-09", "13:30:00")))
    keys = {pk: key for key, pk in stage.proposals.items()}
    waiting = list(Proposal.objects.filter(round=stage.round, state=P.SUBMITTED).order_by("number"))
    bad = failing(stage).key
    for proposal in waiting[: EARLY - UNTOUCHED]:
        card = stage.world.proposal[keys[proposal.pk]]
        if card.key == bad:
            advise_against(stage, proposal)
        else:
            screening.judge_one(stage, card, proposal)
    proposals.return_proposal(
        proposal_id=waiting[EARLY].pk,
        remarks={"goals": "目标人数与活动场次对不上，请核对后重新提交"},
        by=stage.actor("operator_1"),
        now=stage.tick(120),
    )
    passed = Proposal.objects.filter(round=stage.round, state=P.ELIGIBLE).count()
    improve(stage)
    stage.scene(f"首批资格审查：通过 {passed} 份")


def improve(stage: Stage) -> None:
    """Two of the eligible ones are handed to coach and applicant before they go to a panel."""
    eligible = Proposal.objects.filter(round=stage.round, state=P.ELIGIBLE).order_by("-number")
    for proposal in eligible[:IMPROVING]:
        proposals.send_to_optimise(
            proposal_id=proposal.pk,
            advice="服务对象的识别办法写得笼统，请与辅导老师一起补充名单来源和回访安排",
            by=stage.actor("operator_1"),
            now=stage.tick(120),
        )


def advise_against(stage: Stage, proposal: Proposal) -> None:
    """A clerk advises that an application is ineligible; the section chief has not confirmed it yet."""
    clerk = stage.actor("clerk_1")
    proposals.screen_proposal(proposal_id=proposal.pk, by=stage.actor("operator_2"), now=stage.tick(45))
    proposals.pass_manual_checks(proposal_id=proposal.pk, says=screening.READ, by=clerk, now=stage.tick(20))
    failed = proposal.checks.filter(version_no=proposal.version_no, verdict="fail")
    proposals.advise_ineligible(
        proposal_id=proposal.pk,
        reason="；".join(check.says for check in failed),
        by=clerk,
        now=stage.tick(20),
    )


def early_panel(stage: Stage) -> None:
    """A panel of ten takes the first batch; most sheets are locked, some begun, some not opened."""
    stage.at(max(stage.now, shanghai("2026-11-09", "17:00:00")))
    panel = judging.form(stage, "申报评审第一组", general=8, finance=2)
    judging.lay_before(stage, panel)
    clerk = stage.actor(judging.SECRETARY)
    panels.assign_sheets(panel_id=panel.pk, seed=f"{stage.seed}-1109", by=clerk, now=stage.tick(60))
    stage.at(shanghai("2026-11-10", "08:00:00"))
    panels.open_panel(panel_id=panel.pk, by=clerk, now=stage.now)
    score_some(stage, panel)
    ask_again(stage, panel)
    counts = {
        state: Sheet.objects.filter(panel=panel, state=state).count() for state in (S.LOCKED, S.ASSIGNED)
    }
    stage.scene(f"首批评审：已锁定 {counts[S.LOCKED]} 份评分表，未开始 {counts[S.ASSIGNED]} 份")


def score_some(stage: Stage, panel: Panel) -> None:
    """Each expert has come so far; every tenth sheet is begun."""
    of = judging.cards_of(stage)
    sheets = list(
        Sheet.objects.filter(panel=panel, state=S.ASSIGNED).select_related("dossier").order_by("pk")
    )
    for serial, given in enumerate(sheets):
        if serial % 10 == 9:
            by = stage.actor(judging.key_of(stage, given.reviewer_id))
            panels.attest(sheet_id=given.pk, by=by, now=stage.tick(5))
        elif serial * 100 < len(sheets) * SCORED_PERCENT:
            judging.fill(stage, given, of[given.dossier_id])


def ask_again(stage: Stage, panel: Panel) -> None:
    """The chair asks to open a locked sheet again; the supervisor has not agreed yet."""
    chair = PanelSeat.objects.get(panel=panel, kind="chair")
    locked = Sheet.objects.filter(panel=panel, state=S.LOCKED).exclude(reviewer_id=chair.person_id)
    panels.ask_reopen(
        sheet_id=locked.order_by("pk")[0].pk,
        reason="财务科目漏评一项，专家本人申请补评",
        by=stage.actor(judging.key_of(stage, chair.person_id)),
        now=stage.tick(60),
    )
