"""Funded projects for the tests: the decision, the notice and the award through their buttons, then on."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.documents import documents
from core.files.services import store
from core.lifecycle import changing
from core.policy import SYSTEM, Actor
from core.workdays import SHANGHAI
from evaluations.panels.models import Dossier
from grants.audits import services as audits
from grants.audits.models import Engagement, Settlement
from grants.awards import services as awards
from grants.awards.models import Award
from grants.payments import services as payments
from grants.payments.models import Invoice, OrderBatch, PaymentOrder, Tranche
from grants.payments.rules import Outcome
from grants.projects import services as projects
from grants.projects.models import Project, Report
from grants.projects.selectors import AGREEMENT_PDF, agreement_pdf_sha256
from grants.proposals.models import BudgetLine
from grants.publicity import services as publicity
from grants.rounds.models import FundingSource, Round
from orgs.people.models import Body
from orgs.registry.services import add_bank_account, verify_bank_account
from tests.core.files.corpus import paper, picture
from tests.grants.builders import Office, a_round, a_scored_proposal, load_calendar
from tests.orgs.builders import a_body, someone


def at(text: str, hour: int = 10) -> datetime:
    """Return an hour of a day in Wuhan."""
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)


MEETING, OUT, OVER, AWARDED = at("2026-06-05"), at("2026-06-08", 8), at("2026-06-13", 1), at("2026-06-15")
SIGNED, STARTED, MIDTERM, SECOND = at("2026-06-18"), at("2026-07-10"), at("2026-10-28"), at("2026-11-13")
FINAL, AUDIT, SETTLED = at("2027-04-20"), at("2027-05-10"), at("2027-06-10")

ANSWERS = {
    "progress": "按计划每周开展两次入户陪伴和一次小组活动，到场情况稳定，" * 3,
    "planned_activities": 12,
    "beneficiaries": 60,
    "satisfaction_percent": 95,
    "finance": "资助资金单独设账，逐笔登记，凭证齐全，支出与预算一致。",
}
MIDTERM_ANSWERS = {**ANSWERS, "problems": "雨天到场人数下降，下一步改为室内与上门相结合的方式。"}
FINAL_ANSWERS = {
    **ANSWERS,
    "outcomes": "六十位独居老人建立了互助小组，紧急联系和日常探访已经形成制度，居民主动参与明显增加。",
    "sustainability": "志愿者骨干已接手日常探访，社区提供固定场地继续开展。",
}


@lru_cache(maxsize=1)
def pdf() -> bytes:
    """Return a small PDF."""
    return paper()


@lru_cache(maxsize=1)
def png() -> bytes:
    """Return a small picture."""
    return picture("PNG")


class Grantee:
    """An organisation with the people the tests name, a verified account, and its project once awarded."""

    def __init__(self, fund: Fund, name: str, serial: int) -> None:
        self.body: Body = a_body("social_organisation", name)
        self.admin: Actor = someone(f"林会长{serial}", self.body, "applicant_admin")
        self.finance: Actor = someone(f"何会计{serial}", self.body, "applicant_finance")
        self.editor: Actor = someone(f"许社工{serial}", self.body, "applicant_editor")
        account = add_bank_account(
            body_id=self.body.pk,
            holder_name=name,
            bank="汉口银行武昌支行",
            number=f"62220000{serial:08d}",
            by=self.admin,
            now=AWARDED,
        )
        verify_bank_account(account_id=account.pk, by=fund.office.finance_clerk, now=AWARDED)
        self.proposal: Any = None

    @property
    def project(self) -> Project:
        """Return the project as it stands now."""
        return Project.objects.get(award__proposal=self.proposal)

    @property
    def pk(self) -> int:
        """Return the id of the project."""
        return self.project.pk

    def tranche(self, no: int) -> Tranche:
        """Return an instalment as it stands now."""
        return Tranche.objects.get(project__award__proposal=self.proposal, no=no)


class Fund:
    """A round in execution: ``count`` grantees with projects that wait for their agreements."""

    def __init__(self, count: int = 1, *, yuan: int = 20_000, **terms: Any) -> None:
        load_calendar(2026)
        load_calendar(2027)
        self.office = Office()
        self.cashier = someone("李出纳", self.office.finance, "cashier")
        self.round: Round = a_round(self.office, state="selecting", **terms)
        FundingSource.objects.update(paid_by_treasury=True)  # whichever source an award comes from
        self.grantees = [self._apply(serial, yuan) for serial in range(1, count + 1)]
        self._award()

    @property
    def grantee(self) -> Grantee:
        """Return the first grantee."""
        return self.grantees[0]

    def _apply(self, serial: int, yuan: int) -> Grantee:
        grantee = Grantee(self, f"武昌区晴川{serial}号社工服务中心", serial)
        grantee.proposal = a_scored_proposal(
            self.round,
            applicant=grantee.body,
            yuan=yuan,
            score=f"{90 - serial}.00",
            title=f"银龄守望{serial}号",
        )
        grantee.proposal.budget.all().delete()
        third = yuan * 100 // 4
        shares = [("103", "专家讲座费", third), ("105", "活动物资", third * 2), ("108", "宣传印刷", third)]
        for no, (code, item, amount) in enumerate(shares, start=1):
            BudgetLine.objects.create(
                proposal=grantee.proposal, no=no, code=code, item=item, unit="项", unit_price_fen=amount,
                quantity=1, subtotal_fen=amount, grant_fen=amount, linked_activity="入户陪伴",
            )  # fmt: skip
        return grantee

    def _award(self) -> None:
        office = self.office
        decision = awards.draft_decision(round_id=self.round.pk, by=office.clerk, now=MEETING)
        awards.table_decision(decision_id=decision.pk, by=office.section_chief, now=MEETING)
        awards.resolve_decision(
            decision_id=decision.pk, minutes_no="武民委纪〔2026〕8号", met_on=MEETING.date(),
            attendees=["方局长"], money_reply_no="武财预〔2026〕21号",
            scan=awards.Paper(pdf(), "纪要.pdf"), by=office.leader, now=MEETING,
        )  # fmt: skip
        self.notice = awards.draft_award_notice(
            decision_id=decision.pk, contact="社会组织科 027-88936123", by=office.clerk, now=MEETING
        )
        publicity.publish_notice(notice_id=self.notice.pk, by=office.leader, now=OUT)
        publicity.end_notice(notice_id=self.notice.pk, by=office.clerk, now=OVER)
        awards.award_cleared(notice_id=self.notice.pk, by=office.leader, now=AWARDED)

    def post_on_government_site(self) -> None:
        """Record where the notice stands on the site of the government."""
        publicity.record_posting(
            notice_id=self.notice.pk, url="https://www.wuchang.gov.cn/gs/1.html", screenshot=png(),
            filename="截图.png", by=self.office.clerk, now=AWARDED,
        )  # fmt: skip

    # One step of the life of a project each; ``who`` is the first grantee unless told otherwise.

    def print_agreement(self, who: Grantee) -> str:
        """Put a rendered agreement on file, as the worker does, and return its hash."""
        agreement = who.project.agreement
        store(pdf(), filename="资助协议.pdf", owner=agreement, purpose=AGREEMENT_PDF, by=SYSTEM, now=AWARDED)
        return agreement_pdf_sha256(agreement)

    def accept(self, who: Grantee | None = None, now: datetime = SIGNED) -> str:
        """Sign for the grantee."""
        who = who or self.grantee
        digest = self.print_agreement(who)
        projects.accept_agreement(
            project_id=who.pk,
            pdf_sha256=digest,
            seal_page=png(),
            filename="签章页.png",
            by=who.admin,
            now=now,
        )
        return digest

    def sign(self, who: Grantee | None = None, now: datetime = SIGNED) -> Project:
        """Sign for both sides."""
        who = who or self.grantee
        digest = self.accept(who, now)
        projects.sign_project(project_id=who.pk, pdf_sha256=digest, by=self.office.section_chief, now=now)
        return who.project

    def invoice(self, who: Grantee, no: int, now: datetime, **fields: Any) -> Any:
        """Hand in the receipt for an instalment."""
        tranche = who.tranche(no)
        values = {
            "kind": "settlement_receipt",
            "number": f"票{who.pk}-{no}",
            "amount_fen": tranche.payable_fen,
            "issued_on": now.date(),
            "by": who.finance,
        } | fields
        return payments.file_invoice(tranche_id=tranche.pk, now=now, **values)

    def order(self, no: int, now: datetime, *who: Grantee) -> OrderBatch:
        """Hand in the receipts and draw up a batch."""
        chosen = who or tuple(self.grantees)
        for one in chosen:
            self.invoice(one, no, now)
        return payments.make_batch(
            tranche_ids=[one.tranche(no).pk for one in chosen], by=self.office.finance_clerk, now=now
        )

    def send(self, batch: OrderBatch, now: datetime) -> OrderBatch:
        """Approve and execute a batch."""
        payments.approve_batch(batch_id=batch.pk, by=self.office.finance_approver, now=now)
        payments.execute_batch(
            batch_id=batch.pk,
            voucher_no=f"国库{batch.number}",
            voucher_on=now.date(),
            by=self.cashier,
            now=now,
        )
        return OrderBatch.objects.get(pk=batch.pk)

    def answer(self, batch: OrderBatch, now: datetime) -> Any:
        """Import a result file in which everything was paid."""
        outcomes = [Outcome(o.number, True, f"TK{o.number}", now.date()) for o in batch.orders.all()]
        return payments.import_results(batch_id=batch.pk, outcomes=outcomes, by=self.cashier, now=now)

    def pay(self, no: int, now: datetime, *who: Grantee) -> OrderBatch:
        """Order, approve, execute and settle an instalment."""
        batch = self.send(self.order(no, now, *who), now)
        self.answer(batch, now)
        return OrderBatch.objects.get(pk=batch.pk)

    def spend(self, who: Grantee, yuan: int, *, line: int = 2, now: datetime = STARTED, **fields: Any) -> Any:
        """Book a voucher."""
        serial = who.project.expenses.count() + 1
        values = {
            "voucher_no": f"记{serial}",
            "spent_on": now.date(),
            "item": "血压计和台账本",
            "payee": f"武昌区惠民商店{who.pk}",
            "invoice_no": f"{who.pk}{serial:06d}",
            "by": who.finance,
        } | fields
        return projects.record_expense(
            project_id=who.pk, line_no=line, amount_fen=yuan * 100, now=now, **values
        )

    def hold_activity(self, who: Grantee, now: datetime = STARTED) -> Any:
        """Record an activity."""
        return projects.record_activity(
            project_id=who.pk, held_on=now.date(), title="入户陪伴", place="首义路社区", participants=30,
            volunteers=5, service_count=35, by=who.editor, now=now,
        )  # fmt: skip

    def report(self, who: Grantee, stage: str, now: datetime) -> Report:
        """Write a report and hand it in."""
        answers = MIDTERM_ANSWERS if stage == "midterm" else FINAL_ANSWERS
        projects.save_report(project_id=who.pk, stage=stage, answers=answers, by=who.editor, now=now)
        return projects.submit_report(project_id=who.pk, stage=stage, by=who.admin, now=now)

    def judge(self, report: Report, score: str, now: datetime) -> None:
        """Give the verdict, as a panel does when it concludes."""
        assert report.dossier_id
        passed = Decimal(score) >= 60
        with changing(Dossier, report.dossier_id, by=SYSTEM, now=now) as dossier:
            dossier.official_score, dossier.verdict = Decimal(score), "pass" if passed else "fail"
            dossier.band = "good" if passed else "fail"
            dossier.give_verdict(by=SYSTEM)

    def reach_midterm(self, who: Grantee, score: str = "85.00", now: datetime = MIDTERM) -> Project:
        """Sign, get the first instalment, work, report, and be judged."""
        self.sign(who)
        self.pay(1, SIGNED, who)
        self.hold_activity(who)
        self.judge(self.report(who, "midterm", now), score, now)
        return who.project

    def reach_audit(self, who: Grantee, yuan: int = 15_000) -> Project:
        """Go on to the end of the final evaluation with so much spent, two instalments paid."""
        self.reach_midterm(who)
        self.pay(2, SECOND, who)
        for line, part in ((1, yuan // 4), (2, yuan - 2 * (yuan // 4)), (3, yuan // 4)):
            self.spend(who, part, line=line)
        self.judge(self.report(who, "final", FINAL), "88.00", FINAL)
        return who.project

    def engage(self) -> Engagement:
        """Engage the audit firm; its auditor is ``self.auditor``."""
        self.firm = a_body("audit_firm", "武汉允诚会计师事务所")
        self.auditor = someone("曾审计", self.firm, "auditor")
        return audits.engage_auditor(
            round_id=self.round.pk, firm=self.firm, contract_no="允诚约字2027-3", seed="2027-05-10",
            by=self.office.section_chief, now=AUDIT,
        )  # fmt: skip

    def audit(self, *, disallow: dict[int, int] | None = None) -> Engagement:
        """Audit the whole round; ``disallow`` maps a voucher to the yuan that are not recognised."""
        engagement = self.engage()
        audits.start_fieldwork(engagement_id=engagement.pk, by=self.auditor, now=AUDIT)
        for page in engagement.pages.all():
            for expense_id, yuan in (disallow or {}).items():
                if page.project.expenses.filter(pk=expense_id).exists():
                    audits.raise_finding(
                        page_id=page.pk, expense_id=expense_id, disallowed_fen=yuan * 100,
                        reason="无签收记录", by=self.auditor, now=AUDIT,
                    )  # fmt: skip
            audits.check_page(page_id=page.pk, remark="已核对", by=self.auditor, now=AUDIT)
        audits.issue_findings(engagement_id=engagement.pk, by=self.auditor, now=AUDIT)
        later = AUDIT + timedelta(days=40)
        audits.close_replies(engagement_id=engagement.pk, by=self.auditor, now=later)
        for page in engagement.pages.all():
            for finding in page.findings.all():
                audits.decide_finding(
                    finding_id=finding.pk,
                    final_fen=finding.disallowed_fen,
                    ruling="维持",
                    by=self.auditor,
                    now=later,
                )
        audits.conclude_audit(
            engagement_id=engagement.pk, report_no="允诚审字9号", by=self.auditor, now=later
        )
        return Engagement.objects.get(pk=engagement.pk)


def file_papers(fund: Fund, now: datetime = SETTLED) -> None:
    """Put every document that a finished project has produced on file, as the worker does."""
    names = {one.code: one.title for one in documents()}
    for who in fund.grantees:
        project = who.project
        owners: dict[str, list[Any]] = {
            "projects.certificate": [project],
            "awards.letter": [project.award],
            "audits.settlement": list(Settlement.objects.filter(project=project)),
            "payments.request": list(Invoice.objects.filter(project=project)),
            "payments.advice": list(PaymentOrder.objects.filter(project=project)),
        }
        for code, records in owners.items():
            for record in records:
                name, purpose = f"{names[code]}.pdf", f"document.{code}"
                store(pdf(), filename=name, owner=record, purpose=purpose, by=SYSTEM, now=now)


def sha256(data: bytes) -> str:
    """Return the hash of bytes."""
    return hashlib.sha256(data).hexdigest()


def award_of(who: Grantee) -> Award:
    """Return the award of a grantee."""
    return Award.objects.get(proposal=who.proposal)
