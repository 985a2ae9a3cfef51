"""One source for each award, so that no source gives more than it has. Exact search, plain Python.

The smaller sources are filled as full as can be and the largest gives the rest. What a set of awards can
take from the smaller sources is a set of reachable sums, kept as the bits of one large integer: adding an
award shifts it. The same input always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd, prod

MOST_BITS = 4_000_000_000  # of all steps together: half a gigabyte
HUNDRED_YUAN = 10_000


class NoFit(ValueError):
    """No assignment keeps every source within its limit."""


@dataclass(frozen=True)
class Grid:
    """Sums that the smaller sources can reach: one axis for each source, counted in a unit of money."""

    caps: tuple[int, ...]

    @property
    def strides(self) -> tuple[int, ...]:
        return tuple(prod(cap + 1 for cap in self.caps[:axis]) for axis in range(len(self.caps)))

    @property
    def bits(self) -> int:
        return prod(cap + 1 for cap in self.caps)

    def room_for(self, size: int, axis: int) -> int:
        """The bits from which an award of this size still fits on an axis."""
        stride, cap = self.strides[axis], self.caps[axis]
        if size > cap:
            return 0
        period = stride * (cap + 1)
        return _ones(stride * (cap - size + 1)) * (_ones(self.bits) // _ones(period))

    def point(self, index: int) -> tuple[int, ...]:
        """The sums a bit stands for."""
        return tuple(index // stride % (cap + 1) for stride, cap in zip(self.strides, self.caps, strict=True))


def _ones(count: int) -> int:
    return (1 << count) - 1


def assign_sources(amounts: Mapping[int, int], limits: Mapping[str, int]) -> dict[int, str]:
    """Give every award (key -> fen) wholly to one source; raise NoFit when the limits cannot be kept.

    >>> assign_sources({1: 60_00, 2: 50_00, 3: 40_00}, {"lottery": 100_00, "charity": 50_00})
    {1: 'lottery', 2: 'charity', 3: 'lottery'}
    """
    total = sum(amounts.values())
    if total > sum(limits.values()):
        raise NoFit("the awards together are more than all sources")
    if not amounts:
        return {}
    rest, *small = sorted(limits, key=lambda code: (-limits[code], code))
    keys = sorted(amounts)
    sizes, grid, unit = _grid([amounts[key] for key in keys], [limits[code] for code in small])
    steps = _reachable(sizes, grid)
    index = _fullest(steps[-1], grid, total, limits[rest], unit)
    if index is None:
        raise NoFit("no choice of awards fills the smaller sources far enough")
    taken = _walk_back(steps, sizes, grid, index)
    found = {key: small[axis] if axis is not None else rest for key, axis in zip(keys, taken, strict=True)}
    if sum(amounts[key] for key in keys if found[key] == rest) > limits[rest]:
        raise NoFit("the largest source cannot give the rest")
    return found


def _grid(amounts: Sequence[int], limits: Sequence[int]) -> tuple[list[int], Grid, int]:
    """The coarsest unit that loses nothing; where that is too fine to search, amounts are rounded up."""
    unit = gcd(*amounts)
    while True:
        reach = -(-sum(amounts) // unit)
        grid = Grid(tuple(min(limit // unit, reach) for limit in limits))
        if grid.bits * (len(amounts) + 1) <= MOST_BITS or unit > HUNDRED_YUAN * 100:
            return [-(-amount // unit) for amount in amounts], grid, unit
        unit *= 10


def _reachable(sizes: Sequence[int], grid: Grid) -> list[int]:
    """The reachable sums before the first award, after it, and so on."""
    steps = [1]
    for size in sizes:
        before = after = steps[-1]
        for axis, stride in enumerate(grid.strides):
            after |= (before & grid.room_for(size, axis)) << (size * stride)
        steps.append(after)
    return steps


def _fullest(reached: int, grid: Grid, total: int, rest_limit: int, unit: int) -> int | None:
    """The highest reachable point that leaves no more than the largest source can give."""
    while reached:
        index = reached.bit_length() - 1
        if total - sum(grid.point(index)) * unit <= rest_limit:
            return index
        reached ^= 1 << index
    return None


def _walk_back(steps: Sequence[int], sizes: Sequence[int], grid: Grid, index: int) -> list[int | None]:
    """For each award the axis that pays it, None for the largest source."""
    taken: list[int | None] = []
    for step in range(len(sizes) - 1, -1, -1):
        axis = _axis_of(steps[step], sizes[step], grid, index)
        taken.append(axis)
        if axis is not None:
            index -= sizes[step] * grid.strides[axis]
    return taken[::-1]


def _axis_of(before: int, size: int, grid: Grid, index: int) -> int | None:
    if before >> index & 1:
        return None
    point = grid.point(index)
    for axis, stride in enumerate(grid.strides):
        if point[axis] >= size and before >> (index - size * stride) & 1:
            return axis
    raise AssertionError("a reached sum has a step that reaches it")


def best_fit(amount: int, left: Mapping[str, int]) -> str | None:
    """The source with the least money left that can still give the amount; None if none can.

    >>> best_fit(50, {"lottery": 90, "charity": 60}), best_fit(50, {"lottery": 40})
    ('charity', None)
    """
    able = [code for code in left if left[code] >= amount]
    return min(able, key=lambda code: (left[code], code)) if able else None
