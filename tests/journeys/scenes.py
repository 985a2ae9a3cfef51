"""Parts of the year that a journey lets happen behind the pages, with only a few applications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from config.world.content.model import ProposalCard
from config.world.year import applying, deciding, judging, screening
from config.world.year.small import narrowed
from config.world.year.stage import Stage
from evaluations.panels import services as panels
from evaluations.panels.models import Panel
from grants.awards import services as awards
from grants.publicity.models import Notice


def plain(stage: Stage) -> list[ProposalCard]:
    """The applications that can be handed in as they are."""
    return [one for one in stage.world.proposals if not one.first_answers and not one.first_budget]


def hand_in(stage: Stage, card: ProposalCard) -> None:
    """One application is written and handed in."""
    applying.draft(stage, card)
    if not applying.hand_in(stage, card, stage.tick(60), Counter()):
        raise RuntimeError(f"{card.key} was refused")


def become_eligible(stage: Stage, keys: Iterable[str]) -> None:
    """Some applications are handed in and found eligible, and the round goes on to selection."""
    stage.world = narrowed(stage.world, set(keys))
    for card in stage.world.proposals:
        hand_in(stage, card)
    screening.screen_everything(stage)
    screening.start_selection(stage)


def open_panel(stage: Stage) -> Panel:
    """A panel of nine with four reserves has the eligible applications before it, and is open."""
    stage.at(stage.when("2026-05-28", "09:00:00"))
    panel = judging.form(stage, general=7, finance=2)
    judging.lay_before(stage, panel)
    stage.at(stage.when("2026-06-01", "09:00:00"))
    secretary = stage.actor(judging.SECRETARY)
    panels.assign_sheets(panel_id=panel.pk, seed="journey", by=secretary, now=stage.now)
    stage.at(stage.when("2026-06-03", "08:30:00"))
    panels.open_panel(panel_id=panel.pk, by=secretary, now=stage.tick(60))
    return panel


def announce(stage: Stage) -> Notice:
    """The panel judges, the meeting decides, the notice of what is proposed is out."""
    panel = open_panel(stage)
    judging.score_everything(stage, panel)
    judging.conclude(stage, panel)
    decision = deciding.meeting_decides(stage)
    notice = awards.draft_award_notice(
        decision_id=decision.pk, contact=deciding.CONTACT, by=stage.actor("clerk_1"), now=stage.tick(3600)
    )
    return deciding.announce(stage, notice, "08:50:00", stage.terms.day("notice_from"))
