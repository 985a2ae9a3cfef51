"""Whether the result of a round is public: known by rooms above this one.

Notices stand beside applications and may not be imported; the awards room appends a provider when it starts.
"""

from __future__ import annotations

from collections.abc import Callable

Provider = Callable[[], set[int]]
providers: list[Provider] = []


def noticed_rounds() -> set[int]:
    """Return the ids of rounds whose list of intended awards was published."""
    return set().union(*(provider() for provider in providers))
