"""The end: second half, final reports, audit with a disallowed line, settlement, recovery, archive."""

from __future__ import annotations

from config.world.content import disallowed, minor_finding, saying
from config.world.year.executing import WHOLE, execute, judge, people_of, report_all, running
from config.world.year.signing import card_of, pay_what_is_due
from config.world.year.stage import Stage
from core.calendar.models import Holiday
from core.calendar.services import confirm_date
from core.clock import day_of
from grants.audits import services as audits
from grants.audits.models import AuditPage, Engagement, Finding
from grants.payments import services as payments
from grants.payments.models import Recovery
from grants.projects.lifecycle import J
from grants.projects.models import Expense, Project
from grants.rounds import services as rounds


def confirm_2027(stage: Stage) -> None:
    """The State Council's notice is not out: an official confirms each provisional date, with the reason."""
    stage.at(stage.when("2027-01-04", "09:00:00"))
    provisional = Holiday.objects.filter(date__year=2027, confirmed_by_id__isnull=True).order_by("date")
    for holiday in list(provisional):
        confirm_date(
            day=holiday.date,
            kind=holiday.kind,
            reason=saying("provisional"),
            by=stage.actor("section_chief"),
            now=stage.tick(20),
        )
    stage.scene(f"2027年 {provisional.model.objects.filter(date__year=2027).count()} 个暂定日期逐日确认")


def second_half(
    stage: Stage, recorded: str = "2027-04-06", reported: str = "2027-04-20", judged: str = "2027-05-07"
) -> None:
    """Activities and vouchers to the end of March, then the final reports and their judgement."""
    stage.at(stage.when(recorded, "09:00:00"))
    last = stage.terms.day("project_end")
    for project in running(stage, J.ACTIVE):
        begun = f"records:{card_of(stage, project)}" in stage.notes
        first = stage.day("2026-10-21" if begun else "2026-07-10")
        execute(stage, project, first, last, WHOLE)
    stage.scene("下半程执行：活动和凭证已登记")
    stage.at(stage.when(reported, "09:00:00"))
    report_all(stage, "final", running(stage, J.ACTIVE))
    judge(stage, "final", "末期评估组", stage.when(judged, "10:00:00"))
    stage.scene(f"末期评估：{len(running(stage, J.AUDITING))} 个项目进入审计")


def audit(stage: Stage) -> Engagement:
    """One engagement for the round: fieldwork on drawn vouchers, findings, replies, rulings, conclusion."""
    stage.at(stage.when("2027-05-10", "09:00:00"))
    engagement = engage(stage)
    for page in pages(engagement):
        examine(stage, page)
    by = stage.actor("auditor_1")
    stage.at(stage.when("2027-05-24", "15:00:00"))
    audits.issue_findings(engagement_id=engagement.pk, by=by, now=stage.now)
    reply(stage, engagement)
    stage.at(stage.when("2027-06-08", "09:00:00"))
    audits.close_replies(engagement_id=engagement.pk, by=by, now=stage.now)
    for finding in Finding.objects.filter(page__engagement=engagement).order_by("pk"):
        audits.decide_finding(
            finding_id=finding.pk,
            final_fen=finding.disallowed_fen,
            ruling="票据与项目活动不能对应，核减",
            by=by,
            now=stage.tick(300),
        )
    audits.conclude_audit(
        engagement_id=engagement.pk,
        report_no=f"允诚专审〔{stage.diary.year + 1}〕018号",
        by=by,
        now=stage.tick(3600),
    )
    stage.scene(f"审计结束：{len(pages(engagement))} 页")
    return engagement


def engage(stage: Stage) -> Engagement:
    """The section chief engages the firm of the round, and its auditor starts the fieldwork."""
    engagement = audits.engage_auditor(
        round_id=stage.round.pk,
        firm=stage.bodies["audit_firm"],
        contract_no=f"{stage.round.code}-SJ-01",
        seed=f"{stage.seed}-0510",
        by=stage.actor("section_chief"),
        now=stage.now,
    )
    audits.start_fieldwork(engagement_id=engagement.pk, by=stage.actor("auditor_1"), now=stage.tick(3600))
    return engagement


def pages(engagement: Engagement) -> list[AuditPage]:
    """Return the pages of an engagement in the order of the projects."""
    found = AuditPage.objects.filter(engagement=engagement).select_related("project__award")
    return list(found.order_by("project__number"))


def examine(stage: Stage, page: AuditPage) -> None:
    """Compare the drawn vouchers; on one project a line is not accepted, on some there is a remark."""
    key = card_of(stage, page.project)
    by = stage.actor("auditor_2")
    if key == stage.world.fates["audit_disallowed"]:
        words = disallowed(stage.world, key)
        doubtful = Expense.objects.filter(project=page.project, state="recorded").order_by("-amount_fen")[0]
        audits.raise_finding(
            page_id=page.pk,
            expense_id=doubtful.pk,
            disallowed_fen=doubtful.amount_fen,
            reason=f"{words['page']}（{words['rule']}）"[:300],
            by=by,
            now=stage.tick(120),
        )
    minor = minor_finding(stage.world, key)
    audits.check_page(
        page_id=page.pk, remark=minor["page"] if minor else "抽查凭证与原件相符", by=by, now=stage.tick(60)
    )


def reply(stage: Stage, engagement: Engagement) -> None:
    """The grantee answers the finding."""
    stage.at(stage.when("2027-05-31", "10:00:00"))
    for finding in Finding.objects.filter(page__engagement=engagement).select_related("page__project__award"):
        admin, _finance = people_of(stage, finding.page.project)
        words = disallowed(stage.world, card_of(stage, finding.page.project))
        audits.reply_finding(
            finding_id=finding.pk, answer=words["reply"], by=stage.actor(admin), now=stage.tick(600)
        )


def settle(stage: Stage, engagement: Engagement) -> None:
    """Settle page by page, pay the last instalments, take in what has to come back."""
    stage.at(stage.when("2027-06-10", "09:00:00"))
    for page in pages(engagement):
        audits.settle_page(page_id=page.pk, by=stage.actor("section_chief"), now=stage.tick(60))
    pay_what_is_due(stage, f"GK{stage.diary.year + 1}-06")
    stage.at(stage.when("2027-06-21", "10:00:00"))
    for recovery in Recovery.objects.filter(project__round=stage.round, state="demanded").order_by("pk"):
        payments.record_refund(
            recovery_id=recovery.pk,
            amount_fen=recovery.amount_fen,
            bank_reference=f"TK{day_of(stage.now):%Y%m%d}{recovery.pk:04d}",
            received_on=day_of(stage.now),
            by=stage.actor("cashier"),
            now=stage.tick(60),
        )
    open_ones = Project.objects.filter(round=stage.round).exclude(state__in=[J.CLOSED, J.LAPSED]).count()
    stage.scene(f"结算完成，未办结项目 {open_ones} 个")


def archive(stage: Stage) -> None:
    """Every paper is made; each project is packed and sealed, then the round is closed and archived."""
    stage.at(stage.when("2027-06-28", "09:00:00"))
    stage.catch_up()
    stage.scene("文书生成完毕，开始归档")
    rounds.close_round(round_id=stage.round.pk, by=stage.actor("section_chief"), now=stage.tick(60))
    for project in running(stage, J.CLOSED):
        audits.archive_project(project_id=project.pk, by=stage.actor("clerk_1"), now=stage.tick(30))
    rounds.archive_round(round_id=stage.round.pk, by=stage.actor("clerk_1"), now=stage.tick(600))
    stage.catch_up()
    stage.scene("届次归档")


def finish(stage: Stage) -> None:
    """Play the year from the new year to the archive."""
    confirm_2027(stage)
    second_half(stage)
    engagement = audit(stage)
    settle(stage, engagement)
    archive(stage)
