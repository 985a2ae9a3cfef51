"""The one catalogue of the house: which fact is told to whom, by which channel, in which words."""

from __future__ import annotations

from collections import defaultdict

from cms.mailroom.rules import Letter
from cms.mailroom.subscribers import applications, notices, panels, people, projects

CATALOGUE: tuple[Letter, ...] = (
    *people.LETTERS,
    *applications.LETTERS,
    *notices.LETTERS,
    *panels.LETTERS,
    *projects.LETTERS,
)
# Told by the calendar and not by a fact: `about` asks which objects are near their day.
REMINDERS: tuple[Letter, ...] = projects.REMINDERS
_by_code = {letter.code: letter for letter in (*CATALOGUE, *REMINDERS)}
_by_fact: dict[type, list[Letter]] = defaultdict(list)
for _letter in CATALOGUE:
    for _fact in _letter.facts:
        _by_fact[_fact].append(_letter)


def letter_named(code: str) -> Letter:
    """Return a row of the catalogue; KeyError for one that is gone."""
    return _by_code[code]


def letters_for(fact: type) -> list[Letter]:
    """Return the rows that tell of a fact."""
    return list(_by_fact[fact])
