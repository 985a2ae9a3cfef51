"""What happens around one proposal without a click of its people: the other applicants, the other experts."""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db.models import Q

from config.world.content import build_world
from config.world.content.model import OrganisationCard, ProposalCard
from config.world.year import applying, judging
from config.world.year.stage import Stage
from evaluations.panels import services as panels
from evaluations.panels.models import Panel, Sheet
from grants.projects import services as projects
from grants.projects.models import Project
from grants.proposals.models import Proposal
from tests.journeys.browsing import Effort
from tests.journeys.house import SEED

CARD = "p077"  # an application of the whole year whose organisation the small world does not know
OWN, SHARED, ONCE = "own", "shared", "once"
COUNTS = "LIFE_COUNTS"

MIDTERM = {
    "progress": "七月至十月完成纠纷现场工作坊三场、法官与工程师坐堂三次、三日到场调解二十一件，"
    "每场均有签到和记录。",
    "planned_activities": 12,
    "beneficiaries": 60,
    "satisfaction_percent": 92,
    "finance": "首期款已到账一万元，支出七千二百元，用于项目专员补贴，凭证齐全。",
    "problems": "高层租户参与偏少，下一步改在周末晚间入户，并请楼栋长陪同。",
}
FINAL = {
    "progress": "全年完成纠纷现场工作坊六场、法官与工程师坐堂七次、三日到场调解五十五件，"
    "材料编号齐全，逐月公开。",
    "planned_activities": 12,
    "beneficiaries": 113,
    "satisfaction_percent": 95,
    "finance": "已到账资金一万八千元全部支出，凭证齐全，逐笔对应预算行。",
    "outcomes": "五十五件纠纷调解成功四十七件，成功率八成五。"
    "居民自发成立楼栋调解小组，能够自行主持小型纠纷的调解。",
    "sustainability": "案例库和约定模板移交社区，由居民骨干接手，社区公益金支持。",
}


@dataclass
class Story:
    """What is remembered from one test of the story to the next."""

    parts: dict[str, dict[str, Effort]] = field(default_factory=lambda: defaultdict(dict))
    looked_at: set[str] = field(default_factory=set)
    facts: dict[str, int] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def world(self) -> Any:
        return build_world(SEED)

    @property
    def card(self) -> ProposalCard:
        return self.world.proposal[CARD]  # type: ignore[no-any-return]

    @property
    def house(self) -> OrganisationCard:
        return self.world.organisation[self.card.applicant]  # type: ignore[no-any-return]

    @property
    def title(self) -> str:
        return self.card.title

    @property
    def proposal(self) -> Proposal:
        return Proposal.objects.get(title=self.title)

    @property
    def project(self) -> Project:
        return Project.objects.get(award__proposal=self.proposal)

    @contextmanager
    def part(self, name: str, whose: str, effort: Effort) -> Iterator[None]:
        """Count what is done meanwhile: for this project (OWN), for all of the round at once (SHARED), or
        once for an organisation and never again (ONCE)."""
        before = effort.copy()
        yield
        done, known = effort.since(before), self.parts[whose].get(name, Effort())
        self.parts[whose][name] = Effort(
            known.pressed + done.pressed,
            known.choices + done.choices,
            known.fields | done.fields,
            known.uploads + done.uploads,
        )

    def clicks(self, whose: str) -> int:
        return sum(one.clicks for one in self.parts[whose].values())

    def write(self) -> None:
        """Leave the counts where ``bench/burden.py`` reads them."""
        if path := os.environ.get(COUNTS):
            found = {
                "parts": {
                    whose: {
                        name: {"clicks": one.clicks, "fields": len(one.fields), "uploads": one.uploads}
                        for name, one in parts.items()
                    }
                    for whose, parts in self.parts.items()
                },
                **self.facts,
            }
            Path(path).write_text(json.dumps(found, ensure_ascii=False, indent=1))


def kind_of(url: str) -> str:
    """An address without the ids in it: pages of one kind have one."""
    path = re.sub(r"https?://[^/]+", "", url).split("?")[0].split("#")[0]
    return re.sub(r"/[A-Za-z0-9_:.-]{16,}(?=/|$)", "/*", path)


def others_apply(stage: Stage) -> None:
    """The applicants of the small world hand in what they have."""
    for card in stage.world.proposals:
        applying.apply(stage, card, stage.tick(600), Counter())


def places_answer(stage: Stage) -> None:
    """The other communities answer their links."""
    stage.at(stage.when("2026-04-29", "10:00:00"))
    applying.communities_answer(stage)
    stage.at(stage.when("2026-05-06", "09:30:00"))


def others_score(stage: Stage, *, but_ours: int) -> None:
    """Every sheet that waits is filled by its expert, ours by the others with full marks; what is left is the
    sheet on ours of the person ``but_ours``, who comes to it from the one before."""
    cards = judging.cards_of(stage)
    waiting = Sheet.objects.filter(panel__stage="application", state="assigned")
    waiting = waiting.exclude(~Q(dossier_id__in=cards), reviewer_id=but_ours)
    for one in waiting.select_related("dossier__rubric_version").order_by("pk"):
        if one.dossier_id in cards:
            judging.fill(stage, one, cards[one.dossier_id])
        else:
            _full_marks(stage, one)


def _full_marks(stage: Stage, given: Sheet) -> None:
    by, spec = stage.actor(judging.key_of(stage, given.reviewer_id)), given.dossier.rubric_version.parsed()
    mine = [
        item for item in spec.items if not item.by_machine and item.path not in given.dossier.machine_points
    ]
    panels.attest(sheet_id=given.pk, by=by, now=stage.tick(15))
    blind = {item.path: str(item.maximum) for item in mine if item.blind}
    panels.lock_blind(sheet_id=given.pk, scores=blind, by=by, now=stage.tick(30))
    rest = {item.path: str(item.maximum) for item in mine if not item.blind}
    panels.lock_sheet(
        sheet_id=given.pk, scores=rest, comment="方案成熟，可以立项。", by=by, now=stage.tick(15)
    )


def others_let_go(stage: Stage) -> None:
    """The other grantees give up in writing: what becomes of them is told elsewhere."""
    for project in Project.objects.filter(round=stage.round, state="awaiting_agreement").order_by("pk"):
        projects.lapse_project(
            project_id=project.pk, reason="单位书面放弃", renounced=True,
            by=stage.actor("section_chief"), now=stage.tick(60),
        )  # fmt: skip


def is_assigned() -> bool:
    """The worker has given every panel its sheets."""
    return not Panel.objects.filter(state="forming").exists()


def required_answers(story: Story) -> int:
    """How many answers the form asks of everybody."""
    form = story.proposal.round.form
    assert form is not None
    asked = [question for section in form.schema["sections"] for question in section["fields"]]
    return sum(1 for question in asked if question.get("required"))
