"""Where actual values depart from a forecast, leaf by leaf."""

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Floats, cells_of
from assistant.analysis.drivers.lattice import Lattice, lattice_of
from assistant.analysis.drivers.search import inside
from semantic_layer.query import Cube, Filter

SPREAD = 0.1
MARGIN = 1.15
NORMAL_MEDIAN = 0.6745
MOST = 12


def deviations(cube: Cube) -> tuple[tuple[Filter, ...], ...]:
    """Return the segments where the actual value (now) left the forecast (before), clearest first.

    A forecast has no sampling noise of its own: the spread of the leaves on the side where less
    happened is the yardstick. A segment scores the log-likelihood ratio of one common relative
    deviation, less the unevenness inside it, so that neither its parents nor its parts score
    more; the best is taken, its leaves removed, and again, while it beats the best of the other
    direction and twice the log of the number of leaves (Kulldorff 1997; McFowland et al. 2013).
    """
    cells = cells_of(cube)
    weights = _weights(cells)
    sizes = tuple(max(len(m), 1) for m in cells.members)
    lattice = lattice_of(
        cells.codes, sizes, weights, support=lambda sums: np.asarray(sums[..., 3] > 0), max_depth=len(sizes)
    )
    return tuple(
        tuple(Filter(dimension=cells.dimensions[d], values=(cells.members[d][m],)) for d, m in segment)
        for segment in _peel(cells, lattice, weights)
    )


def _weights(cells: Cells) -> Floats:
    """Return precision, times deviation, times its square, and one, a leaf that has a value."""
    actual, forecast = np.asarray(cells.now.n), np.asarray(cells.before.n)
    size = np.abs(actual) + np.abs(forecast)
    deviation = np.where(size > 0, 2 * (actual - forecast) / np.where(size > 0, size, 1.0), 0.0)
    sides = [np.abs(deviation[side]) for side in (deviation > 0, deviation < 0) if side.any()]
    spread = min((float(np.median(side)) for side in sides), default=0.0) / NORMAL_MEDIAN
    precision = np.where(size > 0, 1 / max(spread, 1e-3) ** 2, 0.0)
    return np.stack([precision, precision * deviation, precision * deviation**2, (size > 0).astype(float)], axis=1)


def _peel(cells: Cells, lattice: Lattice, weights: Floats) -> list[tuple[tuple[int, int], ...]]:
    found: list[tuple[tuple[int, int], ...]] = []
    sums, gone = lattice.sums, np.zeros(len(cells), dtype=bool)
    least = 2 * np.log(max(len(cells), 2))
    while len(found) < MOST and len(sums):
        up, down = (_scores(sums, sign) for sign in (1, -1))
        winner, loser = (up, down) if up.max() >= down.max() else (down, up)
        if winner.max() <= max(least, MARGIN * loser.max()):
            break
        found.append(lattice.segment(int(winner.argmax())))
        new = inside(cells, found[-1]) & ~gone
        gone |= new
        sums = lattice.without(new, weights, sums)
    return found


def _scores(sums: Floats, sign: int) -> NDArray[np.float64]:
    weight, first, second, leaves = sums.T
    mean = np.where((leaves > 0.5) & (sign * first > 0), first / np.maximum(weight, 1e-12), 0.0)
    gain = weight * mean**2
    uneven = second - gain - leaves - weight * (SPREAD * mean) ** 2
    return np.asarray((gain - np.maximum(uneven, 0.0)) / 2)
