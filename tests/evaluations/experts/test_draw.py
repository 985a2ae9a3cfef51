"""The pool and the seeded draw."""

from __future__ import annotations

import doctest
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from core.audit.verify import problems
from core.errors import Forbidden, Refused
from core.policy import SYSTEM
from evaluations.experts import rules, selectors
from evaluations.experts.models import Draw, Expert
from evaluations.experts.rules import Candidate, draw, lot
from evaluations.experts.services import (
    draw_experts,
    record_leave,
    register_expert,
    retire_expert,
    witness_draw,
)
from orgs.people.services import declare_interest
from tests.evaluations.cast import NOW, ROUND, actor, person

DAY = date(2026, 6, 3)
POOL = [Candidate(f"z{n:02}", "finance" if n < 5 else "general", f"e{n % 6}") for n in range(20)]


def test_examples_in_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


def test_the_draw_is_the_order_of_the_lots_and_nothing_else():
    drawn = draw(POOL[::-1], seed="2026", seats={"finance": 2, "general": 3}, reserves={"general": 1})
    by_lot = sorted((c for c in POOL if c.role == "general"), key=lambda c: lot("2026", c.key))
    assert drawn.seated[2:] == tuple(c.key for c in by_lot[:3]) and drawn.reserves == (by_lot[3].key,)
    assert drawn == draw(POOL, seed="2026", seats={"finance": 2, "general": 3}, reserves={"general": 1})
    assert drawn != draw(POOL, seed="2027", seats={"finance": 2, "general": 3}, reserves={"general": 1})


def test_over_many_seeds_everybody_is_drawn_about_equally_often():
    counts = dict.fromkeys((c.key for c in POOL if c.role == "general"), 0)
    for seed in range(600):
        for key in draw(POOL, seed=str(seed), seats={"general": 5}).seated:
            counts[key] += 1
    assert min(counts.values()) > 150 and max(counts.values()) < 250


def test_no_more_of_one_employer_than_allowed():
    drawn = draw(POOL, seed="s", seats={"finance": 2, "general": 4}, per_employer_max=1)
    employers = {c.key: c.employer for c in POOL}
    assert len({employers[key] for key in drawn.seated}) == 6


def test_what_the_drum_cannot_give_is_told():
    assert draw(POOL[:3], seed="s", seats={"finance": 5}).missing == {"finance": 2}


def draw_now(cast, **more):
    given = {"round_code": ROUND, "purpose": "评审", "seed": "s", "seats": {"general": 3}, "on": DAY}
    return draw_experts(**{**given, **more}, by=cast.clerk, now=NOW)


def test_who_is_away_or_gone_or_barred_is_not_in_the_drum(cast):
    away, gone, barred = Expert.objects.filter(is_finance=False).order_by("code")[:3]
    record_leave(expert_id=away.pk, first_day=DAY, last_day=DAY, reason="出差", by=cast.clerk, now=NOW)
    retire_expert(expert_id=gone.pk, until=date(2026, 6, 2), reason="离库", by=cast.clerk, now=NOW)
    made = draw_now(cast, barred=[barred.pk])
    codes = {row["key"] for row in made.candidates}
    assert codes == set(Expert.objects.values_list("code", flat=True)) - {away.code, gone.code, barred.code}
    assert Expert.objects.get(pk=away.pk) in selectors.available(on=date(2026, 6, 4))


def test_a_pool_too_small_draws_nobody(cast):
    with pytest.raises(Refused, match="不足"):
        draw_now(cast, seats={"general": 99})
    assert not Draw.objects.exists()


def test_a_supervisor_who_did_not_draw_witnesses_a_draw_once(cast):
    made = draw_now(cast)
    for who in (cast.clerk, cast.stranger, cast.chair):
        with pytest.raises(Forbidden):
            witness_draw(draw_id=made.pk, by=who, now=NOW)
    witness_draw(draw_id=made.pk, by=cast.supervisor, now=NOW)
    with pytest.raises(Refused):
        witness_draw(draw_id=made.pk, by=cast.supervisor, now=NOW)


def test_a_draw_is_kept_for_ever_and_verify_draws_it_again(cast):
    made = draw_now(cast)
    assert problems("E1") == []
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=made.pk).update(seated=["ZJ0001"])
    again = Draw(**{f.attname: getattr(made, f.attname) for f in Draw._meta.fields if f.attname != "id"})
    again.public_id, again.seated = "forged", ["ZJ0001", "ZJ0002", "ZJ0003"]
    again.save()
    assert [p.where for p in problems("E1")] == [f"experts.draw:{again.pk}"]


def test_only_the_office_or_the_expert_records_a_leave(cast):
    expert = Expert.objects.get(code="ZJ0001")
    days = {"expert_id": expert.pk, "first_day": DAY, "last_day": DAY, "reason": "出差", "now": NOW}
    record_leave(**days, by=cast.experts["ZJ0001"])
    with pytest.raises(Forbidden):
        record_leave(**days, by=cast.experts["ZJ0002"])
    with pytest.raises(Refused):
        record_leave(**{**days, "last_day": date(2026, 6, 1)}, by=cast.clerk)


def test_a_person_has_one_place_in_the_pool_and_codes_count_up(cast):
    expert = Expert.objects.get(code="ZJ0001")
    with pytest.raises(Refused):
        register_expert(person_id=expert.person_id, fields=[], by=cast.clerk, now=NOW)
    made = register_expert(person_id=person("新人").pk, fields=["youth"], by=cast.clerk, now=NOW)
    assert made.code == "ZJ0010"
    with pytest.raises(Forbidden):
        register_expert(person_id=person("另一人").pk, fields=[], by=actor(person("客"), "expert"), now=NOW)


def test_ties_are_employer_and_declared_interests(cast, django_assert_num_queries):
    expert = Expert.objects.get(code="ZJ0001")
    Expert.objects.filter(pk=expert.pk).update(employer=cast.applicant)
    from tests.evaluations.cast import body

    other = body("武昌区远山助学服务中心")
    declare_interest(person_id=expert.person_id, body_id=other.pk, kind="board", by=SYSTEM, now=NOW)
    pool = list(Expert.objects.select_related("employer"))
    with django_assert_num_queries(2):
        ties = selectors.ties(pool, on=DAY)
    assert ties[expert.person_id] == {cast.applicant.pk, other.pk}
    assert all(not bodies for person_id, bodies in ties.items() if person_id != expert.person_id)
