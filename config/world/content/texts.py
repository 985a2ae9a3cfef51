"""The written material (YAML beside this file), seeded streams of chance, and the filling of templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from string import Template
from typing import Any

import yaml

HERE = Path(__file__).parent


def load_yaml(path: Path) -> Any:
    """Return what a YAML file says, read by the fast safe loader."""
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


@cache
def texts(name: str) -> dict[str, Any]:
    """Return one file of sentences, by its name without the ending; never change what you get."""
    found = load_yaml(HERE / f"{name}.yaml")
    assert isinstance(found, dict)
    return found


def stream(*parts: object) -> Random:
    """Return a stream of chance that depends on the parts alone, not on who drew before."""
    return Random("|".join(map(str, parts)))  # noqa: S311


class Slots(Mapping[str, object]):
    """Values for the `$` slots of a sentence: given ones, and figures p, q and m drawn afresh each time."""

    FIGURES = {"p": (36, 83), "q": (6, 28), "m": (42, 118)}

    def __init__(self, rng: Random, given: Mapping[str, object]) -> None:
        self.rng = rng
        self.given = given

    def __getitem__(self, slot: str) -> object:
        if slot in self.FIGURES:
            return self.rng.randint(*self.FIGURES[slot])
        value = self.given[slot]
        return self.rng.choice(value) if isinstance(value, list) else value

    def __iter__(self) -> Iterator[str]:
        return iter([*self.given, *self.FIGURES])

    def __len__(self) -> int:
        return len(self.given) + len(self.FIGURES)


def fill(sentence: str, rng: Random, given: Mapping[str, object]) -> str:
    """Return the sentence with its slots filled; a value that is a list is drawn from."""
    return Template(sentence).substitute(Slots(rng, given))
