"""How are we doing: the headline metrics, which of them moved beyond noise, which settled on a new level."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.analysis.changepoint import level_shift
from assistant.analysis.movement import beyond_noise, both, swing_p
from assistant.expand import dated, with_baseline
from assistant.findings import Findings, LevelShift, Overview
from assistant.intents.common import empty, first_findings, rows_behind
from assistant.intents.emerging import with_emerging
from assistant.intents.series import Series, history, reachable, whole_periods
from assistant.intents.trend import dated_shift
from assistant.measuring import Bench, Measured, measure
from assistant.types import Decline, Figure, Plan, Reading, Step
from assistant.windows import around_shift, whole_months
from semantic_layer.query import Grain

MOST = 12
SHIFTS = 5
PILLARS = ("customer", "economic", "strategic", "employee")
YEAR = 13


def find_overview(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure the headline metrics and test all their changes together."""
    reading = replace(plan.reading, metrics=_headline(plan, bench))
    if not reading.metrics:
        decline = Decline(reason="no_data", message="No metric of this workspace can be told for that group.")
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    reading = with_baseline(reading)
    if reading.baseline and bench.first and reading.baseline.start < bench.first:
        reading = replace(reading, baseline=None)
    yield Step(name="run", text="Measuring the headline metrics")
    measured = [measure(bench, m, reading.filters, reading.window, reading.baseline) for m in reading.metrics]
    if all(m.figure.value is None for m in measured):
        yield empty(plan, reading, bench)
        return
    yield Step(name="analyse", text="Telling changes from noise, over all metrics together")
    by_month = _history(reading, bench, "month")
    grain = _grain(reading)
    known = by_month if grain == "month" else _history(reading, bench, grain)
    moved = beyond_noise([_p_value(m, known) for m in measured])
    shifted = _shifts(reading, bench, by_month, moved)
    found = replace(
        first_findings(plan, reading, bench),
        figures=tuple(_judged(m, i in moved) for i, m in enumerate(measured)) + tuple(m.figure for m, _ in shifted),
        smallest=rows_behind(measured),
        detail=Overview(
            asked=len(measured),
            moved=moved,
            shifted=tuple((len(measured) + i, shift) for i, (_, shift) in enumerate(shifted)),
        ),
        notes=tuple(m.note for m in measured if m.note),
    )
    if plan.reading.metrics:
        yield found
        return
    yield Step(name="evidence", text="Listening for what is new")
    yield with_emerging(found, bench)


def _headline(plan: Plan, bench: Bench) -> tuple[str, ...]:
    """Return the metrics asked for, else those the dictionary calls headline, else the first it shows."""
    if plan.reading.metrics:
        return plan.reading.metrics
    names = reachable(bench, plan.reading.filters)
    specs = [bench.catalogue.metric(n) for n in names]
    if plan.reading.window:
        specs = [s for s in specs if dated(s, bench.catalogue)]
    chosen = [s for s in specs if s.headline] or specs
    chosen.sort(key=lambda s: PILLARS.index(s.pillar) if s.pillar else len(PILLARS))
    return tuple(s.name for s in chosen[:MOST])


def _judged(measured: Measured, moved: bool) -> Figure:
    """Let a figure's verdict be the one over all metrics together."""
    figure = measured.figure
    return replace(figure, significant=moved) if figure.change is not None else figure


def _history(reading: Reading, bench: Bench, grain: Grain | None) -> Series:
    """Measure every whole period up to the end of the window."""
    if grain is None or reading.window is None:
        return {}
    window = whole_periods(bench, grain, reading.window.end)
    return history(bench, reading.metrics, reading.filters, window, grain) if window else {}


def _grain(reading: Reading) -> Grain | None:
    if reading.window is None:
        return None
    months = whole_months(reading.window)
    if months == 1:
        return "month"
    if months == 3 and reading.window.start.month % 3 == 1:
        return "quarter"
    return "week" if reading.window.days == 7 and reading.window.start.weekday() == 0 else None


def _p_value(measured: Measured, known: Series) -> float | None:
    figure = measured.figure
    if figure.change is None or figure.window is None:
        return None
    series = known.get(figure.metric, {})
    before = [v for day, v in sorted(series.items()) if day < figure.window.start and v is not None]
    sampling = measured.change.p_value if measured.change else None
    return both(sampling, swing_p(before, figure.change))


def _shifts(reading: Reading, bench: Bench, known: Series, moved: tuple[int, ...]) -> list[tuple[Measured, LevelShift]]:
    """Find metrics that settled on a new level within the last year, tested together."""
    found = []
    for place, metric in enumerate(reading.metrics):
        days = sorted(known.get(metric, {}))[-YEAR:]
        values = [known[metric][day] for day in days]
        if place in moved or len(values) < YEAR or any(v is None for v in values):
            continue
        shift = level_shift([float(v or 0.0) for v in values])
        around = around_shift(days, shift.index) if shift else None
        if shift and around:
            found.append((metric, around, dated_shift(shift, days)))
    sure = [found[i] for i in beyond_noise([shift.p_value for _, _, shift in found])][:SHIFTS]
    measured = [(measure(bench, metric, reading.filters, *around), shift) for metric, around, shift in sure]
    return [pair for pair in measured if pair[0].figure.significant]
