"""What the meeting changes, and the decision itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused, RulesBroken
from core.files.services import store
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from core.rulebook import violations
from grants.awards import rules
from grants.awards.lifecycle import D
from grants.awards.models import Allotment, Decision, DecisionLine, Outcome
from grants.awards.selectors import meeting_of
from grants.awards.services.drafting import keep_left, lock_round_of
from grants.proposals import services as proposals
from grants.proposals.lifecycle import P
from grants.rounds.models import FundingSource


@dataclass(frozen=True)
class Change:
    """What the meeting wants of one application instead of the recommendation, and why."""

    proposal_id: int
    outcome: str
    amount_fen: int = 0
    reason: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Paper:
    """A scanned paper."""

    data: bytes
    filename: str


@button
def amend_decision(
    *,
    decision_id: int,
    changes: Sequence[Change],
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Record where the meeting departs from the recommendation; all changes together must keep the rules.

    Raises RulesBroken where a departure has no reason, a cut no consent, or money would not reach.
    """
    lock_round_of(decision_id)
    with changing(
        Decision,
        decision_id,
        by=by,
        now=now,
        key=key,
        version=version,
        verb="amend",
        permission="awards.amend",
    ) as decision:
        if decision.state == D.RESOLVED:
            raise Refused(_("会议已经作出决定，名单不能再改。"))
        lines = {one.proposal_id: one for one in _lines(decision)}
        for change in changes:
            _apply(lines, change)
        meeting = meeting_of(decision, lines.values())
        if broken := violations(rules.MEETING, meeting):
            raise RulesBroken(broken)
        _store(lines, meeting)
        advised = [rules.Leftover(x["category"], x["amount_fen"], x["why"]) for x in decision.left]
        keep_left(decision, rules.leftovers(meeting, advised))
        decision.note(changed=len(changes))
    return decision.receipt


def _lines(decision: Decision) -> list[DecisionLine]:
    return list(
        decision.lines.select_related("proposal__dossier", "category", "source").order_by("category", "rank")
    )


def _apply(lines: Mapping[int, DecisionLine], change: Change) -> None:
    line = lines.get(change.proposal_id)
    if line is None or change.outcome not in Outcome.values:
        raise NotFound()
    line.outcome, line.amount_fen = change.outcome, change.amount_fen
    line.departure_reason = change.reason.strip()
    line.cut_consent = change.consent.strip() or line.cut_consent


def _store(lines: Mapping[int, DecisionLine], meeting: rules.Meeting) -> None:
    """Save the lines with their sources, which are found anew for all of them."""
    ids = dict(FundingSource.objects.values_list("code", "pk"))
    found = rules.assign_sources({one.key: one.amount_fen for one in meeting.proposed}, meeting.sources)
    for key, line in lines.items():
        line.source_id = ids[found[key]] if key in found else None
    columns = ["outcome", "amount_fen", "departure_reason", "cut_consent", "source"]
    DecisionLine.objects.bulk_update(lines.values(), columns)


@button
def table_decision(
    *, decision_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> Receipt:
    """Put the list before the meeting; by somebody who did not draft it."""
    with changing(Decision, decision_id, by=by, now=now, key=key, version=version) as decision:
        decision.table(by=by)
        decision.tabled_by_id = by.user_id
        _check(decision)
    return decision.receipt


def _check(decision: Decision) -> None:
    if decision.seal() != decision.lines_digest:
        raise Refused(_("名单内容与其摘要不符，请重新拟定。"), code="seal_is_broken")
    if broken := violations(rules.MEETING, meeting_of(decision)):
        raise RulesBroken(broken)


@button
def resolve_decision(
    *,
    decision_id: int,
    minutes_no: str,
    met_on: date,
    attendees: Sequence[str],
    money_reply_no: str,
    scan: Paper | None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Record what the meeting decided, and carry it out for every application in the same transaction."""
    lock_round_of(decision_id)
    with changing(
        Decision, decision_id, by=by, now=now, key=key, version=version, document=minutes_no
    ) as decision:
        decision.minutes_no, decision.money_reply_no = minutes_no.strip(), money_reply_no.strip()
        decision.met_on = met_on
        decision.attendees = [name.strip() for name in attendees if name.strip()]
        if scan is not None:
            purpose = "awards.minutes_scan"
            decision.scan = store(
                scan.data, filename=scan.filename, owner=decision, purpose=purpose, by=by, now=now
            )
        decision.resolve(by=by)
        decision.resolved_by_id, decision.resolved_at = by.user_id, now
        _check(decision)
        lines = _lines(decision)
        _refuse_those_who_left(lines)
        assert decision.scan is not None  # noqa: S101 - the guard asked for it
        decision.note(scan=decision.scan.blob.sha256, lines_digest=decision.lines_digest)
    for line in lines:
        _carry_out(line, by, now)
    return decision.receipt


def _refuse_those_who_left(lines: Sequence[DecisionLine]) -> None:
    gone = [
        one.proposal.title
        for one in lines
        if one.proposal.state == P.WITHDRAWN and one.outcome != Outcome.DECLINE
    ]
    if gone:
        raise Refused(_("以下申报已经撤回，请先把它们改为不予立项：%(names)s。") % {"names": "、".join(gone)})


def _carry_out(line: DecisionLine, by: Actor, now: datetime) -> None:
    if line.proposal.state == P.WITHDRAWN:
        return
    if line.outcome == Outcome.PROPOSE:
        set_aside(line, line.amount_fen, line.source_id or 0, by, now, consent=line.cut_consent)
        proposals.propose_proposal(proposal_id=line.proposal_id, amount_fen=line.amount_fen, by=by, now=now)
    elif line.outcome == Outcome.WAITLIST:
        proposals.waitlist_proposal(proposal_id=line.proposal_id, by=by, now=now)
    else:
        reason = line.departure_reason
        proposals.decline_proposal(proposal_id=line.proposal_id, reason=reason, by=by, now=now)


def set_aside(
    line: DecisionLine,
    amount_fen: int,
    source_id: int,
    by: Actor,
    now: datetime,
    *,
    consent: str = "",
    promoted: bool = False,
    passed_over: Sequence[Mapping[str, object]] = (),
) -> Allotment:
    """Set money of one source aside for the application of a line; the caller holds the round."""
    allotment = Allotment(
        proposal_id=line.proposal_id,
        line=line,
        round_id=line.decision.round_id,
        category_id=line.category_id,
        source_id=source_id,
        amount_fen=amount_fen,
        is_promoted=promoted,
        cut_consent=consent if amount_fen < line.asked_fen else "",
        passed_over=list(passed_over),
    )
    return creating(
        allotment,
        by=by,
        now=now,
        permission="awards.allot",
        verb="reserve",
        amount_fen=amount_fen,
        proposal_id=line.proposal_id,
    )
