"""The call: the round is drafted by a clerk, equipped, and published by the leader."""

from __future__ import annotations

from datetime import datetime

from config.world.year.stage import Stage
from core.clock import day_of
from grants.rounds import services as rounds
from grants.rounds.models import Stage as Judged
from grants.rounds.selectors import who_can_act

LEADS = {"民政": "dept_civil_affairs", "老龄": "dept_ageing", "残联": "dept_disabled"}


def prepare_and_publish(stage: Stage, prepared: datetime | None = None) -> None:
    """Draft the round in February, publish it on the day of the call; every step has somebody to take it."""
    stage.at(prepared or stage.when("2026-02-24", "10:00:00"))
    stage.scene("届次筹备：条款、资金、类别、申报表和评分表")
    clerk = stage.actor("clerk_1")
    round_ = rounds.prepare_round(
        terms=stage.terms_raw,
        host=stage.bodies["committee"],
        operator=stage.bodies["operator"],
        leads={name: stage.bodies[key] for name, key in LEADS.items()},
        by=clerk,
        now=stage.now,
        key=stage.key("prepare"),
    )
    sheets = {judged: stage.loaded.rubrics[judged] for judged in Judged.values}
    rounds.equip_round(
        round_id=round_.pk, form=stage.loaded.form, rubrics=sheets, by=clerk, now=stage.tick(600)
    )
    if vacancies := [vacancy.permission for vacancy in who_can_act(on=day_of(stage.now))]:
        raise RuntimeError(f"nobody could take these steps: {', '.join(vacancies)}")
    stage.at(stage.terms.moment("call_published"))
    rounds.publish_round(
        round_id=round_.pk, by=stage.actor("leader"), now=stage.now, key=stage.key("publish")
    )
    stage.scene(f"征集公告发布：{round_.name}")
