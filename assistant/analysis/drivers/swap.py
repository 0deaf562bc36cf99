"""A percentile's change as the change of a mean, so that it splits like one.

Swap the earlier rows for the later ones little by little: the percentile q moves by ΔG(q)/f(q), where G is the share
of rows above q. Along the way from q₀ to q₁ a part carries ∫ C(x)/ΔG(x) dx, with C its part of the change of the share
above x. That is the part's contribution to the mean of a score, Σ weights of the thresholds a row lies above, and it is
close to the recentred influence function of Firpo, Fortin and Lemieux (2009) where the way is short.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from assistant.analysis.moments import total
from semantic_layer.query import Cube

STEPS = 8
CLEAR = 4.0
METHOD = (
    "Approximate, as a percentile is no sum: the earlier rows are swapped for the later ones little by little, and each"
    " part carries what its rows do on the way; the parts add up. Segments by a scan of all combinations up to {depth}"
    " dimensions, p-values adjusted for the whole search."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a row counts for: the sum of the weights of the thresholds below its value."""

    thresholds: tuple[float, ...]
    weights: tuple[float, ...]


def way(before: float, now: float) -> tuple[float, ...]:
    """Return thresholds in the middle of equal steps between two values of a percentile."""
    return tuple(before + (now - before) * ((step + 0.5) / STEPS) for step in range(STEPS))


def share_error(fraction: float, rows: tuple[float, float]) -> float:
    """Return the standard error of a change in the share of rows above a percentile."""
    return sqrt(fraction * (1 - fraction) * sum(1 / max(n, 1.0) for n in rows))


def is_far(shift: Sequence[float], error: float) -> bool:
    """Tell whether a percentile moved far enough for the steps on its way to be told from noise.

    `shift` is the change of the share above each step.
    """
    return abs(shift[len(shift) // 2]) >= CLEAR * error


def far_score(thresholds: Sequence[float], shift: Sequence[float]) -> Score:
    """Weigh the steps of a long way by how much of the share passed each; none passed, none counts."""
    used = [(x, passed) for x, passed in zip(thresholds, shift, strict=True) if passed]
    step = (thresholds[-1] - thresholds[0]) / (len(thresholds) - 1) * len(thresholds) / len(used)
    return Score(thresholds=tuple(x for x, _ in used), weights=tuple(step / passed for _, passed in used))


def near_score(middle: float, reach: float, spans: Sequence[float]) -> Score:
    """Weigh one threshold by how thinly values lie around it.

    `spans` are the distances between the percentiles `reach` below and above, one a period.
    """
    return Score(thresholds=(middle,), weights=(sum(spans) / len(spans) / (2 * reach),))


def closed(cube: Cube, change: float) -> Cube:
    """Add the same to every later row, so that the mean score changed by just as much as the percentile."""
    later = cube.period == 1
    means = [m.n / m.d for m in (total(cube, 0), total(cube, 1))]
    rest = np.where(later, change - (means[1] - means[0]), 0.0)
    return replace(
        cube,
        n=cube.n + rest * cube.d,
        nn=cube.nn + 2 * rest * cube.nd + rest**2 * cube.dd,
        nd=cube.nd + rest * cube.dd,
    )
