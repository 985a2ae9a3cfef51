"""The list that goes to the meeting: rank, line, source, and why each yuan is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import NotFound, Refused, RulesBroken
from core.lifecycle import Receipt, button, changing, creating
from core.policy import Actor
from core.rulebook import violations
from grants.awards import rules
from grants.awards.lifecycle import D
from grants.awards.models import CategoryMove, Decision, DecisionLine
from grants.awards.selectors import candidates_of, chances, meeting_of
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.rounds.models import Category, FundingSource, Round
from grants.rounds.services import take_number


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
    lock_round_of(decision_id)
    return _recommend(decision_id, moves, consents or {}, by, now, version)


def lock_round_of(decision_id: int) -> Round:
    """Hold the round of a decision."""
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
        keep_left(decision, allocation.left)
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
    for part in (allocation.advice, allocation.left):
        for one in part:
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


def keep_left(decision: Decision, left: Sequence[rules.Leftover]) -> None:
    """Note on a decision that is being changed what it leaves, and seal its lines."""
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
