"""Named queries about experts: who is there on a day, and with whom each has ties."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from evaluations.experts import rules
from evaluations.experts.models import Draw, Expert
from orgs.people.selectors import ties_of


def available(*, on: date) -> QuerySet[Expert]:
    """Return the experts of the pool who are neither gone nor on leave on a day."""
    away = Q(leaves__first_day__lte=on, leaves__last_day__gte=on)
    there = Expert.objects.filter(Q(until__isnull=True) | Q(until__gte=on))
    return (
        there.exclude(pk__in=Expert.objects.filter(away).values("pk"))
        .select_related("employer")
        .order_by("code")
    )


def next_code() -> str:
    """Return the next free number of the pool."""
    last = (
        Expert.objects.filter(code__regex=r"^ZJ[0-9]{4}$")
        .order_by("-code")
        .values_list("code", flat=True)
        .first()
    )
    return f"ZJ{int(last[2:]) + 1 if last else 1:04d}"


def ties(experts: Iterable[Expert], *, on: date) -> dict[int, set[int]]:
    """Return by person id the bodies an expert has ties to: declared, held within three years, employer."""
    pool = list(experts)
    found = {expert.person_id: set[int]() for expert in pool}
    for person_id, bodies in ties_of(found, on=on).items():
        found[person_id] |= bodies
    for expert in pool:
        if expert.employer_id:
            found[expert.person_id].add(expert.employer_id)
    return found


def candidates(*, on: date, barred: Iterable[int] = ()) -> list[rules.Candidate]:
    """Return the drum of a draw: everybody available but the experts barred by primary key."""
    pool = available(on=on).exclude(pk__in=list(barred))
    return [
        rules.Candidate(e.code, rules.FINANCE if e.is_finance else rules.GENERAL, e.employer_key)
        for e in pool
    ]


def repeated(draw: Draw) -> rules.Drawn:
    """Draw again from what is on record; equal to the record unless somebody tampered with it."""
    drum = [rules.Candidate(row["key"], row["role"], row["employer"]) for row in draw.candidates]
    return rules.draw(
        drum,
        seed=draw.seed,
        seats=draw.rule["seats"],
        reserves=draw.rule["reserves"],
        per_employer_max=draw.rule["per_employer_max"],
    )


def drawn_experts(draw: Draw) -> tuple[list[Expert], list[Expert]]:
    """Return those seated and the reserves of a draw, in the order of the draw."""
    by_key = {e.code: e for e in Expert.objects.filter(code__in=[*draw.seated, *draw.reserves])}
    return [by_key[key] for key in draw.seated], [by_key[key] for key in draw.reserves]
