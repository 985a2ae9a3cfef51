"""Named queries about experts: who is there on a day, and with whom each has ties."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from core.policy import Actor, Role
from core.todo import Pending
from evaluations.experts import rules
from evaluations.experts.models import Draw, Expert
from orgs.people.selectors import ties_of

FieldNames = Callable[[], dict[str, str]]
_field_names: list[FieldNames] = []


def name_fields_with(resolver: FieldNames) -> None:
    """Install the function that gives fields of expertise by code (the rounds room knows the categories)."""
    _field_names[:] = [resolver]


def field_names() -> dict[str, str]:
    """Return what fields of expertise are called, by code; empty where nobody told."""
    return _field_names[0]() if _field_names else {}


def todo_for(actor: Actor, *, now: datetime) -> list[Pending]:
    """Return what waits for somebody here: draws that the supervisor has to witness."""
    if not actor.has(Role.SUPERVISOR):
        return []
    waiting = Draw.objects.filter(witness__isnull=True).exclude(drawn_by_id=actor.user_id)
    return [Pending(_("待见证的专家抽取"), waiting, url_name="draws", query="waits=witness")]


def for_list(*, on: date) -> QuerySet[Expert]:
    """Return the whole pool with names, employers, how often each sat, and who is away on a day."""
    away = Q(leaves__first_day__lte=on, leaves__last_day__gte=on)
    found = Expert.objects.select_related("person", "employer")
    return found.annotate(
        sat=Count("seats__panel", distinct=True), away=Count("leaves", filter=away, distinct=True)
    )


def draws() -> QuerySet[Draw]:
    """Return every draw with its witness."""
    return Draw.objects.select_related("witness")


@dataclass(frozen=True)
class Lot:
    """One candidate of a draw as the page tells it: the lot, and what came of it."""

    expert: Expert | None
    key: str
    role: str
    employer: str
    lot: str
    outcome: str
    place: int


def lots(draw: Draw) -> list[Lot]:
    """Return the candidates of a draw in the order of their lots, with their experts, in one query."""
    found = {e.code: e for e in Expert.objects.select_related("person")}
    seated = {key: place for place, key in enumerate(draw.seated, start=1)}
    spare = {key: place for place, key in enumerate(draw.reserves, start=1)}
    told = []
    for row in draw.candidates:
        key = row["key"]
        outcome = "seated" if key in seated else "reserve" if key in spare else ""
        place = seated.get(key) or spare.get(key) or 0
        lot = rules.lot(draw.seed, key)
        told.append(Lot(found.get(key), key, row["role"], row["employer"], lot, outcome, place))
    return sorted(told, key=lambda one: (one.lot, one.key))


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
