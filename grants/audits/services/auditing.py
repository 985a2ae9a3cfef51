"""The audit of a round: engaged, sampled, found, replied to, concluded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import NotNow, Refused, RulesBroken
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from core.rulebook import violations
from grants.audits import rules
from grants.audits.events import AuditorEngaged
from grants.audits.lifecycle import E, F
from grants.audits.models import AuditPage, Engagement, Finding, SampledVoucher
from grants.projects.lifecycle import J
from grants.projects.models import Expense, Project
from grants.projects.selectors import vouchers_of
from grants.rounds.models import Round
from orgs.people.models import Body

REPLY_WORKING_DAYS = 10


@button
def engage_auditor(
    *,
    round_id: int,
    firm: Body,
    contract_no: str,
    seed: str,
    by: Actor,
    now: datetime,
    sample_percent: int = 30,
    key: UUID | None = None,
) -> Engagement:
    """Engage an audit firm for a round; the seed of its sample is set here, by the bureau and in the open."""
    if firm.kind != "audit_firm":
        raise Refused(_("只能委托会计师事务所。"), field="firm")
    if not contract_no.strip() or not seed.strip():
        raise Refused(_("请填写委托合同号和抽样种子。"), field="contract_no")
    if Engagement.objects.filter(round_id=round_id).exists():
        raise Refused(_("本届已经委托审计，每届只委托一次。"), code="engaged_already")
    if not 30 <= sample_percent <= 100:
        raise Refused(_("抽查比例不得低于 30%。"), field="sample_percent")
    engagement = Engagement(
        round=Round.objects.get(pk=round_id),
        firm=firm,
        contract_no=contract_no.strip(),
        seed=seed.strip(),
        sample_percent=sample_percent,
    )
    return creating(
        engagement,
        by=by,
        now=now,
        key=key,
        permission="audits.engage",
        verb="engage",
        fact=AuditorEngaged,
        seed=engagement.seed,
        firm_id=firm.pk,
    )


@button
def start_fieldwork(
    *, engagement_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Engagement:
    """Open a page for every project in audit and draw the vouchers, by seed and share of the money."""
    with changing(Engagement, engagement_id, by=by, now=now, key=key, version=version) as engagement:
        engagement.start(by=by)
        projects = list(
            Project.objects.filter(round_id=engagement.round_id, state=J.AUDITING).order_by("number")
        )
        vouchers = list(vouchers_of(projects))
        candidates = [rules.Voucher(one.pk, one.project_id, one.amount_fen) for one in vouchers]
        drawn = set(rules.draw(candidates, percent=engagement.sample_percent, seed=engagement.seed))
        for project in projects:
            own = [one for one in vouchers if one.project_id == project.pk]
            _open_page(engagement, project, own, drawn, by=by, now=now)
        engagement.note(vouchers=len(vouchers), drawn=len(drawn))
    return engagement


def _open_page(
    engagement: Engagement, project: Project, own: list[Expense], drawn: set[int], *, by: Actor, now: datetime
) -> None:
    page = AuditPage(
        engagement=engagement,
        project=project,
        claimed_fen=sum(one.amount_fen for one in own),
        sampled_fen=sum(one.amount_fen for one in own if one.pk in drawn),
    )
    creating(
        page,
        by=by,
        now=now,
        permission="audits.audit",
        verb="open",
        claimed_fen=page.claimed_fen,
        sampled_fen=page.sampled_fen,
    )
    SampledVoucher.objects.bulk_create(
        SampledVoucher(page=page, expense=one) for one in own if one.pk in drawn
    )


@button
def raise_finding(
    *,
    page_id: int,
    expense_id: int,
    disallowed_fen: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Finding:
    """Doubt a voucher in part or in full, drawn or not; the grantee reads it once findings are issued."""
    page = _page_in(page_id, E.FIELDWORK)
    expense = Expense.objects.filter(pk=expense_id, project_id=page.project_id, state="recorded").first()
    if expense is None:
        raise Refused(_("凭证不属于这个项目，或已冲销。"), field="expense")
    already = page.findings.filter(expense=expense).aggregate(total=Sum("disallowed_fen"))["total"] or 0
    doubt = rules.Doubt(disallowed_fen, expense.amount_fen, already, page.claimed_fen)
    if broken := violations([rules.doubt_is_within_the_voucher], doubt):
        raise RulesBroken(broken)
    finding = Finding(
        page=page, expense=expense, disallowed_fen=disallowed_fen, reason=_reasoned(reason)[:300]
    )
    return creating(
        finding,
        by=by,
        now=now,
        key=key,
        permission="audits.audit",
        verb="raise",
        expense_id=expense.pk,
        disallowed_fen=disallowed_fen,
    )


def _page_in(page_id: int, *states: str) -> AuditPage:
    page = AuditPage.objects.select_related("engagement", "project").get(pk=page_id)
    engagement = Engagement.objects.select_for_update(of=("self",)).get(pk=page.engagement_id)
    if engagement.state not in states:
        raise NotNow(_("审计不在这一阶段，不能办理。"), state=engagement.state)
    return page


@button
def check_page(
    *,
    page_id: int,
    remark: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Say that the drawn vouchers of a project were compared with their originals."""
    _page_in(page_id, E.FIELDWORK)
    with changing(
        AuditPage, page_id, by=by, now=now, key=key, version=version, verb="check", permission="audits.audit"
    ) as page:
        page.checked_at, page.remark = now, remark.strip()[:300]
        page.note(sampled_fen=page.sampled_fen, findings=page.findings.count())
    return page.receipt


@button
def issue_findings(
    *, engagement_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Send the findings to the grantees; they may reply for ten working days."""
    with changing(Engagement, engagement_id, by=by, now=now, key=key, version=version) as engagement:
        engagement.issue(by=by)
        engagement.reply_by = working_calendar().add(clock.day_of(now), REPLY_WORKING_DAYS)
        engagement.note(reply_by=engagement.reply_by.isoformat())
    return engagement.receipt


@button
def reply_finding(
    *,
    finding_id: int,
    answer: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Reply to a finding, for the grantee, within the time given."""
    page = Finding.objects.get(pk=finding_id).page
    engagement = _page_in(page.pk, E.FINDINGS_ISSUED).engagement
    if engagement.reply_by and clock.day_of(now) > engagement.reply_by:
        raise NotNow(_("答复期限（%(day)s）已过。") % {"day": f"{engagement.reply_by:%Y-%m-%d}"})
    with changing(Finding, finding_id, by=by, now=now, key=key, version=version) as finding:
        finding.reply(by=by)
        finding.answer, finding.answered_at = _reasoned(answer)[:500], now
    return finding.receipt


@button
def close_replies(
    *, engagement_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Go on to decide: every finding has its reply, or the time for it is over."""
    with changing(Engagement, engagement_id, by=by, now=now, key=key, version=version) as engagement:
        silent = Finding.objects.filter(page__engagement=engagement, state=F.RAISED).count()
        if silent and engagement.reply_by and clock.day_of(now) <= engagement.reply_by:
            raise NotNow(
                _("还有 %(n)s 条审计发现没有答复，答复期限未到。") % {"n": silent}, code="replies_missing"
            )
        engagement.close_replies(by=by)
        engagement.note(without_reply=silent)
    return engagement.receipt


@button
def decide_finding(
    *,
    finding_id: int,
    final_fen: int,
    ruling: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Uphold a finding in full or in part, or lift it with zero."""
    asked = Finding.objects.get(pk=finding_id)
    _page_in(asked.page_id, E.REPLIED)
    if broken := violations(
        [rules.ruling_is_within_the_finding], rules.Ruling(final_fen, asked.disallowed_fen)
    ):
        raise RulesBroken(broken)
    with changing(Finding, finding_id, by=by, now=now, key=key, version=version) as finding:
        finding.final_fen, finding.ruling = final_fen, _reasoned(ruling)[:300]
        finding.uphold(by=by) if final_fen else finding.lift(by=by)
        finding.note(final_fen=final_fen)
    return finding.receipt


@button
def conclude_audit(
    *,
    engagement_id: int,
    report_no: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Close the audit under a report number; every page gets what is recognised of its project."""
    with changing(Engagement, engagement_id, by=by, now=now, key=key, version=version) as engagement:
        engagement.report_no = _reasoned(report_no)[:60]
        engagement.conclude(by=by)
        for page in engagement.pages.order_by("pk"):
            _conclude_page(page, by=by, now=now)
        engagement.note(report_no=engagement.report_no)
    return engagement.receipt


def _conclude_page(page: AuditPage, *, by: Actor, now: datetime) -> None:
    upheld = [one.final_fen or 0 for one in page.findings.filter(state=F.UPHELD)]
    with changing(AuditPage, page.pk, by=by, now=now, verb="conclude", permission="audits.audit") as held:
        held.eligible_fen = rules.eligible(held.claimed_fen, upheld)
        held.disallowed_fen = held.claimed_fen - held.eligible_fen
        held.note(eligible_fen=held.eligible_fen, disallowed_fen=held.disallowed_fen)


def _reasoned(text: str) -> str:
    if not text.strip():
        raise Refused(_("请填写说明。"), field="reason")
    return text.strip()
