"""Which dimensions are worth combining: those inside which the metric moved most unevenly."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from assistant.analysis.drivers.cells import Cells, combine, roll_up, sums_by
from assistant.analysis.drivers.lattice import lattice_of
from assistant.analysis.drivers.statistics import Statistics, statistics_of


def screen(cells: Cells, statistics: Statistics, *, most: int) -> tuple[int, ...]:
    """Return the positions of at most `most` dimensions, in their own order.

    A dimension is ranked by the largest score of its members, which any segment it helps to
    define raises, since the segment's members deviate by themselves too.
    """
    if len(cells.dimensions) <= most:
        return tuple(range(len(cells.dimensions)))
    ranks = _scores(cells, statistics)
    return tuple(sorted(sorted(range(len(ranks)), key=lambda d: (-ranks[d], d))[:most]))


def most_telling(cubes: Iterable[Cells], exposure: float = 1.0) -> tuple[str, ...]:
    """Rank the dimensions of several cubes of one change by the largest score of a segment of one or two of them."""
    best: dict[str, float] = {}
    for cells in cubes:
        statistics = statistics_of(cells, exposure)
        for group, score in _of_groups(cells, statistics, max_depth=2):
            for d in group:
                name = cells.dimensions[d]
                best[name] = max(best.get(name, 0.0), score)
    return tuple(sorted(best, key=lambda name: -best[name]))


def project(cells: Cells, statistics: Statistics, chosen: tuple[int, ...]) -> tuple[Cells, Statistics]:
    """Sum the cells over the dimensions that were not chosen.

    The statistics are those of the full cells, so that a shift of mix in a dimension that was
    not chosen does not pass for a change of rate in one that was.
    """
    if len(chosen) == len(cells.dimensions):
        return cells, statistics
    codes, members = cells.codes[:, list(chosen)], tuple(cells.members[d] for d in chosen)
    key = combine(codes.T, [max(len(m), 1) for m in members])
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    before, now = (roll_up(m, place, len(first)) for m in cells.periods)
    names = tuple(cells.dimensions[d] for d in chosen)
    rolled = replace(cells, dimensions=names, members=members, codes=codes[first], now=now, before=before)
    return rolled, replace(statistics, weights=sums_by(place, statistics.weights, len(first)))


def _scores(cells: Cells, statistics: Statistics) -> list[float]:
    found = [0.0] * len(cells.dimensions)
    for (d,), score in _of_groups(cells, statistics, max_depth=1):
        found[d] = score
    return found


def _of_groups(cells: Cells, statistics: Statistics, *, max_depth: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield the largest score among the segments of each combination of dimensions."""
    sizes = tuple(max(len(m), 1) for m in cells.members)
    lattice = lattice_of(
        cells.codes, sizes, statistics.weights, support=statistics.supported, max_depth=max_depth,
        follows=cells.follows,
    )  # fmt: skip
    whole = statistics.weights.sum(axis=0)
    for cuboid in lattice.cuboids:
        sums = lattice.sums[cuboid.start : cuboid.start + len(cuboid.keys)]
        if len(sums):
            z = [np.abs(statistics.contrast(scan, sums, whole)).max() for scan in statistics.scans]
            yield cuboid.dimensions, float(max(z))
