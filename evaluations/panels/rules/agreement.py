"""How far judges agree: intraclass correlation, Krippendorff's alpha, Kendall's W. Plain numpy."""

from dataclasses import dataclass
from typing import Any

import numpy as np


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
