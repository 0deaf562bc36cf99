"""The scan over all cuboids for the few segments that stand out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Codes, Floats
from assistant.analysis.drivers.lattice import Lattice, lattice_of
from assistant.analysis.drivers.statistics import Scan, Statistics
from semantic_layer.query import OTHER, UNKNOWN

ALPHA = 0.05
ALIKE = 2.0
MEDIAN_CHI2 = 0.454936
QUIET = 2.0
TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A segment as (dimension, member) pairs, what moved, and its p-value after the search."""

    segment: tuple[tuple[int, int], ...]
    scan: Scan
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A segment as the scan took it: signed z, the tests it stands for, how far it moved."""

    segment: tuple[tuple[int, int], ...]
    scan: Scan
    z: float
    tests: float
    shift: float


def search(
    cells: Cells,
    statistics: Statistics,
    *,
    max_depth: int,
    max_segments: int,
    offered: int | None = None,
    material: float = 0.0,
    design: tuple[float, ...] | None = None,
) -> tuple[Found, ...]:
    """Return the segments that stand out, best first.

    A scan statistic (Kulldorff 1997; Neill 2012): take the best segment, remove its cells, repeat.
    The score is the log of the p-value times the number of tests of the segment's own depth and
    cuboid, so a finer segment has to gain what its freedom costs. What is left after the removals
    shows how much more than sampling noise the metric varies anyway; z is divided by that.
    `offered` is the number of dimensions that these were chosen from: it counts as tests too.
    Shares of groups shift all the time: a shift of mix counts from an effect of `material` on.
    `design` are the design effects of the dimensions: z is divided by the root of a segment's.
    """
    sizes = tuple(max(len(m), 1) for m in cells.members)
    lattice = lattice_of(
        cells.codes,
        sizes,
        statistics.weights,
        support=statistics.supported,
        max_depth=max_depth,
        offered=offered,
        follows=cells.follows,
    )
    judge = _Judge(
        statistics=statistics,
        lattice=lattice,
        nameable=_nameable(cells, statistics, lattice, material),
        wider=_wider(lattice, design),
        tests=lattice.tests * len(statistics.scans),
    )
    picks, sums, whole = greedy(cells, lattice, statistics.weights, judge.best, max_segments)
    noise = {scan: _excess(judge, scan, sums, whole) for scan in statistics.scans} if picks else {}
    judged = ((pick, adjusted_p(abs(pick.z) / noise[pick.scan], pick.tests)) for pick in _absorbed(picks))
    return tuple(Found(segment=k.segment, scan=k.scan, p_value=p) for k, p in judged if p < ALPHA)


def _wider(lattice: Lattice, design: tuple[float, ...] | None) -> Floats:
    """Return how many times the error of independent rows a candidate's is, at least 1.

    Two rows of an entity that agree on several dimensions agree on each: the least effect of them bounds it.
    """
    found = np.ones(len(lattice.sums))
    for cuboid in lattice.cuboids if design else ():
        effect = min(design[d] for d in cuboid.dimensions) if design else 1.0
        found[cuboid.start : cuboid.start + len(cuboid.keys)] = np.sqrt(max(effect, 1.0))
    return found


Best: TypeAlias = Callable[[Floats, Floats], Pick | None]


def greedy(
    cells: Cells, lattice: Lattice, weights: Floats, best: Best, max_segments: int
) -> tuple[list[Pick], Floats, Floats]:
    """Take the best segment, remove its cells, and again until there is none; return what is left, too.

    `best` reads the sums of all candidates and those of the whole.
    """
    picks: list[Pick] = []
    sums, whole = lattice.sums, weights.sum(axis=0)
    gone = np.zeros(len(cells), dtype=bool)
    while len(picks) < max_segments:
        pick = best(sums, whole)
        if pick is None:
            break
        picks.append(pick)
        new = inside(cells, pick.segment) & ~gone
        gone |= new
        sums = lattice.without(new, weights, sums)
        whole = whole - weights[new].sum(axis=0)
    return picks, sums, whole


def _absorbed(picks: list[Pick]) -> list[Pick]:
    """Leave out a segment when what is left of a wider one moved much like it: the wider one is the grain."""

    def within(pick: Pick, other: Pick) -> bool:
        ratio = pick.shift / other.shift if other.shift else 0.0
        return set(other.segment) < set(pick.segment) and 1 / ALIKE <= ratio <= ALIKE

    return [pick for i, pick in enumerate(picks) if not any(within(pick, other) for other in picks[i + 1 :])]


def _nameable(cells: Cells, statistics: Statistics, lattice: Lattice, material: float) -> dict[Scan, NDArray[np.bool_]]:
    """Return, a scan, which candidates may be named: known by their members, and material."""
    named = np.ones(len(lattice.sums), dtype=bool)
    known = [_known(members)[names] for members, names in zip(cells.members, lattice.names, strict=True)]
    for cuboid in lattice.cuboids:
        place = slice(cuboid.start, cuboid.start + len(cuboid.keys))
        codes = np.unravel_index(cuboid.keys, [lattice.sizes[d] for d in cuboid.dimensions])
        for d, code in zip(cuboid.dimensions, codes, strict=True):
            named[place] &= known[d][code]
    if "mix" not in statistics.scans:
        return dict.fromkeys(statistics.scans, named)
    shifted = np.abs(statistics.mix_effect(lattice.sums)) >= material
    return {scan: named & shifted if scan == "mix" else named for scan in statistics.scans}


def _known(members: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([name not in (UNKNOWN, OTHER) for name in members], dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What candidates are judged by: which may be named, how wide errors are, how many tests each stands for."""

    statistics: Statistics
    lattice: Lattice
    nameable: dict[Scan, NDArray[np.bool_]]
    wider: Floats
    tests: Floats

    def best(self, sums: Floats, whole: Floats) -> Pick | None:
        """Return the candidate that chance explains least, at its grain; None where none is beyond chance."""
        scores = {scan: self._scores(scan, sums, whole) for scan in self.statistics.scans}
        clearest = [(*self._clearest(z), scan) for scan, z in scores.items()] if len(sums) else []
        _, index, scan = max(clearest, default=(0.0, 0, None))
        if scan is None or not self._is_clear(scores[scan], np.array([index]))[0]:
            return None
        z = scores[scan]
        index = self._grain(scan, z, sums, whole, index) if scan != "mix" else index
        return Pick(
            segment=self.lattice.segment(index), scan=scan, z=float(z[index]), tests=float(self.tests[index]),
            shift=self.statistics.shift(sums[index]),
        )  # fmt: skip

    def _scores(self, scan: Scan, sums: Floats, whole: Floats) -> Floats:
        named = self.nameable[scan] & self.statistics.supported(sums)
        return np.asarray(np.where(named, self.statistics.scores(scan, sums, whole) / self.wider, 0.0))

    def _clearest(self, z: Floats) -> tuple[float, int]:
        from scipy.special import log_ndtr

        surprise = -log_ndtr(-np.abs(z)) - np.log(self.tests)
        index = coarsest(surprise)
        return float(surprise[index]), index

    def _is_clear(self, z: Floats, chosen: Codes) -> NDArray[np.bool_]:
        pairs = zip(z[chosen], self.tests[chosen], strict=True)
        return np.array([adjusted_p(abs(one), tests) < ALPHA for one, tests in pairs], dtype=bool)

    def _grain(self, scan: Scan, z: Floats, sums: Floats, whole: Floats, index: int) -> int:
        """Go down to the part that moved, as long as the rest of the segment did not.

        Where the rest varies little, all of the segment is as clear as that part. A part is gone down to
        if it is beyond chance by itself and within the segment, and the rest is not.
        """
        while True:
            parts = self.lattice.parts_of(index)
            outer = sums[index]
            within = self.statistics.scores(scan, sums[parts], outer) / self.wider[parts]
            rest = self.statistics.scores(scan, outer - sums[parts], whole) / self.wider[index]
            alike = np.sign(z[index]) * within
            moved = np.array([one > 0 and adjusted_p(one, len(parts)) < ALPHA for one in alike], dtype=bool)
            chosen = parts[moved & (np.abs(rest) < QUIET) & self._is_clear(z, parts)]
            if not len(chosen):
                return index
            index = int(chosen[coarsest(np.abs(z[chosen]))])


def coarsest(scores: Floats) -> int:
    """Return the place of the best score; of those equal but for rounding, the first.

    A segment and a part of it hold the same cells once the others are taken out: then the order of summing
    would decide between them. Candidates are stacked by depth, so the first has the fewest dimensions.
    """
    best = float(scores.max())
    return int((scores >= best - TIE * max(abs(best), 1.0)).argmax())


def inside(cells: Cells, segment: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    """Tell which cells belong to a segment."""
    found = np.ones(len(cells), dtype=bool)
    for dimension, member in segment:
        found &= cells.codes[:, dimension] == member
    return found


def adjusted_p(z: float, tests: float) -> float:
    """Return the two-sided p-value of z times the number of tests (Bonferroni)."""
    from scipy.special import log_ndtr

    return float(min(1.0, 2 * tests * np.exp(log_ndtr(-z))))


def _excess(judge: _Judge, scan: Scan, sums: Floats, whole: Floats) -> float:
    """How many times the sampling noise the remaining coarse segments vary (genomic control), at least 1."""
    coarse = np.zeros(len(sums), dtype=bool)
    for cuboid in judge.lattice.cuboids:
        if len(cuboid.dimensions) <= 2:
            coarse[cuboid.start : cuboid.start + len(cuboid.keys)] = True
    coarse &= judge.statistics.supported(sums)
    if coarse.sum() < 10:
        return 1.0
    z = judge.statistics.contrast(scan, sums[coarse], whole) / judge.wider[coarse]
    return float(max(1.0, np.sqrt(np.median(z**2) / MEDIAN_CHI2)))
