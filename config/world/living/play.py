"""The order of the scenes of three rounds that overlap: the clock goes forward through all of them.

Where the state machines leave a choice, the demo takes the reading that a district could live with:

- 2025 is late: its final reports were taken until the end of August 2026, the audit is at work in November.
- 2026 is at mid-term: the first batch is judged and its second instalments are on their way, two projects
  must mend, the second batch lies before the evaluators, two reports are still missing. A place that became
  free is just being announced.
- 2027 is open and partly scored: the call came early, the window closes on 27 November, and what was handed
  in during the first days has been screened and lies before an early panel. Nothing bars this: screening and
  review follow the application, only "start selection" waits for the end of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from config.world.content import build_world
from config.world.content.crowd import crowd
from config.world.living import last_year, next_year, plan, register, this_year
from config.world.living.plan import LAST, NEXT, THIS
from config.world.loader import Pack, load_pack
from config.world.year import casting
from config.world.year.play import PACK
from config.world.year.stage import Stage, shanghai
from config.world.year.workers import Inline, Processes

SEED = 2026
BEGINS = shanghai("2025-01-06", "09:00:00")
CROWD = 920  # with the applicants, hosts and groups of the three rounds more than a thousand


@dataclass
class Living:
    """The stages of the three rounds; people, bodies and the clock are common to them."""

    stages: dict[int, Stage]

    @property
    def now(self) -> datetime:
        """The latest moment of any round."""
        return max(stage.now for stage in self.stages.values())

    def turn(self, year: int) -> Stage:
        """Return the stage of a round, at the moment where the others stopped."""
        stage = self.stages[year]
        stage.at(self.now)
        stage.forget_actors()
        return stage


def play(say: Callable[[str], None], workers: Inline | Processes, *, passers: int = CROWD) -> Living:
    """Play three rounds up to the moment at which the demo stands."""
    living = Living(stages(say, workers))
    last_year.from_call_to_midterm(living.turn(LAST))
    register.enter_applicants(living.turn(THIS), shanghai("2026-01-12"))
    this_year.from_call_to_money(living.turn(THIS))
    register.enter_applicants(living.turn(NEXT), shanghai("2026-07-17"))
    stage = living.turn(THIS)
    register.inspect(stage)
    register.enter_passers(stage, crowd(SEED, passers, stage.world.places, register.names()))
    last_year.to_the_audit(living.turn(LAST))
    next_year.call(living.turn(NEXT))
    register.a_letter_nobody_answered(living.turn(NEXT))
    this_year.midterm(living.turn(THIS))
    next_year.first_days(living.turn(NEXT))
    this_year.a_place_is_free(living.turn(THIS))
    next_year.later_days(living.turn(NEXT))
    this_year.objection(living.turn(THIS))
    next_year.early_panel(living.turn(NEXT))
    last_year.at_work(living.turn(LAST))
    this_year.money_on_its_way(living.turn(THIS))
    register.this_morning(living.turn(THIS))
    living.turn(THIS).at(plan.stands_at())
    living.turn(NEXT).scene("演示停在此刻")
    return living


def stages(say: Callable[[str], None], workers: Inline | Processes) -> dict[int, Stage]:
    """Load the district, bring in who works for it and the experts, and set a stage for each round."""
    pack, world = Pack(PACK), build_world(SEED)
    parts = plan.worlds(world)
    first = Stage(
        world=parts[LAST],
        pack=pack,
        loaded=load_pack(pack, now=BEGINS),
        say=say,
        now=BEGINS,
        workers=workers,
        diary=plan.diary(LAST),
        notes={"terms": plan.terms(pack, LAST)},
    )
    first.scene("数据包装载完成")
    casting.cast_posts(first)
    found = {LAST: first}
    for year in (THIS, NEXT):
        notes = {"terms": plan.terms(pack, year), "since": first.notes["since"]}
        found[year] = replace(
            first, world=parts[year], diary=plan.diary(year), notes=notes, proposals={}, _actors={}
        )
        for post in (post for post in world.posts if post.round_bound):
            casting.bind_post(found[year], post, str(notes["terms"]["code"]))
    casting.cast_experts(first)
    known = {name: value for name, value in first.notes.items() if name.startswith("expert:")}
    for year in (THIS, NEXT):
        found[year].notes |= known
    register.enter_applicants(first, shanghai("2025-01-13"))
    return found
