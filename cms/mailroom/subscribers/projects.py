"""Letters about funded projects: agreement, evaluations, changes, money, audit; never a score."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cms.mailroom.rules import Audience, Letter, News, one_line
from cms.mailroom.subscribers import audiences
from cms.mailroom.subscribers.about import day, page_of, the
from core.clock import day_of
from core.money import format_yuan
from core.words import N_
from grants.audits import events as audits
from grants.audits.models import AuditPage, Engagement, Settlement
from grants.payments import events as payments
from grants.payments.models import PaymentOrder, Recovery, Tranche
from grants.projects import events
from grants.projects.lifecycle import J
from grants.projects.models import ChangeRequest, Project

REMIND_BEFORE = timedelta(days=7)
project = the(Project, "project_id", "round")
of_project = ("project__round",)


def _words(found: Project, news: News) -> dict[str, Any]:
    terms = found.round.parsed_terms()
    return {
        "title": one_line(found.title),
        "number": found.number,
        "amount": format_yuan(found.award_fen),
        "sign_by": day(found.sign_by),
        "starts": day(found.starts_on),
        "ends": day(found.ends_on),
        "midterm": day(terms.day("midterm_report")) if found.has_midterm else "",
        "final": day(terms.day("final_report")),
        "rectify_by": day(found.rectify_by),
        "rectify_what": found.rectify_what.strip(),
        "link": page_of(found),
    }


def _part_words(part: Any, news: News) -> dict[str, Any]:
    return _words(part.project, news)


def _change_words(change: ChangeRequest, news: News) -> dict[str, Any]:
    return {
        **_part_words(change, news),
        "kind": change.get_kind_display(),
        "answer": change.get_state_display(),
    }


def _tranche_words(tranche: Tranche, news: News) -> dict[str, Any]:
    return {
        **_part_words(tranche, news),
        "no": tranche.no,
        "amount": format_yuan(tranche.amount_fen),
        "due": day(tranche.due_on),
        "because": tranche.get_held_because_display() if tranche.held_because else "",
    }


def _order_words(order: PaymentOrder, news: News) -> dict[str, Any]:
    return {**_part_words(order, news), "amount": format_yuan(order.amount_fen)}


def _recovery_words(recovery: Recovery, news: News) -> dict[str, Any]:
    return {
        **_part_words(recovery, news),
        "recovery": recovery.number,
        "amount": format_yuan(recovery.amount_fen - recovery.received_fen),
        "reason": one_line(recovery.reason),
        "due": day(recovery.pay_by),
    }


def _found(fact: Any) -> list[AuditPage]:
    """Return the pages of an audit on which something is not recognised."""
    pages = AuditPage.objects.filter(engagement_id=fact.engagement_id, findings__isnull=False).distinct()
    return list(pages.select_related("project__round", "engagement").order_by("pk"))


def _finding_words(page: AuditPage, news: News) -> dict[str, Any]:
    return {**_part_words(page, news), "due": day(page.engagement.reply_by)}


def _engagement_words(engagement: Engagement, news: News) -> dict[str, Any]:
    return {
        "round": one_line(engagement.round.name),
        "contract": engagement.contract_no,
        "link": page_of(engagement),
    }


def _settlement_words(settlement: Settlement, news: News) -> dict[str, Any]:
    return {
        **_part_words(settlement, news),
        "settlement": settlement.number,
        "eligible": format_yuan(settlement.eligible_fen),
        "paid": format_yuan(settlement.paid_fen),
        "pay": format_yuan(settlement.pay_fen) if settlement.pay_fen else "",
        "recover": format_yuan(settlement.recover_fen) if settlement.recover_fen else "",
    }


def midterms_due(now: datetime) -> list[Project]:
    """Return running projects whose mid-term report is due within a week and not handed in."""
    waiting = Project.objects.filter(state=J.ACTIVE, has_midterm=True, midterm_passed=False)
    return [one for one in waiting.select_related("round") if _is_near(one, "midterm_report", now)]


def finals_due(now: datetime) -> list[Project]:
    """Return running projects whose final report is due within a week and not handed in."""
    waiting = Project.objects.filter(state=J.ACTIVE).exclude(has_midterm=True, midterm_passed=False)
    return [one for one in waiting.select_related("round") if _is_near(one, "final_report", now)]


def _is_near(found: Project, name: str, now: datetime) -> bool:
    due, today = found.round.parsed_terms().day(name), day_of(now)
    return today <= due <= today + REMIND_BEFORE


def _row(
    code: str, says: str, fact: type, model: Any = None, field: str = "object_id", words: Any = None
) -> Letter:
    about = the(model, field, *of_project) if model else project
    to: Audience = audiences.GRANTEES_OF_PART if model else audiences.GRANTEES
    return Letter(code, says, (fact,), about, to, words or (_part_words if model else _words))


LETTERS = (
    _row("agreement_prepared", N_("请签署协议"), events.AgreementPrepared),
    _row("agreement_signed", N_("协议已签署，项目开始"), events.AgreementSigned),
    _row("project_lapsed", N_("逾期未签约"), events.ProjectLapsed),
    _row("midterm_passed", N_("中期评估合格"), events.MidtermPassed),
    _row("midterm_failed", N_("中期评估不合格，限期整改"), events.MidtermFailed),
    _row("final_passed", N_("末期评估合格，转入审计"), events.FinalPassed),
    _row("final_failed", N_("末期评估不合格"), events.FinalFailed),
    _row("project_suspended", N_("项目暂停"), events.ProjectSuspended),
    _row("project_resumed", N_("项目恢复"), events.ProjectResumed),
    _row("project_terminated", N_("项目终止"), events.ProjectTerminated),
    _row("project_revoked", N_("撤销立项"), events.ProjectRevoked),
    _row("project_closed", N_("项目结项"), events.ProjectClosed),
    _row("change_decided", N_("变更申请有结果"), events.ChangeDecided, ChangeRequest, words=_change_words),
    _row("tranche_due", N_("请提交票据"), payments.TrancheDue, Tranche, words=_tranche_words),
    _row("tranche_paid", N_("款项已拨付"), payments.TranchePaid, Tranche, words=_tranche_words),
    _row("tranche_held", N_("拨款暂缓"), payments.TrancheHeld, Tranche, words=_tranche_words),
    _row("recovery_demanded", N_("资金追回通知"), payments.RecoveryDemanded, Recovery, words=_recovery_words),
    _row("recovery_reminded", N_("资金追回催缴"), payments.RecoveryReminded, Recovery, words=_recovery_words),
    _row("recovery_received", N_("退款已收到"), payments.RecoveryReceived, Recovery, words=_recovery_words),
    Letter(
        "payment_failed",
        N_("付款退回"),
        (payments.PaymentFailed,),
        the(PaymentOrder, "object_id", *of_project),
        audiences.PAYMASTERS,
        _order_words,
    ),
    Letter(
        "auditor_engaged",
        N_("接受审计委托"),
        (audits.AuditorEngaged,),
        the(Engagement, "engagement_id", "round"),
        audiences.AUDITORS,
        _engagement_words,
    ),
    Letter(
        "findings_issued",
        N_("请答复审计发现"),
        (audits.FindingsIssued,),
        _found,
        audiences.GRANTEES_OF_PART,
        _finding_words,
    ),
    _row("accounts_settled", N_("项目已结算"), audits.AccountsSettled, Settlement, words=_settlement_words),
)
REMINDERS = (
    Letter("midterm_due", N_("中期报告将到期"), (), midterms_due, audiences.GRANTEES, _words),
    Letter("final_due", N_("结项报告将到期"), (), finals_due, audiences.GRANTEES, _words),
)
