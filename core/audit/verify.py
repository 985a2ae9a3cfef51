"""The registry behind ``manage.py verify``: what must be true of the whole database, at any time.

Every noun declares its invariants in ``invariants.py``; the same code runs in tests, in the gate and in
operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

GROUPS = ("chain", "states", "rows", "ledger", "files", "invariants")


@dataclass(frozen=True)
class Problem:
    """Something that is not as it must be: where (an entry, row or file), and what."""

    where: str
    says: str
    code: str = ""


@dataclass(frozen=True)
class Invariant:
    """A declared invariant: code, group, the sentence it asserts, and its check."""

    code: str
    group: str
    says: str
    check: Callable[..., Iterable[Problem]]


_invariants: dict[str, Invariant] = {}


def invariant(code: str, *, group: str, says: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a check ``() -> Iterable[Problem]`` under a code; group is one of GROUPS."""
    if group not in GROUPS:
        raise ValueError(f"unknown group {group}")

    def register(check: Callable[..., Iterable[Problem]]) -> Callable[..., Iterable[Problem]]:
        known = _invariants.get(code)
        if known and known.check.__qualname__ != check.__qualname__:
            raise ValueError(f"invariant {code} is declared twice")
        _invariants[code] = Invariant(code, group, says, check)
        return check

    return register


def invariants(groups: Iterable[str] = ()) -> list[Invariant]:
    """Return the declared invariants of the groups (all when empty), by group and code."""
    wanted = set(groups)
    found = [
        item for item in _invariants.values() if not wanted or item.group in wanted or item.code in wanted
    ]
    return sorted(found, key=lambda item: (GROUPS.index(item.group), item.code))


def run(groups: Iterable[str] = (), *, start: int = 1) -> Iterator[tuple[Invariant, list[Problem]]]:
    """Run the checks; ``start`` is the first audit sequence number that the chain check reads."""
    for item in invariants(groups):
        takes_start = "start" in item.check.__code__.co_varnames[: item.check.__code__.co_argcount]
        yield item, list(item.check(start=start) if takes_start else item.check())


def problems(*groups: str) -> list[Problem]:
    """Return every problem of the groups at once, for tests."""
    return [problem for _item, found in run(groups) for problem in found]
