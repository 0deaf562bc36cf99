"""How an outcome goes with a measure: by bins, and between bins within the same stratum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.moments import NAMES, Moments
from semantic_layer.query import Cube

LEAST = 30
ROWS_A_STRATUM = 20
MOST_ADJUSTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The outcome at the last bin against the first, with a 95 % interval; `rows` took part."""

    change: float
    ci: tuple[float, float] | None
    p_value: float | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """The ends as they are, the contrast like with like, and the positions of the dimensions adjusted for."""

    crude: Contrast
    adjusted: Contrast | None
    dimensions: tuple[int, ...]


def associate(cube: Cube, *, bins: Sequence[int], candidates: Sequence[int], design: float = 1.0) -> Association | None:
    """Contrast the last bin of the cube's first dimension with the first, like with like.

    Adjusted is the slope over the bins' ranks within strata, pooled by least squares and carried from the first
    to the last bin; with two bins it is the mean difference weighted d_last·d_first / (d_last + d_first) (Mantel
    and Haenszel 1959). A dimension matters by how far it alone moves the slope; at most three are combined
    while strata hold twenty rows on average. `design` is the variance in units of that of independent rows. None with
    fewer than 30 rows at an end.
    """
    crude, slope = _contrast(cube, (bins[0], bins[-1]), (), design), _contrast(cube, bins, (), design)
    if crude is None or slope is None:
        return None
    alone = {d: found for d in candidates if (found := _contrast(cube, bins, (d,), design))}
    chosen: tuple[int, ...] = ()
    for d in sorted(alone, key=lambda d: -abs(alone[d].change - slope.change))[:MOST_ADJUSTED]:
        if _strata(cube, (*chosen, d)) * ROWS_A_STRATUM <= slope.rows:
            chosen = (*chosen, d)
    return Association(
        crude=crude, adjusted=_contrast(cube, bins, chosen, design) if chosen else None, dimensions=chosen
    )


def bin_sums(cube: Cube, bin_: int) -> Moments:
    """Return the sums of one bin in the current period."""
    kept = (cube.period == 1) & (cube.codes[:, 0] == bin_)
    return Moments(**{name: float(getattr(cube, name)[kept].sum()) for name in NAMES})


def _strata(cube: Cube, dimensions: tuple[int, ...]) -> int:
    kept = cube.codes[cube.period == 1][:, list(dimensions)]
    return len(np.unique(kept, axis=0))


def _contrast(cube: Cube, bins: Sequence[int], dimensions: tuple[int, ...], design: float) -> Contrast | None:
    sides = [_by_stratum(cube, b, dimensions) for b in bins]
    n, d, rows = (np.array([getattr(s, name) for s in sides]) for name in ("n", "d", "rows"))
    met = (d > 0).sum(axis=0) > 1
    if not met.any() or min(rows[0][met].sum(), rows[-1][met].sum()) < LEAST:
        return None
    n, d = n[:, met], d[:, met]
    rank = np.arange(len(bins), dtype=float)[:, None]
    rank = rank - (rank * d).sum(axis=0) / d.sum(axis=0)
    level = n.sum(axis=0) / d.sum(axis=0)
    held = (d * rank**2).sum()
    slope = float((rank * (n - level * d)).sum() / held)
    variance = float((_residual(sides, met) * rank**2 * d).sum() / held**2)
    steps = len(bins) - 1
    return _tested(slope * steps, np.sqrt(design * variance) * steps, round(float(rows[:, met].sum())))


def _residual(sides: Sequence[Moments], met: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each bin's residual variance a unit of the denominator, pooled over strata."""
    out = []
    for side in sides:
        kept = side.at(met & (side.d > 0))
        free = max(float(kept.rows.sum()) - len(kept.rows), 1.0)
        out.append(float(kept.square(1.0, -kept.n / kept.d).sum()) / free * float(kept.rows.sum() / kept.d.sum()))
    return np.array(out)[:, None]


def _by_stratum(cube: Cube, bin_: int, dimensions: tuple[int, ...]) -> Moments:
    now = cube.period == 1
    keys = cube.codes[:, list(dimensions)] if dimensions else np.zeros((len(cube.period), 1), dtype=np.int32)
    unique, place = np.unique(keys, axis=0, return_inverse=True)
    kept = now & (cube.codes[:, 0] == bin_)
    sums = {
        name: np.bincount(place.ravel()[kept], weights=getattr(cube, name)[kept], minlength=len(unique))
        for name in NAMES
    }
    return Moments(**sums)


def _tested(change: float, spread: float, rows: int) -> Contrast:
    from scipy.special import ndtr

    if spread <= 0:
        return Contrast(change=change, ci=None, p_value=None, rows=rows)
    reach = 1.959963984540054 * spread
    return Contrast(
        change=change, ci=(change - reach, change + reach), p_value=float(2 * ndtr(-abs(change) / spread)), rows=rows
    )
