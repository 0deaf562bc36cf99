"""What a short series did: a lasting step, a spike, a trend or nothing; and how surely a step is dated."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE = 2
LONGEST_SPIKE = 2
LEAST = 6
PERMUTATIONS = 1999
SURE = 0.01
# The 95 % point of the likelihood ratio of a break's place, whatever the length (Hansen 2000).
DATED = 7.35

Floats: TypeAlias = NDArray[np.float64]
Course: TypeAlias = Literal["step", "spike", "trend", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A lasting change of level: `index` is the first point after it, values are means of the sides.

    `p_value` allows for the search over all positions. `first` to `last` are the ends of the 95 % confidence set
    of the position.
    """

    index: int
    p_value: float
    before: float
    after: float
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Values with their weights; `sampled` where the weights are known variances."""

    y: Floats
    w: Floats
    sampled: bool

    @classmethod
    def of(cls, values: Sequence[float], variances: Sequence[float] | None) -> "_Series | None":
        """Return None for fewer than six points, a missing one, or no variation."""
        y = np.asarray(values, dtype=float)
        if len(y) < LEAST or not np.isfinite(y).all() or np.ptp(y) == 0:
            return None
        known = np.asarray(variances if variances is not None else np.ones(len(y)), dtype=float)
        sampled = variances is not None and len(known) == len(y) and bool((np.isfinite(known) & (known > 0)).all())
        return cls(y=y, w=1 / known if sampled else np.ones(len(y)), sampled=sampled)

    def around(self, mean: Floats | float) -> float:
        """Return the weighted squared error around something."""
        return float((self.w * (self.y - mean) ** 2).sum())


def level_shift(values: Sequence[float], variances: Sequence[float] | None = None) -> Shift | None:
    """Find the one level shift that fits a series best, or None.

    The largest weighted two-sample t over all positions with two points or more on either side,
    against the same maximum over permutations (seeded) of the points. None when there are fewer
    than six points, one is missing, all are equal, or a spike of one or two points or a straight line describes
    the series better (BIC; Schwarz 1978). Sampling `variances` weigh the points and floor the noise. The position's
    confidence set holds what a likelihood ratio does not exclude.
    """
    series = _Series.of(values, variances)
    if series is None or _best(series) != "step":
        return None
    y, w = series.y, series.w
    errors = _step_errors(y[None, :], w[None, :])[0]
    best = float(errors.min())
    index = int(errors.argmin()) + SIDE
    held = np.flatnonzero(_ratio(series, errors) <= DATED) + SIDE
    return Shift(
        index=index,
        p_value=_p_value(series, best),
        before=float(np.average(y[:index], weights=w[:index])),
        after=float(np.average(y[index:], weights=w[index:])),
        first=int(held[0]),
        last=int(held[-1]),
    )


def course(values: Sequence[float]) -> Course:
    """Tell a lasting step from a spike, a trend and noise, each at p < .01."""
    series = _Series.of(values, None)
    if series is None:
        return "quiet"
    best = _best(series)
    if best == "step":
        return "step" if _p_value(series, float(_step_errors(series.y[None], series.w[None]).min())) < SURE else "quiet"
    if best == "spike":
        return "spike" if _spike_p(series) < SURE else "quiet"
    return "trend" if _trend_p(series) < SURE else "quiet"


def _best(series: _Series) -> Course:
    """Return the shape that describes a series best for its number of parameters."""
    points = len(series.y)
    shapes: dict[Course, tuple[float, int]] = {
        "step": (float(_step_errors(series.y[None, :], series.w[None, :]).min()), 3),
        "spike": (_spike_error(series), 3),
        "trend": (_line_error(series), 2),
    }
    floor = 1e-12 * series.around(float(np.average(series.y, weights=series.w)))
    return min(shapes, key=lambda s: points * math.log(max(shapes[s][0], floor)) + shapes[s][1] * math.log(points))


def _ratio(series: _Series, errors: Floats) -> Floats:
    """Return the likelihood ratio of the best position against each; the noise is at least that of sampling."""
    best = float(errors.min())
    scale = best / max(len(series.y) - 3, 1)
    scale = max(scale, 1.0) if series.sampled else scale
    return (errors - best) / scale if scale > 0 else np.where(errors > best, np.inf, 0.0)


def _step_errors(y: Floats, w: Floats) -> Floats:
    """Return weighted squared errors of a step before each position, one row a series."""
    sw, sy, syy = (np.cumsum(x, axis=1) for x in (w, w * y, w * y * y))
    cut = slice(SIDE - 1, y.shape[1] - SIDE)
    left = syy[:, cut] - sy[:, cut] ** 2 / sw[:, cut]
    rest_w, rest_y, rest_yy = (s[:, -1:] - s[:, cut] for s in (sw, sy, syy))
    return np.asarray(np.maximum(left + rest_yy - rest_y**2 / rest_w, 0.0))


def _spike_error(series: _Series) -> float:
    """Return the error of a level and another one for a point, or for two inside the series."""
    points = len(series.y)
    spans = [(i, i + 1) for i in range(points)]
    spans += [(i, i + long) for long in range(2, LONGEST_SPIKE + 1) for i in range(1, points - long)]
    found = []
    for first, last in spans:
        inside = (np.arange(points) >= first) & (np.arange(points) < last)
        levels = [float(np.average(series.y[side], weights=series.w[side])) for side in (inside, ~inside)]
        found.append(series.around(np.where(inside, *levels)))
    return min(found)


def _line_error(series: _Series) -> float:
    y, w = series.y, series.w
    t = np.arange(len(y)) - np.average(np.arange(len(y)), weights=w)
    gap = y - np.average(y, weights=w)
    return float((w * gap**2).sum() - (w * t * gap).sum() ** 2 / (w * t * t).sum())


def _p_value(series: _Series, best: float) -> float:
    """Permute the points with their weights; sampling noise alone must not explain the step either."""
    y, w = series.y, series.w
    order = np.random.default_rng(0).permuted(np.tile(np.arange(len(y)), (PERMUTATIONS, 1)), axis=1)
    lowest = _step_errors(y[order], w[order]).min(axis=1)
    p_value = (1 + int((lowest <= best * (1 + 1e-9)).sum())) / (PERMUTATIONS + 1)
    if not series.sampled:
        return p_value
    flat = series.around(float(np.average(y, weights=w)))
    single = math.erfc(math.sqrt(max(flat - best, 0.0) / 2))
    return max(p_value, min(1.0, single * (len(y) - 2 * SIDE + 1)))


def _spike_p(series: _Series) -> float:
    """Return the p-value of the largest studentized deviation from the other points, for all points (Bonferroni)."""
    from scipy.special import stdtr

    y, points = series.y, len(series.y)
    rest = (y.sum() - y) / (points - 1)
    spread = ((y**2).sum() - y**2 - (points - 1) * rest**2) / (points - 2)
    t = np.abs(y - rest) / np.sqrt(np.maximum(spread, 1e-300) * points / (points - 1))
    return min(1.0, points * float(2 * stdtr(points - 2, -t.max())))


def _trend_p(series: _Series) -> float:
    from scipy.special import stdtr

    free = len(series.y) - 2
    rest = _line_error(series)
    moved = series.around(float(np.average(series.y, weights=series.w))) - rest
    return 0.0 if rest <= 0 else float(2 * stdtr(free, -math.sqrt(moved / (rest / free))))
