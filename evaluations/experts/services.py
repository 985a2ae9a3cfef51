"""Keep the pool, record absences, draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.clock import day_of
from core.errors import NotFound, Refused
from core.lifecycle import button, changing, creating
from core.policy import Actor
from evaluations.experts import rules, selectors
from evaluations.experts.models import Draw, DrawWitness, Expert, ExpertLeave
from orgs.people.models import Person


@button
def register_expert(
    *,
    person_id: int,
    fields: Sequence[str],
    by: Actor,
    now: datetime,
    is_finance: bool = False,
    employer_id: int | None = None,
    employer_name: str = "",
    title: str = "",
    code: str = "",
    key: UUID | None = None,
    version: int | None = None,
) -> Expert:
    """Take a person into the pool. `fields` are codes of categories; one place per person.

    Without a `code` the next free number is given (ZJ0001, ZJ0002, …).
    """
    if not Person.objects.filter(pk=person_id).exists():
        raise NotFound()
    if Expert.objects.filter(person_id=person_id).exists():
        raise Refused(_("此人已在专家库中。"), code="already_expert")
    expert = Expert(
        code=code or selectors.next_code(),
        person_id=person_id,
        fields=list(fields),
        is_finance=is_finance,
        employer_id=employer_id,
        employer_name=employer_name,
        title=title,
    )
    return creating(expert, by=by, now=now, permission="experts.register")


@button
def retire_expert(
    *,
    expert_id: int,
    until: date,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> Expert:
    """End an expert's place in the pool on a day (inclusive); sheets already given are not touched."""
    with changing(
        Expert,
        expert_id,
        by=by,
        now=now,
        version=version,
        reason=reason,
        verb="retire",
        permission="experts.register",
    ) as expert:
        expert.until = until
    return expert


@button
def record_leave(
    *,
    expert_id: int,
    first_day: date,
    last_day: date,
    reason: str,
    by: Actor,
    now: datetime,
    key: UUID | None = None,
    version: int | None = None,
) -> ExpertLeave:
    """Record days on which an expert cannot serve; the draw leaves the expert out for these days."""
    expert = Expert.objects.filter(pk=expert_id).first()
    if expert is None:
        raise NotFound()
    if last_day < first_day:
        raise Refused(_("结束日期不能早于开始日期。"), field="last_day")
    leave = ExpertLeave(expert=expert, first_day=first_day, last_day=last_day)
    return creating(leave, by=by, now=now, permission="experts.record_leave", reason=reason)


@button
def draw_experts(
    *,
    round_code: str,
    purpose: str,
    seed: str,
    seats: Mapping[str, int],
    by: Actor,
    now: datetime,
    reserves: Mapping[str, int] | None = None,
    per_employer_max: int | None = None,
    on: date | None = None,
    barred: Iterable[int] = (),
    key: UUID | None = None,
    version: int | None = None,
) -> Draw:
    """Draw from the pool by role ({"finance": 4, "general": 14}); a supervisor witnesses it next.

    `on` is the day the panel meets (default: today); `barred` are primary keys of experts to leave out.
    """
    if not seed.strip():
        raise Refused(_("请填写公开的随机种子。"), field="seed")
    drum = sorted(selectors.candidates(on=on or day_of(now), barred=barred), key=lambda c: c.key)
    rule: dict[str, Any] = {
        "seats": dict(seats),
        "reserves": dict(reserves or {}),
        "per_employer_max": per_employer_max,
    }
    drawn = rules.draw(drum, seed=seed, **rule)
    if len(drawn.seated) < sum(seats.values()):
        words = {rules.FINANCE: _("财务专家缺 %(n)s 人"), rules.GENERAL: _("业务专家缺 %(n)s 人")}
        lacking = "、".join(words[role] % {"n": n} for role, n in drawn.missing.items())
        raise Refused(_("专家库中可用专家不足，未抽取：%(missing)s。") % {"missing": lacking}, code="too_few")
    outcome = _outcome(drum, drawn)
    record = Draw(
        round_code=round_code, purpose=purpose, seed=seed, rule=rule, drawn_by_id=by.user_id, **outcome
    )
    return creating(record, by=by, now=now, permission="experts.draw", candidates=len(drum))


def _outcome(drum: list[rules.Candidate], drawn: rules.Drawn) -> dict[str, Any]:
    return {
        "candidates": [asdict(candidate) for candidate in drum],
        "seated": list(drawn.seated),
        "reserves": list(drawn.reserves),
        "missing": dict(drawn.missing),
    }


@button
def witness_draw(
    *, draw_id: int, by: Actor, now: datetime, key: UUID | None = None, version: int | None = None
) -> DrawWitness:
    """Sign a draw as supervisor, after drawing it again from the record; never by whoever drew."""
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise NotFound()
    if DrawWitness.objects.filter(draw=draw).exists():
        raise Refused(_("这次抽取已有监督人见证。"), code="witnessed")
    again = selectors.repeated(draw)
    if (list(again.seated), list(again.reserves)) != (draw.seated, draw.reserves):
        raise Refused(_("按记录的种子和名单重抽，结果与记录不符，不能见证。"), code="not_repeatable")
    witness = DrawWitness(draw=draw, user_id=by.user_id or 0)
    return creating(witness, by=by, now=now, permission="experts.witness", draw_id=draw.pk)
