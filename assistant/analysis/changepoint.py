"""A level shift in a short series, told from a spike and a trend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 2
PERMUTATIONS = 1999


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A lasting change of level: `index` is the first point after it, values are means of the sides.

    `p_value` allows for the search over all positions.
    """

    index: int
    p_value: float
    before: float
    after: float


def level_shift(values: Sequence[float], variances: Sequence[float] | None = None) -> Shift | None:
    """Find the one level shift that fits a series best, or None.

    The largest weighted two-sample t over all positions with two points or more on either side,
    against the same maximum over permutations (seeded) of the points. None when there are fewer
    than six points, one is missing, all are equal, or a single spike or a straight line fits
    better. Sampling `variances` weigh the points and floor the noise.
    """
    y = np.asarray(values, dtype=float)
    if len(y) < 6 or not np.isfinite(y).all() or np.ptp(y) == 0:
        return None
    known = np.asarray(variances, dtype=float) if variances is not None else np.ones(len(y))
    if len(known) != len(y) or not (np.isfinite(known).all() and (known > 0).all()):
        known, variances = np.ones(len(y)), None
    w = 1 / known
    errors = _step_errors(y[None, :], w[None, :])[0]
    position = int(errors.argmin())
    best = float(errors[position])
    if min(_spike_error(y, w), _line_error(y, w)) <= best:
        return None
    index = position + SIDE
    return Shift(
        index=index,
        p_value=_p_value(y, w, best, sampled=variances is not None),
        before=float(np.average(y[:index], weights=w[:index])),
        after=float(np.average(y[index:], weights=w[index:])),
    )


def _step_errors(y: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weighted squared errors of a step before each position, one row a series."""
    sw, sy, syy = (np.cumsum(x, axis=1) for x in (w, w * y, w * y * y))
    cut = slice(SIDE - 1, y.shape[1] - SIDE)
    left = syy[:, cut] - sy[:, cut] ** 2 / sw[:, cut]
    rest_w, rest_y, rest_yy = (s[:, -1:] - s[:, cut] for s in (sw, sy, syy))
    return np.asarray(np.maximum(left + rest_yy - rest_y**2 / rest_w, 0.0))


def _spike_error(y: NDArray[np.float64], w: NDArray[np.float64]) -> float:
    """Return the error of a constant level with one point left out."""
    rest_w, rest_y, rest_yy = (s.sum() - s for s in (w, w * y, w * y * y))
    return float((rest_yy - rest_y**2 / rest_w).min())


def _line_error(y: NDArray[np.float64], w: NDArray[np.float64]) -> float:
    t = np.arange(len(y)) - np.average(np.arange(len(y)), weights=w)
    gap = y - np.average(y, weights=w)
    return float((w * gap**2).sum() - (w * t * gap).sum() ** 2 / (w * t * t).sum())


def _p_value(y: NDArray[np.float64], w: NDArray[np.float64], best: float, *, sampled: bool) -> float:
    """Permute the points with their weights; sampling noise alone must not explain the step either."""
    order = np.random.default_rng(0).permuted(np.tile(np.arange(len(y)), (PERMUTATIONS, 1)), axis=1)
    lowest = _step_errors(y[order], w[order]).min(axis=1)
    p_value = (1 + int((lowest <= best * (1 + 1e-9)).sum())) / (PERMUTATIONS + 1)
    if not sampled:
        return p_value
    flat = float((w * (y - np.average(y, weights=w)) ** 2).sum())
    single = math.erfc(math.sqrt(max(flat - best, 0.0) / 2))
    return max(p_value, min(1.0, single * (len(y) - 2 * SIDE + 1)))
