"""The effect of an intervention: before and after, against those it did not reach."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.analysis.change import value_of
from assistant.analysis.moments import Moments, ratio_variance

Kind = Literal["ratio", "additive"]
LEAST_POINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the reached came to beyond what was expected of them, with a 95 % interval.

    `expected` is their value had they moved like the others; `drift_p` the p-value of a drift apart before.
    """

    expected: float
    change: float
    ci: tuple[float, float] | None
    p_value: float | None
    drift_p: float | None = None


def difference_in_differences(
    reached: tuple[Moments, Moments],
    others: tuple[Moments, Moments],
    gaps: tuple[Mapping[int, float], Mapping[int, float]],
    *,
    kind: Kind,
) -> Difference | None:
    """Compare (before, after) of the reached with the others; `gaps` are reached minus others by week.

    A ratio's expected value is its own before plus the others' change; a sum's is its before times the
    others' growth (gaps are then of logarithms). The interval takes the larger of sampling error and of how
    much the weekly gap varies by itself (Bertrand, Duflo, Mullainathan 2004 on what sampling error leaves out).
    """
    values = [value_of(m, kind) for m in (*reached, *others)]
    if any(v is None for v in values) or (kind == "additive" and not all(values[i] for i in (0, 2, 3))):
        return None
    before, after, control_before, control_after = (float(v or 0.0) for v in values)
    expected = before + control_after - control_before if kind == "ratio" else before * control_after / control_before
    weekly = _weekly(gaps)
    scale = 1.0 if kind == "ratio" else expected
    sampling = math.sqrt(sum(float(ratio_variance(m)) for m in (*reached, *others))) if kind == "ratio" else 0.0
    spread = max(sampling, weekly[0] * scale if weekly else 0.0)
    change = after - expected
    ci, p_value = _interval(change, spread, weekly[1] if weekly else math.inf)
    return Difference(expected=expected, change=change, ci=ci, p_value=p_value, drift_p=_drift(gaps[0]))


def _weekly(gaps: tuple[Mapping[int, float], Mapping[int, float]]) -> tuple[float, float] | None:
    """Return the standard error and degrees of freedom of the step between the weekly gaps."""
    before, after = (np.asarray(list(g.values()), dtype=float) for g in gaps)
    if min(len(before), len(after)) < LEAST_POINTS:
        return None
    parts = [float(np.var(x, ddof=1)) / len(x) for x in (before, after)]
    total = sum(parts)
    if total <= 0:
        return 0.0, math.inf
    df = total**2 / sum(v**2 / (len(x) - 1) for v, x in zip(parts, (before, after), strict=True))
    return math.sqrt(total), df


def _drift(before: Mapping[int, float]) -> float | None:
    """Return the p-value of a straight line through the gaps before."""
    if len(before) < 2 * LEAST_POINTS:
        return None
    from scipy.stats import linregress

    return float(linregress(list(before.keys()), list(before.values())).pvalue)


def _interval(change: float, spread: float, df: float) -> tuple[tuple[float, float] | None, float | None]:
    from scipy.special import stdtr, stdtrit

    if spread <= 0:
        return None, None
    reach = float(stdtrit(min(df, 1e9), 0.975)) * spread
    return (change - reach, change + reach), float(2 * stdtr(min(df, 1e9), -abs(change) / spread))
