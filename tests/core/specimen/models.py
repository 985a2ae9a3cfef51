"""Lamps: dark -light-> lit -dim-> dark; smash from anywhere but broken; a lamp belongs to a body."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from core import policy
from core.events import Fact
from core.lifecycle import StateField, Stateful, question, state_check, transition
from core.policy import SYSTEM_ONLY, Role, Seat, allow, did, may, predicate


class L(models.TextChoices):
    DARK = "dark", "灭"
    LIT = "lit", "亮"
    BROKEN = "broken", "坏"


@dataclass(frozen=True)
class LampLit(Fact):
    lamp_id: int


@dataclass(frozen=True)
class LampBroken(Fact):
    lamp_id: int


@predicate
def is_of_body(seat: Seat, lamp: Lamp) -> bool:
    return seat.grant.body_id == lamp.owner_id


policy.register(
    {
        "lamps.create": allow(Role.CLERK),
        "lamps.label": allow(Role.CLERK),
        "lamps.light": allow(Role.CLERK, when=is_of_body),
        "lamps.dim": allow(Role.SECTION_CHIEF, Role.CLERK, when=~did("light")),
        "lamps.smash": allow(Role.LEADER) | SYSTEM_ONLY,
    }
)


@question("灯泡没有装好")
def bulb_is_in(lamp: Lamp) -> bool:
    return lamp.has_bulb


class Lamp(Stateful):
    state = StateField(choices=L.choices, default=L.DARK)
    owner_id = models.BigIntegerField()
    label = models.CharField(max_length=40, blank=True)
    has_bulb = models.BooleanField(default=True)
    watts = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    made_on = models.DateField(null=True)
    extras = models.JSONField(default=dict)

    class Meta:
        constraints = [state_check(L, name="lamp_state_is_known")]

    def __str__(self) -> str:
        return self.label

    def parties(self) -> set[int]:
        return {self.owner_id}

    @transition("state", [L.DARK], L.LIT, conditions=[bulb_is_in], permission=may("lamps.light"),
                custom={"fact": LampLit})  # fmt: skip
    def light(self, *, by: policy.Actor) -> None:
        """点亮"""

    @transition("state", [L.LIT], L.DARK, permission=may("lamps.dim"))
    def dim(self, *, by: policy.Actor) -> None:
        """熄灭"""

    @transition(
        "state", [L.DARK, L.LIT], L.BROKEN, permission=may("lamps.smash"), custom={"fact": LampBroken}
    )
    def smash(self, *, by: policy.Actor) -> None:
        """打碎"""
