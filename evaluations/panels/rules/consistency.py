"""How strict each reviewer is, how far apart a dossier's sheets are, and how sure the cut line is.

Plain numpy. Everything here stands beside the official score and never replaces it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluations.panels.rules.agreement import krippendorff_interval

Scores = Mapping[tuple[str, str], float]  # (dossier key, reviewer key) -> total
WIDE_RANGE = 20.0
SURE = 0.9
INTERVAL = 1.959964  # of the normal distribution, two-sided 95 %


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


def crossed(scores: Scores, *, rounds: int = 5000, tolerance: float = 1e-7) -> Crossed:
    """Fit the crossed model. Needs at least two dossiers, two reviewers and four scores."""
    keys = sorted(scores)
    dossiers, reviewers = sorted({d for d, _ in keys}), sorted({r for _, r in keys})
    if len(dossiers) < 2 or len(reviewers) < 2 or len(keys) < 4:
        raise ValueError("too few scores for a crossed model")
    table = _Equations.of(scores, keys, dossiers, reviewers)
    variances, done, moved = np.full(3, max(table.y.var(ddof=1) / 3, 1e-9)), 0, 1.0
    while done < rounds and moved >= tolerance:
        done += 1
        solved = table.solve(variances)
        new = np.maximum(table.update(solved, variances), 1e-12)
        moved = float(np.abs(new - variances).max() / new.max())
        variances = new
    solved = table.solve(variances)
    errors = np.sqrt(np.diag(solved.inverse)[1:] * variances[2])
    mean = float(solved.rest[0])
    return Crossed(
        mean=mean,
        sd_dossier=float(np.sqrt(variances[0])),
        sd_reviewer=float(np.sqrt(variances[1])),
        sd_residual=float(np.sqrt(variances[2])),
        dossiers={key: mean + float(effect) for key, effect in zip(dossiers, solved.dossiers, strict=True)},
        reviewers={
            key: (float(effect), float(error))
            for key, effect, error in zip(reviewers, solved.rest[1:], errors, strict=True)
        },
        rounds=done,
    )


@dataclass(frozen=True)
class _Solved:
    """Dossier effects, (mean, reviewer effects), the inverse of their block, the dossiers' trace."""

    dossiers: np.ndarray
    rest: np.ndarray
    inverse: np.ndarray
    trace: float


@dataclass(frozen=True)
class _Equations:
    """Henderson's mixed-model equations with the diagonal block of the dossiers eliminated.

    `counts` are scores per dossier, `cross` dossiers x (1 + reviewers), `block` the normal equations of
    mean and reviewers.
    """

    y: np.ndarray
    counts: np.ndarray
    cross: np.ndarray
    block: np.ndarray
    right_d: np.ndarray
    right: np.ndarray

    @classmethod
    def of(
        cls, scores: Scores, keys: list[tuple[str, str]], dossiers: list[str], reviewers: list[str]
    ) -> "_Equations":
        y = np.array([scores[key] for key in keys], dtype=float)
        at_d = {key: j for j, key in enumerate(dossiers)}
        at_r = {key: j for j, key in enumerate(reviewers)}
        rows = np.array([at_d[d] for d, _ in keys])
        design = np.zeros((len(keys), 1 + len(reviewers)))
        design[:, 0] = 1
        design[np.arange(len(keys)), [1 + at_r[r] for _, r in keys]] = 1
        cross = np.zeros((len(dossiers), design.shape[1]))
        np.add.at(cross, rows, design)
        counts = np.bincount(rows, minlength=len(dossiers)).astype(float)
        right_d = np.bincount(rows, weights=y, minlength=len(dossiers))
        return cls(y, counts, cross, design.T @ design, right_d, design.T @ y)

    def solve(self, variances: np.ndarray) -> _Solved:
        """Solve for given variances (dossier, reviewer, residual)."""
        a, b, rest = variances
        diagonal = self.counts + rest / a
        block = self.block.copy()
        reviewers = np.arange(1, len(block))
        block[reviewers, reviewers] += rest / b
        scaled = self.cross / diagonal[:, None]
        inverse = np.linalg.inv(block - self.cross.T @ scaled)
        effects = inverse @ (self.right - scaled.T @ self.right_d)
        trace = float((1 / diagonal).sum() + np.einsum("ij,jk,ik->", scaled, inverse, scaled))
        return _Solved(self.right_d / diagonal - scaled @ effects, effects, inverse, trace)

    def update(self, solved: _Solved, variances: np.ndarray) -> np.ndarray:
        """One REML-EM step."""
        u, v, rest = solved.dossiers, solved.rest[1:], variances[2]
        explained = float(self.right_d @ u + self.right @ solved.rest)
        return np.array(
            [
                (u @ u + rest * solved.trace) / len(u),
                (v @ v + rest * float(np.trace(solved.inverse[1:, 1:]))) / len(v),
                (float(self.y @ self.y) - explained) / (len(self.y) - 1),
            ]
        )


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
