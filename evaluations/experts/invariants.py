"""Checks of `manage.py verify` over draws."""

from __future__ import annotations

from collections.abc import Iterator

from core.audit.verify import Problem, invariant
from evaluations.experts.models import Draw
from evaluations.experts.selectors import repeated


@invariant("E1", group="invariants", says="专家抽取按种子和候选名单可以重现")
def draws_can_be_repeated() -> Iterator[Problem]:
    """The same seed and the same drum give the same experts."""
    for draw in Draw.objects.iterator():
        again = repeated(draw)
        if (list(again.seated), list(again.reserves)) != (draw.seated, draw.reserves):
            yield Problem(f"experts.draw:{draw.pk}", "重抽结果与记录不符")
