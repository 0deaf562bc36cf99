"""Sums of a cell, and what their uncertainty says."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from semantic_layer.errors import UserError
from semantic_layer.query import Cube

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Rows, sums and sums of products; scalars, or arrays of one shape."""

    rows: Any
    n: Any
    d: Any
    nn: Any
    nd: Any
    dd: Any

    def minus(self, other: "Moments") -> "Moments":
        """Return what is left without the other."""
        return Moments(**{name: getattr(self, name) - getattr(other, name) for name in NAMES})

    def at(self, index: Any) -> "Moments":
        """Return some of the elements."""
        return Moments(**{name: getattr(self, name)[index] for name in NAMES})

    def square(self, a: Any, b: Any) -> Any:
        """Return the sum over rows of (a·n + b·d)²."""
        return np.maximum(a * a * self.nn + 2 * a * b * self.nd + b * b * self.dd, 0.0)


NAMES = ("rows", "n", "d", "nn", "nd", "dd")


def total(cube: Cube, period: int) -> Moments:
    """Return the sums of one period (1 = now, 0 = before)."""
    inside = cube.period == period
    return Moments(**{name: float(getattr(cube, name)[inside].sum()) for name in NAMES})


def require_finite(cube: Cube) -> None:
    """Raise UserError `not_finite` when a sum is infinite or not a number."""
    for name in NAMES:
        if not np.isfinite(getattr(cube, name)).all():
            raise UserError(
                f"'{cube.metric}' has infinite or undefined sums, so its change cannot be explained",
                code="not_finite",
                hint="look for divisions by zero or infinite values in the metric's expression",
            )


def ratio_variance(m: Moments) -> Any:
    """Return the variance of n/d by the delta method, n/(n−1) corrected.

    Σ(n_i − R·d_i)² / D², from the sums alone (Deng, Knoblich, Lu 2018, with rows as units).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = m.rows / np.maximum(m.rows - 1, 1)
        return m.square(1.0, -m.n / m.d) / m.d**2 * correction


def is_binary(*parts: Moments) -> bool:
    """Tell whether every row's n and d are 0 or 1, n only where d is."""
    return all(m.nn == m.n and m.dd == m.d and m.nd == m.n for m in parts)
