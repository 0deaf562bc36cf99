"""Values of metrics period by period, for analyses that look at a history."""

from collections.abc import Sequence
from datetime import date

from assistant.measuring import Bench, to_table
from assistant.windows import labelled
from semantic_layer.calendar import period_end, period_start, shift
from semantic_layer.compile import sliceable
from semantic_layer.errors import UserError
from semantic_layer.query import Filter, Grain, MetricQuery, TimeWindow

Series = dict[str, dict[date, float | None]]


def history(
    bench: Bench, metrics: Sequence[str], filters: Sequence[Filter], window: TimeWindow, grain: Grain
) -> Series:
    """Measure metrics by period in one statement; one that stops it is measured alone or left out."""
    if not metrics:
        return {}
    query = MetricQuery(metrics=tuple(metrics), filters=tuple(filters), window=window, grain=grain)
    names = ", ".join(bench.catalogue.metric(m).label for m in metrics)
    try:
        table = to_table(bench.recorder.measure(query, f"{names} by {grain}"))
    except UserError:
        if len(metrics) == 1:
            return {}
        return {k: v for m in metrics for k, v in history(bench, [m], filters, window, grain).items()}
    columns = [c.name for c in table.columns]
    at = columns.index("period")
    return {m: {_day(row[at]): row[columns.index(m)] for row in table.rows} for m in metrics}


def reachable(bench: Bench, filters: Sequence[Filter]) -> tuple[str, ...]:
    """Return the shown metrics that can be cut by the filters."""
    asked = {f.dimension for f in filters}
    shown = (m.name for m in bench.catalogue.metrics if not m.hidden)
    return tuple(m for m in shown if asked <= set(sliceable(m, bench.catalogue)))


def whole_periods(bench: Bench, grain: Grain, until: date) -> TimeWindow | None:
    """Return the window of all complete periods from the first day of data to a day."""
    if bench.first is None:
        return None
    start = period_start(bench.first, grain)
    start = start if start == bench.first else shift(start, grain, 1)
    last = period_start(until, grain)
    end = until if period_end(last, grain) == until else shift(last, "day", -1)
    return labelled(start, end) if start <= end else None


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)
