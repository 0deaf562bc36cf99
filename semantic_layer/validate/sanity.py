"""Metrics against their unit: what a share, a count or an amount cannot be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from semantic_layer.compile import compile_query
from semantic_layer.compile.formulas import leaves
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import BecauseError, did_you_mean
from semantic_layer.model import Catalogue, MetricSpec
from semantic_layer.query import MetricQuery
from semantic_layer.validate.report import Report

PLAIN_UNITS = ("ratio", "count", "seconds", "score", "months")
_COUNTED = ("count", "count_distinct")
# A change may be minus everything or double; what lies outside is rather a percentage than a fraction.
_FRACTION = (-1.0, 2.0)
_AT_ONCE = 25
_MOST_MONTHS = 2_000
Values = Mapping[str, tuple[tuple[object, float], ...]]


def value_problems(catalogue: Catalogue, engine: SqlEngine, report: Report, *, filled: frozenset[str]) -> None:
    """Warn of metrics whose values, month by month, their unit does not allow; `filled` tables hold rows."""
    for metric in catalogue.metrics:
        _unit(metric, report)
    sound = [m for m in catalogue.metrics if report.sound(f"metric:{m.name}") and _is_plain(m, catalogue, filled)]
    held = {m.name: m for m in sound}
    for name, values in _values(sound, catalogue, engine):
        _judge(held[name], values, report)


def _unit(metric: MetricSpec, report: Report) -> None:
    if metric.unit not in PLAIN_UNITS and not (len(metric.unit) == 3 and metric.unit.isupper()):
        report.warning(
            f"metric:{metric.name}",
            "unknown_unit",
            f"metric '{metric.name}' has the unit '{metric.unit}'",
            f"{did_you_mean(metric.unit, PLAIN_UNITS)}; a percentage is a ratio, money a currency code such as EUR",
        )
    if metric.format is not None:
        try:
            format(0.5, metric.format)
        except ValueError as error:
            report.warning(
                f"metric:{metric.name}",
                "bad_format",
                f"metric '{metric.name}': format '{metric.format}' writes no number: {error}",
                "write a Python format such as .1% or ,.0f",
            )


def _is_plain(metric: MetricSpec, catalogue: Catalogue, filled: frozenset[str]) -> bool:
    """Whether there are rows to measure it on, month by month and without looking back."""
    try:
        return all(not leaf.frame and leaf.measure.table in filled for leaf in leaves(metric.name, catalogue, {}))
    except BecauseError:
        return False


def _values(
    metrics: Sequence[MetricSpec], catalogue: Catalogue, engine: SqlEngine
) -> Iterator[tuple[str, tuple[tuple[object, float], ...]]]:
    """Yield each metric's values by month, of those of the same facts in one statement."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for metric in metrics:
        facts = sorted({leaf.measure.table for leaf in leaves(metric.name, catalogue, {})})
        groups.setdefault(tuple(facts), []).append(metric.name)
    for tables, names in groups.items():
        dated = all(catalogue.table(t).time for t in tables)
        for start in range(0, len(names), _AT_ONCE):
            yield from _run(names[start : start + _AT_ONCE], catalogue, engine, dated=dated).items()


def _run(names: Sequence[str], catalogue: Catalogue, engine: SqlEngine, *, dated: bool) -> Values:
    query = MetricQuery(metrics=tuple(names), grain="month" if dated else None)
    try:
        table = engine.run(compile_query(query, catalogue), max_rows=_MOST_MONTHS)
    except BecauseError:
        # What does not run is told by the check of the warehouse's plan.
        if len(names) == 1:
            return {}
        halves = (names[: len(names) // 2], names[len(names) // 2 :])
        return {k: v for half in halves for k, v in _run(half, catalogue, engine, dated=dated).items()}
    months = table.column("period") if dated else (None,) * len(table)
    return {name: tuple(_numbers(months, table.column(name))) for name in names}


def _numbers(months: Iterable[object], values: Iterable[object]) -> Iterator[tuple[object, float]]:
    for month, value in zip(months, values, strict=True):
        if isinstance(value, int | float) and isfinite(value):
            yield month, float(value)


def _judge(metric: MetricSpec, values: Sequence[tuple[object, float]], report: Report) -> None:
    if not values:
        return
    low, high = min(values, key=lambda v: v[1]), max(values, key=lambda v: v[1])
    if metric.unit == "ratio":
        _fraction(metric, low, high, report)
    elif metric.unit != "score" and low[1] < 0 and metric.type != "derived":
        report.warning(
            f"metric:{metric.name}",
            "negative_value",
            f"metric '{metric.name}' is {_at(low)}, and its unit is {metric.unit}",
            "look for rows with the wrong sign; a balance that may be negative can be a derived metric",
        )


def _fraction(metric: MetricSpec, low: tuple[object, float], high: tuple[object, float], report: Report) -> None:
    share = _is_share(metric)
    least, most = (0.0, 1.0) if share else _FRACTION
    worst = high if high[1] > most else low
    if least <= worst[1] <= most:
        return
    hint = "a fraction of 0.25 is shown as 25 %: divide by 100, or give the unit that it has"
    if share:
        hint = "the numerator counts rows that the denominator does not: compare their conditions and tables"
    report.warning(
        f"metric:{metric.name}",
        "ratio_out_of_range",
        f"metric '{metric.name}' is {_at(worst)}, and {'a share lies' if share else 'a ratio mostly lies'} "
        f"between {least:g} and {most:g}",
        hint,
    )


def _is_share(metric: MetricSpec) -> bool:
    """Whether it counts some of what it divides by."""
    above, below = metric.numerator, metric.denominator
    counts = above is not None and below is not None and above.agg in _COUNTED and below.agg in _COUNTED
    return metric.type == "conversion" or (metric.type == "ratio" and counts)


def _at(found: tuple[object, float]) -> str:
    month, value = found
    return f"{value:,.4g}" + (f" in {month:%B %Y}" if hasattr(month, "strftime") else "")
