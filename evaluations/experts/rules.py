"""The seeded draw (抽取): anybody with seed and candidate list can repeat it with pencil and SHA-256."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FINANCE, GENERAL = "finance", "general"


@dataclass(frozen=True)
class Candidate:
    """Somebody in the drum: `key` is the expert's code, `employer` "" when there is none to share."""

    key: str
    role: str
    employer: str = ""


@dataclass(frozen=True)
class Drawn:
    """The outcome in order of the draw; `missing` counts by role what the drum could not give."""

    seated: tuple[str, ...]
    reserves: tuple[str, ...]
    missing: Mapping[str, int]


def lot(seed: str, key: str) -> str:
    """The lot of one candidate: SHA-256 of "seed|key"; the smallest is drawn first.

    >>> lot("2026", "a")[:8]
    '1725787d'
    """
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


def draw(
    candidates: Sequence[Candidate],
    *,
    seed: str,
    seats: Mapping[str, int],
    reserves: Mapping[str, int] | None = None,
    per_employer_max: int | None = None,
) -> Drawn:
    """Draw seats and then reserves by role (finance, general); order of the candidate list plays no part.

    `per_employer_max` bounds how many of one employer are drawn, reserves included.
    """
    order = sorted(candidates, key=lambda c: (lot(seed, c.key), c.key))
    taken: set[str] = set()
    employers: Counter[str] = Counter()
    missing: Counter[str] = Counter()

    def take(role: str, number: int) -> list[str]:
        found: list[str] = []
        for candidate in order:
            full = per_employer_max is not None and employers[candidate.employer] >= per_employer_max
            if candidate.role != role or candidate.key in taken or (candidate.employer and full):
                continue
            if len(found) == number:
                break
            found.append(candidate.key)
            taken.add(candidate.key)
            employers[candidate.employer] += 1
        missing[role] += number - len(found)
        return found

    seated = [key for role in (FINANCE, GENERAL) for key in take(role, seats.get(role, 0))]
    spare = [key for role in (FINANCE, GENERAL) for key in take(role, (reserves or {}).get(role, 0))]
    return Drawn(tuple(seated), tuple(spare), {role: n for role, n in sorted(missing.items()) if n})
