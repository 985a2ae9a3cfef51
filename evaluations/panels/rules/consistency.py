"""How far a panel agrees, how strict each reviewer is, and how sure the cut line is.

Plain numpy. Everything here stands beside the official score and never replaces it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Scores = Mapping[tuple[str, str], float]  # (dossier key, reviewer key) -> total
WIDE_RANGE = 20.0
SURE = 0.9
INTERVAL = 1.959964  # of the normal distribution, two-sided 95 %


# --- agreement ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Icc:
    """Intraclass correlations of a full targets x judges table (Shrout & Fleiss 1979, McGraw & Wong 1996)."""

    between: float
    judges: float
    residual: float
    within: float
    icc_1_1: float
    icc_a_1: float
    icc_c_1: float
    icc_1_k: float
    icc_a_k: float
    icc_c_k: float


def icc(table: Any) -> Icc:
    """Rows are targets, columns judges, no gaps. NaN where nothing varies at all."""
    x = np.asarray(table, dtype=float)
    n, k = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    between = k * ((rows - grand) ** 2).sum() / (n - 1)
    judges = n * ((columns - grand) ** 2).sum() / (k - 1)
    residual = ((x - rows[:, None] - columns[None, :] + grand) ** 2).sum() / ((n - 1) * (k - 1))
    within = ((x - rows[:, None]) ** 2).sum() / (n * (k - 1))
    return Icc(
        between=float(between),
        judges=float(judges),
        residual=float(residual),
        within=float(within),
        icc_1_1=_share(between - within, between + (k - 1) * within),
        icc_a_1=_share(between - residual, between + (k - 1) * residual + k * (judges - residual) / n),
        icc_c_1=_share(between - residual, between + (k - 1) * residual),
        icc_1_k=_share(between - within, between),
        icc_a_k=_share(between - residual, between + (judges - residual) / n),
        icc_c_k=_share(between - residual, between),
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def krippendorff_interval(table: Any) -> float:
    """Krippendorff's alpha for interval data; rows are judges, columns units, NaN for a missing value.

    Units with a single value say nothing and are left out. NaN when no two values can be compared.
    """
    x = np.asarray(table, dtype=float)
    counts = (~np.isnan(x)).sum(axis=0)
    x = x[:, counts >= 2]
    counts = counts[counts >= 2]
    values = x[~np.isnan(x)]
    if len(values) < 2:
        return float("nan")
    observed = sum(
        2 * (m * np.nansum(unit**2) - np.nansum(unit) ** 2) / (m - 1)
        for unit, m in zip(x.T, counts, strict=True)
    ) / len(values)
    total = len(values)
    expected = 2 * (total * (values**2).sum() - values.sum() ** 2) / (total * (total - 1))
    return float(1 - observed / expected) if expected else float("nan")


def kendall_w(ranks: Any) -> float:
    """Kendall's coefficient of concordance, corrected for ties; rows are judges, columns objects."""
    x = np.array([_ranks(row) for row in np.asarray(ranks, dtype=float)])
    m, n = x.shape
    sums = x.sum(axis=0)
    spread = ((sums - sums.mean()) ** 2).sum()
    ties = sum(int((c**3 - c).sum()) for c in (np.unique(row, return_counts=True)[1] for row in x))
    return _share(12 * spread, m**2 * (n**3 - n) - m * ties)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


# --- crossed random effects ---------------------------------------------------------------------


@dataclass(frozen=True)
class Crossed:
    """Score = mean + dossier + reviewer + rest, all but the mean random (REML by EM).

    `dossiers` are adjusted scores (mean + effect); `reviewers` maps a reviewer to leniency and its
    standard error, in points.
    """

    mean: float
    sd_dossier: float
    sd_reviewer: float
    sd_residual: float
    dossiers: Mapping[str, float]
    reviewers: Mapping[str, tuple[float, float]]
    rounds: int

    def interval(self, reviewer: str) -> tuple[float, float]:
        """95 % interval of a reviewer's leniency."""
        offset, error = self.reviewers[reviewer]
        return offset - INTERVAL * error, offset + INTERVAL * error


def crossed(scores: Scores, *, rounds: int = 2000, tolerance: float = 1e-7) -> Crossed:
    """Fit the crossed model. Needs at least two dossiers, two reviewers and four scores."""
    keys = sorted(scores)
    dossiers, reviewers = sorted({d for d, _ in keys}), sorted({r for _, r in keys})
    n, q1, q2 = len(keys), len(dossiers), len(reviewers)
    if q1 < 2 or q2 < 2 or n < 4:
        raise ValueError("too few scores for a crossed model")
    y = np.array([scores[key] for key in keys], dtype=float)
    design = np.zeros((n, 1 + q1 + q2))
    design[:, 0] = 1
    at_d, at_r = {key: j for j, key in enumerate(dossiers)}, {key: j for j, key in enumerate(reviewers)}
    for i, (dossier, reviewer) in enumerate(keys):
        design[i, 1 + at_d[dossier]] = design[i, 1 + q1 + at_r[reviewer]] = 1
    normal, right, square = design.T @ design, design.T @ y, float(y @ y)
    variances = np.full(3, max(y.var(ddof=1) / 3, 1e-9))
    done, moved = 0, 1.0
    while done < rounds and moved >= tolerance:
        done += 1
        solution, inverse, new = _em_step(normal, right, square, variances, n, q1, q2)
        moved = np.abs(new - variances).max() / max(new.max(), 1e-12)
        variances = np.maximum(new, 1e-12)
    spread = np.sqrt(np.diag(inverse) * variances[2])
    effects = solution[1 + q1 :]
    return Crossed(
        mean=float(solution[0]),
        sd_dossier=float(np.sqrt(variances[0])),
        sd_reviewer=float(np.sqrt(variances[1])),
        sd_residual=float(np.sqrt(variances[2])),
        dossiers={key: float(solution[0] + solution[1 + j]) for key, j in at_d.items()},
        reviewers={key: (float(effects[j]), float(spread[1 + q1 + j])) for key, j in at_r.items()},
        rounds=done,
    )


def _em_step(
    normal: np.ndarray,
    right: np.ndarray,
    square: float,
    variances: np.ndarray,
    n: int,
    q1: int,
    q2: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of REML-EM on Henderson's mixed-model equations: solution, inverse, new variances."""
    a, b, rest = variances
    matrix = normal.copy()
    first, second = slice(1, 1 + q1), slice(1 + q1, 1 + q1 + q2)
    matrix[np.arange(1, 1 + q1), np.arange(1, 1 + q1)] += rest / a
    matrix[np.arange(1 + q1, 1 + q1 + q2), np.arange(1 + q1, 1 + q1 + q2)] += rest / b
    inverse = np.linalg.inv(matrix)
    solution = inverse @ right
    u, v = solution[first], solution[second]
    trace_u = float(np.trace(inverse[first, first]))
    trace_v = float(np.trace(inverse[second, second]))
    new = np.array(
        [
            (u @ u + rest * trace_u) / q1,
            (v @ v + rest * trace_v) / q2,
            (square - solution @ right) / (n - 1),
        ]
    )
    return solution, inverse, new


# --- one reviewer, one dossier ------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewerView:
    """How one reviewer scored. `agreement` is the correlation with the mean of the others (None: too few)."""

    reviewer: str
    reviews: int
    mean: float
    spread: float
    agreement: float | None
    same_total: float
    minutes: float | None


def reviewer_views(
    scores: Scores, minutes: Mapping[tuple[str, str], float] | None = None
) -> list[ReviewerView]:
    """One row per reviewer. `same_total` is the share of the commonest total (straight-lining near 1)."""
    views = []
    for reviewer in sorted({r for _, r in scores}):
        mine = {d: value for (d, r), value in scores.items() if r == reviewer}
        totals = np.array(list(mine.values()))
        _, counts = np.unique(totals, return_counts=True)
        spent = [m for (_, r), m in (minutes or {}).items() if r == reviewer]
        views.append(
            ReviewerView(
                reviewer=reviewer,
                reviews=len(mine),
                mean=float(totals.mean()),
                spread=float(totals.std(ddof=1)) if len(totals) > 1 else 0.0,
                agreement=_agreement(scores, reviewer, mine),
                same_total=float(counts.max() / len(totals)),
                minutes=float(np.median(spent)) if spent else None,
            )
        )
    return views


def _agreement(scores: Scores, reviewer: str, mine: Mapping[str, float]) -> float | None:
    others: dict[str, list[float]] = {}
    for (dossier, other), value in scores.items():
        if other != reviewer and dossier in mine:
            others.setdefault(dossier, []).append(value)
    shared = sorted(others)
    if len(shared) < 3:
        return None
    a = np.array([mine[d] for d in shared])
    b = np.array([np.mean(others[d]) for d in shared])
    if not a.std() or not b.std():
        return None
    return float(np.corrcoef(a, b)[0, 1])


@dataclass(frozen=True)
class DossierView:
    """How far the reviewers of one dossier are apart."""

    dossier: str
    reviews: int
    mean: float
    spread: float
    range: float
    wide: bool


def dossier_views(scores: Scores) -> list[DossierView]:
    """One row per dossier; `wide` when highest and lowest differ by more than 20 points."""
    views = []
    for dossier in sorted({d for d, _ in scores}):
        totals = np.array([value for (d, _), value in scores.items() if d == dossier])
        reach = float(totals.max() - totals.min())
        spread = float(totals.std(ddof=1)) if len(totals) > 1 else 0.0
        views.append(
            DossierView(dossier, len(totals), float(totals.mean()), spread, reach, reach > WIDE_RANGE)
        )
    return views


def alpha_of(scores: Scores) -> float:
    """Krippendorff's interval alpha of a sparse set of scores."""
    dossiers, reviewers = sorted({d for d, _ in scores}), sorted({r for _, r in scores})
    table = np.full((len(reviewers), len(dossiers)), np.nan)
    for (dossier, reviewer), value in scores.items():
        table[reviewers.index(reviewer), dossiers.index(dossier)] = value
    return krippendorff_interval(table)


# --- the cut line -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trim:
    """The official rule as the bootstrap needs it: drop one high and one low from so many sheets on."""

    drop_high: int = 0
    drop_low: int = 0
    drop_from: int = 0
    pass_mark: float = 60.0


@dataclass(frozen=True)
class Standing:
    """A dossier at the cut line. `band` is "in", "discuss" or "out"."""

    dossier: str
    funded: bool
    chance: float
    band: str


def cut_line(
    scores: Scores,
    asked_fen: Mapping[str, int],
    budget_fen: int,
    trim: Trim,
    *,
    seed: str,
    bonus: Mapping[str, float] | None = None,
    draws: int = 1000,
) -> list[Standing]:
    """P(funded) when the panel had been drawn again, by bootstrap over reviewers, best first.

    The budget is filled down the rank until the next dossier does not fit. Money in fen; `bonus` are points
    added after the mean. Bands: "in" from 0.9, "out" to 0.1, "discuss" between.
    """
    dossiers = sorted(asked_fen)
    reviewers = sorted({r for _, r in scores})
    start = int.from_bytes(hashlib.sha256(f"cut|{seed}".encode()).digest()[:16], "big")
    dice = np.random.Generator(np.random.PCG64(start))
    weights = dice.multinomial(len(reviewers), np.full(len(reviewers), 1 / len(reviewers)), size=draws)
    weights = np.vstack([np.ones(len(reviewers), dtype=np.int64), weights])
    means = np.full((len(dossiers), draws + 1), -np.inf)
    for j, dossier in enumerate(dossiers):
        read = [(scores[dossier, r], i) for i, r in enumerate(reviewers) if (dossier, r) in scores]
        if read:
            values, who = np.array([v for v, _ in read]), np.array([i for _, i in read])
            means[j] = _trimmed(values, weights[:, who], trim) + (bonus or {}).get(dossier, 0.0)
    amounts = np.array([asked_fen[d] for d in dossiers], dtype=np.int64)
    hits = np.array([_filled(means[:, b], amounts, budget_fen, trim.pass_mark) for b in range(draws + 1)])
    shares = hits[1:].mean(axis=0)
    order = sorted(range(len(dossiers)), key=lambda j: (-means[j, 0], dossiers[j]))
    return [Standing(dossiers[j], bool(hits[0, j]), float(shares[j]), _band(float(shares[j]))) for j in order]


def _band(share: float) -> str:
    return "in" if share >= SURE else "out" if share <= 1 - SURE else "discuss"


def _trimmed(values: np.ndarray, weights: np.ndarray, trim: Trim) -> np.ndarray:
    """Trimmed mean for each row of weights (how often each value was drawn); all values where none was."""
    weights = np.where(weights.sum(axis=1, keepdims=True) == 0, 1, weights)
    order = np.argsort(values)
    values, left = values[order], weights[:, order].astype(np.int64)
    cuts = (left.sum(axis=1) >= trim.drop_from) & (trim.drop_from > 0)
    left = _taken(left, np.where(cuts, trim.drop_low, 0))
    left = _taken(left[:, ::-1], np.where(cuts, trim.drop_high, 0))[:, ::-1]
    return np.asarray((left * values).sum(axis=1) / left.sum(axis=1))


def _taken(left: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Take `number` draws off the front of each row."""
    before = np.cumsum(left, axis=1) - left
    return np.asarray(left - np.clip(number[:, None] - before, 0, left))


def _filled(means: np.ndarray, amounts: np.ndarray, budget: int, pass_mark: float) -> np.ndarray:
    order = np.argsort(-means, kind="stable")
    order = order[means[order] >= pass_mark]
    fits = np.cumsum(amounts[order]) <= budget
    hit = np.zeros(len(means), dtype=bool)
    hit[order[fits]] = True
    return hit


def draw_order(keys: Sequence[str], seed: str) -> list[str]:
    """The order of a published draw among equals: by hash of seed and key, for anybody to check."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}|{key}".encode()).hexdigest())
