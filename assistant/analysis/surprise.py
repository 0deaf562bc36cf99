"""Points of a series that its own level and season would not have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.movement import MAD_TO_SIGMA

LEAST_HISTORY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A point beside what was expected of it; `low` and `high` hold 95 % of ordinary points."""

    index: int
    value: float
    expected: float
    low: float
    high: float
    p_value: float


def judged(values: Sequence[float], tested: Sequence[int], *, season: int, level: int, logs: bool) -> list[Surprise]:
    """Judge some points of a series against the rest of it.

    Expected is the median of the `level` points before; where a season ago is known and taking that season's
    step into account made past errors smaller, that step is added. The scale is the median absolute deviation
    of the errors of points that are not tested. `logs` compares by factors. Empty with fewer than ten errors.
    """
    from scipy.special import stdtr, stdtrit

    y = np.log(np.maximum(np.asarray(values, dtype=float), 1e-12)) if logs else np.asarray(values, dtype=float)
    expected = _expected(y, tested, season=season, level=level)
    errors = y - expected
    known = np.delete(errors, list(tested))
    known = known[np.isfinite(known)]
    scale = MAD_TO_SIGMA * float(np.median(np.abs(known - np.median(known)))) if len(known) >= LEAST_HISTORY else 0.0
    if scale <= 0:
        return []
    df = len(known) - 1
    reach = float(stdtrit(df, 0.975)) * scale
    back = np.exp if logs else (lambda x: x)
    return [
        Surprise(
            index=i, value=float(values[i]), expected=float(back(expected[i])),
            low=float(back(expected[i] - reach)), high=float(back(expected[i] + reach)),
            p_value=float(2 * stdtr(df, -abs(errors[i]) / scale)),
        )
        for i in tested
        if np.isfinite(errors[i])
    ]  # fmt: skip


def _expected(y: NDArray[np.float64], tested: Sequence[int], *, season: int, level: int) -> NDArray[np.float64]:
    """Return the level before each point, with the season's step where that has paid so far."""
    flat = np.array([np.median(y[i - level : i]) if i >= level else np.nan for i in range(len(y))])
    step = np.full(len(y), np.nan)
    step[season:] = (y - flat)[: max(len(y) - season, 0)]
    seasonal = flat + step
    shared = np.isfinite(seasonal) & np.isfinite(y)
    shared[list(tested)] = False
    pays = shared.sum() >= LEAST_HISTORY and _spread((y - seasonal)[shared]) < _spread((y - flat)[shared])
    return np.where(np.isfinite(seasonal), seasonal, flat) if pays else flat


def _spread(errors: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(errors)))
