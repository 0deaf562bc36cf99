"""A month against what the metric's own history and season would have it be."""

from dataclasses import replace
from math import isfinite

import numpy as np

from assistant.analysis.surprise import Surprise, judged
from assistant.findings import Findings
from assistant.intents.series import history, whole_periods
from assistant.measuring import Bench
from assistant.windows import whole_months

LEVEL = 3
SEASON = 12
SURE = 0.05
ENDS = ("expected", "low", "high")


def with_usual(found: Findings, bench: Bench) -> Findings:
    """Add the figure of a single month beside what was to be expected of it, where the history tells."""
    figure, window = found.figures[0], found.reading.window
    if window is None or whole_months(window) != 1 or figure.value is None:
        return found
    span = whole_periods(bench, "month", window.end)
    series = history(bench, (figure.metric,), figure.filters, span, "month").get(figure.metric, {}) if span else {}
    values = [value for _, value in sorted(series.items())]
    if not values or window.start not in series or any(v is None or not isfinite(v) for v in values):
        return found
    known = [float(v) for v in values if v is not None]
    sums = bench.catalogue.metric(figure.metric).type in ("simple", "semi_additive") and min(known) > 0
    told = _judged(known, logs=sums)
    if told is None:
        return found
    point, basis = told
    usual = replace(
        figure,
        label=f"{figure.label}, against {basis}",
        baseline_value=point.expected,
        change=point.value - point.expected,
        change_pct=(point.value - point.expected) / abs(point.expected) if point.expected else None,
        change_ci=(point.value - point.high, point.value - point.low),
        significant=point.p_value < SURE,
    )
    return replace(found, figures=(*found.figures, usual), usual=len(found.figures))


def _judged(values: list[float], *, logs: bool) -> tuple[Surprise, str] | None:
    """Judge the last month by the months before it; one that they call odd, by the step of a year ago as well.

    None where only the season could tell and it is not known.
    """
    last = len(values) - 1
    told = judged(values, [last], season=SEASON, level=LEVEL, logs=logs)
    if not told or told[0].p_value >= SURE:
        return (told[0], "its own history") if told else None
    if last < SEASON + LEVEL:
        return None
    once = float(np.median(values[last - SEASON - LEVEL : last - SEASON]))
    step = values[last - SEASON] / once if logs else values[last - SEASON] - once
    (point,) = told
    moved = replace(
        point,
        **{name: getattr(point, name) * step if logs else getattr(point, name) + step for name in ENDS},
    )
    if moved.low <= moved.value <= moved.high:
        return replace(moved, p_value=1.0), "its own history and season"
    return point, "its own history"
