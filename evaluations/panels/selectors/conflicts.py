"""Who must stand back from what: parties of a dossier against ties of an expert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from evaluations.experts.models import Expert
from evaluations.experts.selectors import ties
from evaluations.panels.models import Dossier
from orgs.people.models import Body, Person


def conflicts_in(dossiers: Iterable[Dossier], experts: Iterable[Expert], *, on: date) -> set[tuple[int, int]]:
    """Return (dossier id, person id) of every pair with a detected tie, in two queries for all of them."""
    pool = list(experts)
    bodies = ties(pool, on=on)
    found = set()
    for dossier in dossiers:
        parties, persons = set(dossier.party_bodies), set(dossier.party_persons)
        for expert in pool:
            if expert.person_id in persons or bodies[expert.person_id] & parties:
                found.add((dossier.pk, expert.person_id))
    return found


def conflict_of(dossier: Dossier, expert: Expert, *, on: date) -> bool:
    """Tell whether an expert has a tie to a party of a dossier today."""
    return bool(conflicts_in([dossier], [expert], on=on))


def names_of_parties(body_ids: Iterable[int], person_ids: Iterable[int]) -> list[str]:
    """Return every name that would give a blind dossier away."""
    bodies = Body.objects.filter(pk__in=list(body_ids)).values_list("name", "short_name")
    people = Person.objects.filter(pk__in=list(person_ids)).values_list("name", flat=True)
    return [name for pair in bodies for name in pair if name] + list(people)
