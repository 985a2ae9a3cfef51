"""The meeting decides with one departure; the notice runs; objections are answered; awards are made."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

from config.world.content import departure_reason, meeting, objection
from config.world.year.stage import Stage, shanghai
from core.documents import render_document
from core.policy import SYSTEM
from grants.awards import services as awards
from grants.awards.models import Award, Decision, DecisionLine, Outcome
from grants.publicity import services as publicity
from grants.publicity.models import Notice, NoticeItem
from grants.rounds import services as rounds

FONTS = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",)
CONTACT = "区民政局社会组织管理科，办公电话 027-00000000，工作日 9:00 至 17:00"


def meeting_decides(stage: Stage) -> Decision:
    """The clerk drafts by rank, the section chief tables, the meeting departs once, the leader resolves."""
    stage.at(shanghai(stage.terms.day("decision_meeting"), "09:00:00"))
    decision = awards.draft_decision(round_id=stage.round.pk, by=stage.actor("clerk_1"), now=stage.now)
    depart(stage, decision)
    awards.table_decision(decision_id=decision.pk, by=stage.actor("section_chief"), now=stage.tick(1800))
    words = meeting()
    minutes = render_document("awards.minutes", decision.pk, now=stage.now)
    awards.resolve_decision(
        decision_id=decision.pk,
        minutes_no=f"武民委会纪〔{stage.diary.year}〕8号",
        met_on=stage.terms.day("decision_meeting"),
        attendees=words["attendees"],
        money_reply_no=f"武财社〔{stage.diary.year}〕31号",
        scan=awards.Paper(minutes, "会议纪要扫描件.pdf"),
        by=stage.actor("leader"),
        now=stage.tick(3600),
    )
    proposed = DecisionLine.objects.filter(decision=decision, outcome=Outcome.PROPOSE)
    stage.scene(f"局长办公会：拟立项 {proposed.count()} 个")
    return decision


def depart(stage: Stage, decision: Decision) -> None:
    """The meeting puts the last of a category on the waiting list and takes the first that waits instead.

    A small year may have nobody to exchange; then the meeting follows the ranking.
    """
    keys = {pk: key for key, pk in stage.proposals.items()}
    fates = set(stage.world.fates.values())
    lines = DecisionLine.objects.filter(decision=decision, category__code="community_governance")
    ranked = list(lines.select_related("proposal").order_by("rank"))
    waiting = [one for one in ranked if one.outcome == Outcome.WAITLIST and one.proposal.track == "light"]
    proposed = [
        one
        for one in reversed(ranked)
        if one.outcome == Outcome.PROPOSE and keys[one.proposal_id] not in fates
    ]
    pairs = [(out, into) for into in waiting for out in proposed if out.amount_fen == into.asked_fen]
    if not pairs:
        return
    out, into = pairs[0]
    reason = departure_reason(stage.world, keys[out.proposal_id], keys[into.proposal_id])
    changes = [
        awards.Change(out.proposal_id, Outcome.WAITLIST, 0, reason),
        awards.Change(into.proposal_id, Outcome.PROPOSE, into.asked_fen, reason),
    ]
    awards.amend_decision(
        decision_id=decision.pk, changes=changes, by=stage.actor("clerk_1"), now=stage.tick(600)
    )


def picture_of(title: str, lines: list[str]) -> bytes:
    """Return a picture of a page, as somebody would take it of the government site."""
    from PIL import Image, ImageDraw, ImageFont

    found = [path for path in FONTS if Path(path).exists()]
    font = ImageFont.truetype(found[0], 20) if found else ImageFont.load_default()
    page = Image.new("RGB", (960, 90 + 30 * len(lines)), "white")
    pen = ImageDraw.Draw(page)
    pen.text((30, 24), title, font=font, fill="#a00")
    for number, line in enumerate(lines):
        pen.text((30, 70 + 30 * number), line, font=font, fill="black")
    kept = BytesIO()
    page.save(kept, "PNG")
    return kept.getvalue()


def announce(stage: Stage, notice: Notice, moment_of_publishing: str, day: date) -> Notice:
    """The leader publishes what a clerk drafted; the editor keeps the posting on the government site."""
    stage.at(shanghai(day, moment_of_publishing))
    publicity.publish_notice(notice_id=notice.pk, by=stage.actor("leader"), now=stage.now)
    notice.refresh_from_db()
    lines = [f"{item.position}. {item.title}" for item in notice.items.order_by("position")]
    publicity.record_posting(
        notice_id=notice.pk,
        url=f"https://www.wuchang.example/gongshi/{notice.number}.html",
        screenshot=picture_of(notice.title, lines),
        filename=f"{notice.number}.png",
        by=stage.actor("editor"),
        now=stage.tick(1200),
    )
    stage.scene(f"公示 {notice.number}：{len(lines)} 项，至 {notice.ends_on} 24 时")
    return notice


def end_and_award(stage: Stage, notice: Notice, day: date) -> int:
    """The clock ends the notice after its last day; the leader awards what was cleared."""
    stage.at(shanghai(day, "09:10:00"))
    ended = publicity.end_due_notices(now=stage.now)
    if ended != 1:
        raise RuntimeError(f"one notice should have ended by the clock, {ended} did")
    before = Award.objects.count()
    awards.award_cleared(notice_id=notice.pk, by=stage.actor("leader"), now=stage.tick(900))
    made = Award.objects.count() - before
    stage.scene(f"立项 {made} 个")
    return made


def public_speaks(stage: Stage, notice: Notice) -> None:
    """One objection is right, one is not, one has no name; each is looked into by somebody uninvolved."""
    stage.at(stage.when("2026-06-09", "10:20:00"))
    subjects = {f"proposals.proposal:{pk}": key for key, pk in stage.proposals.items()}
    items = {subjects[item.subject]: item for item in NoticeItem.objects.filter(notice=notice)}
    kinds = {"upheld": "person", "dismissed": "person", "anonymous": "anonymous"}
    for kind, signed in kinds.items():
        key = stage.world.fates[f"objection_{kind}"]
        words = objection(stage.world, key, kind)
        named = signed != "anonymous"
        lodged = publicity.lodge_objection(
            item_id=items[key].pk,
            kind=signed,
            statement=words["text"],
            objector="汪居民" if named else "",
            contact="13900000000" if named else "",
            by=SYSTEM,
            now=stage.tick(5400),
        )
        if not named:
            continue
        by = stage.actor("clerk_4")
        publicity.investigate_objection(objection_id=lodged.pk, by=by, now=stage.tick(3600))
        stage.notes[f"objection:{kind}"] = (lodged.pk, words)
    stage.at(stage.when("2026-06-12", "16:00:00"))
    for kind in ("upheld", "dismissed"):
        pk, words = stage.notes[f"objection:{kind}"]
        answer = publicity.uphold_objection if kind == "upheld" else publicity.dismiss_objection
        answer(
            objection_id=pk,
            finding=words["inquiry"],
            reply=words["reply"],
            by=stage.actor("clerk_4"),
            now=stage.tick(600),
        )


def notice_and_awards(stage: Stage, decision: Decision) -> None:
    """From the notice of the proposed list to the awards, and the first place that became free."""
    clerk = stage.actor("clerk_1")
    notice = awards.draft_award_notice(
        decision_id=decision.pk, contact=CONTACT, by=clerk, now=stage.tick(3600)
    )
    announce(stage, notice, "08:50:00", stage.terms.day("notice_from"))
    public_speaks(stage, notice)
    end_and_award(stage, notice, stage.terms.day("award_on"))
    rounds.start_execution(round_id=stage.round.pk, by=stage.actor("section_chief"), now=stage.tick(600))
    fill_up(stage, "elderly_disability", stage.day("2026-06-16"), stage.day("2026-06-24"))


def fill_up(stage: Stage, category: str, publish_on: date, award_on: date) -> None:
    """Give money that became free to the waiting list of its category, with a notice of its own."""
    awards.promote_waitlisted(
        round_id=stage.round.pk, category=category, by=stage.actor("leader"), now=stage.tick(600)
    )
    notice = awards.draft_supplement_notice(
        round_id=stage.round.pk, contact=CONTACT, by=stage.actor("clerk_1"), now=stage.tick(600)
    )
    announce(stage, notice, "08:45:00", publish_on)
    end_and_award(stage, notice, award_on)
