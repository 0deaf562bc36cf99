"""Where actual values depart from a forecast: the same scan, with the forecast's own error as the yardstick."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Floats
from assistant.analysis.drivers.lattice import Lattice, lattice_of
from assistant.analysis.drivers.search import ALPHA, Found, Pick, adjusted_p, greedy

UNEVEN = 0.1
MARGIN = 1.15
NORMAL_MEDIAN = 0.6744897501960817
MEDIAN_EFFICIENCY = 0.37
SMALLER_OF_TWO = 0.56
BINS = 10
FEWEST_IN_BIN = 20
ENOUGH = 200_000
LEAST_ERROR = 1e-3


def search_forecast(cells: Cells, *, max_depth: int, max_segments: int) -> tuple[Found, ...]:
    """Return the segments where the actual value (now) left the forecast (before), clearest first.

    A forecast has no sampling noise: the deviations of the leaves on the calmer side are the
    yardstick. A segment scores the log-likelihood ratio of one common relative deviation, less
    the unevenness inside it, so that neither its parents nor its parts score more; it is taken
    while its p-value, times the number of segments, is below 5 % and the score beats the best of
    the other direction (Kulldorff 1997; Neill 2012; McFowland et al. 2013).
    """
    weights = _weights(cells)
    sizes = tuple(max(len(m), 1) for m in cells.members)
    lattice = lattice_of(
        cells.codes, sizes, weights, support=lambda sums: np.asarray(sums[..., 3] > 0.5), max_depth=max_depth,
        follows=cells.follows,
    )  # fmt: skip

    def best(sums: Floats, whole: Floats) -> Pick | None:
        return _best(lattice, sums, float(whole[3]))

    picks, _, _ = greedy(cells, lattice, weights, best, max_segments)
    return tuple(Found(segment=k.segment, scan=k.scan, p_value=adjusted_p(abs(k.z), k.tests)) for k in picks)


def with_forecast_error(cells: Cells) -> Cells:
    """Return cells whose squares carry the forecast's error instead of sampling noise."""
    deviation, error = relative_deviation(cells)
    scale = np.maximum(*(np.abs(_values(cells, i)) for i in (0, 1))) * _sizes(cells)
    noise = np.where(np.isfinite(deviation), error, 0.0) * (scale * scale)
    zero = np.zeros(len(cells))
    return replace(
        cells,
        now=replace(cells.now, nn=noise, nd=zero, dd=zero),
        before=replace(cells.before, nn=zero, nd=zero, dd=zero),
    )


def relative_deviation(cells: Cells) -> tuple[Floats, Floats]:
    """Return each leaf's (actual − forecast) / the larger of both, NaN without either, and its error variance.

    The larger of both in the denominator keeps an error of the forecast and one of the value
    alike in size, and a value that fell to nothing at −1.
    """
    before, now = _values(cells, 0), _values(cells, 1)
    larger = np.maximum(np.abs(before), np.abs(now))
    known = np.isfinite(larger) & (larger > 0)
    deviation = np.where(known, np.clip((now - before) / np.where(known, larger, 1.0), -1, 1), np.nan)
    size = np.abs(cells.now.d + cells.before.d) if cells.kind == "ratio" else np.where(known, larger, 1.0)
    return deviation, _error(deviation, np.asarray(size), known)


def _values(cells: Cells, period: int) -> Floats:
    m = cells.periods[period]
    if cells.kind == "additive":
        return np.asarray(m.n)
    return np.asarray(np.where(m.d > 0, m.n, np.nan) / np.where(m.d > 0, m.d, 1.0))


def _sizes(cells: Cells) -> Floats:
    return np.asarray(cells.now.d) if cells.kind == "ratio" else np.ones(len(cells))


def _error(deviation: Floats, size: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the variance of each leaf's deviation: a constant and a part that falls with the leaf's size.

    Robust (medians), by size, of the side where less happened.
    """
    from scipy.optimize import nnls

    sides = [side for side in (known & (deviation > 0), known & (deviation < 0)) if side.any()]
    if not sides:
        return np.full(len(deviation), LEAST_ERROR**2)
    calm = min(sides, key=lambda side: float(np.median(np.abs(deviation[side]))))
    leaves = np.flatnonzero(calm)
    if len(leaves) > ENOUGH:
        leaves = np.random.default_rng(0).choice(leaves, ENOUGH, replace=False)
    spread, inverse = np.abs(deviation[leaves]), 1 / np.maximum(size[leaves], 1e-9)
    # The smaller of two medians is too small by about half the error of one.
    spread = spread / NORMAL_MEDIAN * (1 + SMALLER_OF_TWO / np.sqrt(2 * MEDIAN_EFFICIENCY * len(spread)))
    if len(spread) < BINS * FEWEST_IN_BIN:
        return np.full(len(deviation), max(np.median(spread), LEAST_ERROR) ** 2)
    bins = np.array_split(np.argsort(inverse, kind="stable"), BINS)
    variance = np.array([np.median(spread[b]) ** 2 for b in bins])
    middle = np.array([np.median(inverse[b]) for b in bins])
    scale = np.maximum(variance, LEAST_ERROR**2)
    (constant, slope), _ = nnls(np.stack([np.ones(BINS), middle], axis=1) / scale[:, None], variance / scale)
    per_leaf = constant + slope * np.minimum(1 / np.maximum(size, 1e-9), middle.max())
    return np.asarray(np.maximum(per_leaf, LEAST_ERROR**2))


def _weights(cells: Cells) -> Floats:
    """Return precision, times deviation, times its square, and one, a leaf that has a value."""
    deviation, error = relative_deviation(cells)
    known = np.isfinite(deviation)
    deviation, precision = np.where(known, deviation, 0.0), np.where(known, 1 / error, 0.0)
    return np.stack([precision, precision * deviation, precision * deviation**2, known.astype(float)], axis=1)


def _best(lattice: Lattice, sums: Floats, leaves: float) -> Pick | None:
    from scipy.special import ndtri, stdtr, stdtrit

    if not len(sums):
        return None
    up, down = (_scores(sums, sign) for sign in (1, -1))
    winner, loser, sign = (up, down, 1) if up.max() >= down.max() else (down, up, -1)
    df = max(MEDIAN_EFFICIENCY * leaves / 2, 1.0)
    least = float(stdtrit(df, ALPHA / 2 / len(sums))) ** 2 / 2
    index = int(winner.argmax())
    if winner[index] <= max(least, MARGIN * loser.max()):
        return None
    weight, first = sums[index, :2]
    t = float(np.sqrt(2 * winner[index]))
    return Pick(
        segment=lattice.segment(index),
        scan="forecast",
        z=-sign * float(ndtri(max(stdtr(df, -t), 1e-300))),
        tests=float(len(sums)),
        shift=float(first / weight),
    )


def _scores(sums: Floats, sign: int) -> Floats:
    weight, first, second, leaves = sums.T
    mean = np.where((leaves > 0.5) & (sign * first > 0), first / np.maximum(weight, 1e-12), 0.0)
    gain = weight * mean**2
    uneven = second - gain - leaves - weight * (UNEVEN * mean) ** 2
    return np.asarray((gain - np.maximum(uneven, 0.0)) / 2)
