"""Settling audited accounts: the last instalment adjusted, the rest released or asked back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from core.errors import NotNow
from core.lifecycle import button, creating
from core.policy import Actor, require
from grants.audits.events import AccountsSettled
from grants.audits.lifecycle import E
from grants.audits.models import AuditPage, Settlement
from grants.payments import rules as money
from grants.payments.lifecycle import T
from grants.payments.models import RecoveryCause
from grants.payments.selectors import plan_of
from grants.payments.services import demand_recovery, meet_condition
from grants.projects.models import Project
from grants.projects.services import hold_project, settle_project
from grants.rounds.services import take_number

CONDITION = "audit_settled"


@button
def settle_page(*, page_id: int, by: Actor, now: datetime, key: UUID | None = None) -> Settlement:
    """Settle one project: the last instalment is min(planned, eligible - paid); below zero it is asked back.

    Raises NotNow before the audit is concluded, or while an earlier instalment is still on its way.
    """
    page = AuditPage.objects.select_related("engagement").get(pk=page_id)
    require(by, "audits.settle", page)
    project = hold_project(page.project_id)
    one = _reckon(page, project)
    creating(
        one, by=by, now=now, key=key, permission="audits.settle", verb="settle", fact=AccountsSettled,
        pay_fen=one.pay_fen, release_fen=one.release_fen, recover_fen=one.recover_fen,
    )  # fmt: skip
    meet_condition(project_id=project.pk, condition=CONDITION, amount_fen=one.pay_fen, by=by, now=now)
    if one.recover_fen:
        demand_recovery(
            project_id=project.pk, amount_fen=one.recover_fen, cause=RecoveryCause.SETTLEMENT,
            reason="审计核定支出少于已拨付金额", by=by, now=now,
        )  # fmt: skip
    settle_project(project_id=project.pk, by=by, now=now)
    return one


def _reckon(page: AuditPage, project: Project) -> Settlement:
    if page.engagement.state != E.CONCLUDED or page.eligible_fen is None:
        raise NotNow(_("审计尚未出具结论，不能结算。"), verb="settle", state=page.engagement.state)
    if project.tranches.filter(state__in=[T.DUE, T.HELD, T.ORDERED]).exists():
        raise NotNow(_("前期拨款还没有办结，不能结算。"), code="earlier_instalment_open")
    paid = plan_of(project).paid_fen
    waiting = project.tranches.filter(state=T.PLANNED, condition=CONDITION)
    planned = waiting.aggregate(total=Sum("amount_fen"))["total"] or 0
    result = money.settlement(planned_fen=planned, eligible_fen=page.eligible_fen, paid_fen=paid)
    return Settlement(
        project=project,
        page=page,
        number=f"JS-{project.round.code}-{take_number(project.round_id, 'settlement'):03d}",
        eligible_fen=page.eligible_fen,
        paid_fen=paid,
        planned_fen=planned,
        pay_fen=result.pay_fen,
        release_fen=result.release_fen,
        recover_fen=result.recover_fen,
    )
