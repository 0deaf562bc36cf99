"""Totals that move against their parts (Simpson), said in a sentence."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from assistant.analysis.change import Change
from assistant.analysis.drivers.cells import Cells, sums
from assistant.analysis.drivers.split import rate_effect
from assistant.analysis.moments import Z95, Moments
from assistant.types import Paradox


def paradoxes(
    cells: Cells,
    members: Sequence[tuple[Moments, Moments]],
    whole: Change,
    labels: Mapping[str, str],
    *,
    design: float = 1.0,
) -> tuple[Paradox, ...]:
    """Return the dimensions inside which a ratio moves against its total.

    Compares the total change with the sum of the rate effects, both with 95 % intervals; the latter's
    variance is that of independent rows times `design`.
    """
    if cells.kind != "ratio":
        return ()
    found = []
    for dimension, (before, now) in zip(cells.dimensions, members, strict=True):
        text = _verdict(before, now, whole, design, labels.get(dimension, dimension))
        if text:
            found.append(Paradox(dimension=dimension, text=text))
    return tuple(found)


def _verdict(before: Moments, now: Moments, whole: Change, design: float, label: str) -> str | None:
    both = (before.d > 0) & (now.d > 0)
    if both.sum() < 2:
        return None
    effects = rate_effect(before, now, sums(before), sums(now))[both]
    inner, spread = float(effects.sum()), _spread(before.at(both), now.at(both), sums(before), sums(now))
    inner_se, change = spread * sqrt(design), whole.change or 0.0
    if not inner_se > 0 or abs(inner) <= Z95 * inner_se:
        return None
    total_moved = whole.ci is not None and not whole.ci[0] <= 0 <= whole.ci[1]
    down = "fell" if inner < 0 else "rose"
    if not total_moved:
        return f"The total hardly moved, but at an unchanged mix of {label} it {down}: a shift in the mix hides it."
    if inner * change > 0:
        return None
    up = "rose" if change > 0 else "fell"
    if (effects * change < 0).all():
        return f"The total {up} although it {down} within every {label}: the mix of {label} changed."
    return f"The total {up}, but at an unchanged mix of {label} it {down}: the mix of {label} changed."


def _spread(before: Moments, now: Moments, all_before: Moments, all_now: Moments) -> float:
    """Delta method for Σ w̄·Δr: influences a·n + b·d per part and period."""
    rates, rates_before = now.n / now.d, before.n / before.d
    delta = rates - rates_before
    weight = (now.d / all_now.d + before.d / all_before.d) / 2
    variance = 0.0
    for sign, part, whole, rate in ((1, now, all_now, rates), (-1, before, all_before, rates_before)):
        a = sign * weight / part.d
        mean = float((part.d / whole.d * delta).sum())
        b = (delta - mean) / 2 / whole.d - a * rate
        variance += float(np.sum(part.square(a, b)))
    return sqrt(variance)
