"""How good stated probabilities are: scores, tests and diagrams for pairs of (probability, right)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evals.stats import proportion

Floats: TypeAlias = NDArray[np.float64]
GRID = 201
NULL_DRAWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of a reliability diagram: what was said and what came true, with Wilson's interval."""

    said: float
    right: int
    n: int
    ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Murphy:
    """Brier = reliability − resolution + uncertainty, over the bins (Murphy 1973)."""

    reliability: float
    resolution: float
    uncertainty: float


def brier(p: Floats, y: Floats) -> float:
    """Return the mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean((p - y) ** 2))


def bins(p: Floats, y: Floats, count: int = 5) -> tuple[Bin, ...]:
    """Return up to five bins of about equal size; equal probabilities stay together."""
    order = np.argsort(p, kind="stable")
    cuts = np.searchsorted(p[order], np.quantile(p, np.linspace(0, 1, count + 1)[1:-1]), side="right")
    parts = np.split(order, np.unique(cuts))
    return tuple(_bin(p[part], y[part]) for part in parts if len(part))


def _bin(p: Floats, y: Floats) -> Bin:
    found = proportion(int(y.sum()), len(y))
    assert found.ci is not None
    return Bin(said=float(p.mean()), right=int(y.sum()), n=len(y), ci=found.ci)


def murphy(found: Sequence[Bin]) -> Murphy:
    """Decompose the Brier score of binned probabilities."""
    n = np.array([b.n for b in found], dtype=float)
    said, came = np.array([b.said for b in found]), np.array([b.right / b.n for b in found])
    base = float(n @ came / n.sum())
    return Murphy(
        reliability=float(n @ (said - came) ** 2 / n.sum()),
        resolution=float(n @ (came - base) ** 2 / n.sum()),
        uncertainty=base * (1 - base),
    )


def spiegelhalter(p: Floats, y: Floats) -> tuple[float, float] | None:
    """Return z and the two-sided p of the hypothesis that the probabilities are right (1986).

    None where they say nothing that could be tested (all exactly a half, zero or one).
    """
    from scipy.stats import norm

    variance = float(np.sum((1 - 2 * p) ** 2 * p * (1 - p)))
    if variance <= 0:
        return None
    z = float(np.sum((y - p) * (1 - 2 * p)) / np.sqrt(variance))
    return z, float(2 * norm.sf(abs(z)))


def smooth_ece(p: Floats, y: Floats) -> float:
    """Return the smooth calibration error at its own bandwidth (Błasiok & Nakkiran 2023).

    A reflected Gaussian kernel over probabilities; the bandwidth is where it equals the error.
    """
    low, high = 1e-3, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if _smoothed(p, y, middle) < middle else (middle, high)
    return _smoothed(p, y, (low + high) / 2)


def _smoothed(p: Floats, y: Floats, width: float) -> float:
    grid = np.linspace(0, 1, GRID)
    values, at = np.unique(p, return_inverse=True)
    residual = np.bincount(at, weights=y - p) / len(p)
    kernel = sum(np.exp(-(((grid[:, None] - centre) / width) ** 2) / 2) for centre in (values, -values, 2 - values))
    kernel = kernel / (width * np.sqrt(2 * np.pi))
    return float(np.trapezoid(np.abs(kernel @ residual), grid))


def null_band(p: Floats, *, seed: int = 0, draws: int = NULL_DRAWS) -> tuple[float, float]:
    """Return the 95 % range of the smooth error that a perfect system would show with these n answers."""
    random = np.random.default_rng(seed)
    found = [smooth_ece(p, (random.random(len(p)) < p).astype(float)) for _ in range(draws)]
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def auroc(p: Floats, y: Floats) -> float | None:
    """Return the chance that a right answer is rated above a wrong one; None without both."""
    from scipy.stats import rankdata

    right = int(y.sum())
    wrong = len(y) - right
    if not right or not wrong:
        return None
    ranks = rankdata(p)
    return float((ranks[y == 1].sum() - right * (right + 1) / 2) / (right * wrong))


def risk_coverage(p: Floats, y: Floats) -> tuple[tuple[float, float], ...]:
    """Return (coverage, accuracy) for each threshold, surest answers first; ties are taken together."""
    order = np.argsort(-p, kind="stable")
    hits = np.cumsum(y[order])
    last = np.flatnonzero(np.append(np.diff(p[order]) != 0, True))
    return tuple((float((i + 1) / len(p)), float(hits[i] / (i + 1))) for i in last)
