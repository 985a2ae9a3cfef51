"""From appropriation to instalments: what is promised, when it is due, what is held back or given free."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core import clock
from core.calendar.selectors import working_calendar
from core.errors import NotNow, Refused, RulesBroken
from core.lifecycle import Receipt, button, changing, creating
from core.money import tranche_amounts
from core.policy import SYSTEM, Actor, require
from core.rulebook import violations
from grants.payments import rules
from grants.payments.events import InvoiceFiled
from grants.payments.lifecycle import T
from grants.payments.models import HeldBecause, Invoice, PaymentPlan, Tranche
from grants.payments.selectors import is_square
from grants.payments.services.ledger import book, post
from grants.projects.lifecycle import J
from grants.projects.models import Project
from grants.projects.services import close_project, hold_project
from grants.rounds.models import Round

FILE = "payments.file_invoice"


@button
def allocate_round(*, round_id: int, by: Actor, now: datetime, key: UUID | None = None) -> None:
    """Book the money of a published round, source by source."""
    round_ = Round.objects.get(pk=round_id)
    require(by, "payments.book", round_)
    for funding in round_.funding.select_related("source").order_by("source_id"):
        post(
            "allocation",
            funding.amount_fen,
            round_=round_,
            source=funding.source,
            reference=f"{round_.code}/{funding.source.code}",
            by=by,
            now=now,
        )


@button
def open_plan(*, project_id: int, by: Actor, now: datetime, key: UUID | None = None) -> PaymentPlan:
    """Promise the award in the ledger and cut it into instalments; Refused when the source has too little."""
    project = Project.objects.select_related("round", "award__source").get(pk=project_id)
    plan = PaymentPlan(project=project, source=project.award.source, award_fen=project.award_fen)
    creating(
        plan, by=by, now=now, key=key, permission="payments.open_plan", verb="open", award_fen=plan.award_fen
    )
    book(project, "commitment", plan.award_fen, reference=project.number, by=by, now=now)
    terms = project.round.parsed_terms().tracks[project.track].tranches
    amounts = tranche_amounts(plan.award_fen, [term.percent for term in terms])
    for no, (term, amount) in enumerate(zip(terms, amounts, strict=True), start=1):
        tranche = Tranche(
            project=project, no=no, percent=term.percent, condition=term.condition, amount_fen=amount
        )
        creating(tranche, by=by, now=now, permission="payments.open_plan", verb="plan", amount_fen=amount)
    return plan


@button
def meet_condition(
    *,
    project_id: int,
    condition: str,
    by: Actor,
    now: datetime,
    amount_fen: int | None = None,
    key: UUID | None = None,
) -> list[Tranche]:
    """Make the instalments due that wait for a condition; a smaller amount releases the rest of the last one.

    ``amount_fen`` (settlement only) is what remains to be paid in all; zero cancels. Asking again for a
    condition that was already met changes nothing.
    """
    project = hold_project(project_id)
    due_on = working_calendar().add(
        clock.day_of(now), project.round.parsed_terms().number("first_tranche_working_days")
    )
    waiting = list(project.tranches.filter(condition=condition, state=T.PLANNED).order_by("no"))
    left = sum(one.amount_fen for one in waiting) if amount_fen is None else amount_fen
    if not 0 <= left <= sum(one.amount_fen for one in waiting):
        raise Refused(_("应拨金额超出本期原定金额。"), code="above_plan")
    met = []
    for one in waiting:
        pay = min(one.amount_fen, left)
        left -= pay
        met.append(_make_due(project, one, pay, due_on, by=by, now=now))
    return met


def _make_due(
    project: Project, one: Tranche, pay_fen: int, due_on: date, *, by: Actor, now: datetime
) -> Tranche:
    released = one.amount_fen - pay_fen
    with changing(Tranche, one.pk, by=by, now=now) as tranche:
        tranche.released_fen = released
        if pay_fen:
            tranche.due_on = due_on
            tranche.meet_condition(by=by)
        else:
            tranche.cancel(by=by)
        tranche.note(payable_fen=pay_fen, released_fen=released)
    if released:
        book(project, "release", released, reference=f"{project.number}/{one.no}", by=by, now=now)
    return tranche


@button
def hold_tranche(
    *,
    tranche_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    because: str = HeldBecause.DECIDED,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Hold a due instalment back, with the reason."""
    with changing(
        Tranche, tranche_id, by=by, now=now, key=key, version=version, reason=_reasoned(reason)
    ) as tranche:
        tranche.held_because = because
        tranche.hold(by=by)
    return tranche.receipt


@button
def release_tranche(
    *,
    tranche_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Let a held instalment be paid."""
    with changing(
        Tranche, tranche_id, by=by, now=now, key=key, version=version, reason=_reasoned(reason)
    ) as tranche:
        tranche.held_because = ""
        tranche.release(by=by)
    return tranche.receipt


@button
def cancel_tranche(
    *,
    tranche_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Give an instalment up: its money is free again for the round."""
    project = hold_project(Tranche.objects.get(pk=tranche_id).project_id)
    with changing(
        Tranche, tranche_id, by=by, now=now, key=key, version=version, reason=_reasoned(reason)
    ) as tranche:
        left = tranche.payable_fen
        tranche.released_fen = tranche.amount_fen
        tranche.cancel(by=by)
        tranche.note(released_fen=left)
    book(project, "release", left, reference=f"{project.number}/{tranche.no}/cancel", by=by, now=now)
    return tranche.receipt


@button
def file_invoice(
    *,
    tranche_id: int,
    kind: str,
    number: str,
    amount_fen: int,
    issued_on: date,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Invoice:
    """Hand in the receipt for a due instalment; a newer one replaces it until it is ordered."""
    tranche = (
        Tranche.objects.select_for_update(of=("self",)).select_related("project__round").get(pk=tranche_id)
    )
    project = tranche.project
    if tranche.state not in (T.DUE, T.HELD):
        says = _("本期尚未到拨付条件，或已制单，现在不能提交票据。")
        raise NotNow(says, verb="file_invoice", state=tranche.state)
    paper = rules.Paper(kind, amount_fen, tranche.payable_fen, project.round.instrument)
    if broken := violations(rules.PAPER_RULES, paper):
        raise RulesBroken(broken)
    invoice = Invoice(
        tranche=tranche, project=project, payee_id=project.payee_id, kind=kind, number=number.strip(),
        amount_fen=amount_fen, issued_on=issued_on,
    )  # fmt: skip
    _must_be_new(invoice, now)
    for old in tranche.invoices.filter(is_live=True):
        with changing(Invoice, old.pk, by=by, now=now, verb="replace", permission=FILE) as replaced:
            replaced.is_live = False
    return creating(
        invoice, by=by, now=now, key=key, permission=FILE, verb="file", fact=InvoiceFiled,
        tranche_id=tranche.pk, amount_fen=amount_fen,
    )  # fmt: skip


def _must_be_new(invoice: Invoice, now: datetime) -> None:
    if not invoice.number:
        raise Refused(_("请填写票据号码。"), field="number")
    if invoice.issued_on > clock.day_of(now):
        raise Refused(_("开票日期不能晚于今天。"), field="issued_on")
    if Invoice.objects.filter(payee_id=invoice.payee_id, number=invoice.number).exists():
        says = _("票据号码 %(no)s 已经用过。") % {"no": invoice.number}
        raise Refused(says, code="paper_twice", field="number")


def close_if_square(project_id: int, *, now: datetime) -> bool:
    """Close a settled or stopped project once nothing of its money is open; tell whether it was closed."""
    project = hold_project(project_id)
    if project.state not in (J.SETTLED, J.RECOVERING) or not is_square(project):
        return False
    close_project(project_id=project_id, by=SYSTEM, now=now)
    return True


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("请写明理由。"), field="reason")
    return reason.strip()
