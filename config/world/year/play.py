"""The order of the scenes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from config.world.content import build_world
from config.world.loader import Pack, load_pack
from config.world.year import applying, calling, casting, judging, screening
from config.world.year.stage import Stage, shanghai

PACK = Path(__file__).resolve().parents[3] / "district" / "wuchang"


def begin(seed: int, say: Callable[[str], None]) -> Stage:
    """Load the district and bring the cast in."""
    now = shanghai("2026-01-05", "09:00:00")
    pack = Pack(PACK)
    stage = Stage(world=build_world(seed), pack=pack, loaded=load_pack(pack, now=now), say=say, now=now)
    stage.scene("数据包装载完成")
    casting.cast_posts(stage)
    casting.cast_experts(stage)
    stage.forget_actors()
    stage.at(shanghai("2026-01-12", "09:00:00"))
    casting.cast_organisations(stage)
    stage.scene(f"登记：{len(stage.world.organisations)} 家社会组织，{len(stage.world.groups)} 个备案组织")
    return stage


def play(seed: int, say: Callable[[str], None]) -> Stage:
    """Play the year from the empty database to the archive."""
    stage = begin(seed, say)
    calling.prepare_and_publish(stage)
    applying.applicants_apply(stage)
    screening.screen_everything(stage)
    screening.start_selection(stage)
    judging.panel_judges(stage)
    return stage
