"""The order of the scenes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from config.world.content import build_world
from config.world.loader import Pack, load_pack
from config.world.year import (
    applying,
    calling,
    casting,
    deciding,
    executing,
    finishing,
    judging,
    screening,
    signing,
)
from config.world.year.small import small_terms, small_world
from config.world.year.stage import Stage, shanghai
from config.world.year.workers import Inline, Processes

PACK = Path(__file__).resolve().parents[3] / "district" / "wuchang"


def begin(
    seed: int, say: Callable[[str], None], workers: Inline | Processes, *, small: bool = False
) -> Stage:
    """Load the district and bring the cast in."""
    now = shanghai("2026-01-05", "09:00:00")
    pack, world = Pack(PACK), build_world(seed)
    stage = Stage(
        world=small_world(world) if small else world,
        pack=pack,
        loaded=load_pack(pack, now=now),
        say=say,
        now=now,
        workers=workers,
    )
    if small:
        stage.notes["terms"] = small_terms(pack.terms(2026))
    stage.scene("数据包装载完成")
    casting.cast_posts(stage)
    casting.cast_experts(stage)
    stage.forget_actors()
    stage.at(shanghai("2026-01-12", "09:00:00"))
    casting.cast_organisations(stage)
    stage.scene(f"登记：{len(stage.world.organisations)} 家社会组织，{len(stage.world.groups)} 个备案组织")
    return stage


def play(seed: int, say: Callable[[str], None], workers: Inline | Processes, *, small: bool = False) -> Stage:
    """Play the year from the empty database to the archive; ``small`` plays ten applications of it."""
    with workers:
        stage = begin(seed, say, workers, small=small)
        calling.prepare_and_publish(stage)
        applying.applicants_apply(stage)
        screening.screen_everything(stage)
        screening.start_selection(stage)
        judging.panel_judges(stage)
        decision = deciding.meeting_decides(stage)
        deciding.notice_and_awards(stage, decision)
        signing.agreements(stage)
        signing.first_instalments(stage)
        executing.first_half(stage)
        finishing.finish(stage)
    return stage
