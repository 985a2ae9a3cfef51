"""The oracle: everything private is marked, everybody opens everything, and nobody reads what is not theirs.

The year is played with ten applications; at seven stages every viewer follows every link, fetches every
export and file, and then tries what the others were offered. Letters are read as well.
"""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from config.world.content.model import World
from config.world.year import (
    applying,
    calling,
    deciding,
    executing,
    finishing,
    judging,
    play,
    screening,
    signing,
)
from config.world.year.stage import Stage
from config.world.year.workers import Inline
from evaluations.panels.models import Panel, PanelSeat, Sheet
from tests.orgs.builders import signed_in
from tests.trust.crawl import Visit, by_route, knock, wander
from tests.trust.matrix import Viewer, may_know
from tests.trust.reading import text_of_bytes
from tests.trust.tokens import Secrets, marked, written

POSTS = {
    "operator": "operator_1",
    "coach": "coach_1",
    "supervisor": "supervisor",
    "clerk": "clerk_1",
    "secretary": "clerk_3",
    "section_chief": "section_chief",
    "leader": "leader",
    "finance_clerk": "finance_clerk",
    "finance_approver": "finance_approver",
    "cashier": "cashier",
    "evaluator": "evaluator_1",
    "auditor": "auditor_1",
    "editor": "editor",
    "system_admin": "system_admin",
    "security_admin": "security_admin",
    "audit_admin": "audit_admin",
}
EVERY_TIME_NEW = re.compile(
    r"(?i)csrfmiddlewaretoken\W+value=\W[^\"']+|nonce[-=][^\s;]+|name=\"key\" value=\"[^\"]+"
    r"|x-request-id: \S+|set-cookie: [^\n]+|content-length: \d+"
)
# The page that sets up a second factor makes a secret each time it is opened.
MADE_ANEW = ("/accounts/2fa/",)
STARTS = ("/", "/desk/", "/inbox/")
STOPS = ("applying", "screened", "scoring", "concluded", "noticed", "executing", "archived")


@dataclass(frozen=True)
class Depth:
    """How thoroughly everybody looks: at which stages, how many objects of each kind of page, and how many of
    what others were offered."""

    stops: tuple[str, ...]
    per_route: int
    offered: int


# Every run looks while most is hidden; the rest takes minutes: make test ENGINE=sqlite ARGS='-m whole_trust'
EVERY_RUN = pytest.param(Depth(("scoring",), 2, 1), id="while_most_is_hidden")
ALL_STAGES = pytest.param(Depth(STOPS, 3, 2), id="at_every_stage", marks=pytest.mark.whole_trust)


@dataclass
class Oracle:
    """Plays the year, stops, lets everybody look, and writes down what was read by whom."""

    stage: Stage
    secrets: Secrets
    depth: Depth = Depth(STOPS, 3, 2)
    leaks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    opened: int = 0

    def viewers(self) -> list[Viewer]:
        """Everybody who may look at this stage: nobody, both sides, the place, the house."""
        world = self.stage.world
        first, rival = [card for card in world.proposals if card.applicant in world.organisation][:2]
        found = [Viewer("anonymous", "", "")]
        for name, card in (("applicant", first), ("rival", rival)):
            side = card.applicant
            found.append(Viewer(name, world.organisation[side].admin.key, name, side))
        found.append(
            Viewer(
                "finance of applicant",
                world.organisation[first.applicant].finance.key,
                "own_finance",
                first.applicant,
            )
        )
        found.append(Viewer("community worker", f"community_{first.community_code}", "community_worker"))
        found.append(Viewer("street officer", f"street_{first.community_code[:9]}", "street_officer"))
        found += [Viewer(role, key, role) for role, key in POSTS.items()]
        return [one for one in [*found, *self.experts()] if not one.key or one.key in self.stage.users]

    def experts(self) -> list[Viewer]:
        """Two peers and the chair of the panel; one expert of the pool before there is a panel."""
        panel = Panel.objects.filter(stage="application").first()
        if panel is None:
            return [Viewer("expert", "expert_01", "expert")]
        chair = PanelSeat.objects.get(panel=panel, kind="chair").person_id
        others = PanelSeat.objects.filter(panel=panel, kind="reviewer", left_at__isnull=True).exclude(
            person_id=chair
        )
        keys = [judging.key_of(self.stage, seat.person_id) for seat in others.order_by("position")[:2]]
        peers = [Viewer(f"expert {key}", key, "expert") for key in keys]
        return [*peers, Viewer("chair", judging.key_of(self.stage, chair), "chair")]

    def stop(self, stop: str) -> None:
        """Let everybody look at the world as it stands."""
        self.stage.catch_up()
        if stop not in self.depth.stops:
            self.read_mail(stop)
            return
        with time_machine.travel(self.stage.now, tick=False):
            visits = {one.name: self.visit(one) for one in self.viewers()}
            for viewer in self.viewers():
                wander(visits[viewer.name], STARTS, self.looker(viewer, stop), per_route=self.depth.per_route)
            chance = random.Random(stop)  # noqa: S311 - the same walk every time
            others = by_route(visits.values(), chance, self.depth.offered)
            for viewer in self.viewers():
                knock(visits[viewer.name], others, self.looker(viewer, stop))
        self.read_mail(stop)

    def visit(self, viewer: Viewer) -> Visit:
        client = Client(raise_request_exception=False)
        if viewer.key:
            signed_in(client, self.stage.users[viewer.key])
        return Visit(viewer.name, client)

    def looker(self, viewer: Viewer, stop: str) -> Any:
        def look(who: str, address: str, response: Any, text: str) -> None:
            self.opened += 1
            if response.status_code >= 500:
                self.broken.append(f"{stop}: {who} {address} -> {response.status_code}")
            self.judge(viewer, stop, address, text)

        return look

    def person(self, viewer: Viewer) -> int:
        return self.stage.users[viewer.key].person_id

    def bytes_for(self, viewer: Viewer) -> dict[str, str]:
        """Everything somebody can open, without what is random in every response."""
        read: dict[str, str] = {}

        def look(who: str, address: str, response: Any, text: str) -> None:
            if not address.startswith(MADE_ANEW):
                read[address] = f"{response.status_code}\n{EVERY_TIME_NEW.sub('', text)}"

        wander(self.visit(viewer), STARTS, look, per_route=self.depth.per_route)
        return read

    def judge(self, viewer: Viewer, stop: str, where: str, text: str) -> None:
        for token, secret in self.secrets.found_in(text):
            self.seen[secret.kind] += 1
            if not may_know(viewer, secret, stop):
                self.leaks.append(
                    f"{stop}: {viewer.name} reads {secret.kind} of {secret.owner} ({token}) at {where}"
                )

    def addressees(self) -> dict[str, Viewer]:
        """Everybody who has an e-mail address, by it: viewers as they are, others as themselves."""
        sides = {p.key: one.key for one in self.stage.world.organisations for p in (one.admin, one.finance)}
        known = {one.key: one for one in self.viewers()}
        return {
            user.email: known.get(key, Viewer(key, key, "", sides.get(key, "")))
            for key, user in self.stage.users.items()
        }

    def read_mail(self, stop: str) -> None:
        """Every letter that left the house, as its addressee reads it."""
        by_address = self.addressees()
        for letter in mail.outbox:
            text = f"{letter.message().as_string()}\n{letter.subject}\n{letter.body}"
            for attached in letter.attachments:
                text += text_of_bytes(attached[1]) if isinstance(attached[1], bytes) else str(attached[1])
            for address in letter.recipients():
                self.judge(
                    by_address.get(address, Viewer(address, "", "")), stop, f"letter “{letter.subject}”", text
                )
        mail.outbox.clear()


def with_marked_answers(world: World, secrets: Secrets) -> World:
    """The same world whose applications carry a word in a blind and in an open answer."""
    cards = []
    for card in world.proposals:
        sections = {name: code for code, values in card.answers.items() for name in values}
        answers: Any = card.answers
        for name in ("risks", "team"):
            token = secrets.word("a", "answer", card.applicant)
            answers = written(answers, sections[name], name, token)
        cards.append(replace(card, answers=answers))
    return replace(world, proposals=tuple(cards))


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def marked_year(monkeypatch: pytest.MonkeyPatch, secrets: Secrets) -> Secrets:
    """Mark names, phones, answers and comments before anybody of the year acts."""
    plain_small, plain_sheet = play.small_world, judging.sheet
    monkeypatch.setattr(
        play, "small_world", lambda world: with_marked_answers(marked(plain_small(world), secrets), secrets)
    )

    def sheet(world: World, card_key: str, expert: str) -> Any:
        draft = plain_sheet(world, card_key, expert)
        return replace(draft, comment=f"{draft.comment}{secrets.word('c', 'comment', expert)}")

    monkeypatch.setattr(judging, "sheet", sheet)
    secrets.digits("13900000000", "objector", "")
    secrets.plain("汪居民", "objector", "")
    secrets.plain("去年曾为该申报单位做过培训", "recusal", "")
    return secrets


def scoring_half_done(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop in the middle of scoring: half of the sheets are locked, the others are not."""
    plain, total = judging.fill, []

    def fill(stage: Stage, given: Any, card_key: str) -> None:
        plain(stage, given, card_key)
        total.append(given.pk)
        if len(total) == 20:
            oracle.stop("scoring")
            swap_changes_nothing(oracle, "scoring")

    monkeypatch.setattr(judging, "fill", fill)


def notice_runs(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop while the notice runs and objections have been answered."""
    plain = deciding.public_speaks

    def public_speaks(stage: Stage, notice: Any) -> None:
        plain(stage, notice)
        oracle.stop("noticed")

    monkeypatch.setattr(deciding, "public_speaks", public_speaks)


def swap_changes_nothing(oracle: Oracle, stop: str) -> None:
    """Give a judged sheet to another expert: applicants and peers read the same bytes as before."""
    if stop not in oracle.depth.stops:
        return
    panel = Panel.objects.get(stage="application")
    seats = PanelSeat.objects.filter(panel=panel, kind="reviewer", left_at__isnull=True).order_by("-position")
    seat = next(one for one in seats if Sheet.objects.filter(seat=one).exists())
    given = Sheet.objects.filter(seat=seat).order_by("pk")[0]
    onto = Sheet.objects.filter(dossier_id=given.dossier_id).values("seat_id")
    peers = [one for one in oracle.viewers() if one.role in ("applicant", "rival", "expert")]
    other = seats.exclude(pk__in=onto).exclude(person_id__in=[oracle.person(one) for one in peers])[0]
    with time_machine.travel(oracle.stage.now, tick=False):
        before = {one.name: oracle.bytes_for(one) for one in peers}
        Sheet.objects.filter(pk=given.pk).update(seat=other, reviewer_id=other.person_id)
        after = {one.name: oracle.bytes_for(one) for one in peers}
        Sheet.objects.filter(pk=given.pk).update(seat=seat, reviewer_id=seat.person_id)
    for name, pages in before.items():
        differ = [address for address in pages if pages[address] != after[name].get(address)]
        if differ or pages.keys() != after[name].keys():
            oracle.swapped.append(f"{stop}: {name} notices at {differ or pages.keys() ^ after[name].keys()}")


@pytest.mark.slow
@pytest.mark.sqlite_only
@pytest.mark.django_db
@pytest.mark.parametrize("depth", [EVERY_RUN, ALL_STAGES])
def test_nobody_reads_what_is_not_theirs(depth, marked_year, monkeypatch, tmp_path, settings, request):
    settings.FILES_ROOT = tmp_path / "files"
    logging.disable(logging.WARNING)
    request.addfinalizer(lambda: logging.disable(logging.NOTSET))  # noqa: PT021 - nothing to yield
    stage = play.begin(2026, lambda line: None, Inline(), small=True)
    oracle = Oracle(stage, marked_year, depth)
    for card in stage.world.organisations:
        if card.account:
            marked_year.digits(card.account.number, "bank", card.key)
    scoring_half_done(oracle, monkeypatch)
    notice_runs(oracle, monkeypatch)
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    oracle.stop("applying")
    screening.screen_everything(stage)
    screening.start_selection(stage)
    oracle.stop("screened")
    judging.panel_judges(stage)
    oracle.stop("concluded")
    swap_changes_nothing(oracle, "concluded")
    if depth.stops == STOPS:
        deciding.notice_and_awards(stage, deciding.meeting_decides(stage))
        signing.agreements(stage)
        signing.first_instalments(stage)
        executing.first_half(stage)
        oracle.stop("executing")
        finishing.finish(stage)
        oracle.stop("archived")
    print(f"{oracle.opened} responses read; tokens where they may stand: {dict(oracle.seen)}")
    assert "\n".join(oracle.broken[:20]) == ""
    assert "\n".join(oracle.leaks[:40]) == ""
    assert "\n".join(oracle.swapped) == ""
    assert "expert_name" in oracle.seen
