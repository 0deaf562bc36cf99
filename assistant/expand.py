"""From a plan to what is measured: the baseline, companions and the order of a table. Pure."""

from dataclasses import replace
from datetime import date

from assistant.phrases import NO_PERIOD
from assistant.types import Decline, Reading
from assistant.windows import name_of, previous
from semantic_layer.compile.formulas import leaves
from semantic_layer.model import Catalogue, MetricSpec
from semantic_layer.query import MetricQuery, TimeWindow


def with_baseline(reading: Reading, usual: TimeWindow | None = None) -> Reading:
    """Compare with the window before, or what stands for it, unless the question named another."""
    if reading.window is None or reading.baseline is not None:
        return reading
    return replace(reading, baseline=usual or previous(reading.window))


def chosen(reading: Reading, window: TimeWindow, baseline: TimeWindow | None = None) -> Reading:
    """Put a better window in the place of the default one, and say so where the default was said."""
    kept = [a for a in reading.assumptions if not a.startswith(NO_PERIOD)]
    said = f"{NO_PERIOD}: {name_of(window)}"
    return replace(reading, window=window, baseline=baseline, assumptions=(*kept, said))


def companions(reading: Reading, catalogue: Catalogue) -> tuple[str, ...]:
    """Name the metrics that the asked ones mislead without."""
    named = (catalogue.metric(m).read_with for m in reading.metrics)
    return tuple(dict.fromkeys(m for m in named if m and m not in reading.metrics))


def table_query(reading: Reading, catalogue: Catalogue, metrics: tuple[str, ...]) -> MetricQuery:
    """Ask for the table of a reading: largest first, unless a dimension has an order of its own."""
    order_by, order = reading.order_by, reading.order
    if order_by is None and not reading.grain and not _ordered(reading, catalogue):
        order_by, order = metrics[0], order or "desc"
    return MetricQuery(
        metrics=metrics,
        by=reading.by,
        filters=reading.filters,
        window=reading.window,
        grain=reading.grain,
        having=reading.having,
        order_by=order_by,
        order=order or "asc",
        limit=reading.limit,
    )


def _ordered(reading: Reading, catalogue: Catalogue) -> bool:
    if reading.intent == "rank":
        return False
    return any(d.order or d.type in ("number", "date") for d in (catalogue.dimension(n) for n in reading.by))


def outside_data(window: TimeWindow | None, first: date | None, as_of: date | None) -> Decline | None:
    """Refuse a window without a single day of data."""
    if window is None or as_of is None:
        return None
    if window.start > as_of:
        return Decline(
            reason="no_data",
            message=f"There is no data for {window.label or window.start.isoformat()} yet: it ends on {_day(as_of)}.",
        )
    if first and window.end < first:
        return Decline(
            reason="no_data",
            message=f"There is no data for {window.label or window.end.isoformat()}: it begins on {_day(first)}.",
        )
    return None


def dated(spec: MetricSpec, catalogue: Catalogue) -> bool:
    """Tell whether a metric's rows carry a date, directly or through its parts."""
    measures = [leaf.measure for leaf in leaves(spec.name, catalogue, {})]
    return any(m.time or catalogue.table(m.table).time for m in measures)


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
