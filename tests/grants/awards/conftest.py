"""A round of 100,000 yuan before its meeting: 40/30/30 by category, 80,000 lottery and 20,000 charity."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from PIL import Image

from core.policy import SYSTEM
from core.workdays import SHANGHAI
from grants.awards import services
from grants.awards.models import Allotment, Award, Decision
from grants.proposals.models import Proposal
from grants.publicity import services as publicity
from grants.publicity.models import Notice
from grants.rounds.models import Round
from tests.grants.builders import Office, a_round, a_scored_proposal, load_calendar

LISTED = datetime(2026, 6, 4, 18, 0, tzinfo=SHANGHAI)
MEETING = datetime(2026, 6, 5, 15, 0, tzinfo=SHANGHAI)
OUT = datetime(2026, 6, 8, 8, 30, tzinfo=SHANGHAI)
RUNNING = datetime(2026, 6, 10, 10, 0, tzinfo=SHANGHAI)
OVER = datetime(2026, 6, 13, 0, 0, tzinfo=SHANGHAI)
AWARDED = datetime(2026, 6, 15, 9, 0, tzinfo=SHANGHAI)
OVERDUE = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
ELDERLY, YOUTH, PLACES = "elderly_disability", "youth_support", "community_governance"
# 40,000 for the elderly: the first two are funded, 5,000 is left and the third asks for 18,000.
FOUR = [
    (ELDERLY, "92.00", 20_000),
    (ELDERLY, "88.00", 15_000),
    (ELDERLY, "71.00", 18_000),
    (YOUTH, "85.00", 10_000),
]
MINUTES = {
    "minutes_no": "武民委纪〔2026〕6号",
    "met_on": date(2026, 6, 5),
    "attendees": ["方局长", "秦科长"],
    "money_reply_no": "武财社〔2026〕18号",
}


def a_scan() -> services.Paper:
    """Return a picture of a signed page."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return services.Paper(out.getvalue(), "会议纪要.png")


class Play:
    """The people, the round and the buttons between the panel and the award."""

    def __init__(self) -> None:
        load_calendar(2026)
        self.office = Office()
        sources = [["welfare_lottery", "福彩公益金", 80_000], ["charity", "慈善捐赠", 20_000]]
        self.round: Round = a_round(
            self.office, state="selecting", budget_yuan=100_000, funding_sources=sources
        )

    def scored(self, *rows: tuple[str, str, int]) -> list[Proposal]:
        """Make applications from (category, score, yuan)."""
        return [
            a_scored_proposal(self.round, category=category, score=score, yuan=yuan, title=f"{category}{n}")
            for n, (category, score, yuan) in enumerate(rows, 1)
        ]

    def draft(self, **more) -> Decision:
        return services.draft_decision(round_id=self.round.pk, by=self.office.clerk, now=LISTED, **more)

    def resolve(self, decision: Decision, **more) -> Decision:
        by = more.pop("by", self.office.leader)
        services.table_decision(decision_id=decision.pk, by=self.office.section_chief, now=LISTED)
        papers = {**MINUTES, "scan": a_scan()} | more
        services.resolve_decision(decision_id=decision.pk, by=by, now=MEETING, **papers)
        return Decision.objects.get(pk=decision.pk)

    def decide(self, *rows: tuple[str, str, int], **more) -> Decision:
        if rows:
            self.scored(*rows)
        return self.resolve(self.draft(**more))

    def publish(self, decision: Decision) -> Notice:
        notice = services.draft_award_notice(
            decision_id=decision.pk, contact="社会组织管理科 027-88936123", by=self.office.clerk, now=MEETING
        )
        publicity.publish_notice(notice_id=notice.pk, by=self.office.leader, now=OUT)
        return Notice.objects.get(pk=notice.pk)

    def end(self, notice: Notice, now=OVER) -> None:
        publicity.end_notice(notice_id=notice.pk, by=SYSTEM, now=now)

    def award(self, notice: Notice, now=AWARDED) -> list[Award]:
        services.award_cleared(notice_id=notice.pk, by=self.office.leader, now=now)
        return list(Award.objects.filter(notice=notice).order_by("project_no"))

    def all_the_way(self, *rows: tuple[str, str, int], **more) -> list[Award]:
        notice = self.publish(self.decide(*rows, **more))
        self.end(notice)
        return self.award(notice)

    def objects(self, notice: Notice, position: int = 1, verb: str = "uphold") -> None:
        """Somebody objects to an item, and the second section chief answers."""
        objection = publicity.lodge_objection(
            item_id=notice.items.get(position=position).pk,
            kind="person",
            objector="王小明",
            contact="13812341234",
            statement="材料不实",
            by=SYSTEM,
            now=RUNNING,
        )
        by = self.office.second_chief
        publicity.investigate_objection(objection_id=objection.pk, by=by, now=RUNNING)
        getattr(publicity, f"{verb}_objection")(
            objection_id=objection.pk, finding="已核查", reply="答复如下", by=by, now=RUNNING
        )

    def lapse(self, award: Award) -> None:
        services.lapse_award(
            award_id=award.pk, reason="书面放弃", renounced=True, by=self.office.section_chief, now=OVERDUE
        )

    def promote(self, category: str = ELDERLY, **more) -> Allotment:
        return services.promote_waitlisted(
            round_id=self.round.pk, category=category, by=self.office.leader, now=OVERDUE, **more
        )


@pytest.fixture
def play():
    return Play()
