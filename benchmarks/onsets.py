"""Lasting steps, spikes, trends and quiet series of 13 and 24 months and 52 weeks: what each is taken for, and dating.

Sizes are in standard errors of a point; a trend's is its whole rise. Dates are judged where a step was called one.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.changepoint import Course, course, level_shift

RUNS = 300
LENGTHS = (13, 24, 52)
SIZES = {"step": (2.0, 3.0, 5.0), "spike": (5.0, 8.0), "trend": (4.0, 6.0), "quiet": (0.0,)}
MARGIN = 3


def run() -> dict[str, str]:
    """Measure what planted series are taken for, and how far and how surely steps are dated."""
    figures: dict[str, str] = {}
    for kind, sizes in SIZES.items():
        for size in sizes:
            label = f"planted {kind}" + (f" of {size:g}" if size else "")
            taken = Counter(course(y) for y, _ in _series(kind, size))  # type: ignore[arg-type]
            total = taken.total()
            said = ", ".join(f"{name} {n / total:.1%}" for name, n in taken.most_common())
            figures[f"{label}, n = {total}: taken for"] = said
    for size in SIZES["step"]:
        figures |= _dated(size)
    return figures


def _dated(size: float) -> dict[str, str]:
    errors, held, widths = [], [], []
    for y, at in _series("step", size):
        shift = level_shift(y)
        if shift is None or shift.p_value >= 0.01:
            continue
        errors.append(abs(shift.index - at))
        held.append(shift.first <= at <= shift.last)
        widths.append(shift.last - shift.first + 1)
    exact, near = (float(np.mean(np.array(errors) <= most)) for most in (0, 1))
    label = f"steps of {size:g} found, n = {len(errors)}"
    return {
        f"{label}: dated exactly, within one period": f"{exact:.1%}, {near:.1%}",
        f"{label}: 95 % set of the date holds it (its periods, median)": f"{np.mean(held):.1%}"
        f" ({np.median(widths):.0f})",
    }


def _series(kind: Course, size: float) -> Iterator[tuple[NDArray[np.float64], int]]:
    for length in LENGTHS:
        rng = np.random.default_rng((length, round(10 * size), len(kind)))
        for _ in range(RUNS):
            y, at = rng.normal(0, 1, length), int(rng.integers(MARGIN, length - MARGIN))
            if kind == "step":
                y[at:] += size
            elif kind == "spike":
                y[at] += size
            elif kind == "trend":
                y += np.linspace(0, size, length)
            yield y, at


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name}: {value}")
