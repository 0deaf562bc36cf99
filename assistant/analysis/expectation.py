"""What a stretch of time would have been by the pattern of the history before it: weekdays, level and season."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.movement import MAD_TO_SIGMA

LEAST_TESTS = 6
MOST_TESTS = 12
ODD = 4.0
MOST_LEFT_OUT = 0.25
LONGEST_ODD = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Sums of a metric unit by unit (days or months), without gaps; `d` is None for an additive metric.

    `pattern` numbers what is alike (the weekday), `block` what is judged together (the week).
    """

    n: Floats
    d: Floats | None
    pattern: NDArray[np.int64]
    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How the history before a stretch is weighed to be what was to be expected of it.

    `weights` are by unit of the history (zero where it was a one-off), `step` is the season's: added to a rate,
    a share of a total. `scale` is the standard error of past expectations, of logs for a total, known from `tests`
    of them; None where there are fewer than six. `years` were seen for the season.
    """

    weights: Floats
    step: float
    scale: float | None
    tests: int
    years: int


def expectation(line: Line, start: int, length: int, histories: Sequence[int], *, years: Sequence[int]) -> Expectation:
    """Weigh the units before `start` to expect the `length` units from it on.

    As many units are taken as, of `histories`, did best in the tests. Each stands for those of the same pattern;
    blocks that were odd are left out. The season's step is what
    the same stretch in `years` (their starts) was beside its own history, shrunk by its noise (James and Stein
    1961, positive part).
    """
    ends = [s for k in range(1, MOST_TESTS + 1) if (s := start - k * length) >= max(histories)]
    tests = {h: [e for s in ends if math.isfinite(e := _error(line, s, length, h))] for h in histories}
    history, errors = min(tests.items(), key=lambda item: float(np.median(np.abs(item[1]))) if item[1] else 0.0)
    scale = MAD_TO_SIGMA * float(np.median(np.abs(errors))) if len(errors) >= LEAST_TESTS else None
    seen = [_error(line, s, length, history) for s in years if s >= history]
    seen = [e for e in seen if math.isfinite(e)]
    step = float(np.mean(seen)) if seen and scale is not None else 0.0
    if step and scale:
        step *= max(0.0, 1.0 - scale**2 / len(seen) / step**2)
    return Expectation(
        weights=weights(line, start, length, history),
        step=step if line.d is not None else math.expm1(step),
        scale=scale,
        tests=len(errors),
        years=len(seen),
    )


def expected_value(line: Line, start: int, told: Expectation) -> float:
    """Return what was to be expected from `start` on, as a total or a rate; nan of a rate without a denominator."""
    past = slice(start - len(told.weights), start)
    n = float((told.weights * line.n[past]).sum())
    if line.d is None:
        return n * (1.0 + told.step)
    d = float((told.weights * line.d[past]).sum())
    return n / d + told.step if d > 0 else math.nan


def swings(
    told: Expectation, expected: float, value: float, kind: Literal["ratio", "additive"]
) -> tuple[tuple[float, float], float]:
    """Return the bounds that hold 95 % of what may follow an expectation, and the p-value of a value.

    Student's t with the tests' degrees of freedom, of logs for a total.
    """
    from scipy.special import stdtr, stdtrit

    assert told.scale is not None
    df, reach = told.tests - 1, float(stdtrit(told.tests - 1, 0.975)) * told.scale
    if kind == "ratio":
        bounds, apart = (expected - reach, expected + reach), abs(value - expected)
    else:
        bounds = (expected * math.exp(-reach), expected * math.exp(reach))
        apart = abs(math.log(value / expected)) if value > 0 else math.inf
    return bounds, float(2 * stdtr(df, -apart / told.scale)) if told.scale else float(apart == 0)


def weights(line: Line, start: int, length: int, history: int) -> Floats:
    """Return what each unit of the history counts for: units of its pattern ahead, over those behind."""
    past = np.arange(start - history, start)
    kept = ~_odd(line, past)
    ahead = np.bincount(line.pattern[start : start + length], minlength=int(line.pattern.max()) + 1)
    behind = np.bincount(line.pattern[past[kept]], minlength=len(ahead))
    return np.where(kept, ahead[line.pattern[past]] / np.maximum(behind[line.pattern[past]], 1), 0.0)


def _odd(line: Line, past: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the blocks of a history that are far from its median, if they are few."""
    blocks = np.arange(len(past))[::-1] // line.block
    count = int(blocks.max()) + 1
    if line.block == 1 or count < LEAST_TESTS:
        return np.zeros(len(past), dtype=bool)
    n = np.bincount(blocks, line.n[past])
    values = n if line.d is None else n / np.maximum(np.bincount(blocks, line.d[past]), 1e-300)
    apart = np.abs(values - np.median(values))
    odd = _short_runs(apart > ODD * MAD_TO_SIGMA * float(np.median(apart)))
    return odd[blocks] if odd.sum() <= MOST_LEFT_OUT * count else np.zeros(len(past), dtype=bool)


def _short_runs(odd: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep what is over soon: more than two odd blocks in a row are another level."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], odd.astype(int), [0]])))
    kept = np.zeros(len(odd), dtype=bool)
    for first, last in edges.reshape(-1, 2):
        kept[first:last] = last - first <= LONGEST_ODD
    return kept


def _error(line: Line, start: int, length: int, history: int) -> float:
    """Return what a stretch was beside its history: a difference of rates, a log of the factor of totals."""
    now, before = slice(start, start + length), slice(start - history, start)
    w = weights(line, start, length, history)
    with np.errstate(divide="ignore", invalid="ignore"):
        if line.d is None:
            return float(np.log(line.n[now].sum() / (w * line.n[before]).sum()))
        expected = (w * line.n[before]).sum() / (w * line.d[before]).sum()
        return float(line.n[now].sum() / line.d[now].sum() - expected)
