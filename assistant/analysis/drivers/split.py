"""The exact share of parts in a change, with intervals."""

from dataclasses import dataclass

import numpy as np

from assistant.analysis.drivers.cells import Floats
from assistant.analysis.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Contributions of parts, arrays of one shape; rate + mix = contribution."""

    contribution: Floats
    rate: Floats | None
    mix: Floats | None
    se: Floats


def split(before: Moments, now: Moments, all_before: Moments, all_now: Moments, *, kind: str) -> Split:
    """Return what parts contribute to the change of the whole.

    Ratio, weights w = d/D and rates r = n/d, bars the midpoints of both periods: rate effect
    w̄·Δr, mix effect (r̄ − R̄)·Δw (Kitagawa 1955; Das Gupta 1978). A part without a
    denominator in one period is all mix. Additive: the difference. Sums over a partition
    give the change of the whole.
    """
    if kind == "additive":
        return Split(contribution=now.n - before.n, rate=None, mix=None, se=np.sqrt(now.nn + before.nn))
    middle = (all_now.n / all_now.d + all_before.n / all_before.d) / 2
    contribution = (now.n - middle * now.d) / all_now.d - (before.n - middle * before.d) / all_before.d
    rate = rate_effect(before, now, all_before, all_now)
    spread = _spread(before, now, all_before, all_now, middle)
    return Split(contribution=contribution, rate=rate, mix=contribution - rate, se=spread)


def rate_effect(before: Moments, now: Moments, all_before: Moments, all_now: Moments) -> Floats:
    """Return w̄·Δr of parts, zero for a part that lacks a rate in a period."""
    both = (now.d > 0) & (before.d > 0)
    weight = (now.d / all_now.d + before.d / all_before.d) / 2
    rates = np.where(both, now.n, 0.0) / np.where(both, now.d, 1.0)
    rates_before = np.where(both, before.n, 0.0) / np.where(both, before.d, 1.0)
    return np.asarray(np.where(both, weight * (rates - rates_before), 0.0))


def _spread(before: Moments, now: Moments, all_before: Moments, all_now: Moments, middle: float) -> Floats:
    """Delta method: Σψ² over rows, ψ = a·n + b·d with one (a, b) inside a part and one outside."""
    shift = now.d / all_now.d - before.d / all_before.d
    variance = np.zeros_like(shift)
    for sign, part, whole in ((1, now, all_now), (-1, before, all_before)):
        a_out = -shift / 2 / whole.d
        own = (part.n - middle * part.d) / whole.d
        b_out = (-sign * own + shift / 2 * whole.n / whole.d) / whole.d
        a_in, b_in = a_out + sign / whole.d, b_out - sign * middle / whole.d
        variance += part.square(a_in, b_in) + whole.minus(part).square(a_out, b_out)
    return np.asarray(np.sqrt(variance))
