"""This year's round: a full selection with objections, then the mid-term in two batches."""

from __future__ import annotations

from collections.abc import Sequence

from config.world.content import objection as words_of
from config.world.year import applying, calling, executing, judging, screening, signing
from config.world.year.deciding import CONTACT, meeting_decides, notice_and_awards
from config.world.year.stage import Stage, shanghai
from core.clock import day_of
from core.policy import SYSTEM
from grants.awards import services as awards
from grants.payments import services as payments
from grants.payments.lifecycle import T
from grants.payments.models import Tranche
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.publicity import services as publicity
from grants.publicity.models import Notice

LATE, SCORED_OF_SECOND = 2, 2


def from_call_to_money(stage: Stage) -> None:
    """From the call to the first instalments; one place that was not taken stays free for now."""
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    screening.screen_everything(stage)
    screening.start_selection(stage)
    judging.panel_judges(stage)
    notice_and_awards(stage, meeting_decides(stage))
    stage.at(stage.when("2026-06-24", "14:00:00"))
    left_out = stage.world.fates["award_not_signed"]
    found = [one for one in signing.unsigned(stage) if signing.card_of(stage, one) != left_out]
    stage.scene(f"签约 {signing.sign_all(stage, found)} 个")
    signing.lapse_unsigned(stage)
    signing.first_instalments(stage)


def batches(stage: Stage) -> tuple[list[Project], list[Project]]:
    """Return who reports first, those who will have to mend among them, and who reports second."""
    failing = {stage.world.fates["midterm_rectified"], stage.world.fates["midterm_terminated"]}
    found = [one for one in executing.running(stage, J.ACTIVE) if one.has_midterm]
    found.sort(key=lambda one: signing.card_of(stage, one) not in failing)
    half = (len(found) + 1) // 2
    return found[:half], found[half:]


def midterm(stage: Stage) -> None:
    """The first batch is judged to the end, the second half way; two reports are missing."""
    stage.at(shanghai("2026-10-23", "09:00:00"))
    first, second = batches(stage)
    doomed = stage.world.fates["midterm_terminated"]
    for project in executing.running(stage, J.ACTIVE):
        portion = executing.BARELY if signing.card_of(stage, project) == doomed else executing.HALF
        executing.execute(stage, project, stage.terms.day("project_start"), stage.day("2026-10-20"), portion)
    executing.report_all(stage, "midterm", first)
    executing.judge(stage, "midterm", "中期评估第一组", shanghai("2026-10-29", "10:00:00"))
    stage.scene(f"中期评估第一批：{len(executing.running(stage, J.RECTIFYING))} 个项目整改")
    stage.at(shanghai("2026-10-30", "09:00:00"))
    executing.report_all(stage, "midterm", second[:-LATE])
    panel = executing.convene(stage, "midterm", f"{stage.diary.year}年中期评估第二组", attempt=2)
    executing.score(stage, panel, "midterm", limit=SCORED_OF_SECOND)
    stage.scene("中期评估第二批：评估中")


def a_place_is_free(stage: Stage) -> None:
    """The place that nobody signed for goes to the waiting list; its notice runs, not yet posted on."""
    stage.at(shanghai("2026-11-05", "10:00:00"))
    awards.promote_waitlisted(
        round_id=stage.round.pk,
        category="community_governance",
        by=stage.actor("leader"),
        now=stage.now,
    )
    notice = awards.draft_supplement_notice(
        round_id=stage.round.pk, contact=CONTACT, by=stage.actor("clerk_1"), now=stage.tick(600)
    )
    stage.at(shanghai("2026-11-06", "08:45:00"))
    publicity.publish_notice(notice_id=notice.pk, by=stage.actor("leader"), now=stage.now)
    stage.scene("递补公示发布")


def objection(stage: Stage) -> None:
    """Somebody objects to it; a clerk of another section looks into it."""
    stage.at(shanghai("2026-11-09", "15:00:00"))
    notice = Notice.objects.filter(round=stage.round).order_by("-pk")[0]
    item = notice.items.order_by("position")[0]
    key = next(key for key, pk in stage.proposals.items() if item.subject == f"proposals.proposal:{pk}")
    lodged = publicity.lodge_objection(
        item_id=item.pk,
        kind="person",
        statement=words_of(stage.world, key, "dismissed")["text"],
        objector="汪居民",
        contact="13900000000",
        by=SYSTEM,
        now=stage.now,
    )
    publicity.investigate_objection(objection_id=lodged.pk, by=stage.actor("clerk_4"), now=stage.tick(3600))
    stage.scene("异议受理")


def money_on_its_way(stage: Stage) -> None:
    """Second instalments: one batch approved, one made, some ready, some without their paper."""
    due = list(
        Tranche.objects.filter(project__round=stage.round, state=T.DUE)
        .select_related("project__award__proposal", "project__plan")
        .order_by("project__plan__source_id", "project__number")
    )
    signing.file_papers(stage, due[:-2])
    largest = max({one.project.plan.source_id for one in due}, key=lambda source: of_source(due, source))
    ready = [one for one in due[:-2] if one.project.plan.source_id == largest]
    _batch(stage, ready[:2], approved=True)
    _batch(stage, ready[2:3], approved=False)
    stage.scene(f"第二期拨款：{len(due)} 笔应付，两个批次在途（{day_of(stage.now):%m-%d}）")


def of_source(due: Sequence[Tranche], source_id: int) -> int:
    """Return how many instalments come from a source."""
    return sum(one.project.plan.source_id == source_id for one in due)


def _batch(stage: Stage, found: Sequence[Tranche], *, approved: bool) -> None:
    ids = [one.pk for one in found]
    batch = payments.make_batch(tranche_ids=ids, by=stage.actor("finance_clerk"), now=stage.tick(20))
    if approved:
        payments.approve_batch(batch_id=batch.pk, by=stage.actor("finance_approver"), now=stage.tick(20))
