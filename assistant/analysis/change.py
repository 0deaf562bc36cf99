"""How far a metric moved, and whether that is more than noise."""

import math
from dataclasses import dataclass
from typing import Literal

from assistant.analysis.moments import Moments, is_binary, ratio_variance, require_finite, total
from semantic_layer.query import Cube

SMALL = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A metric now and before, in its own unit; null where it cannot be known.

    `ci` is the 95 % interval of the change, `change_pct` a fraction of |before|, n_* numbers of rows.
    """

    value_now: float | None
    value_before: float | None
    change: float | None
    change_pct: float | None
    ci: tuple[float, float] | None
    p_value: float | None
    significant: bool | None
    n_now: int
    n_before: int


def change_of(
    cube: Cube, *, days_now: int | None = None, days_before: int | None = None, design: float = 1.0
) -> Change:
    """Compare the two periods of a cube over all its cells.

    With both lengths given, the test of an additive metric asks whether its value a day moved;
    the change itself stays the plain difference. `design` is the variance in units of that of independent
    rows. Raises UserError when a sum is not finite.
    """
    require_finite(cube)
    exposure = days_now / days_before if days_now and days_before else 1.0
    return compare(total(cube, 1), total(cube, 0), kind=cube.kind, exposure=exposure, design=design)


def compare(
    now: Moments,
    before: Moments,
    *,
    kind: Literal["ratio", "additive"],
    exposure: float = 1.0,
    design: float = 1.0,
) -> Change:
    """Compare two sets of rows; `exposure` is the expected ratio of additive values.

    `design` is the design effect: the variance in units of that of independent rows.
    Ratio: Welch's interval on delta-method variances, or Agresti and Caffo's (2000) for few
    zeros and ones. Additive: compound Poisson, variance Σn² of both.
    """
    value_now, value_before = value_of(now, kind), value_of(before, kind)
    counts = {"n_now": round(now.rows), "n_before": round(before.rows)}
    if value_now is None or value_before is None:
        return Change(
            value_now=value_now, value_before=value_before, change=None, change_pct=None,
            ci=None, p_value=None, significant=None, **counts,
        )  # fmt: skip
    change = value_now - value_before
    ci, p_value = _ratio_test(now, before, design) if kind == "ratio" else _sum_test(now, before, exposure, design)
    return Change(
        value_now=value_now,
        value_before=value_before,
        change=change,
        change_pct=change / abs(value_before) if value_before else None,
        ci=ci,
        p_value=p_value,
        significant=None if p_value is None else p_value < 0.05,
        **counts,
    )


def value_of(m: Moments, kind: Literal["ratio", "additive"]) -> float | None:
    """Return the metric of some rows, or None without rows or a positive denominator."""
    if m.rows <= 0:
        return None
    if kind == "additive":
        return float(m.n)
    return float(m.n / m.d) if m.d > 0 else None


def _ratio_test(now: Moments, before: Moments, design: float) -> tuple[tuple[float, float] | None, float | None]:
    if is_binary(now, before) and min(now.n, now.d - now.n, before.n, before.d - before.n) < SMALL:
        return _agresti_caffo(now, before, design)
    if min(now.rows, before.rows) < 2:
        return None, None
    parts = [float(ratio_variance(m)) for m in (now, before)]
    variance = design * sum(parts)
    change = now.n / now.d - before.n / before.d
    if variance <= 0:
        return (change, change), (1.0 if change == 0 else None)
    df = sum(parts) ** 2 / sum(v**2 / (m.rows - 1) for v, m in zip(parts, (now, before), strict=True))
    return _interval(change, math.sqrt(variance), df)


def _agresti_caffo(now: Moments, before: Moments, design: float) -> tuple[tuple[float, float], float]:
    rates = [(m.n + 1) / (m.d + 2) for m in (now, before)]
    variance = design * sum(p * (1 - p) / (m.d + 2) for p, m in zip(rates, (now, before), strict=True))
    (low, high), p_value = _interval(rates[0] - rates[1], math.sqrt(variance), math.inf)
    change = now.n / now.d - before.n / before.d
    return (max(-1.0, min(low, change)), min(1.0, max(high, change))), p_value


def _sum_test(
    now: Moments, before: Moments, exposure: float, design: float
) -> tuple[tuple[float, float], float | None]:
    change = now.n - before.n
    spread = math.sqrt(design * (now.nn + before.nn))
    if spread == 0:
        return (change, change), (1.0 if change == 0 else None)
    (low, high), p_value = _interval(change, spread, math.inf)
    if exposure == 1.0:
        return (low, high), p_value
    excess = now.n - exposure * before.n
    return (low, high), _interval(excess, math.sqrt(design * (now.nn + exposure**2 * before.nn)), math.inf)[1]


def _interval(change: float, spread: float, df: float) -> tuple[tuple[float, float], float]:
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(min(df, 1e9), 0.975)) * spread
    return (change - reach, change + reach), float(2 * stdtr(min(df, 1e9), -abs(change) / spread))
