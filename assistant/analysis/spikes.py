"""Weeks that stood out and did not last: beside the weeks before and the weeks after alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.analysis.expectation import Floats, Line
from assistant.analysis.movement import MAD_TO_SIGMA

WEEK = 7
SIDE = 4
LEAST = 2
FEWEST = 12
SURE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """A week by its first day's place, its value, and that of the weeks around it."""

    start: int
    value: float
    around: float


def spikes(line: Line, tested: Sequence[tuple[int, int]]) -> list[Spike]:
    """Find the one-off weeks among those with most of their days in the tested stretches, the most unusual first.

    A week's deviation is the smaller of those from the medians of the four weeks before and after (two at least),
    zero where they differ in sign, as at a step. Its scale is the median absolute deviation of all weeks from the
    weeks around them; Student's t, Bonferroni over the weeks tested. Totals are compared as logs.
    """
    from scipy.special import stdtr

    starts = [int(i) for i in np.flatnonzero(line.pattern == 0) if i + WEEK <= len(line.n)]
    if len(starts) < FEWEST:
        return []
    values = np.array([_value(line, i) for i in starts])
    y = np.log(np.maximum(values, 1e-12)) if line.d is None else values
    apart, plain = np.zeros(len(y)), []
    for i in range(len(y)):
        before, after = y[max(i - SIDE, 0) : i], y[i + 1 : i + 1 + SIDE]
        both = np.concatenate([before, after])
        plain.append(y[i] - np.median(both))
        if min(len(before), len(after)) >= LEAST:
            gaps = y[i] - np.median(before), y[i] - np.median(after)
            apart[i] = min(gaps, key=abs) if gaps[0] * gaps[1] > 0 else 0.0
    scale = MAD_TO_SIGMA * float(np.median(np.abs(plain)))
    if not scale > 0:
        return []
    inside = [i for i, start in enumerate(starts) if any(_mostly(start, stretch) for stretch in tested)]
    odd = [i for i in inside if len(inside) * 2 * stdtr(len(y) - 2, -abs(apart[i]) / scale) < SURE]
    return [
        Spike(start=starts[i], value=float(values[i]), around=float(_around(values, i)))
        for i in sorted(odd, key=lambda i: -abs(apart[i]))
    ]


def _mostly(start: int, stretch: tuple[int, int]) -> bool:
    """Tell whether most days of a week lie between two places, both inclusive."""
    return min(start + WEEK - 1, stretch[1]) - max(start, stretch[0]) + 1 > WEEK // 2


def _value(line: Line, start: int) -> float:
    n = float(line.n[start : start + WEEK].sum())
    if line.d is None:
        return n
    d = float(line.d[start : start + WEEK].sum())
    return n / d if d > 0 else float("nan")


def _around(values: Floats, i: int) -> float:
    return float(np.median(np.concatenate([values[max(i - SIDE, 0) : i], values[i + 1 : i + 1 + SIDE]])))
