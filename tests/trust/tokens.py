"""Private things made recognisable: each carries a word that stands nowhere else, and says whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from config.world.content.model import World

# A rare character starts every word, digits tell which it is; digits alone are phones and accounts.
WORD = re.compile(r"龘[a-z][0-9]{3}")
DIGITS = re.compile(r"(?<![0-9])[0-9Xx]{11,21}(?![0-9])")


@dataclass(frozen=True)
class Secret:
    """What a token is: its class, and the keys of the people who may know."""

    kind: str
    owner: str


@dataclass
class Secrets:
    """All tokens of a world."""

    known: dict[str, Secret] = field(default_factory=dict)
    phrases: dict[str, Secret] = field(default_factory=dict)
    serial: int = 0

    def word(self, letter: str, kind: str, owner: str) -> str:
        """Make a word for a private thing."""
        self.serial += 1
        token = f"龘{letter}{self.serial:03d}"
        self.known[token] = Secret(kind, owner)
        return token

    def digits(self, text: str, kind: str, owner: str) -> None:
        """Remember digits that are private as they are."""
        self.known[text] = Secret(kind, owner)

    def plain(self, text: str, kind: str, owner: str) -> None:
        """Remember words that are private as they are."""
        self.phrases[text] = Secret(kind, owner)

    def found_in(self, text: str) -> Iterator[tuple[str, Secret]]:
        """Every token that stands in a text."""
        for token in {*WORD.findall(text), *DIGITS.findall(text)}:
            if token in self.known:
                yield token, self.known[token]
        for phrase, secret in self.phrases.items():
            if phrase in text:
                yield phrase, secret


def marked(world: World, secrets: Secrets) -> World:
    """The same world whose experts bear words for names, and whose phones are remembered."""
    experts = []
    for card in world.experts:
        token = secrets.word("n", "expert_name", card.key)
        secrets.digits(card.person.phone, "expert_phone", card.key)
        experts.append(replace(card, person=replace(card.person, name=token)))
    for one in world.organisations:
        for person in (one.admin, one.finance):
            secrets.digits(person.phone, "applicant_phone", one.key)
    return replace(world, experts=tuple(experts))


def written(
    answers: dict[str, dict[str, Any]], section: str, name: str, token: str
) -> dict[str, dict[str, Any]]:
    """The answers with a word at the end of one of them."""
    changed = {code: dict(values) for code, values in answers.items()}
    changed[section][name] = f"{changed[section][name]}{token}"
    return changed
