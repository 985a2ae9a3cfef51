"""Writing the ledger: the only code that inserts entries and postings."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from core.errors import Refused
from core.lifecycle import changing
from core.policy import SYSTEM, Actor
from grants.payments import rules
from grants.payments.models import Account, JournalEntry, PaymentPlan, Posting
from grants.projects.models import Project
from grants.rounds.models import FundingSource, Round


def post(
    kind: str,
    amount_fen: int,
    *,
    round_: Round,
    source: FundingSource,
    reference: str,
    by: Actor,
    now: datetime,
    project: Project | None = None,
) -> JournalEntry:
    """Move an amount as the kind of entry says, once for each reference.

    The account it leaves is locked, and may not fall below zero. Raises Refused when the money is not there.
    """
    entry = JournalEntry.objects.create(
        round=round_, source=source, project=project, kind=kind, reference=reference, at=now, by_id=by.user_id
    )
    rows = []
    for account_kind, amount in rules.postings(kind, amount_fen):
        account = _account(account_kind, round_, source, project)
        if amount < 0 and not rules.may_fall(account_kind):
            _must_hold(account, -amount)
        rows.append(Posting(entry=entry, account=account, amount_fen=amount))
    if not rules.is_balanced(row.amount_fen for row in rows):
        raise AssertionError(f"entry {kind} {reference} does not balance")
    Posting.objects.bulk_create(rows)
    return entry


def _account(kind: str, round_: Round, source: FundingSource, project: Project | None) -> Account:
    owner = None if kind in rules.OF_ROUND else project
    account, _made = Account.objects.get_or_create(round=round_, source=source, project=owner, kind=kind)
    return account


def _must_hold(account: Account, amount_fen: int) -> None:
    Account.objects.select_for_update().get(pk=account.pk)
    held = Posting.objects.filter(account=account).aggregate(total=Sum("amount_fen"))["total"] or 0
    if held < amount_fen:
        raise Refused(
            _("“%(account)s”余额 %(held).2f 元，不足 %(wanted).2f 元，不能记账。")
            % {"account": account.get_kind_display(), "held": held / 100, "wanted": amount_fen / 100},
            code="not_enough",
        )


def book(
    project: Project, kind: str, amount_fen: int, *, reference: str, by: Actor, now: datetime
) -> PaymentPlan:
    """Write an entry about a project and bring its plan up to date in the same step."""
    with changing(
        PaymentPlan, project.plan.pk, by=SYSTEM, now=now, verb=f"book_{kind}", permission="payments.book"
    ) as plan:
        entry = post(
            kind,
            amount_fen,
            round_=project.round,
            source=plan.source,
            project=project,
            reference=reference,
            by=by,
            now=now,
        )
        column = {
            "payment": "paid_fen",
            "release": "released_fen",
            "demand": "demanded_fen",
            "refund": "returned_fen",
        }.get(kind)
        if column:
            setattr(plan, column, getattr(plan, column) + amount_fen)
        elif kind == "waiver":
            plan.demanded_fen -= amount_fen
        plan.note(entry_id=entry.pk, kind=kind, amount_fen=amount_fen, reference=reference)
    return plan
