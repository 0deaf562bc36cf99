"""Forecasts by simple methods, chosen and bounded by how they would have done in the past.

The methods are the benchmarks of Hyndman and Athanasopoulos, Forecasting: Principles and Practice (2021), ch. 5;
with two years of history or less nothing richer can be fitted without guessing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 8
LEAST_TESTS = 4
BETTER = 0.95
Method = Callable[[NDArray[np.float64], int, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Values ahead with 95 % bounds; `error` is the mean absolute error over `tests` past forecasts."""

    method: str
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    error: float
    tests: int


def forecast(values: Sequence[float], steps: int, *, season: int, logs: bool = False) -> Forecast | None:
    """Forecast `steps` points; None with too short a history to have tested any method.

    Every method forecasts from each past point; the one with the smallest error wins, a plainer one unless the
    other is 5 % better. Bounds are Student's t times the root mean square error at that distance, never
    narrower further ahead. `logs` works by factors, for sums.
    """
    y = np.log(np.asarray(values, dtype=float)) if logs else np.asarray(values, dtype=float)
    if len(y) < LEAST or not np.isfinite(y).all():
        return None
    tests = {name: _errors(y, steps, season, method) for name, method in METHODS.items()}
    tested = {name: errors for name, errors in tests.items() if sum(map(len, errors)) and len(errors[0]) >= LEAST_TESTS}
    if not tested:
        return None
    chosen = _best(tested)
    ahead = np.array([METHODS[chosen](y, h, season) for h in range(1, steps + 1)])
    reach = _reach(tested[chosen])
    back = np.exp if logs else np.asarray
    middle = back(ahead)
    past = [abs(e) for errors in tested[chosen] for e in errors]
    error = float(np.mean(past))
    return Forecast(
        method=chosen,
        values=tuple(map(float, middle)),
        low=tuple(map(float, back(ahead - reach))),
        high=tuple(map(float, back(ahead + reach))),
        error=float(np.expm1(error) * middle.mean()) if logs else error,
        tests=len(tested[chosen][0]),
    )


def _errors(y: NDArray[np.float64], steps: int, season: int, method: Method) -> list[list[float]]:
    """Return the errors at each distance, forecasting from every past point that allows it."""
    out: list[list[float]] = [[] for _ in range(steps)]
    for origin in range(LEAST // 2, len(y)):
        for h in range(1, min(steps, len(y) - origin) + 1):
            guess = method(y[:origin], h, season)
            if np.isfinite(guess):
                out[h - 1].append(float(y[origin + h - 1] - guess))
    return out


def _best(tested: dict[str, list[list[float]]]) -> str:
    """Return the method with the smallest error where all that are compared were tested."""
    least = [min(map(len, same)) for same in zip(*tested.values(), strict=True)]
    score = {
        name: float(np.mean(np.concatenate([np.abs(e[-n:]) for e, n in zip(errors, least, strict=True) if n])))
        for name, errors in tested.items()
    }
    order = list(score)
    best = order[0]
    for name in order[1:]:
        if score[name] < BETTER * score[best]:
            best = name
    return best


def _reach(errors: list[list[float]]) -> NDArray[np.float64]:
    from scipy.special import stdtrit

    known = [np.asarray(e) for e in errors]
    width, out = 0.0, []
    for one in known:
        if len(one) >= LEAST_TESTS:
            width = max(width, float(stdtrit(len(one) - 1, 0.975)) * float(np.sqrt(np.mean(one**2))))
        out.append(width)
    return np.asarray(out)


def _last(y: NDArray[np.float64], _h: int, _season: int) -> float:
    return float(y[-1])


def _level(y: NDArray[np.float64], _h: int, _season: int) -> float:
    return float(y[-3:].mean())


def _season_ago(y: NDArray[np.float64], h: int, season: int) -> float:
    """Return the value of a season ago, moved by how the level has moved since."""
    place = len(y) - season + (h - 1) % season
    if place - 3 < 0 or len(y) - season < 3:
        return float("nan")
    return float(y[place] + y[-3:].mean() - y[len(y) - season - 3 : len(y) - season].mean())


def _drift(y: NDArray[np.float64], h: int, _season: int) -> float:
    return float(y[-1] + h * (y[-1] - y[0]) / (len(y) - 1))


def _averaged(y: NDArray[np.float64], h: int, season: int) -> float:
    """Average two methods, which errs less than either (Bates and Granger 1969)."""
    return (_last(y, h, season) + _season_ago(y, h, season)) / 2


METHODS: dict[str, Method] = {
    "the last value": _last,
    "the level of the last three periods": _level,
    "the season of a year ago at today's level": _season_ago,
    "the trend so far": _drift,
    "the last value and the season of a year ago, averaged": _averaged,
}
