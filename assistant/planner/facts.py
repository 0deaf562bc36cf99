"""What the dictionary says about a metric beyond its name: tables, reach, units."""

import re
from collections.abc import Iterator

from semantic_layer.model import COUNT, Catalogue, MeasureSpec, MetricSpec, TableSpec


def measures(metric: MetricSpec, catalogue: Catalogue) -> Iterator[MeasureSpec]:
    """Yield the measures a metric rests on, those of a derived metric's parts included."""
    yield from metric.measures()
    known = {m.name: m for m in catalogue.metrics if m.name != metric.name}
    for name in (*re.findall(r"[A-Za-z_]\w*", metric.expr or ""), *(i.metric for i in metric.inputs.values())):
        if name in known:
            yield from measures(known[name], catalogue)


def tables(metric: MetricSpec, catalogue: Catalogue) -> tuple[TableSpec, ...]:
    """Return the fact tables of a metric, each once."""
    return tuple({m.table: catalogue.table(m.table) for m in measures(metric, catalogue)}.values())


def counts_rows(metric: MetricSpec) -> str | None:
    """Return the table whose rows a metric counts, all of them."""
    measure = metric.measure
    if metric.type == "cumulative" or measure is None or measure.edge or not measure.counts_rows:
        return None
    return measure.table


def counts_all(metric: MetricSpec) -> str | None:
    """Return the table whose rows a metric counts, all of them or those of the last month."""
    measure = metric.measure
    plain = measure is not None and measure.agg == "count" and measure.expr == "*" and not measure.where
    return measure.table if plain and measure is not None else None


def has_time(metric: MetricSpec, catalogue: Catalogue) -> bool:
    """Tell whether a metric's rows are dated."""
    return any(m.time or catalogue.table(m.table).time for m in measures(metric, catalogue))


def monthly(metric: MetricSpec, catalogue: Catalogue) -> bool:
    """Tell whether a metric is known by the month only."""
    return any(t.time_grain == "month" and t.time for t in tables(metric, catalogue))


def count_of(rate: MetricSpec, catalogue: Catalogue) -> MetricSpec | None:
    """Return the shown metric that counts what a rate has above its line."""
    counts = (m for m in catalogue.metrics if m.type == "simple" and not m.hidden and m.unit == "count")
    return next((m for m in counts if m.measure is not None and m.measure == rate.numerator), None)


def number_behind(rate: MetricSpec, catalogue: Catalogue) -> MetricSpec | None:
    """Return what answers "how many" of a rate: the shown metric, else the rate's own count."""
    return count_of(rate, catalogue) or (catalogue.metric(f"{rate.name}{COUNT}") if rate.counted() else None)


def sum_of(mean: MetricSpec, catalogue: Catalogue) -> MetricSpec | None:
    """Return the shown sum of what an average is the mean of."""
    own = mean.measure.model_copy(update={"agg": "sum"}) if mean.measure else None
    sums = (m for m in catalogue.metrics if m.type == "simple" and not m.hidden)
    return next((m for m in sums if own is not None and m.measure == own), None)


def mean_of(total: MetricSpec, catalogue: Catalogue) -> MetricSpec | None:
    """Return the shown average of what a total is the sum of."""
    means = (m for m in catalogue.metrics if m.type == "average" and not m.hidden)
    return next((m for m in means if sum_of(m, catalogue) == total), None)


def rate_of(count: MetricSpec, catalogue: Catalogue) -> MetricSpec | None:
    """Return the shown ratio that has what a filtered count counts above its line."""
    if count.measure is None or not count.measure.where:
        return None
    ratios = (m for m in catalogue.metrics if m.type == "ratio" and not m.hidden and m.unit == "ratio")
    return next((m for m in ratios if m.numerator == count.measure), None)
