"""Why it moved: which comparison, what drove it, what customers said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np

from assistant.analysis.changepoint import course
from assistant.expand import chosen, companions, dated, with_baseline
from assistant.findings import Comparison, Findings, LevelShift
from assistant.intents.common import beside, empty, first_findings, rows_behind
from assistant.intents.doubts import counted_once, doubts
from assistant.intents.explaining import explained
from assistant.intents.factoring import with_factors
from assistant.intents.listen import listen
from assistant.intents.onset import with_onset
from assistant.intents.trend import shift_in
from assistant.intents.usual import with_usual
from assistant.measuring import Bench, Measured, is_stock, measure, to_table
from assistant.phrases import ask_what
from assistant.types import Decline, Drivers, Plan, Reading, ResultTable, Segment, Step
from assistant.windows import around_shift, labelled, last_months, month_end, whole_months
from assistant.withheld import without_small_groups
from semantic_layer.compile import restating, sliceable
from semantic_layer.errors import UserError
from semantic_layer.query import CubeQuery, MetricQuery

MOST_MEMBERS = 2_000
MOST_DIMENSIONS = 14
RECENT = 13
HISTORY = 25
MOST_MONTHS = 6


def find_why(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Compare two windows, split the change, and listen to the leading segment's customers."""
    refusal = undated(plan, bench)
    if refusal:
        yield refusal
        return
    reading = with_baseline(plan.reading)
    metric = reading.metrics[0]
    label = bench.catalogue.metric(metric).label
    yield Step(name="run", text=f"Measuring {label} in both periods")
    measured = [_measured(bench, reading)]
    if measured[0].figure.value is None or measured[0].figure.baseline_value is None:
        yield empty(plan, reading, bench)
        return
    comparison = _as_asked(plan, reading)
    if comparison.reason == "default" and measured[0].change and not measured[0].change.significant:
        yield Step(name="analyse", text="No change month on month; looking for a lasting step")
        comparison = _since_shift(bench, reading, comparison)
        if comparison.shift:
            reading = chosen(reading, comparison.now, comparison.before)
            measured.insert(0, _measured(bench, reading))
    yield Step(name="analyse", text=f"Splitting the change of {label} by every dimension")
    drivers, notes = split_change(bench, reading, measured[0].figure.label, only=plan.split_by)
    if drivers and not plan.split_by:
        drivers = with_factors(bench, reading, measured[0].figure, drivers, lambda r: _segments(bench, r))
    beside_, more = beside(bench, companions(reading, bench.catalogue), reading)
    found = replace(
        first_findings(plan, reading, bench),
        figures=tuple(m.figure for m in (*measured, *beside_)),
        drivers=drivers,
        comparison=comparison,
        shift=comparison.shift,
        smallest=rows_behind(measured[:1]),
        notes=(*notes, *more, *(m.note for m in measured if m.note)),
    )
    found = with_onset(found, bench) if measured[0].figure.significant is not False else found
    found = with_usual(found, bench)
    mixed = drivers is not None and bool(drivers.paradox)
    if mixed or (measured[0].change and measured[0].change.significant is False):
        yield found
        return
    yield Step(name="evidence", text="Listening to what those customers said")
    yield listen(found, bench)


def _measured(bench: Bench, reading: Reading) -> Measured:
    return measure(bench, reading.metrics[0], reading.filters, reading.window, reading.baseline)


def undated(plan: Plan, bench: Bench) -> Findings | None:
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    if reading.window and dated(spec, bench.catalogue):
        return None
    decline = Decline(
        reason="no_data",
        message=f"{spec.label} has no dates here, so there is no change to explain; it can be compared across groups.",
        nearest=(ask_what(spec.label), *_by_examples(plan, bench)),
    )
    return replace(first_findings(plan, reading, bench), decline=decline)


def _by_examples(plan: Plan, bench: Bench) -> tuple[str, ...]:
    spec = bench.catalogue.metric(plan.reading.metrics[0])
    names = sliceable(spec.name, bench.catalogue)[:2]
    return tuple(f"{spec.label} by {bench.catalogue.dimension(n).label}" for n in names)


def _as_asked(plan: Plan, reading: Reading) -> Comparison:
    if reading.window is None or reading.baseline is None:
        raise AssertionError("a dated why has two windows")
    reason = "default" if plan.default_window else "asked"
    return Comparison(now=reading.window, before=reading.baseline, reason=reason)  # type: ignore[arg-type]


def _since_shift(bench: Bench, reading: Reading, asked: Comparison) -> Comparison:
    """Compare the months after a recent lasting step with as many before, if there is one."""
    if bench.as_of is None or whole_months(asked.now) != 1:
        return asked
    window = last_months(month_end(asked.now.end), HISTORY)
    if bench.first and window.start < bench.first:
        window = labelled(max(window.start, bench.first), window.end)
    query = MetricQuery(metrics=reading.metrics[:1], filters=reading.filters, window=window, grain="month")
    run = bench.recorder.measure(query, f"{bench.catalogue.metric(reading.metrics[0]).label} by month")
    table = to_table(run)
    column = [c.name for c in table.columns].index("period")
    periods: list[date] = [row[column] for row in table.rows]
    values = [row[[c.name for c in table.columns].index(reading.metrics[0])] for row in table.rows]
    shift = _recent_shift(table, reading.metrics[0], periods)
    around = around_shift(periods, periods.index(shift.month), most=MOST_MONTHS) if shift else None
    if shift is None or around is None:
        return replace(asked, drift=_drift(values[-RECENT:]))
    now, before = around
    return Comparison(now=now, before=before, reason="shift", shift=shift, other=(asked.now, asked.before))


def _drift(values: Sequence[float | None]) -> Literal["up", "down"] | None:
    known = [float(v) for v in values if v is not None]
    if len(known) < len(values) or course(known) != "trend":
        return None
    return "up" if np.polyfit(range(len(known)), known, 1)[0] > 0 else "down"


def _recent_shift(table: ResultTable, metric: str, periods: list[date]) -> LevelShift | None:
    """Find the last year's lasting step: in the whole history, which tells small ones, else in that year alone."""
    shift = shift_in(table, metric, periods)
    if shift is None or periods.index(shift.month) < len(periods) - RECENT + 1:
        recent = replace(table, rows=tuple(row for row in table.rows if row[0] in periods[-RECENT:]))
        shift = shift_in(recent, metric, periods[-RECENT:])
    return shift


def split_change(
    bench: Bench, reading: Reading, label: str, *, only: tuple[str, ...] = ()
) -> tuple[Drivers | None, tuple[str, ...]]:
    """Split the change between a reading's two windows by its dimensions; say what stood in the way."""
    dimensions, left_out = (only, ()) if only else driver_dimensions(bench, reading)
    if reading.window is None or reading.baseline is None or not dimensions:
        return None, ("there is no dimension to split this metric by",)
    query = CubeQuery(
        metric=reading.metrics[0],
        dimensions=dimensions,
        now=reading.window,
        before=reading.baseline,
        filters=reading.filters,
    )
    query, twice = counted_once(bench, query)
    try:
        found, warnings = explained(bench, query, label, _lengths(bench, reading))
        drivers, withheld = without_small_groups(found, bench, reading)
    except UserError as error:
        return None, (f"the change cannot be split: {error.message}", *twice)
    return drivers, (*twice, *doubts(bench, query), *said_left_out(left_out), *withheld, *warnings)


def _lengths(bench: Bench, reading: Reading) -> tuple[int, int] | None:
    """Return the days of both windows for what grows with them; a stock does not."""
    if reading.window is None or reading.baseline is None or is_stock(bench.catalogue.metric(reading.metrics[0])):
        return None
    return reading.window.days, reading.baseline.days


def _segments(bench: Bench, reading: Reading) -> tuple[Segment, ...]:
    drivers, _ = split_change(bench, reading, bench.catalogue.metric(reading.metrics[0]).label)
    return drivers.segments if drivers else ()


def driver_dimensions(bench: Bench, reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose the dimensions to split by: those that drive, are free, say more than the metric, have few members.

    Returns (dimensions, labels of those left out).
    """
    fixed = {f.dimension for f in reading.filters if f.operator == "in" and len(f.values) == 1}
    shut = fixed | restating(reading.metrics[0], bench.catalogue)
    names = [
        name
        for name in sliceable(reading.metrics[0], bench.catalogue)
        if bench.catalogue.dimension(name).driver and not bench.catalogue.dimension(name).hidden and name not in shut
    ]
    sizes = {name: len(bench.values.get(name, ())) for name in names}
    small = sorted((n for n in names if 2 <= sizes[n] <= MOST_MEMBERS), key=lambda n: (sizes[n], names.index(n)))
    kept = set(small[:MOST_DIMENSIONS])
    left_out = [bench.catalogue.dimension(n).label for n in names if n not in kept and sizes[n] != 1]
    return tuple(n for n in names if n in kept), tuple(left_out)


def said_left_out(labels: Sequence[str]) -> tuple[str, ...]:
    """Note which dimensions were not searched for drivers."""
    note = f"the search for drivers took the dimensions of fewest members, not: {', '.join(labels)}"
    return (note,) if labels else ()
