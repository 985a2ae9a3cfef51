"""Agreements are signed by both sides, one is not; money goes out in batches with one signature each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from config.world.content import saying
from config.world.year.deciding import fill_up, picture_of
from config.world.year.stage import Stage
from core.clock import day_of
from grants.payments import services as payments
from grants.payments.lifecycle import O, T
from grants.payments.models import OrderBatch, PaymentOrder, Tranche
from grants.payments.rules import Outcome
from grants.projects import services as projects
from grants.projects.lifecycle import A, J
from grants.projects.models import Project
from grants.projects.selectors import agreement_pdf_sha256
from grants.proposals import services as proposals
from grants.proposals.models import PriorFunding


def card_of(stage: Stage, project: Project) -> str:
    """Return the key of the proposal behind a project."""
    if "cards" not in stage.notes:
        stage.notes["cards"] = {pk: key for key, pk in stage.proposals.items()}
    return str(stage.notes["cards"][project.award.proposal_id])


def payee_admin(stage: Stage, project: Project) -> str:
    """Return the key of the person who signs for the payee."""
    return stage.world.payee(stage.world.proposal[card_of(stage, project)]).admin.key


def unsigned(stage: Stage) -> list[Project]:
    """Return the projects that wait for their agreement, by number."""
    waiting = Project.objects.filter(round=stage.round, state=J.AWAITING_AGREEMENT)
    return list(waiting.select_related("award", "agreement", "payee").order_by("number"))


def agreements(stage: Stage) -> None:
    """All sign within ten working days but one, whose place goes to the waiting list."""
    stage.at(stage.when("2026-06-24", "14:00:00"))
    left_out = stage.world.fates["award_not_signed"]
    signed = sign_all(stage, [one for one in unsigned(stage) if card_of(stage, one) != left_out])
    stage.scene(f"签约 {signed} 个")
    lapse_unsigned(stage)
    fill_up(stage, "community_governance", stage.day("2026-07-02"), stage.day("2026-07-09"))
    sign_all(stage, unsigned(stage))


def lapse_unsigned(stage: Stage) -> None:
    """After the time for signing, the section chief lets go of who did not sign."""
    stage.at(stage.when("2026-07-01", "09:00:00"))
    for project in unsigned(stage):
        projects.lapse_project(
            project_id=project.pk,
            reason=saying("not_signed"),
            by=stage.actor("section_chief"),
            now=stage.tick(60),
        )


def settle_earlier(stage: Stage) -> None:
    """Last year's projects of this year's grantees are settled before they sign."""
    grantees = Project.objects.filter(round=stage.round).values("applicant_id")
    for record in PriorFunding.objects.filter(is_ours=True, settled=False, applicant_id__in=grantees):
        proposals.update_prior_funding(
            record_id=record.pk,
            report_filed=True,
            settled=True,
            failed=False,
            reason=f"{record.year}年度结算单已于本月办结",
            by=stage.actor("clerk_1"),
            now=stage.tick(30),
        )


def sign_all(stage: Stage, waiting: Iterable[Project]) -> int:
    """Let the workers make the texts; then grantee and section chief sign each, naming the very same PDF."""
    settle_earlier(stage)
    stage.catch_up()
    found = list(waiting)
    for project in found:
        digest = agreement_pdf_sha256(project.agreement)
        lines = [project.title, project.payee.name, f"SHA-256 {digest}", "（此处加盖单位公章）"]
        projects.accept_agreement(
            project_id=project.pk,
            pdf_sha256=digest,
            seal_page=picture_of(f"签章页 {project.number}", lines),
            filename=f"签章页-{project.number}.png",
            by=stage.actor(payee_admin(stage, project)),
            now=stage.tick(60),
        )
        projects.sign_project(
            project_id=project.pk, pdf_sha256=digest, by=stage.actor("section_chief"), now=stage.tick(60)
        )
    return len(found)


def file_papers(stage: Stage, tranches: Iterable[Tranche]) -> list[Tranche]:
    """Every payee hands in its receipt for the instalment that is due."""
    filed = []
    for tranche in tranches:
        world, project = stage.world, tranche.project
        payee = world.payee(world.proposal[card_of(stage, project)])
        payments.file_invoice(
            tranche_id=tranche.pk,
            kind="donation_receipt",
            number=f"鄂财票{day_of(stage.now):%y%m}{project.pk:04d}{tranche.no}",
            amount_fen=tranche.payable_fen,
            issued_on=day_of(stage.now),
            by=stage.actor(payee.finance.key),
            now=stage.tick(20),
        )
        filed.append(tranche)
    return filed


def pay_what_is_due(stage: Stage, voucher: str) -> int:
    """Make, approve and execute a batch for each source; what treasury and bank report is imported."""
    due = Tranche.objects.filter(project__round=stage.round, state=T.DUE)
    ordered = due.select_related("project__award__proposal", "project__plan").order_by("project__number")
    by_source: dict[int, list[int]] = defaultdict(list)
    for tranche in file_papers(stage, ordered):
        by_source[tranche.project.plan.source_id].append(tranche.pk)
    for serial, ids in enumerate(by_source.values(), start=1):
        batch = payments.make_batch(tranche_ids=ids, by=stage.actor("finance_clerk"), now=stage.tick(300))
        payments.approve_batch(batch_id=batch.pk, by=stage.actor("finance_approver"), now=stage.tick(300))
        treasury = batch.channel == "treasury"
        payments.execute_batch(
            batch_id=batch.pk,
            voucher_no=f"{voucher}{serial:02d}" if treasury else "",
            voucher_on=day_of(stage.now) if treasury else None,
            by=stage.actor("cashier"),
            now=stage.tick(300),
        )
        take_results(stage, batch)
    paid = sum(len(ids) for ids in by_source.values())
    stage.scene(f"拨款 {paid} 笔，{len(by_source)} 个批次")
    return paid


def take_results(stage: Stage, batch: OrderBatch) -> None:
    """Import what treasury or bank reports two days later."""
    orders = PaymentOrder.objects.filter(batch=batch, state=O.EXECUTED).order_by("pk")
    stage.tick(2 * 86_400)
    outcomes = [
        Outcome(order.number, True, f"LS{day_of(stage.now):%Y%m%d}{order.pk:06d}", day_of(stage.now), "")
        for order in orders
    ]
    payments.import_results(batch_id=batch.pk, outcomes=outcomes, by=stage.actor("cashier"), now=stage.now)


def first_instalments(stage: Stage) -> None:
    """The first instalment of every signed project."""
    stage.at(max(stage.now, stage.when("2026-07-10", "09:00:00")))
    if unsigned(stage) or Project.objects.filter(round=stage.round, agreement__state=A.ACCEPTED).exists():
        raise RuntimeError("an agreement is still open")
    pay_what_is_due(stage, f"GK{stage.diary.year}-07")
