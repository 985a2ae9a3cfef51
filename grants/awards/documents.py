"""The documents of decision and award: 会议纪要（送审稿）, 立项通知书."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.clock import day_of
from core.documents import Document, register
from core.money import capital, format_yuan
from core.words import day_text, sentence
from grants.awards import rules
from grants.awards.lifecycle import D
from grants.awards.models import Award, Decision, DecisionLine, Outcome
from grants.rounds.models import Category


def award_context(pk: int) -> dict[str, Any]:
    """Return the letter that tells an applicant of its award and what to do until when."""
    award = Award.objects.select_related(
        "round__host", "category", "source", "notice", "proposal__applicant", "proposal__host"
    ).get(pk=pk)
    proposal, round_ = award.proposal, award.round
    office = round_.signatory or round_.host.name
    return {
        "issuer": office,
        "heading": _("立项通知书"),
        "addressee": proposal.applicant.name,
        "host": proposal.host.name if proposal.host else "",
        "round": round_.name,
        "project": proposal.title,
        "project_no": award.project_no,
        "application_no": proposal.number,
        "category": award.category.name,
        "source": award.source.name,
        "amount": format_yuan(award.amount_fen),
        "amount_capital": capital(award.amount_fen),
        "cut": format_yuan(award.cut_fen) if award.cut_fen else "",
        "notice_number": award.notice.number,
        "instrument": str(round_.get_instrument_display()),
        "sign_by": day_text(award.sign_by),
        "signatory": office,
        "signed_on": day_text(day_of(award.created_at)),
    }


def minutes_context(pk: int) -> dict[str, Any]:
    """Return what goes before the meeting, or was decided: lists, moves, departures, what is left."""
    decision = Decision.objects.select_related("round__host").get(pk=pk)
    round_ = decision.round
    lines = list(
        decision.lines.select_related("proposal__applicant", "category", "source").order_by(
            "category", "rank"
        )
    )
    proposed = [line for line in lines if line.outcome == Outcome.PROPOSE]
    office = round_.signatory or round_.host.name
    return {
        "issuer": office,
        "heading": _("局长办公会会议纪要"),
        "is_draft": decision.state != D.RESOLVED,
        "decision_number": decision.number,
        "number": decision.minutes_no,
        "round": round_.name,
        "met_on": day_text(decision.met_on) if decision.met_on else "",
        "attendees": list(decision.attendees),
        "money_reply_no": decision.money_reply_no,
        "judged": len(lines),
        "count": len(proposed),
        "total": format_yuan(sum(line.amount_fen for line in proposed)),
        "budget": format_yuan(round_.budget_fen),
        "categories": [_category(category, lines) for category in round_.categories.order_by("id")],
        "moves": [_move(move) for move in decision.moves.select_related("source", "target")],
        "departures": [_departure(line) for line in lines if line.departure_reason],
        "left": _left(decision),
        "signatory": office,
        "signed_on": day_text(decision.met_on) if decision.met_on else "",
    }


def _category(category: Category, lines: Iterable[DecisionLine]) -> dict[str, Any]:
    mine = [line for line in lines if line.category_id == category.pk]
    return {
        "name": category.name,
        "proposed": [_line(line) for line in mine if line.outcome == Outcome.PROPOSE],
        "waiting": [_line(line) for line in mine if line.outcome == Outcome.WAITLIST],
        "declined": sum(line.outcome == Outcome.DECLINE for line in mine),
        "total": format_yuan(sum(line.amount_fen for line in mine)),
    }


def _line(line: DecisionLine) -> dict[str, Any]:
    return {
        "rank": line.rank,
        "title": line.proposal.title,
        "applicant": line.proposal.applicant.name,
        "score": f"{line.score:.2f}",
        "asked": format_yuan(line.asked_fen),
        "amount": format_yuan(line.amount_fen),
        "source": line.source.name if line.source else "",
        "tied": line.is_tied,
    }


def _move(move: Any) -> dict[str, Any]:
    amount = format_yuan(move.amount_fen)
    return {"source": move.source.name, "target": move.target.name, "amount": amount, "reason": move.reason}


def _departure(line: DecisionLine) -> dict[str, Any]:
    return {
        "title": line.proposal.title,
        "rank": line.rank,
        "recommended": str(line.get_recommended_outcome_display()),
        "recommended_amount": format_yuan(line.recommended_fen),
        "outcome": str(line.get_outcome_display()),
        "amount": format_yuan(line.amount_fen),
        "reason": line.departure_reason,
    }


def _left(decision: Decision) -> list[dict[str, Any]]:
    names = dict(decision.round.categories.values_list("code", "name"))
    return [
        {
            "category": names[one["category"]],
            "amount": format_yuan(one["amount_fen"]),
            "why": sentence(rules.WHY[one["why"]]),
            "subject": one["subject"],
        }
        for one in decision.left
    ]


AWARD_LETTER = register(
    Document(
        code="awards.letter",
        title=_("立项通知书"),
        template="pdf/awards/letter.html",
        context=award_context,
        owner_model="awards.Award",
        permission="awards.view",
    )
)
MINUTES = register(
    Document(
        code="awards.minutes",
        title=_("会议纪要（送审稿）"),
        template="pdf/awards/minutes.html",
        context=minutes_context,
        owner_model="awards.Decision",
        permission="awards.view",
    )
)
