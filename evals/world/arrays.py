"""Small helpers over numpy arrays."""

from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

_EPOCH = date(1970, 1, 1).toordinal()


def ordinals(days: npt.ArrayLike) -> Ints:
    """Return days as proleptic ordinals (`date.toordinal`)."""
    return np.asarray(days, dtype=np.int64)


def epoch_days(days: Ints) -> Ints:
    """Turn ordinals into days since 1970-01-01."""
    return days - _EPOCH


def pick(rng: np.random.Generator, shares: npt.ArrayLike, count: int) -> Ints:
    """Draw `count` codes with the given shares."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], rng.random(count), side="right"), len(edges) - 1)


def pick_by(rng: np.random.Generator, shares: npt.ArrayLike, group: Ints) -> Ints:
    """Draw one code a row, row `i` with the shares of its group."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64), axis=1)
    edges /= edges[:, -1:]
    drawn = rng.random(len(group))
    return ordinals(np.minimum((drawn[:, None] >= edges[group]).sum(axis=1), edges.shape[1] - 1))


def rounded(values: Floats, digits: int) -> Floats:
    """Round to a number of digits."""
    return np.asarray(np.round(values, digits), dtype=np.float64)


def happens(rng: np.random.Generator, probability: Floats) -> Bools:
    """Draw an event a row."""
    return rng.random(probability.shape) < probability


def complete_months(start: Ints, end: Ints) -> Ints:
    """Count complete months between two ordinals."""
    first = epoch_days(start).astype("datetime64[D]")
    last = epoch_days(end).astype("datetime64[D]")
    months = (last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(np.int64)
    day_of_first = (first - first.astype("datetime64[M]")).astype(np.int64)
    day_of_last = (last - last.astype("datetime64[M]")).astype(np.int64)
    return np.asarray(months - (day_of_last < day_of_first), dtype=np.int64)


def tenure_codes(signed_up: Ints, day: Ints) -> Ints:
    """Code the tenure band: up to 3 months, up to 12, under 36, longer."""
    return np.searchsorted(np.array([4, 13, 36]), complete_months(signed_up, day), side="right")
