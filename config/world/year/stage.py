"""The stage on which the year is played: a clock that only goes forward, actors by post, progress lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from config.world.content.model import World
from config.world.loader import Loaded, Pack
from config.world.year.workers import Inline, Processes
from core.clock import SHANGHAI, day_of
from core.policy import Actor
from grants.rounds.models import Round
from grants.rounds.rules import Terms
from orgs.people.models import Body, User
from orgs.people.selectors import actor_for

NAMESPACE = UUID("6f1f3a52-3f6b-5f0e-9a2e-6b1c7b7b2026")


def shanghai(day: date | str, clock: str = "09:00:00") -> datetime:
    """Return an instant by the wall clock of Wuhan."""
    text = day if isinstance(day, str) else day.isoformat()
    return datetime.fromisoformat(f"{text}T{clock}").replace(tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Diary:
    """When a round is played and under which name: every scene is written down for 2026 and shifted.

    ``series`` keeps seeds and request keys apart where several rounds are played in one database.
    """

    year: int = 2026
    shift_days: int = 0
    series: str = ""


@dataclass
class Stage:
    """What every scene of the year shares."""

    world: World
    pack: Pack
    loaded: Loaded
    say: Callable[[str], None]
    now: datetime
    workers: Inline | Processes
    users: dict[str, User] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    proposals: dict[str, int] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    diary: Diary = Diary()
    started: float = field(default_factory=time.monotonic)
    _round: Round | None = None
    _actors: dict[tuple[str, date], Actor] = field(default_factory=dict)

    def at(self, moment: datetime) -> datetime:
        """Step the clock to a later moment; the year is never played backwards."""
        if moment < self.now:
            raise ValueError(f"the clock cannot go back from {self.now} to {moment}")
        self.now = moment
        return moment

    def day(self, of_2026: str) -> date:
        """Return the day on which this round has what 2026 has on a day."""
        return date.fromisoformat(of_2026) + timedelta(days=self.diary.shift_days)

    def when(self, of_2026: str, clock: str) -> datetime:
        """Return the instant at which this round has what 2026 has on a day."""
        return shanghai(self.day(of_2026), clock)

    def tick(self, seconds: float = 1) -> datetime:
        """Let a little time pass."""
        return self.at(self.now + timedelta(seconds=seconds))

    def actor(self, key: str) -> Actor:
        """Return who the holder of a post (or a person of the cast) is today."""
        today = day_of(self.now)
        if (key, today) not in self._actors:
            self._actors[key, today] = actor_for(self.users[key], on=today)
        return self._actors[key, today]

    def forget_actors(self) -> None:
        """Read roles and interests afresh; call it after they changed within a day."""
        self._actors.clear()

    @property
    def round(self) -> Round:
        """Return the round of the year as it stands."""
        self._round = Round.objects.get(code=self.terms_raw["code"])
        return self._round

    @property
    def terms_raw(self) -> Mapping[str, Any]:
        """Return the terms as the pack gives them."""
        if "terms" not in self.notes:
            self.notes["terms"] = self.pack.terms(2026)
        return self.notes["terms"]  # type: ignore[no-any-return]

    @property
    def terms(self) -> Terms:
        """Return the terms of the round as plain values."""
        if "parsed" not in self.notes:
            self.notes["parsed"] = self.round.parsed_terms()
        return self.notes["parsed"]  # type: ignore[no-any-return]

    def key(self, *parts: object) -> UUID:
        """Return a request key that is the same in every run of the same seed."""
        return uuid5(NAMESPACE, "|".join(str(part) for part in (self.seed, *parts)))

    @property
    def seed(self) -> str:
        """Return what draws of this round start from."""
        return f"{self.world.seed}{self.diary.series}"

    def scene(self, title: str) -> None:
        """Announce a scene with the time it took to get there."""
        self.workers.keep_time(self.now)
        passed = time.monotonic() - self.started
        local = self.now.astimezone(SHANGHAI)
        self.say(f"[{passed:6.1f} s] {local:%Y-%m-%d %H:%M} {title}")

    def catch_up(self) -> None:
        """Let the workers deliver and render everything that is due by now."""
        self.workers.catch_up(self.now)
