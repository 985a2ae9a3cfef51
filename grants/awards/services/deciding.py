"""The list that goes to the meeting, what the meeting changes, and the decision itself."""

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
from grants.awards.models import Allotment, CategoryMove, Decision, DecisionLine, Outcome
from grants.awards.selectors import candidates_of, chances, meeting_of
from grants.proposals import services as proposals
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.models import Category, FundingSource, Round
from grants.rounds.services import take_number


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


def lock_round(round_id: int) -> Round:
    """Hold the round, so that nobody else spends its money meanwhile."""
    found = Round.objects.select_for_update(of=("self",)).filter(pk=round_id).first()
    if found is None:
        raise NotFound()
    return found


@button
def draft_decision(
    *,
    round_id: int,
    moves: Sequence[rules.Move] = (),
    consents: Mapping[int, str] | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
) -> Decision:
    """Draft the list of a round: rank, line, source, explanation of what is left.

    ``moves`` give money left in one category to another (category codes); ``consents`` maps the id of an
    application that agrees to a cut to its letter. Refused while an application is still with a panel.
    """
    round_ = lock_round(round_id)
    waiting = Proposal.objects.filter(round=round_, state=P.IN_REVIEW).count()
    if waiting:
        raise Refused(_("还有 %(count)s 份申报的评审没有结论，不能拟定立项名单。") % {"count": waiting})
    if not Proposal.objects.filter(round=round_, state=P.SCORED).exists():
        raise Refused(_("没有待决定的申报。"))
    if Decision.objects.filter(round=round_).exclude(state=D.RESOLVED).exists():
        raise Refused(_("本届已有一份尚未决定的立项名单。"))
    number = f"{round_.code}-JD-{take_number(round_.pk, 'decision'):02d}"
    decision = Decision(round=round_, number=number, drafted_by_id=by.user_id)
    creating(decision, by=by, now=now, key=key, permission="awards.draft", verb="draft")
    _recommend(decision.pk, moves, consents or {}, by, now)
    return Decision.objects.get(pk=decision.pk)


@button
def recompute_decision(
    *,
    decision_id: int,
    moves: Sequence[rules.Move] = (),
    consents: Mapping[int, str] | None = None,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Receipt:
    """Draw the line anew with other moves and consents; changes made by hand are dropped."""
    _lock_of(decision_id)
    return _recommend(decision_id, moves, consents or {}, by, now, version)


def _lock_of(decision_id: int) -> Round:
    round_id = Decision.objects.filter(pk=decision_id).values_list("round_id", flat=True).first()
    return lock_round(round_id or 0)


def _recommend(
    decision_id: int,
    moves: Sequence[rules.Move],
    consents: Mapping[int, str],
    by: Actor,
    now: datetime,
    version: int | None = None,
) -> Receipt:
    with changing(
        Decision, decision_id, by=by, now=now, version=version, verb="recommend", permission="awards.draft"
    ) as decision:
        if decision.state != D.DRAFTED:
            raise Refused(_("名单已提请会议，不能重新计算；会议的调整请逐项登记。"))
        decision.lines.all().delete()
        decision.moves.all().delete()
        ranked, allocation, sources = _allocated(decision, moves, consents)
        _keep_moves(decision, moves)
        _keep_lines(decision, ranked, allocation, sources, consents)
        _keep_left(decision, allocation.left)
        decision.note(lines=len(allocation.advice), funded_fen=allocation.funded_fen())
    return decision.receipt


Ranks = dict[str, list[rules.Ranked]]


def _allocated(
    decision: Decision, moves: Sequence[rules.Move], consents: Mapping[int, str]
) -> tuple[Ranks, rules.Allocation, dict[int, str]]:
    """Draw each category's line, then once more with what the moves bring and take."""
    round_ = decision.round
    ranked = rules.ranked_by_category(candidates_of(round_), round_.parsed_terms().tie_break)
    bare = meeting_of(decision, lines=())
    cut = bare.cut_max_percent
    first = rules.allocate(ranked, bare.budgets, cut_max_percent=cut, consented=consents)
    left = {one.category: one.amount_fen for one in first.left}
    meeting = rules.Meeting(
        (), bare.budgets, bare.sources, tuple(moves), cut, bare.move_max_percent, left, bare.names
    )
    if broken := violations(rules.MOVES, meeting):
        raise RulesBroken(broken)
    money = {code: meeting.money_of(code) for code in bare.budgets}
    second = rules.allocate(ranked, money, cut_max_percent=cut, consented=consents)
    allocation, sources = rules.with_sources(second, ranked, bare.sources)
    return ranked, allocation, sources


def _keep_moves(decision: Decision, moves: Sequence[rules.Move]) -> None:
    categories = {c.code: c for c in Category.objects.filter(round=decision.round)}
    for move in moves:
        CategoryMove.objects.create(
            decision=decision,
            source=categories[move.source],
            target=categories[move.target],
            amount_fen=move.amount_fen,
            reason=move.reason,
        )


def _keep_lines(
    decision: Decision,
    ranked: Ranks,
    allocation: rules.Allocation,
    sources: Mapping[int, str],
    consents: Mapping[int, str],
) -> None:
    advice = {one.key: one for one in allocation.advice}
    ids = {c.code: c.pk for c in Category.objects.filter(round=decision.round)}
    source_ids = dict(FundingSource.objects.values_list("code", "pk"))
    money: dict[str, int] = dict.fromkeys(ids, 0)
    for one in (*allocation.advice, *allocation.left):
        money[one.category] += one.amount_fen
    sure = chances(decision.round, ranked, money)
    DecisionLine.objects.bulk_create(
        DecisionLine(
            decision=decision,
            proposal_id=one.candidate.key,
            category_id=ids[code],
            rank=one.rank,
            score=one.candidate.score,
            decided_by=one.decided_by,
            is_tied=one.tied,
            band=sure[one.candidate.key].band if one.candidate.key in sure else "",
            chance_percent=sure[one.candidate.key].percent if one.candidate.key in sure else None,
            asked_fen=one.candidate.asked_fen,
            recommended_outcome=advice[one.candidate.key].outcome,
            recommended_fen=advice[one.candidate.key].amount_fen,
            outcome=advice[one.candidate.key].outcome,
            amount_fen=advice[one.candidate.key].amount_fen,
            source_id=source_ids[sources[one.candidate.key]] if one.candidate.key in sources else None,
            cut_consent=consents.get(one.candidate.key, ""),
        )
        for code, order in ranked.items()
        for one in order
    )


def _keep_left(decision: Decision, left: Sequence[rules.Leftover]) -> None:
    names = dict(
        Proposal.objects.filter(pk__in=[one.key for one in left if one.key]).values_list("pk", "title")
    )
    decision.left = [
        {
            "category": one.category,
            "amount_fen": one.amount_fen,
            "why": one.why,
            "subject": names.get(one.key or 0, ""),
        }
        for one in left
    ]
    decision.lines_digest = decision.seal()
    decision.note(lines_digest=decision.lines_digest)


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
    _lock_of(decision_id)
    with changing(
        Decision, decision_id, by=by, now=now, key=key, version=version, verb="amend", permission="awards.amend"
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
        _keep_left(decision, rules.leftovers(meeting, advised))
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
    _lock_of(decision_id)
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
        for line in lines:
            _carry_out(line, by, now)
        decision.note(scan=decision.scan.blob.sha256 if decision.scan else "", lines_digest=decision.lines_digest)
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
        allotment, by=by, now=now, permission="awards.allot", verb="reserve", amount_fen=amount_fen,
        proposal_id=line.proposal_id,
    )
