"""What it will be: a forecast chosen by back-tests, with the bounds those tests allow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assistant.analysis.changepoint import level_shift
from assistant.analysis.forecast import Forecast, forecast
from assistant.findings import Findings, LevelShift, Outlook
from assistant.intents.common import empty, first_findings
from assistant.intents.series import history
from assistant.intents.trend import dated_shift
from assistant.measuring import Bench
from assistant.phrases import show
from assistant.types import Decline, Figure, Plan, Reading, ResultColumn, ResultTable, Step
from assistant.windows import labelled
from semantic_layer.calendar import period_end, shift
from semantic_layer.query import Grain, TimeWindow

SEASON: dict[Grain, int] = {"month": 12, "week": 52}
SURE = 0.01
RECENT = 13


def find_forecast(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Forecast every period up to the end of the horizon; the answer speaks of those inside it."""
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    assert reading.window is not None
    assert reading.horizon is not None
    yield Step(name="run", text=f"Measuring the history of {spec.label}")
    grain: Grain = reading.grain or "month"
    known = history(bench, reading.metrics, reading.filters, reading.window, grain).get(spec.name, {})
    days = sorted(day for day, value in known.items() if value is not None)
    if not days:
        yield empty(plan, reading, bench)
        return
    yield Step(name="analyse", text="Testing methods on the past")
    values = [float(known[day] or 0.0) for day in days]
    ahead = _periods(days[-1], reading.horizon.end, grain)
    adds_up = spec.type == "simple"
    made = forecast(values, len(ahead), season=SEASON[grain], logs=adds_up and min(values) > 0)
    if made is None:
        message = f"{spec.label} has only {len(days)} {grain}s of history here, too few to test a forecast on."
        yield replace(first_findings(plan, reading, bench), decline=Decline(reason="no_data", message=message))
        return
    asked = [i for i, day in enumerate(ahead) if day >= reading.horizon.start]
    figures = [_figure(reading, spec.label, spec.unit, made, i, ahead[i], grain, values[-1]) for i in asked]
    total = _total(reading, spec.label, spec.unit, made, asked) if adds_up and len(asked) > 1 else None
    figures += [total] if total else []
    error = Figure(
        metric=spec.name, label=f"Typical error of past forecasts of {spec.label}", value=made.error, unit=spec.unit,
        text=show(made.error, spec.unit), filters=reading.filters, query="q1",
    )  # fmt: skip
    yield replace(
        first_findings(plan, reading, bench),
        figures=(*figures, error),
        table=_table(reading, spec.unit, days, values, ahead, made),
        detail=Outlook(
            method=made.method,
            tests=made.tests,
            total=len(figures) - 1 if total else None,
            error=len(figures),
            shift=_recent_shift(days, values) if grain == "month" else None,
        ),
        caveats=("A forecast carries the past forward: what is new, it cannot know.",),
    )


def _periods(last: date, end: date, grain: Grain) -> list[date]:
    out = [shift(last, grain, 1)]
    while period_end(out[-1], grain) < end:
        out.append(shift(out[-1], grain, 1))
    return out


def _figure(
    reading: Reading, label: str, unit: str, made: Forecast, i: int, day: date, grain: Grain, last: float
) -> Figure:
    value = made.values[i]
    return Figure(
        metric=reading.metrics[0],
        label=f"{label}, forecast",
        value=value,
        unit=unit,
        text=show(value, unit),
        window=labelled(day, period_end(day, grain)),
        filters=reading.filters,
        baseline_value=last,
        change=value - last,
        change_pct=(value - last) / abs(last) if last else None,
        change_ci=(made.low[i] - last, made.high[i] - last),
        significant=not made.low[i] <= last <= made.high[i],
        query="q1",
    )


def _total(reading: Reading, label: str, unit: str, made: Forecast, asked: list[int]) -> Figure:
    value = sum(made.values[i] for i in asked)
    return Figure(
        metric=reading.metrics[0], label=f"{label}, forecast in total", value=value, unit=unit, text=show(value, unit),
        window=_horizon(reading), filters=reading.filters, query="q1",
    )  # fmt: skip


def _horizon(reading: Reading) -> TimeWindow:
    assert reading.horizon is not None
    return labelled(reading.horizon.start, reading.horizon.end)


def _table(
    reading: Reading, unit: str, days: list[date], values: list[float], ahead: list[date], made: Forecast
) -> ResultTable:
    columns = (
        ResultColumn(name="period"),
        ResultColumn(name=reading.metrics[0], unit=unit),
        ResultColumn(name="low", unit=unit),
        ResultColumn(name="high", unit=unit),
    )
    past = [(day, value, None, None) for day, value in zip(days, values, strict=True)]
    future = list(zip(ahead, made.values, made.low, made.high, strict=True))
    return ResultTable(columns=columns, rows=(*past, *future))


def _recent_shift(days: list[date], values: list[float]) -> LevelShift | None:
    shift_ = level_shift(values[-RECENT:])
    if shift_ is None or shift_.p_value >= SURE:
        return None
    return dated_shift(shift_, days[-RECENT:])
