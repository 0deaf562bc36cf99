"""When a new level began, week by week, and what was recorded around then."""

from dataclasses import replace
from datetime import timedelta

from assistant.analysis.changepoint import level_shift
from assistant.findings import Findings, LevelShift
from assistant.intents.series import history
from assistant.measuring import Bench
from assistant.planner.facts import monthly
from assistant.types import Drivers, Intervention, Reading, ResultColumn, ResultTable, Segment
from assistant.windows import labelled, month_end, month_start
from semantic_layer.calendar import period_end, period_start
from semantic_layer.query import Filter, Grain, TimeWindow

AROUND = 2
NEAR = timedelta(days=14)
LONGEST = timedelta(days=92)
CARRIES = 0.25
SURE = 0.01
# Weeks that a date may be unsure by and still be one.
UNSURE = 6


def with_onset(found: Findings, bench: Bench) -> Findings:
    """Add the series around a shift, the week it began in, and what was recorded near the change."""
    reading, shift = found.reading, found.shift
    if shift is not None:
        table, shift = _by_week(reading, shift, bench)
        found = replace(found, table=table, shift=shift)
    near = _around(reading, shift)
    lead = max(found.drivers.segments, key=lambda s: abs(s.contribution), default=None) if found.drivers else None
    began = (one for one in bench.interventions if near is not None and near.start <= one.started_on <= near.end)
    recorded = [one.name for one in began if _concerns(one, reading, lead) or _carries(one, found.drivers)]
    return replace(found, recorded=tuple(recorded))


def _by_week(reading: Reading, shift: LevelShift, bench: Bench) -> tuple[ResultTable | None, LevelShift]:
    """Measure weeks from two months before a shift may be to two after, and date it; months without."""
    spec = bench.catalogue.metric(reading.metrics[0])
    grain: Grain = "month" if monthly(spec, bench.catalogue) else "week"
    first = month_start(shift.first, -AROUND if grain == "week" else -2 * AROUND)
    last = month_end(shift.last, AROUND)
    if bench.first is None or bench.as_of is None:
        return None, shift
    start = max(first, bench.first)
    start = start if period_start(start, grain) == start else period_end(start, grain) + timedelta(days=1)
    window = labelled(start, min(last, bench.as_of))
    known = history(bench, (spec.name,), reading.filters, window, grain).get(spec.name, {})
    days = sorted(day for day, value in known.items() if value is not None and period_end(day, grain) <= window.end)
    columns = (ResultColumn(name="period"), ResultColumn(name=spec.name, unit=spec.unit))
    table = ResultTable(columns=columns, rows=tuple((day, known[day]) for day in days)) if days else None
    step = level_shift([float(known[day] or 0.0) for day in days]) if grain == "week" else None
    if step is None or step.p_value >= SURE or step.last - step.first > UNSURE:
        return table, shift
    return table, replace(shift, week=days[step.index], weeks=(days[step.first], days[step.last]))


def _around(reading: Reading, shift: LevelShift | None) -> TimeWindow | None:
    """Return the days in which what began may have to do with the change."""
    if shift is not None and shift.week is not None:
        first, last = shift.weeks or (shift.week, shift.week)
        return TimeWindow(start=first - NEAR, end=last + NEAR)
    if shift is not None:
        return TimeWindow(start=month_start(shift.first, -1), end=month_end(shift.last))
    if reading.window is None:
        return None
    if reading.baseline is None:
        return TimeWindow(start=reading.window.start - NEAR, end=reading.window.end)
    between = max(reading.baseline.end, reading.window.start - LONGEST)
    return TimeWindow(start=min(between, reading.window.start - NEAR), end=reading.window.end)


def _carries(one: Intervention, drivers: Drivers | None) -> bool:
    """Tell whether the members that an intervention reached carry a good part of the change."""
    if drivers is None or len(one.scope) != 1:
        return False
    split = next((s for s in drivers.by_dimension if s.dimension == one.scope[0].dimension), None)
    reached = {str(value) for value in one.scope[0].values}
    rows = [row for row in split.rows if str(row.filters[0].values[0]) in reached] if split else []
    return sum(row.contribution for row in rows) / (drivers.total_change or 1.0) >= CARRIES


def _concerns(one: Intervention, reading: Reading, lead: Segment | None) -> bool:
    """Tell whether an intervention was aimed at the metric, or reached people of the leading segment."""
    asked = (*reading.filters, *(lead.filters if lead else ()))
    if not all(_meets(mine, theirs) for mine in asked for theirs in one.scope if mine.dimension == theirs.dimension):
        return False
    shared = {f.dimension for f in one.scope} & {f.dimension for f in asked}
    return one.metric == reading.metrics[0] or bool(shared)


def _meets(mine: Filter, theirs: Filter) -> bool:
    common = set(map(str, mine.values)) & set(map(str, theirs.values))
    return bool(common) if mine.operator == "in" else not set(map(str, theirs.values)) <= set(map(str, mine.values))
