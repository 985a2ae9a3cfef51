"""Last year's round: a quiet year from the call to the audit, which is at work when the demo stands still."""

from __future__ import annotations

from config.world.year import applying, calling, executing, finishing, judging, screening, signing
from config.world.year.deciding import CONTACT, announce, end_and_award, meeting_decides
from config.world.year.stage import Stage, shanghai
from grants.audits.models import Engagement
from grants.awards import services as awards
from grants.rounds import services as rounds


def from_call_to_midterm(stage: Stage) -> None:
    """Everybody applies, is judged, awarded, signs, is paid, and passes the mid-term."""
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    screening.screen_everything(stage)
    screening.start_selection(stage)
    judging.panel_judges(stage)
    decision = meeting_decides(stage)
    notice = awards.draft_award_notice(
        decision_id=decision.pk, contact=CONTACT, by=stage.actor("clerk_1"), now=stage.tick(3600)
    )
    announce(stage, notice, "08:50:00", stage.terms.day("notice_from"))
    end_and_award(stage, notice, stage.terms.day("award_on"))
    rounds.start_execution(round_id=stage.round.pk, by=stage.actor("section_chief"), now=stage.tick(600))
    stage.at(stage.when("2026-06-24", "14:00:00"))
    signed = signing.sign_all(stage, signing.unsigned(stage))
    stage.scene(f"签约 {signed} 个")
    signing.first_instalments(stage)
    executing.first_half(stage)


def to_the_audit(stage: Stage) -> None:
    """Final reports are judged in September; the firm is engaged in October."""
    finishing.second_half(stage, "2027-08-23", "2027-08-26", "2027-09-15")
    stage.at(shanghai("2026-10-12", "09:00:00"))
    finishing.engage(stage)
    stage.scene("审计进场")


def at_work(stage: Stage) -> None:
    """Half of the pages are compared, the one with a doubtful voucher among them."""
    engagement = Engagement.objects.get(round=stage.round)
    found = finishing.pages(engagement)
    doubtful = stage.world.fates["audit_disallowed"]
    chosen = [page for page in found if signing.card_of(stage, page.project) == doubtful]
    chosen += [page for page in found if page not in chosen][: len(found) // 2]
    for page in chosen:
        finishing.examine(stage, page)
    stage.scene(f"审计核对 {len(chosen)} / {len(found)} 个项目")
