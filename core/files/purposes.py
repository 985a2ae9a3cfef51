"""What files are for: every noun registers its purposes, and a file without a purpose cannot be stored."""

from __future__ import annotations

from dataclasses import dataclass

from core.files.kinds import KINDS, PAPERS
from core.secrets import CLASSES, INTERNAL, PUBLIC

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Purpose:
    """Why a file is kept, who may fetch it (a permission row asked with the owner), and what it may be.

    `permission` may be empty for class "public" only: such a file is for everybody.
    """

    code: str
    permission: str
    accepts: tuple[str, ...] = PAPERS
    max_bytes: int = 10 * MEGABYTE
    klass: str = INTERNAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "accepts", tuple(self.accepts))
        if unknown := set(self.accepts) - set(KINDS):
            raise ValueError(f"{self.code}: unknown file types {sorted(unknown)}")
        if self.klass not in CLASSES:
            raise ValueError(f"{self.code}: klass is one of {', '.join(CLASSES)}")
        if not self.permission and self.klass != PUBLIC:
            raise ValueError(f"{self.code}: only a public purpose goes without a permission")


_purposes: dict[str, Purpose] = {}


def register_purpose(purpose: Purpose) -> Purpose:
    """Declare a purpose; two different ones cannot share a code."""
    if _purposes.get(purpose.code, purpose) != purpose:
        raise ValueError(f"file purpose {purpose.code} is declared twice")
    _purposes[purpose.code] = purpose
    return purpose


def purpose_named(code: str) -> Purpose:
    """A declared purpose; KeyError for an unknown code, so that a typo never opens a file."""
    return _purposes[code]


def purposes() -> list[Purpose]:
    """Every declared purpose, by code."""
    return [_purposes[code] for code in sorted(_purposes)]
