"""Who reads which dossier: an exact minimum-cost flow, and a repair where a crossing rule is broken.

Plain Python and numpy; the solvers are imported when they are needed. The same problem gives the same plan,
byte for byte: everything is put in order of its key first, and chance comes from the published seed alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

SCALE = 10_000
BIG = 50 * SCALE  # filling a role, or a reviewer's minimum load
SHORT = 20 * SCALE  # a review nobody can give
CROWD = 5 * SCALE  # one reviewer too many of one employer
GENERAL = "general"

Pair = tuple[str, str]  # (dossier key, reviewer key)


@dataclass(frozen=True)
class Reviewer:
    """Somebody who may read: at most `maximum` and if possible at least `minimum` dossiers."""

    key: str
    maximum: int
    minimum: int = 0
    role: str = GENERAL
    employer: str = ""


@dataclass(frozen=True)
class Wanted:
    """A dossier and the number of reviews it wants."""

    key: str
    demand: int


@dataclass(frozen=True)
class Weights:
    """Worth of things beside the fit of a pair (fit is 0..1): kept pairs, chance, each further review."""

    keep: float = 0.3
    draw: float = 0.005
    load: float = 0.02


@dataclass(frozen=True)
class Problem:
    """Everything the plan depends on. Pairs absent from `fit` have `plain_fit`."""

    reviewers: tuple[Reviewer, ...]
    dossiers: tuple[Wanted, ...]
    seed: str
    fit: Mapping[Pair, float] = field(default_factory=dict)
    plain_fit: float = 0.5
    barred: frozenset[Pair] = frozenset()
    forced: frozenset[Pair] = frozenset()
    existing: frozenset[Pair] = frozenset()
    role_minimum: Mapping[str, int] = field(default_factory=dict)
    per_employer_max: int | None = None
    weights: Weights = Weights()

    def __post_init__(self) -> None:
        if clash := self.forced & self.barred:
            raise ValueError(f"pairs both forced and barred: {sorted(clash)}")
        for rows in (self.reviewers, self.dossiers):
            if len({row.key for row in rows}) != len(rows):
                raise ValueError("two rows share a key")

    def digest(self) -> str:
        """SHA-256 of the problem, whatever order its parts came in."""
        parts: dict[str, Any] = {
            "reviewers": sorted((asdict(r) for r in self.reviewers), key=lambda r: r["key"]),
            "dossiers": sorted((asdict(d) for d in self.dossiers), key=lambda d: d["key"]),
            "seed": self.seed,
            "fit": sorted([*pair, round(value * SCALE)] for pair, value in self.fit.items()),
            "plain_fit": round(self.plain_fit * SCALE),
            "role_minimum": dict(self.role_minimum),
            "per_employer_max": self.per_employer_max,
            "weights": asdict(self.weights),
        }
        parts |= {name: sorted(getattr(self, name)) for name in ("barred", "forced", "existing")}
        return _sha(parts)


@dataclass(frozen=True)
class Plan:
    """A solved problem: pairs in order, what was paid for them, and how well that is proven.

    `proof` is "exact" when `objective` equals the lower bound `bound`, else "bound". `shortfalls` maps
    dossiers to missing reviews; `broken` lists the rules that could not be kept.
    """

    pairs: tuple[Pair, ...]
    objective: int
    bound: int
    proof: str
    shortfalls: Mapping[str, int]
    broken: tuple[Mapping[str, Any], ...]
    input_hash: str
    seed: str
    weights: Mapping[str, float]
    solver: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "pairs": [list(pair) for pair in self.pairs], "broken": list(self.broken)}

    def digest(self) -> str:
        """SHA-256 of the whole plan: equal for equal problems."""
        return _sha(self.as_json())


def _sha(parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- the problem in numbers ---------------------------------------------------------------------


@dataclass
class Table:
    """A problem as arrays, with the `fixed` pairs taken out and the capacities lowered accordingly."""

    problem: Problem
    fixed: frozenset[Pair]
    free: frozenset[str] | None = None  # dossiers still to be decided; None: all

    def __post_init__(self) -> None:
        self.reviewers = sorted(self.problem.reviewers, key=lambda r: r.key)
        every = sorted(self.problem.dossiers, key=lambda d: d.key)
        self.dossiers = [d for d in every if self.free is None or d.key in self.free]
        self.roles = sorted({r.role for r in self.reviewers})
        self.row = {r.key: i for i, r in enumerate(self.reviewers)}
        self.column = {d.key: j for j, d in enumerate(self.dossiers)}
        role_number = {role: k for k, role in enumerate(self.roles)}
        self.role_of = np.array([role_number[r.role] for r in self.reviewers], dtype=np.int64)
        self._chance = chance(self.problem.seed, len(self.reviewers), [d.key for d in every])
        self._take_fixed()

    def _take_fixed(self) -> None:
        self.used = np.zeros(len(self.reviewers), dtype=np.int64)
        self.demand = np.array([d.demand for d in self.dossiers], dtype=np.int64)
        self.need = np.zeros((len(self.dossiers), len(self.roles)), dtype=np.int64)
        for k, role in enumerate(self.roles):
            self.need[:, k] = np.minimum(self.problem.role_minimum.get(role, 0), self.demand)
        for dossier, reviewer in self.fixed:
            i, j = self.row[reviewer], self.column.get(dossier)
            self.used[i] += 1
            if j is not None:
                self.demand[j] = max(self.demand[j] - 1, 0)
                k = self.role_of[i]
                self.need[j, k] = max(self.need[j, k] - 1, 0)
        self.need = np.minimum(self.need, self.demand[:, None])

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Reviewer row, dossier column and integer cost of every pair that may still be chosen."""
        problem, open_pairs = self.problem, []
        closed = problem.barred | self.fixed
        for i, reviewer in enumerate(self.reviewers):
            for j, dossier in enumerate(self.dossiers):
                pair = (dossier.key, reviewer.key)
                if pair not in closed:
                    open_pairs.append((i, j, self._cost(pair, i)))
        if not open_pairs:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, empty
        rows, columns, costs = (np.array(column, dtype=np.int64) for column in zip(*open_pairs, strict=True))
        return rows, columns, costs

    def _cost(self, pair: Pair, row: int) -> int:
        weights = self.problem.weights
        value = self.problem.fit.get(pair, self.problem.plain_fit)
        value += weights.keep * (pair in self.problem.existing)
        value += weights.draw * self._chance[pair[0]][row]
        return -round(SCALE * float(value))

    @cached_property
    def load(self) -> tuple[np.ndarray, np.ndarray]:
        """One unit of capacity per row: whose it is, and its cost, rising with each further review."""
        rows, costs = [], []
        for i, reviewer in enumerate(self.reviewers):
            for taken in range(int(self.used[i]), reviewer.maximum):
                rows.append(i)
                costs.append(
                    round(SCALE * self.problem.weights.load * taken) - BIG * (taken < reviewer.minimum)
                )
        return np.array(rows, dtype=np.int64), np.array(costs, dtype=np.int64)

    def chosen(self, picked: np.ndarray) -> frozenset[Pair]:
        """Names of the pairs picked, with those that were fixed."""
        rows, columns, _ = self.pairs
        named = zip(rows[picked], columns[picked], strict=True)
        return self.fixed | {(self.dossiers[j].key, self.reviewers[i].key) for i, j in named}


def chance(seed: str, reviewers: int, dossiers: list[str]) -> dict[str, np.ndarray]:
    """Uniform numbers for every dossier x reviewer, from the seed and the dossier's key alone."""
    numbers = {}
    for key in dossiers:
        start = int.from_bytes(hashlib.sha256(f"{seed}|{key}".encode()).digest()[:16], "big")
        numbers[key] = (np.random.PCG64(start).random_raw(reviewers) >> np.uint64(11)) / float(1 << 53)
    return numbers


# --- stage A: exact flow ------------------------------------------------------------------------


def flow(table: Table) -> tuple[frozenset[Pair], int]:
    """The cheapest choice under loads, demands and roles (a network, so the answer is whole and exact)."""
    from ortools.graph.python import min_cost_flow

    rows, columns, costs = table.pairs
    load_rows, load_costs = table.load
    n_r, n_p, n_k = len(table.reviewers), len(table.dossiers), len(table.roles)
    reviewer, role_node, dossier = 2, 2 + n_r, 2 + n_r + n_p * n_k
    solver = min_cost_flow.SimpleMinCostFlow()

    def arcs(tails: Any, heads: Any, capacities: Any, unit_costs: Any) -> np.ndarray:
        parts = np.broadcast_arrays(tails, heads, capacities, unit_costs)
        ends, numbers = [p.astype(np.int32) for p in parts[:2]], [p.astype(np.int64) for p in parts[2:]]
        return np.asarray(solver.add_arcs_with_capacity_and_unit_cost(*ends, *numbers))

    arcs(0, reviewer + load_rows, 1, load_costs)
    chosen = arcs(reviewer + rows, role_node + columns * n_k + table.role_of[rows], 1, costs)
    into = np.repeat(dossier + np.arange(n_p), n_k)
    need = table.need.reshape(-1)
    arcs(role_node + np.arange(n_p * n_k), into, need, -BIG)
    arcs(role_node + np.arange(n_p * n_k), into, np.repeat(table.demand, n_k) - need, 0)
    arcs(dossier + np.arange(n_p), 1, table.demand, 0)
    arcs(0, dossier + np.arange(n_p), table.demand, SHORT)
    solver.set_node_supply(0, int(table.demand.sum()))
    solver.set_node_supply(1, -int(table.demand.sum()))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("the flow has an answer by construction; the solver found none")
    picked = solver.flows(chosen) > 0 if len(rows) else np.zeros(0, dtype=bool)
    return table.chosen(picked), int(solver.optimal_cost())


# --- what a choice leaves undone ----------------------------------------------------------------


def shortfalls(problem: Problem, pairs: Iterable[Pair]) -> dict[str, int]:
    """Missing reviews by dossier."""
    given = Counter(dossier for dossier, _ in pairs)
    missing = {d.key: d.demand - given[d.key] for d in problem.dossiers}
    return {key: number for key, number in sorted(missing.items()) if number > 0}


def crowded(problem: Problem, pairs: Iterable[Pair]) -> dict[Pair, int]:
    """(dossier, employer) -> reviewers above the limit of one employer."""
    if problem.per_employer_max is None:
        return {}
    employer = {r.key: r.employer for r in problem.reviewers}
    counts = Counter((dossier, employer[reviewer]) for dossier, reviewer in pairs if employer[reviewer])
    limit = problem.per_employer_max
    return {key: number - limit for key, number in sorted(counts.items()) if number > limit}


def broken_rules(problem: Problem, pairs: Iterable[Pair]) -> tuple[Mapping[str, Any], ...]:
    """Rules the choice does not keep, one row each; an empty tuple when all are kept."""
    pairs = sorted(pairs)
    role = {r.key: r.role for r in problem.reviewers}
    filled = Counter((dossier, role[reviewer]) for dossier, reviewer in pairs)
    loads = Counter(reviewer for _, reviewer in pairs)
    rows: list[Mapping[str, Any]] = []
    for wanted in sorted(problem.dossiers, key=lambda d: d.key):
        for name, least in sorted(problem.role_minimum.items()):
            if (missing := min(least, wanted.demand) - filled[wanted.key, name]) > 0:
                rows.append({"rule": "role", "dossier": wanted.key, "role": name, "by": missing})
    for (dossier, employer), above in crowded(problem, pairs).items():
        rows.append({"rule": "employer", "dossier": dossier, "employer": employer, "by": above})
    for reviewer in sorted(problem.reviewers, key=lambda r: r.key):
        if (missing := reviewer.minimum - loads[reviewer.key]) > 0:
            rows.append({"rule": "minimum_load", "reviewer": reviewer.key, "by": missing})
    return tuple(rows)


# --- the whole ----------------------------------------------------------------------------------


def assign(problem: Problem) -> Plan:
    """Solve: exact flow first; where it crowds one employer, a mixed-integer repair with elastic rows."""
    import ortools

    table = Table(problem, problem.forced)
    pairs, objective = flow(table)
    bound, solver = objective, f"ortools {ortools.__version__} SimpleMinCostFlow"
    if crowded(problem, pairs):
        from evaluations.panels.rules import repair

        pairs, objective, bound, solver_b = repair.mend(table, pairs, objective)
        solver = f"{solver}; {solver_b}"
    return Plan(
        pairs=tuple(sorted(pairs)),
        objective=objective,
        bound=bound,
        proof="exact" if objective == bound else "bound",
        shortfalls=shortfalls(problem, pairs),
        broken=broken_rules(problem, pairs),
        input_hash=problem.digest(),
        seed=problem.seed,
        weights=asdict(problem.weights),
        solver=solver,
    )
