"""A formula said in words, for readers of the dictionary who do not read SQL."""

from collections.abc import Iterator

from semantic_layer.model import FollowUp, Formula, Input, MeasureSpec, MetricSpec

_AGGREGATES = {
    "sum": "sum",
    "count_distinct": "number of different values",
    "average": "mean",
    "min": "smallest value",
    "max": "largest value",
    "median": "median",
}


def in_words(metric: MetricSpec, formula: Formula) -> tuple[str, ...]:
    """Return one sentence for each part of a metric's formula or of an earlier version's."""
    return tuple(f"{said[:1].upper()}{said[1:]}." for said in _parts(metric, formula))


def _parts(metric: MetricSpec, formula: Formula) -> Iterator[str]:
    if formula.numerator and formula.denominator:
        yield _measure(formula.numerator)
        yield f"divided by the {_measure(formula.denominator)}"
    elif formula.base and formula.conversion:
        yield f"of the {_rows(formula.base)}, the share {_event(formula.conversion)}"
        yield f"rows of the last {formula.conversion.within} have not had that long and are left out"
    elif formula.measure:
        yield _measure(formula.measure) + _frame(metric, formula)
    elif formula.expr:
        yield f"computed as {formula.expr}"
        yield from (_input(name, used) for name, used in formula.inputs.items())
    age = max((measure.matures_after for measure in formula.measures()), default=0)
    if age:
        yield f"rows younger than {age} days are left out"


def _measure(measure: MeasureSpec) -> str:
    said = _what(measure)
    if measure.time:
        said += f", dated by {measure.time}"
    if measure.first or measure.last:
        said += f", at the {'start' if measure.first else 'end'} of the period only"
    if measure.followed_by:
        said += f", {_event(measure.followed_by)}"
    return said


def _what(measure: MeasureSpec) -> str:
    if measure.agg == "percentile":
        return f"{100 * (measure.percentile or 0):g}th percentile of {measure.expr} over the {_rows(measure)}"
    if measure.agg != "count":
        return f"{_AGGREGATES[measure.agg]} of {measure.expr} over the {_rows(measure)}"
    return f"number of {_rows(measure)}" + ("" if measure.expr == "*" else f", with a value of {measure.expr}")


def _rows(read: MeasureSpec | FollowUp) -> str:
    return f"rows of {read.table}" + (f" where {read.where}" if read.where else "")


def _event(event: FollowUp) -> str:
    whose = f" with the same in {event.entity}" if event.entity else " of the same entity"
    return f"followed within {event.within} by {_rows(event)}{whose}"


def _frame(metric: MetricSpec, formula: Formula) -> str:
    edged = formula.measure is not None and formula.measure.edge
    if metric.type == "semi_additive":
        return "" if edged else ", at the end of the period only"
    if metric.type != "cumulative":
        return ""
    if formula.window:
        return f", over the {formula.window} up to the end of each period"
    if formula.to_date:
        return f", from the start of the {formula.to_date.replace('_', ' ')} to the end of each period"
    return ", over everything until the end of each period"


def _input(name: str, used: Input) -> str:
    earlier = f", as it was {used.offset} earlier" if used.offset else ""
    return f"where {name} is {used.metric}{earlier}"
