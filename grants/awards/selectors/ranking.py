"""Candidates, the list before the meeting, how sure the line is, and who waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from evaluations.panels.lifecycle import S
from evaluations.panels.models import Sheet
from evaluations.panels.rules.consistency import Trim, cut_line
from grants.awards import rules
from grants.awards.lifecycle import D
from grants.awards.models import Allotment, Award, Decision, DecisionLine, Outcome, subject_of
from grants.awards.selectors.money import left_by_category, left_by_source, live_allotments
from grants.proposals.lifecycle import P
from grants.proposals.models import Proposal
from grants.publicity.lifecycle import I
from grants.publicity.models import NoticeItem
from grants.rounds.models import Category, FundingSource, Round, Stage
from grants.rounds.selectors import stage_rule


def candidates_of(round_: Round) -> list[rules.Candidate]:
    """Return the judged applications of a round that await a decision, in two queries."""
    found = Proposal.objects.filter(round=round_, state=P.SCORED).select_related("dossier", "category")
    return [_candidate(proposal) for proposal in found.order_by("id")]


def _candidate(proposal: Proposal) -> rules.Candidate:
    dossier, category = proposal.dossier, proposal.category
    assert dossier and category and proposal.official_score is not None  # noqa: S101 - scored
    criteria = dossier.breakdown.get("criteria", {})
    return rules.Candidate(
        key=proposal.pk,
        category=category.code,
        asked_fen=proposal.requested_fen,
        score=proposal.official_score,
        passed=dossier.verdict == "pass",
        criteria={code: Decimal(str(points)) for code, points in criteria.items()},
        votes=dossier.votes,
    )


def meeting_of(decision: Decision, lines: Iterable[DecisionLine] | None = None) -> rules.Meeting:
    """Return the decision as the rules see it, over the money that is free now."""
    round_, terms = decision.round, decision.round.parsed_terms()
    if lines is None:
        lines = decision.lines.select_related("proposal__dossier", "category").order_by("category", "rank")
    categories = {c.pk: c for c in Category.objects.filter(round=round_)}
    codes = dict(FundingSource.objects.values_list("pk", "code"))
    moves = decision.moves.select_related("source", "target")
    return rules.Meeting(
        lines=tuple(_line(one, categories[one.category_id].code) for one in lines),
        budgets={categories[pk].code: amount for pk, amount in left_by_category(round_).items()},
        sources={codes[pk]: amount for pk, amount in left_by_source(round_).items()},
        moves=tuple(rules.Move(m.source.code, m.target.code, m.amount_fen, m.reason) for m in moves),
        cut_max_percent=terms.partial_cut_max_percent,
        move_max_percent=terms.category_move_max_percent,
        names={category.code: category.name for category in categories.values()},
    )


def _line(one: DecisionLine, category: str) -> rules.Line:
    dossier = one.proposal.dossier
    return rules.Line(
        key=one.proposal_id,
        name=one.proposal.title,
        category=category,
        rank=one.rank,
        passed=bool(dossier and dossier.verdict == "pass"),
        asked_fen=one.asked_fen,
        advised=one.recommended_outcome,
        advised_fen=one.recommended_fen,
        outcome=one.outcome,
        amount_fen=one.amount_fen,
        reason=one.departure_reason,
        consent=one.cut_consent,
    )


@dataclass(frozen=True)
class Chance:
    """How often a candidate would be funded, were the experts drawn again; statistics, never the decision."""

    band: str
    percent: int


def chances(
    round_: Round, ranked: Mapping[str, Sequence[rules.Ranked]], money: Mapping[str, int]
) -> dict[int, Chance]:
    """Return the chance of each candidate by key, from the locked sheets; empty where there are none."""
    rule = stage_rule(round_, Stage.APPLICATION)
    trim = Trim(
        int(rule.get("drop_high", 0)),
        int(rule.get("drop_low", 0)),
        int(rule.get("drop_from", 0)),
        float(rule.get("pass_mark", 0)),
    )
    scores = _scores(round_, {code: int(weight) for code, weight in rule.get("components", {}).items()})
    found: dict[int, Chance] = {}
    for category, order in ranked.items():
        asked = {str(one.candidate.key): one.candidate.asked_fen for one in order}
        mine = {pair: score for pair, score in scores.items() if pair[0] in asked}
        if not mine:
            continue
        for one in cut_line(mine, asked, money[category], trim, seed=round_.terms_digest):
            found[int(one.dossier)] = Chance(one.band, round(one.chance * 100))
    return found


def _scores(round_: Round, weights: Mapping[str, int]) -> dict[tuple[str, str], float]:
    """Return what each reviewer gave each application, its components weighted as the terms say."""
    sheets = Sheet.objects.filter(state=S.LOCKED, dossier__proposal__round=round_)
    columns = ("dossier__proposal__id", "reviewer_id", "component", "total")
    found: dict[tuple[str, str], float] = {}
    for proposal, reviewer, component, total in sheets.order_by("id").values_list(*columns):
        pair = (str(proposal), str(reviewer))
        found[pair] = found.get(pair, 0.0) + float(total) * weights.get(component, 100) / 100
    return found


def waiting_list(round_: Round, category: Category | None = None) -> QuerySet[DecisionLine]:
    """Return who waits, in the order in which they are promoted."""
    waiting = DecisionLine.objects.filter(
        decision__round=round_,
        decision__state=D.RESOLVED,
        outcome=Outcome.WAITLIST,
        proposal__state=P.WAITLISTED,
    )
    waiting = waiting.filter(category=category) if category else waiting
    return waiting.select_related("proposal", "category").order_by("category", "decision", "rank")


def unannounced(round_: Round, *, promoted: bool) -> list[Allotment]:
    """Return money set aside that stands on no notice yet, by category and rank."""
    found = live_allotments(round_).filter(is_promoted=promoted, award_row__isnull=True)
    rows = found.select_related(
        "proposal__applicant", "proposal__host", "proposal__community", "category", "line"
    )
    waiting = list(rows.order_by("category", "line__decision", "line__rank"))
    subjects = [subject_of(one.proposal) for one in waiting]
    live = NoticeItem.objects.filter(subject__in=subjects).exclude(state__in=[I.STRUCK, I.WITHDRAWN])
    there = set(live.values_list("subject", flat=True))
    return [one for one in waiting if subject_of(one.proposal) not in there]


def award_of(proposal_id: int) -> Award | None:
    """Return the award of an application, lapsed or not."""
    return Award.objects.filter(proposal_id=proposal_id).first()
