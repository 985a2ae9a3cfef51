"""Applications come in: drafted section by section, refused with every violation, repaired, handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from config.world.content.model import BudgetItem, ProposalCard
from config.world.year.stage import Stage
from core.errors import Late, Refused, RulesBroken
from grants.proposals import services as proposals
from grants.proposals.models import Proposal
from grants.rounds.selectors import application_window

COLUMNS = (
    *("code", "item", "basis", "unit", "unit_price_fen", "quantity", "times"),
    *("subtotal_fen", "grant_fen", "own_fen", "linked_activity", "remark"),
)


def applicants_apply(stage: Stage) -> None:
    """Play the window from its first minute to a second too late."""
    window = application_window(stage.round)
    stage.at(window.opens)
    stage.scene("申报开放")
    refused: Counter[str] = stage.notes.setdefault("refused", Counter())
    for card, moment in timetable(stage, window.opens, window.closes):
        apply(stage, card, moment, refused)
    stage.at(window.closes + timedelta(seconds=2))
    stage.scene(f"申报截止：收到 {Proposal.objects.filter(version_no__gt=0).count()} 份")


def timetable(stage: Stage, opens: datetime, closes: datetime) -> list[tuple[ProposalCard, datetime]]:
    """Give each application its instant: spread over the window, the last at the deadline, one later."""
    late = {flaw.proposal for flaw in stage.world.flaws_like("late")}
    cards = [card for card in stage.world.proposals if card.key not in late]
    step = (closes - opens) / len(cards)
    rows = [(card, opens + step * serial) for serial, card in enumerate(cards, start=1)]
    return rows + [(stage.world.proposal[key], closes + timedelta(seconds=1)) for key in sorted(late)]


def admin_of(stage: Stage, card: ProposalCard) -> str:
    """Return the key of the person who answers for an application."""
    world = stage.world
    found = world.organisation.get(card.applicant) or world.group[card.applicant]
    return found.admin.key


def apply(stage: Stage, card: ProposalCard, moment: datetime, refused: Counter[str]) -> None:
    """Write a draft, try to hand it in, mend what is refused, hand it in; ``moment`` is the last try."""
    if moment - timedelta(minutes=20) > stage.now:
        stage.at(moment - timedelta(minutes=20))
    by = stage.actor(admin_of(stage, card))
    pk = draft(stage, card)
    kept_back = any(flaw.code == "incomplete" for flaw in stage.world.flaws_of(card.key))
    if card.first_answers or card.first_budget:
        returned = any(flaw.code == "returned" for flaw in stage.world.flaws_of(card.key))
        if returned:
            hand_in(stage, card, moment, refused)
            return
        hand_in(stage, card, max(stage.now, moment - timedelta(minutes=5)), refused)
        if kept_back:
            return
        write(stage, pk, card.answers, card.budget, by)
    hand_in(stage, card, max(stage.now, moment), refused)


def draft(stage: Stage, card: ProposalCard) -> int:
    """Write a draft as the applicant first had it; return its primary key."""
    by = stage.actor(admin_of(stage, card))
    made = proposals.start_draft(
        round_id=stage.round.pk, applicant=stage.bodies[card.applicant], by=by, now=stage.now
    )
    stage.proposals[card.key] = made.pk
    write(stage, made.pk, card.first_answers or card.answers, card.first_budget or card.budget, by)
    return made.pk


def write(
    stage: Stage,
    proposal_id: int,
    answers: Mapping[str, Mapping[str, Any]],
    budget: Sequence[BudgetItem],
    by: Any,
) -> None:
    """Save every section and the budget."""
    for section, data in answers.items():
        proposals.save_section(proposal_id=proposal_id, section=section, data=data, by=by, now=stage.now)
    lines = [as_line(item) for item in budget]
    proposals.set_budget(proposal_id=proposal_id, lines=lines, by=by, now=stage.now)


def as_line(item: BudgetItem) -> dict[str, Any]:
    """Return a budget item as the columns of a budget line."""
    return {name: getattr(item, name) for name in COLUMNS}


def hand_in(stage: Stage, card: ProposalCard, moment: datetime, refused: Counter[str]) -> bool:
    """Press the button; a refusal is counted by what was wrong, and nothing of the draft is lost."""
    stage.at(moment)
    by = stage.actor(admin_of(stage, card))
    key = stage.key("submit", card.key, moment.isoformat())
    try:
        proposals.submit_proposal(proposal_id=stage.proposals[card.key], by=by, now=moment, key=key)
    except RulesBroken as refusal:
        refused.update({violation.code for violation in refusal.violations})
        return False
    except Late:
        refused["late"] += 1
        return False
    except Refused as refusal:
        refused[refusal.code] += 1
        return False
    return True


def communities_answer(stage: Stage) -> None:
    """Each residents' committee answers its signed link with one tap, a day or so after it was asked."""
    from grants.proposals.lifecycle import C
    from grants.proposals.models import PlaceConsent
    from grants.proposals.selectors import consent_by_token, consent_token, link_bearer

    by_proposal = {pk: key for key, pk in stage.proposals.items()}
    refusals = {
        flaw.proposal: str(flaw.detail["reason"]) for flaw in stage.world.flaws_like("community_refused")
    }
    for asked in PlaceConsent.objects.filter(state=C.ASKED, proposal__round=stage.round).order_by("pk"):
        consent = consent_by_token(consent_token(asked))
        if consent is None:
            raise RuntimeError("a link that was just signed is not recognised")
        by = link_bearer(consent)
        stage.tick(90)
        if reason := refusals.get(by_proposal[consent.proposal_id]):
            proposals.refuse_consent(consent_id=consent.pk, reason=reason, by=by, now=stage.now)
        else:
            proposals.confirm_consent(consent_id=consent.pk, by=by, now=stage.now)
