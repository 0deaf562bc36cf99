"""What a reader of a result must know about how its rows were chosen."""

from collections.abc import Iterator
from datetime import date, timedelta

from semantic_layer.calendar import period_label
from semantic_layer.compile.across import overlapping
from semantic_layer.compile.readings import Needs, Reading
from semantic_layer.query import MetricQuery, TimeWindow

_EDGES = {"first": "start", "last": "end"}


def notes(wanted: Needs, found: list[Reading], query: MetricQuery, as_of: date | None) -> tuple[str, ...]:
    """Say what was left out, read whole or read at the end only."""
    young, whole = _young(wanted, query.window, as_of), _whole(found, query)
    across = [said for reading in found for said in overlapping(query, reading.scan)]
    return tuple(dict.fromkeys([*young, *_at_edge(wanted, found), *_framed(wanted), *whole, *across]))


def _young(wanted: Needs, window: TimeWindow | None, as_of: date | None) -> Iterator[str]:
    for metric, parts in wanted:
        age = max(p.measure.matures_after for p in parts)
        if age and as_of and (window is None or window.end > as_of - timedelta(days=age)):
            last = as_of - timedelta(days=age)
            yield (
                f"{metric.label}: rows after {last.day} {last:%B %Y} are left out, since they need {age} days to settle"
            )


def _at_edge(wanted: Needs, found: list[Reading]) -> Iterator[str]:
    if not any(r.edge for r in found):
        return
    for metric, parts in wanted:
        for edge in dict.fromkeys(p.measure.edge for p in parts if p.measure.edge):
            yield f"{metric.label}: the figure at the {_EDGES[edge]} of the period, not a sum over it"


def _framed(wanted: Needs) -> Iterator[str]:
    for metric, parts in wanted:
        for leaf in parts:
            if leaf.frame:
                covers = "covers" if leaf.metric is metric else f"reads {leaf.metric.label} over"
                yield f"{metric.label} {covers} {leaf.frame.text()}"


def _whole(found: list[Reading], query: MetricQuery) -> Iterator[str]:
    if query.window is None:
        return
    for reading in found:
        first, last = reading.scan.days(query.window)
        if (first, last) != (query.window.start, query.window.end):
            months = dict.fromkeys((period_label(first, "month"), period_label(last, "month")))
            yield f"{reading.scan.table.name} has one row a month: {' to '.join(months)} counted whole"
