"""Where actual values depart from a forecast: the same scan, with the forecast's own error as the yardstick."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import Cells, Floats
from assistant.analysis.drivers.lattice import Lattice, lattice_of
from assistant.analysis.drivers.search import ALPHA, Found, Pick, adjusted_p, coarsest, greedy, inside
from assistant.analysis.drivers.yardstick import Yardstick, first_yardstick, second_yardstick, values

UNEVEN = 0.1


def search_forecast(cells: Cells, *, max_depth: int, max_segments: int) -> tuple[tuple[Found, ...], Yardstick]:
    """Return the segments where the actual value (now) left the forecast (before), clearest first, and its error.

    A forecast has no sampling noise: the deviations of the leaves on the calmer side are the
    yardstick. A segment scores the log-likelihood ratio of one common relative deviation, by itself and
    against the rest, less the unevenness inside it, so that neither its parents nor its parts score
    more; it is taken while its p-value, times the number of segments, is below 5 % (Kulldorff 1997;
    Neill 2012; McFowland et al. 2013). What is left shows how far the forecast is off everywhere, and how
    rare large errors are on either side: where that is news, the search is made again.
    """
    first = first_yardstick(cells)
    picks = _picks(cells, first, max_depth, max_segments)
    caused = _caused(cells, picks)
    second = second_yardstick(first, caused)
    if second.is_biased or (caused & first.calm).any() or not _stand(cells, picks, second):
        picks = _picks(cells, second, max_depth, max_segments)
    found = (Found(segment=k.segment, scan=k.scan, p_value=adjusted_p(abs(k.z), k.tests)) for k in picks)
    return tuple(found), second


def with_forecast_error(cells: Cells, yardstick: Yardstick) -> Cells:
    """Return cells whose squares carry the forecast's error instead of sampling noise."""
    scale = np.maximum(*(np.abs(values(cells, period)) for period in (0, 1)))
    scale = scale * (cells.now.d if cells.kind == "ratio" else 1.0)
    noise = np.where(yardstick.known, yardstick.error * yardstick.heavier, 0.0) * (scale * scale)
    zero = np.zeros(len(cells))
    return replace(
        cells,
        now=replace(cells.now, nn=noise, nd=zero, dd=zero),
        before=replace(cells.before, nn=zero, nd=zero, dd=zero),
    )


def _picks(cells: Cells, yardstick: Yardstick, max_depth: int, max_segments: int) -> list[Pick]:
    sizes = tuple(max(len(m), 1) for m in cells.members)
    weights = _stacked(_precision(yardstick), yardstick.scores())
    lattice = lattice_of(
        cells.codes, sizes, weights, support=lambda sums: np.asarray(sums[..., 3] > 0.5), max_depth=max_depth,
        follows=cells.follows,
    )  # fmt: skip

    def best(sums: Floats, whole: Floats) -> Pick | None:
        return _best(lattice, sums, whole, yardstick.independent)

    return greedy(cells, lattice, weights, best, max_segments)[0]


def _stand(cells: Cells, picks: Sequence[Pick], yardstick: Yardstick) -> bool:
    """Tell whether picks, taken in turn, all stand out by a yardstick."""
    precision, scores = _precision(yardstick), yardstick.scores()
    whole, gone = np.array([precision.sum(), np.sqrt(precision) @ scores, 0, 0]), np.zeros(len(cells), dtype=bool)
    for pick in picks:
        mask = inside(cells, pick.segment) & ~gone
        sums = _stacked(precision[mask], scores[mask]).sum(axis=0)
        if not _scores(sums[None], whole, _least(yardstick.independent, pick.tests)).any():
            return False
        gone |= mask
        whole = whole - sums
    return True


def _caused(cells: Cells, picks: Sequence[Pick]) -> NDArray[np.bool_]:
    """Tell which leaves are in a segment of several: a single one may yet be noise."""
    found = np.zeros(len(cells), dtype=bool)
    for mask in (inside(cells, pick.segment) for pick in picks):
        if mask.sum() > 1:
            found |= mask
    return found


def _precision(yardstick: Yardstick) -> Floats:
    return np.asarray(np.where(yardstick.known, 1 / yardstick.error, 0.0))


def _stacked(precision: Floats, scores: Floats) -> Floats:
    """Return precision, times deviation, times its square, and one, a leaf that has a value."""
    return np.stack([precision, np.sqrt(precision) * scores, scores**2, (precision > 0).astype(float)], axis=1)


def _best(lattice: Lattice, sums: Floats, whole: Floats, df: float) -> Pick | None:
    from scipy.special import ndtri, stdtr

    if not len(sums):
        return None
    scores = _scores(sums, whole, _least(df, len(sums)))
    index = coarsest(scores)
    if not scores[index]:
        return None
    weight, first = sums[index, :2]
    t = float(np.sqrt(2 * scores[index]))
    return Pick(
        segment=lattice.segment(index),
        scan="forecast",
        z=-float(np.sign(first) * ndtri(max(stdtr(df, -t), 1e-300))),
        tests=float(len(sums)),
        shift=float(first / weight),
    )


def _least(df: float, tests: float) -> float:
    """Return the score from which a segment is beyond chance after so many tests."""
    from scipy.special import stdtrit

    return float(stdtrit(df, ALPHA / 2 / tests)) ** 2 / 2


def _scores(sums: Floats, whole: Floats, least: float) -> Floats:
    """Return half the deviance of one common deviation, by itself and against the rest, less the unevenness.

    0 for what is not above the least score.
    """
    # By itself is the most a segment can score: only the few for which that is enough are looked at further.
    with np.errstate(invalid="ignore", divide="ignore"):
        alone = np.nan_to_num(sums[:, 1] ** 2 / sums[:, 0])
    chosen = np.flatnonzero((alone > 2 * least) & (sums[:, 3] > 0.5))
    weight, first, second, leaves = sums[chosen].T
    mean, gain = first / weight, alone[chosen]
    rest = np.maximum(whole[0] - weight, 0.0)
    apart = mean - np.where(rest > 0, (whole[1] - first) / np.maximum(rest, 1e-12), 0.0)
    contrast = np.where(mean * apart > 0, apart**2 * weight * np.where(rest > 0, rest / whole[0], 1.0), 0.0)
    uneven = second - gain - leaves - weight * (UNEVEN * mean) ** 2
    score = (np.minimum(gain, contrast) - np.maximum(uneven, 0.0)) / 2
    found = np.zeros(len(sums))
    found[chosen] = np.where(score > least, score, 0.0)
    return found
