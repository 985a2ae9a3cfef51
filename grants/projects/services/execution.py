"""Carrying a project out: activities and vouchers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.errors import NotNow, Refused, RulesBroken
from core.files.services import store
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from core.rulebook import violations
from core.secrets import blind_index
from grants.projects import rules
from grants.projects.lifecycle import RUNNING, E, J
from grants.projects.models import ActivityRecord, Expense, Project
from grants.projects.selectors import books_of
from grants.projects.services.holding import hold_project, needs

BOOKABLE = (*RUNNING, J.FINAL_REVIEW)
PAYEE = "projects.payee"


@button
def record_activity(
    *,
    project_id: int,
    held_on: date,
    title: str,
    place: str,
    participants: int,
    service_count: int,
    by: Actor,
    now: datetime,
    volunteers: int = 0,
    summary: str = "",
    photos: tuple[tuple[str, bytes], ...] = (),
    key: UUID | None = None,
) -> ActivityRecord:
    """Record an activity that took place, with photos; for a light project this is the monthly report."""
    project = hold_project(project_id)
    if project.state not in RUNNING:
        raise NotNow(_("项目不在执行中，不能补记活动。"), verb="record_activity", state=project.state)
    if held_on > clock.day_of(now) or (project.signed_on and held_on < project.signed_on):
        raise Refused(_("活动日期应在签约之后、今天之前（含）。"), field="held_on")
    if min(participants, volunteers, service_count) < 0 or participants + volunteers == 0:
        raise Refused(_("请填写参加人数；人数不能为负。"), field="participants")
    record = ActivityRecord(
        project=project,
        held_on=held_on,
        title=needs(title, _("请填写活动名称。"), "title")[:80],
        place=needs(place, _("请填写活动地点。"), "place")[:80],
        participants=participants,
        volunteers=volunteers,
        service_count=service_count,
        summary=summary.strip()[:300],
    )
    creating(record, by=by, now=now, key=key, permission="projects.record_activity", verb="record")
    for filename, data in photos:
        store(data, filename=filename, owner=record, purpose="projects.activity", by=by, now=now)
    return record


@button
def record_expense(
    *,
    project_id: int,
    voucher_no: str,
    spent_on: date,
    line_no: int,
    amount_fen: int,
    item: str,
    payee: str,
    by: Actor,
    now: datetime,
    invoice_no: str = "",
    method: str = rules.TRANSFER,
    scan: tuple[str, bytes] | None = None,
    key: UUID | None = None,
) -> Expense:
    """Book a voucher on a budget line; RulesBroken with every rule it breaks, Refused for a duplicate."""
    project = hold_project(project_id)
    _must_be_eligible(project, rules.Spending(spent_on, line_no, amount_fen, method, item), now)
    expense = Expense(
        project=project,
        voucher_no=needs(voucher_no, _("请填写凭证号。"), "voucher_no")[:30],
        spent_on=spent_on,
        line_no=line_no,
        amount_fen=amount_fen,
        item=needs(item, _("请填写摘要。"), "item")[:80],
        payee=needs(payee, _("请填写收款方。"), "payee")[:80],
        payee_index=blind_index(payee, PAYEE),
        invoice_no=invoice_no.strip()[:40],
        method=method,
    )
    _must_be_new(expense)
    creating(
        expense, by=by, now=now, key=key, permission="projects.record_expense", verb="record",
        amount_fen=amount_fen, line_no=line_no,
    )  # fmt: skip
    if scan is not None:
        store(scan[1], filename=scan[0], owner=expense, purpose="projects.voucher", by=by, now=now)
    return expense


def _must_be_eligible(project: Project, spending: rules.Spending, now: datetime) -> None:
    if project.state not in BOOKABLE:
        raise NotNow(_("项目当前状态不能入账。"), verb="record_expense", state=project.state)
    if spending.spent_on > clock.day_of(now):
        raise Refused(_("支出日期不能晚于今天。"), field="spent_on")
    if broken := violations(rules.SPENDING_RULES, spending, books_of(project)):
        raise RulesBroken(broken)


def _must_be_new(expense: Expense) -> None:
    live = Expense.objects.filter(state=E.RECORDED)
    if live.filter(project=expense.project, voucher_no=expense.voucher_no).exists():
        raise Refused(
            _("凭证号 %(no)s 已经入账。") % {"no": expense.voucher_no},
            code="voucher_twice",
            field="voucher_no",
        )
    if (
        expense.invoice_no
        and live.filter(payee_index=expense.payee_index, invoice_no=expense.invoice_no).exists()
    ):
        raise Refused(
            _("该收款方的票据 %(no)s 已经报销过（本项目或其他项目），不能重复列支。")
            % {"no": expense.invoice_no},
            code="invoice_twice",
            field="invoice_no",
        )


@button
def void_expense(
    *,
    expense_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Take a voucher back, with the reason, until the books go to the auditor; it stays readable."""
    expense = Expense.objects.get(pk=expense_id)
    project: Project = hold_project(expense.project_id)
    if project.state not in BOOKABLE:
        raise NotNow(_("账目已送审，不能再冲销凭证。"), verb="void_expense", state=project.state)
    with changing(
        Expense, expense_id, by=by, now=now, key=key, version=version, reason=needs(reason)
    ) as held:
        held.void(by=by)
        held.note(amount_fen=held.amount_fen, line_no=held.line_no)
    return held.receipt
