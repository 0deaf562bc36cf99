"""How it went: a table by period, first against last, and the month of a lasting step."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from assistant.analysis.changepoint import Shift, level_shift
from assistant.expand import chosen, companions, table_query
from assistant.findings import Comparison, Findings, LevelShift
from assistant.intents.common import empty, first_findings
from assistant.measuring import Bench, measure, to_table
from assistant.types import Plan, Reading, ResultTable, Step
from assistant.windows import DAY, around_shift, labelled
from semantic_layer.calendar import period_end, period_start
from semantic_layer.errors import UserError
from semantic_layer.query import Grain, TimeWindow

SURE = 0.01


def find_trend(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure every period and compare the last with the first."""
    reading = replace(plan.reading, grain=plan.reading.grain or "month")
    if plan.default_window:
        reading = _whole_periods(reading, bench)
    spec = bench.catalogue.metric(reading.metrics[0])
    yield Step(name="run", text=f"Measuring {spec.label} period by period")
    table, notes = _table(reading, bench)
    periods = _periods(table)
    if len(periods) == 0:
        yield empty(plan, reading, bench)
        return
    found = replace(first_findings(plan, reading, bench), table=table, notes=notes)
    if reading.by or len(periods) < 2:
        yield found
        return
    yield Step(name="analyse", text="Looking for a lasting step")
    yield _compared(found, bench, periods)


def _whole_periods(reading: Reading, bench: Bench) -> Reading:
    """Widen the default window at its start, and cut it at its end, to whole periods of the grain."""
    window, grain, year_start = reading.window, reading.grain or "month", bench.catalogue.fiscal_year_start
    if window is None:
        return reading
    start, last = (period_start(day, grain, year_start) for day in (window.start, window.end))
    whole = period_end(last, grain, year_start) <= window.end
    end = window.end if whole else last - DAY
    if (
        end <= period_end(start, grain, year_start)
        or (bench.first and start < bench.first)
        or (start, end) == (window.start, window.end)
    ):
        return reading
    return chosen(reading, labelled(start, end))


def _table(reading: Reading, bench: Bench) -> tuple[ResultTable, tuple[str, ...]]:
    metrics = (*reading.metrics, *companions(reading, bench.catalogue))
    label = bench.catalogue.metric(reading.metrics[0]).label
    purpose = f"{label} by {reading.grain}"
    try:
        return to_table(bench.recorder.measure(table_query(reading, bench.catalogue, metrics), purpose)), ()
    except UserError:
        if metrics == reading.metrics:
            raise
    query = table_query(reading, bench.catalogue, reading.metrics)
    return to_table(bench.recorder.measure(query, purpose)), ("the metric to be read with it cannot be cut this way",)


def _compared(found: Findings, bench: Bench, periods: Sequence[date]) -> Findings:
    reading = found.reading
    grain, year_start = reading.grain or "month", bench.catalogue.fiscal_year_start
    windows = [_window(p, grain, year_start, reading.window) for p in periods]
    whole = [
        w for p, w in zip(periods, windows, strict=True) if (w.start, w.end) == (p, period_end(p, grain, year_start))
    ]
    before, now = _ends(whole if len(whole) > 1 else windows, grain)
    if before is None:
        asked = [measure(bench, m, reading.filters, now) for m in reading.metrics]
        return replace(
            found, figures=tuple(m.figure for m in asked), notes=(*found.notes, *(m.note for m in asked if m.note))
        )
    figures = [measure(bench, m, reading.filters, now, before) for m in reading.metrics]
    shift = shift_in(found.table, reading.metrics[0], periods) if grain == "month" else None
    around = around_shift(periods, periods.index(shift.month), most=12) if shift else None
    if around:
        figures.append(measure(bench, reading.metrics[0], reading.filters, *around))
    return replace(
        found,
        figures=tuple(m.figure for m in figures),
        comparison=Comparison(now=now, before=before, reason="asked", shift=shift, other=around),
        shift=shift if around else None,
        notes=(*found.notes, *(m.note for m in figures if m.note)),
    )


def _ends(windows: Sequence[TimeWindow], grain: Grain) -> tuple[TimeWindow | None, TimeWindow]:
    """Return the first and the last period to compare; days only with their like.

    A Sunday below a Monday is no fall, so days shorter than a week apart give no first but all of them as the last.
    """
    first, *_, last = windows
    if grain != "day":
        return first, last
    alike = [w for w in windows[:-1] if w.start.weekday() == last.start.weekday()]
    return (alike[0], last) if alike else (None, labelled(first.start, last.end))


def shift_in(table: ResultTable | None, metric: str, periods: Sequence[date]) -> LevelShift | None:
    """Find a lasting step in a monthly series with p < .01 after the search, or None."""
    if table is None:
        return None
    column = [c.name for c in table.columns].index(metric)
    values = [row[column] for row in table.rows]
    if len(values) < 6 or any(v is None for v in values):
        return None
    shift = level_shift(values)
    if shift is None or shift.p_value >= SURE:
        return None
    return dated_shift(shift, periods)


def dated_shift(shift: Shift, periods: Sequence[date]) -> LevelShift:
    """Give a step the months of its series."""
    return LevelShift(
        month=periods[shift.index], first=periods[shift.first], last=periods[shift.last], p_value=shift.p_value
    )


def _periods(table: ResultTable) -> list[date]:
    column = [c.name for c in table.columns].index("period")
    return sorted({row[column] for row in table.rows})


def _window(start: date, grain: Grain, year_start: int, asked: TimeWindow | None) -> TimeWindow:
    end = period_end(start, grain, year_start)
    if asked is None:
        return labelled(start, end)
    return labelled(max(start, asked.start), min(end, asked.end))
