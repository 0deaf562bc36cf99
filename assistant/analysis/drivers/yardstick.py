"""The error of a forecast, from its own calmer side: how large it is at each size, how rare large ones are."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Floats

NORMAL_MEDIAN = 0.6744897501960817
MEDIAN_EFFICIENCY = 0.37
SMALLER_OF_TWO = 0.56
BINS = 10
FEWEST_IN_BIN = 20
ENOUGH = 200_000
LEAST_ERROR = 1e-3
# The rarest errors that the leaves themselves show; what is rarer yet follows the line through the upper half of them.
FEWEST_IN_TAIL = 12
BODY = 0.5
KNOTS, FEWEST_KNOTS = 40, 3
BEYOND = 1e6
CLEAR = 5.0
LEAST_SLOPE, FALLING = 0.3, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """How rare sizes are: sizes in units of the error, and the normal deviates that are as rare."""

    reach: Floats
    normal: Floats

    def deviates(self, sizes: Floats) -> Floats:
        """Return the normal deviates that are as rare as sizes."""
        return np.asarray(np.interp(sizes, self.reach, self.normal))


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Each leaf's deviation, around the middle of all, its size, and its error variance.

    `calm` are the leaves that measured the error, `above` and `below` how rare large ones are, `heavier`
    how many times the variance of normal errors with that median theirs is.
    """

    deviation: Floats
    size: Floats
    error: Floats
    calm: NDArray[np.bool_]
    above: Tail
    below: Tail
    heavier: float = 1.0
    middle: float = 0.0

    @property
    def is_biased(self) -> bool:
        """Tell whether the middle of all leaves is off by more than its own error."""
        if not self.known.any():
            return False
        return bool(abs(self.middle) > CLEAR * np.sqrt(np.median(self.error) / self.known.sum()))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Tell which leaves have a value to compare."""
        return np.isfinite(self.deviation)

    @property
    def independent(self) -> float:
        """Return the degrees of freedom that the medians leave."""
        return max(MEDIAN_EFFICIENCY * float(self.known.sum()) / 2, 1.0)

    def scores(self) -> Floats:
        """Return each leaf's deviation as a standard normal one that is as rare; 0 where unknown."""
        found = np.where(self.known, self.deviation, 0.0) / np.sqrt(self.error)
        above, below = found > 0, found < 0
        found[above] = self.above.deviates(found[above])
        found[below] = -self.below.deviates(-found[below])
        return found


def first_yardstick(cells: Cells) -> Yardstick:
    """Measure the error of a forecast, taken as unbiased, on the side where less happened."""
    deviation, size = _deviation(cells)
    known = np.isfinite(deviation)
    calm, error = _calm(deviation, size, known)
    leaves = _few(calm)
    tail = _tail(np.abs(deviation[leaves]) / np.sqrt(error[leaves]))
    return Yardstick(deviation=deviation, size=size, error=error, calm=calm, above=tail, below=tail)


def second_yardstick(first: Yardstick, caused: NDArray[np.bool_]) -> Yardstick:
    """Measure the error around its middle and each side's tail on that side, without what has a cause."""
    known = first.known & ~caused
    middle = float(np.median(first.deviation[known])) if known.any() else 0.0
    deviation = first.deviation - middle
    calm, error = _calm(deviation, first.size, known)
    left = _few(known)
    relative = deviation[left] / np.sqrt(error[left])
    above, below = (_tail(sign * relative[sign * relative > 0]) for sign in (1, -1))
    heavier = max(float(np.mean(relative**2)), 1.0) if len(left) else 1.0
    return replace(
        first, deviation=deviation, error=error, calm=calm, above=above, below=below, heavier=heavier, middle=middle
    )  # fmt: skip


def _calm(deviation: Floats, size: Floats, known: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Floats]:
    """Return the leaves of the side with the smaller deviations, and the error variance of all leaves."""
    sides = [side for side in (known & (deviation > 0), known & (deviation < 0)) if side.any()]
    calm = min(sides, key=lambda side: float(np.median(np.abs(deviation[side])))) if sides else known
    leaves = _few(calm)
    return calm, _error(np.abs(deviation[leaves]), size[leaves], size)


def _few(where: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the places of a mask; a sample of very many."""
    found = np.flatnonzero(where)
    return found if len(found) <= ENOUGH else np.random.default_rng(0).choice(found, ENOUGH, replace=False)


def _deviation(cells: Cells) -> tuple[Floats, Floats]:
    """Return each leaf's (actual − forecast) / the larger of both, NaN without either, and its size.

    The larger of both in the denominator keeps an error of the forecast and one of the value
    alike in size, and a value that fell to nothing at −1.
    """
    before, now = (values(cells, period) for period in (0, 1))
    larger = np.maximum(np.abs(before), np.abs(now))
    known = np.isfinite(larger) & (larger > 0)
    deviation = np.where(known, np.clip((now - before) / np.where(known, larger, 1.0), -1, 1), np.nan)
    size = np.abs(cells.now.d + cells.before.d) if cells.kind == "ratio" else np.where(known, larger, 1.0)
    return deviation, np.asarray(size)


def values(cells: Cells, period: int) -> Floats:
    """Return each leaf's value in a period; NaN for a ratio without a denominator."""
    m = cells.periods[period]
    if cells.kind == "additive":
        return np.asarray(m.n)
    return np.asarray(np.where(m.d > 0, m.n, np.nan) / np.where(m.d > 0, m.d, 1.0))


def _error(spread: Floats, measured: Floats, size: Floats) -> Floats:
    """Return the variance of each leaf's deviation: a constant and a part that falls with the leaf's size.

    Robust (medians), by size; `spread` are deviations of leaves of the sizes `measured`.
    """
    from scipy.optimize import nnls

    if not len(spread):
        return np.full(len(size), LEAST_ERROR**2)
    inverse = 1 / np.maximum(measured, 1e-9)
    # The smaller of two medians is too small by about half the error of one.
    spread = spread / NORMAL_MEDIAN * (1 + SMALLER_OF_TWO / np.sqrt(2 * MEDIAN_EFFICIENCY * len(spread)))
    if len(spread) < BINS * FEWEST_IN_BIN:
        return np.full(len(size), max(np.median(spread), LEAST_ERROR) ** 2)
    bins = np.array_split(np.argsort(inverse, kind="stable"), BINS)
    variance = np.array([np.median(spread[b]) ** 2 for b in bins])
    middle = np.array([np.median(inverse[b]) for b in bins])
    scale = np.maximum(variance, LEAST_ERROR**2)
    (constant, slope), _ = nnls(np.stack([np.ones(BINS), middle], axis=1) / scale[:, None], variance / scale)
    per_leaf = constant + slope * np.minimum(1 / np.maximum(size, 1e-9), middle.max())
    return np.asarray(np.maximum(per_leaf, LEAST_ERROR**2))


def _tail(sizes: Floats) -> Tail:
    """Read off how rare sizes are, never rarer than normal ones of that many errors.

    Beyond what the leaves show, deviates go on as the power of the size that the upper tail follows:
    1 for normal errors, one half for those that fall off as an exponential.
    """
    from scipy.special import ndtri

    ordered = np.sort(sizes)[::-1]
    counts = np.unique(np.geomspace(FEWEST_IN_TAIL, max(len(sizes), FEWEST_IN_TAIL), KNOTS).astype(int))
    counts = counts[counts < len(sizes)]
    if len(counts) < FEWEST_KNOTS:
        return Tail(reach=np.array([0.0, BEYOND]), normal=np.array([0.0, BEYOND]))
    reach, normal = np.maximum(ordered[counts - 1], 1e-9), -ndtri((counts - 0.5) / len(sizes) / 2)
    upper = counts <= max(BODY * len(sizes), counts[FEWEST_KNOTS - 1])
    power = _slope(np.log(reach[upper]), np.log(normal[upper]))
    beyond = np.geomspace(1, BEYOND, KNOTS)
    reach = np.concatenate([[0.0], reach[::-1], reach[0] * beyond[1:]])
    normal = np.concatenate([[0.0], normal[::-1], normal[0] * beyond[1:] ** power])
    return Tail(reach=reach, normal=np.minimum(normal, reach))


def _slope(x: Floats, y: Floats) -> float:
    """Return the least-squares slope, at most one; below one it falls on, beyond what is seen, as tails do."""
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(np.clip((x - x.mean()) @ y / spread, LEAST_SLOPE, 1.0)) if spread > 0 else 1.0
    return slope - FALLING * (1 - slope)
