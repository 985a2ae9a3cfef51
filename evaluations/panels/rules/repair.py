"""Assignment under rules that cross (role and employer): no network any more, so a mixed-integer programme.

The whole problem is solved up to WHOLE pairs; above that, the dossiers that break the rule and as many
others, with everything else held fast. Rows are elastic: there is always an answer, and it says what it
could not keep.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluations.panels.rules.assignment import BIG, CROWD, SHORT, Pair, Table, crowded

WHOLE = 40_000


def mend(table: Table, pairs: frozenset[Pair], flow_cost: int) -> tuple[frozenset[Pair], int, int, str]:
    """Better pairs, their cost, a lower bound of any cost, and the solver's name.

    The flow ignores the crossing rule, so its cost is a lower bound for the whole problem; a programme over
    the whole problem brings its own, tighter one.
    """
    import scipy

    solver = f"scipy {scipy.__version__} HiGHS"
    problem = table.problem
    if len(table.pairs[0]) <= WHOLE:
        programme = Programme(table)
        picked, bound = programme.solve()
        mended = table.chosen(picked)
        return mended, cost(table, mended), bound, solver
    free = _free(table, pairs)
    fixed = problem.forced | {pair for pair in pairs if pair[0] not in free}
    part = Table(problem, fixed, free)
    picked, _ = Programme(part).solve()
    mended = part.chosen(picked)
    return mended, cost(table, mended), flow_cost, solver


def _free(table: Table, pairs: frozenset[Pair]) -> frozenset[str]:
    """Dossiers that break the rule and as many others, drawn by the seed."""
    broken = {dossier for dossier, _ in crowded(table.problem, pairs)}
    others = sorted(
        (d.key for d in table.dossiers if d.key not in broken),
        key=lambda key: hashlib.sha256(f"{table.problem.seed}|free|{key}".encode()).digest(),
    )
    return frozenset(broken | set(others[: len(broken)]))


def cost(table: Table, pairs: frozenset[Pair]) -> int:
    """What a choice costs in the units of the flow, the crossing rule included; fixed pairs cost nothing."""
    rows, columns, costs = table.pairs
    price = {
        (table.dossiers[j].key, table.reviewers[i].key): int(c)
        for i, j, c in zip(rows, columns, costs, strict=True)
    }
    new = pairs - table.fixed
    total = sum(price[pair] for pair in new)
    filled, given = np.zeros_like(table.need), np.zeros_like(table.demand)
    taken = np.zeros(len(table.reviewers), dtype=np.int64)
    for dossier, reviewer in new:
        i, j = table.row[reviewer], table.column[dossier]
        filled[j, table.role_of[i]] += 1
        given[j] += 1
        taken[i] += 1
    total -= BIG * int(np.minimum(filled, table.need).sum())
    total += SHORT * int((table.demand - given).sum())
    load_rows, load_costs = table.load
    for reader in np.nonzero(taken)[0]:
        total += int(np.sort(load_costs[load_rows == reader])[: taken[reader]].sum())
    return total + CROWD * sum(crowded(table.problem, pairs).values())


@dataclass
class Programme:
    """The choice as a mixed-integer programme.

    Columns: pairs | load units | filled role places | missing reviews | crowding. `relaxed` drops the whole
    numbers, which gives the bound the flow is tested against.
    """

    table: Table
    with_employers: bool = True

    def __post_init__(self) -> None:
        table = self.table
        self.n_x, self.n_load = len(table.pairs[0]), len(table.load[0])
        self.n_roles, self.n_p = table.need.size, len(table.dossiers)
        self.groups = self._employer_groups() if self.with_employers else []
        self.at_load = self.n_x
        self.at_role = self.at_load + self.n_load
        self.at_short = self.at_role + self.n_roles
        self.at_crowd = self.at_short + self.n_p
        self.width = self.at_crowd + len(self.groups)
        self.cells: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._rows_of_loads()
        self._rows_of_demand()
        self._rows_of_roles()
        self._rows_of_employers()

    def _employer_groups(self) -> list[tuple[int, list[int]]]:
        """(room left, columns of the pairs) for each dossier and employer that could be crowded."""
        table, limit = self.table, self.table.problem.per_employer_max
        if limit is None:
            return []
        groups: dict[tuple[int, str], list[int]] = {}
        for x, (i, j) in enumerate(zip(table.pairs[0], table.pairs[1], strict=True)):
            if employer := table.reviewers[i].employer:
                groups.setdefault((int(j), employer), []).append(x)
        held: dict[tuple[int | None, str], int] = {}
        for dossier, reviewer in table.fixed:
            place = (table.column.get(dossier), table.reviewers[table.row[reviewer]].employer)
            held[place] = held.get(place, 0) + 1
        room = {key: max(limit - held.get(key, 0), 0) for key in groups}
        return [(room[key], columns) for key, columns in sorted(groups.items()) if len(columns) > room[key]]

    def _row(self, cells: list[tuple[int, float]], low: float, high: float) -> None:
        number = len(self.low)
        self.cells += [(number, column, value) for column, value in cells]
        self.low.append(low)
        self.high.append(high)

    def _rows_of_loads(self) -> None:
        rows, load_rows = self.table.pairs[0], self.table.load[0]
        for i in range(len(self.table.reviewers)):
            cells = [(int(x), 1.0) for x in np.nonzero(rows == i)[0]]
            cells += [(self.at_load + int(u), -1.0) for u in np.nonzero(load_rows == i)[0]]
            self._row(cells, 0, 0)

    def _rows_of_demand(self) -> None:
        columns = self.table.pairs[1]
        for j in range(self.n_p):
            cells = [(int(x), 1.0) for x in np.nonzero(columns == j)[0]]
            wanted = float(self.table.demand[j])
            self._row([*cells, (self.at_short + j, 1.0)], wanted, wanted)

    def _rows_of_roles(self) -> None:
        table, n_k = self.table, len(self.table.roles)
        rows, columns, _ = table.pairs
        for j, k in zip(*np.nonzero(table.need), strict=True):
            cells = [(int(x), 1.0) for x in np.nonzero((columns == j) & (table.role_of[rows] == k))[0]]
            self._row([*cells, (self.at_role + int(j) * n_k + int(k), -1.0)], 0, math.inf)

    def _rows_of_employers(self) -> None:
        for number, (room, columns) in enumerate(self.groups):
            self._row([*((x, 1.0) for x in columns), (self.at_crowd + number, -1.0)], -math.inf, room)

    def solve(self, *, relaxed: bool = False) -> tuple[np.ndarray, int]:
        """Which pairs are picked, and a lower bound of the cost, rounded up to a whole number."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        cost = np.zeros(self.width)
        cost[: self.n_x] = self.table.pairs[2]
        cost[self.at_load : self.at_role] = self.table.load[1]
        cost[self.at_role : self.at_short] = -BIG
        cost[self.at_short : self.at_crowd] = SHORT
        cost[self.at_crowd :] = CROWD
        upper = np.ones(self.width)
        upper[self.at_role : self.at_short] = self.table.need.reshape(-1)
        upper[self.at_short :] = np.inf
        whole = np.zeros(self.width)
        whole[: self.n_x] = 0 if relaxed else 1
        numbers, columns, values = zip(*self.cells, strict=True)
        matrix = coo_array((values, (numbers, columns)), shape=(len(self.low), self.width)).tocsr()
        answer: Any = milp(
            cost,
            integrality=whole,
            bounds=Bounds(np.zeros(self.width), upper),
            constraints=LinearConstraint(matrix, self.low, self.high),
            options={"mip_rel_gap": 0.0, "node_limit": 100_000},
        )
        if answer.x is None:
            raise RuntimeError(f"elastic rows always have an answer; the solver said: {answer.message}")
        bound = answer.fun if relaxed else answer.mip_dual_bound
        return answer.x[: self.n_x] > 0.5, math.ceil(bound - 1e-3)
