"""The living demo: three rounds at three points of their life, a full register, and work on every desk."""

from __future__ import annotations

import stat
from collections import Counter

import pytest

from cms.desk.selectors import waiting_for
from config.world import demo
from config.world.content import build_world
from config.world.content.codes import is_valid
from config.world.content.crowd import crowd
from config.world.living import plan
from config.world.living.plan import LAST, NEXT, THIS
from config.world.living.play import CROWD, SEED
from config.world.loader import Pack
from config.world.year.play import PACK
from config.world.year.workers import Inline
from core import clock, pdf
from core.audit import verify
from core.policy import Role
from evaluations.panels.models import Sheet
from grants.audits.models import Engagement
from grants.projects.models import Project
from grants.proposals.models import Proposal
from grants.rounds.models import Round
from grants.rounds.selectors import application_window
from orgs.people.models import User
from orgs.people.selectors import actor_for
from orgs.registry.models import SocialOrganisation
from orgs.registry.rules import code_problems


class TestTheShares:
    def test_no_application_is_played_twice_and_none_is_lost(self):
        world = build_world(SEED)
        shares = plan.dealt(world)
        counted = Counter(key for keys in shares.values() for key in keys)
        assert set(counted.values()) == {1}
        assert len(counted) == len(world.proposals)
        assert 15 <= len(shares[LAST]) <= 25 <= len(shares[THIS]) <= 40 <= len(shares[NEXT])

    def test_every_round_speaks_of_its_own_years(self):
        parts = plan.worlds(build_world(SEED))
        said = {year: repr([card.answers for card in part.proposals]) for year, part in parts.items()}
        assert "2025年7月" in said[LAST] and "2027年" not in said[LAST]
        assert "2026年7月" in said[THIS] and "2027年3月" in said[THIS]
        assert "2027年7月" in said[NEXT] and "2028年3月" in said[NEXT]

    def test_the_calendars_fit_the_moment_at_which_the_demo_stands(self):
        at = plan.stands_at()
        terms = {year: plan.terms(Pack(PACK), year) for year in (LAST, THIS, NEXT)}
        assert [one["code"] for one in terms.values()] == ["WCCT-2025", "WCCT-2026", "WCCT-2027"]
        days = {year: one["calendar"] for year, one in terms.items()}
        assert days[LAST]["final_report"] < at.date().isoformat() < days[LAST]["audit_until"]
        assert days[THIS]["midterm_report"] < at.date().isoformat() < days[THIS]["midterm_verdict"]
        assert days[NEXT]["applications_open"] < at.isoformat() < days[NEXT]["applications_close"]


class TestTheCrowd:
    passers = crowd(SEED, CROWD, build_world(SEED).places, set())

    def test_names_and_codes_are_distinct_and_the_codes_are_valid(self):
        own = build_world(SEED).organisations
        assert len(self.passers) + len(own) >= 1000
        assert len({one.name for one in self.passers}) == len(self.passers)
        codes = [one.uscc for one in (*self.passers, *own)]
        assert len(set(codes)) == len(codes)
        assert all(is_valid(one.uscc) and not code_problems(one.uscc, one.org_type) for one in self.passers)

    def test_they_live_in_every_street_and_are_of_every_kind(self):
        streets = Counter(one.community_code[:9] for one in self.passers)
        shown = {place.street_code for place in build_world(SEED).places if not place.hidden}
        assert set(streets) == shown and len(shown) == 14
        assert max(streets.values()) - min(streets.values()) <= 1
        kinds = Counter(one.org_type for one in self.passers)
        assert kinds["service_institution"] > kinds["association"] > kinds["foundation"] > 0

    def test_their_papers_differ(self):
        results = Counter(result for one in self.passers for _year, result in one.inspections)
        assert set(results) == {"passed", "basically_passed", "failed"}
        assert results["passed"] > len(self.passers) / 2
        assert {one.grade.level for one in self.passers if one.grade} == {"1A", "2A", "3A", "4A", "5A"}
        assert 5 <= sum(one.listing is not None for one in self.passers) <= 20
        assert 1 <= sum(one.preparing for one in self.passers) <= 5

    def test_the_same_seed_gives_the_same_crowd(self):
        places = build_world(SEED).places
        assert crowd(SEED, 50, places, set()) == crowd(SEED, 50, places, set())


@pytest.mark.year
@pytest.mark.slow
@pytest.mark.sqlite_only
def test_three_rounds_stand_where_they_should_and_every_desk_has_work(
    own_database, settings, tmp_path, monkeypatch
):
    settings.DEMO, settings.VAR_DIR, settings.FILES_ROOT = True, tmp_path, tmp_path / "files"
    settings.ANCHOR_DIR = tmp_path / "anchors"
    monkeypatch.setattr(pdf, "render_html", one_page(pdf.render_html))
    sign_ins = demo.load_demo(lambda line: None, Inline(), passers=40)
    check_rounds()
    check_doors(sign_ins, tmp_path)
    desks = {one.role: desk_of(one) for one in sign_ins}
    idle = [role for role, rows in desks.items() if not set(rows) - {"未读消息"}]
    assert not idle, f"nothing but letters waits for {idle}"
    assert verify.problems() == []


def one_page(render):
    """Documents are rendered for real elsewhere; here each is the same page with its own last line."""
    from core.audit.digest import sha256

    page = render("<p>一页</p>", title="一页")
    return lambda html, **_options: page + b"\n%" + sha256(html.encode()).encode() + b"\n"


def check_rounds():
    rounds = {one.year: one for one in Round.objects.all()}
    assert {year: one.state for year, one in rounds.items()} == {
        LAST: "executing",
        THIS: "executing",
        NEXT: "published",
    }
    assert Engagement.objects.get().state == "fieldwork" and Engagement.objects.get().round == rounds[LAST]
    last = Counter(Project.objects.filter(round=rounds[LAST]).values_list("state", flat=True))
    assert last.keys() == {"auditing"} and last["auditing"] >= 12
    this = Counter(Project.objects.filter(round=rounds[THIS]).values_list("state", flat=True))
    assert this["midterm_review"] >= 3 and this["rectifying"] == 2 and this["active"] >= 8
    assert sum(this.values()) >= 18
    assert application_window(rounds[NEXT]).is_open(clock.now())
    next_ = Counter(Proposal.objects.filter(round=rounds[NEXT]).values_list("state", flat=True))
    assert {"draft", "submitted", "returned", "in_review"} <= next_.keys()
    sheets = Counter(
        Sheet.objects.filter(panel__round_code=rounds[NEXT].code).values_list("state", flat=True)
    )
    assert sheets["locked"] >= 20 and sheets["assigned"] >= 10 and sheets["open"] >= 3
    assert SocialOrganisation.objects.count() >= 150


def check_doors(sign_ins, folder):
    assert [one.role for one in sign_ins] == [str(role) for role in Role]
    assert all(bool(one.secret) == (Role(one.role) in demo.WITH_CODE) for one in sign_ins)
    for name in ("demo-sign-ins.txt", "demo-codes.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    lines = (folder / "demo-sign-ins.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(Role) + 1


def desk_of(one):
    user = next(u for u in User.objects.select_related("person") if u.person.phone == one.login)
    assert user.check_password(one.password)
    actor = actor_for(user, on=clock.today())
    assert one.role in {str(role) for role in actor.roles()}
    return {str(row.todo.label): row.todo.count for row in waiting_for(actor, now=clock.now())}
