"""Figures: a metric in a window, and how far it moved from another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assistant.analysis.change import Change, change_of
from assistant.analysis.drivers.clusters import design_effect
from assistant.phrases import show
from assistant.protocols import EvidenceSearch
from assistant.recorder import Recorder, number
from assistant.swapping import swapped
from assistant.types import Figure, Intervention, ResultColumn, ResultTable
from indexes.settings import TranscriptSettings
from semantic_layer.compile.cubes import PERIOD
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, MetricSpec
from semantic_layer.query import UNKNOWN, Cube, CubeQuery, Filter, MetricQuery, Run, Table, TimeWindow

FEW_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the analyses of one question work with; `evidence` opens the index when first needed."""

    catalogue: Catalogue
    recorder: Recorder
    first: date | None
    as_of: date | None
    transcripts: TranscriptSettings | None
    values: Mapping[str, tuple[str, ...]]
    evidence: Callable[[], EvidenceSearch]
    interventions: tuple[Intervention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure, the test behind its change and a note where no test was possible."""

    figure: Figure
    change: Change | None = None
    note: str | None = None


def measure(
    bench: Bench, metric: str, filters: tuple[Filter, ...], now: TimeWindow | None, before: TimeWindow | None = None
) -> Measured:
    """Measure a metric and its change; the test of the change comes from the metric's additive parts."""
    spec = bench.catalogue.metric(metric)
    change, note, baseline, run, value = None, None, None, None, None
    if now and before:
        change, note, run = _change(bench, metric, filters, now, before)
        value = _now(run.table, metric) if run else None
        baseline = change.value_before if change else None
    if run is None or value is None:
        run = bench.recorder.measure(MetricQuery(metrics=(metric,), filters=filters, window=now), f"{spec.label}")
        value = scalar(run.table, metric)
    if now and before and baseline is None:
        query = MetricQuery(metrics=(metric,), filters=filters, window=before)
        baseline = scalar(bench.recorder.measure(query, f"{spec.label}, for comparison").table, metric)
    moved = value - baseline if value is not None and baseline is not None else None
    figure = Figure(
        metric=metric,
        label=spec.label,
        value=value,
        unit=spec.unit,
        text=show(value, spec.unit),
        window=now,
        filters=filters,
        baseline_value=baseline,
        change=moved,
        change_pct=moved / abs(baseline) if moved is not None and baseline else None,
        change_ci=change.ci if change else None,
        significant=change.significant if change else None,
        query=run.id,
    )
    return Measured(figure=figure, change=change, note=note)


def _change(
    bench: Bench, metric: str, filters: tuple[Filter, ...], now: TimeWindow, before: TimeWindow
) -> tuple[Change | None, str | None, Run | None]:
    """Return the change, why there is none, and the statement that has the metric in both windows."""
    query = CubeQuery(metric=metric, dimensions=(), now=now, before=before, filters=filters)
    try:
        cube, runs = bench.recorder.cube_and_runs(query, f"{bench.catalogue.metric(metric).label} in both periods")
    except UserError as error:
        return _swapped_change(bench, query, error)
    run = runs[0] if any(c.name == metric for c in runs[0].sql.columns) else None
    design = _design(bench, query, cube)
    if is_stock(bench.catalogue.metric(metric)):
        return change_of(cube, design=design), None, run
    return change_of(cube, days_now=now.days, days_before=before.days, design=design), None, run


def _design(bench: Bench, query: CubeQuery, cube: Cube) -> float:
    """Return how much wider the error of a change is for rows of one customer being alike."""
    label = bench.catalogue.metric(query.metric).label
    return design_effect(cube, bench.recorder.clusters(query, cube, f"{label}, whose rows they are, in part"))


def _swapped_change(bench: Bench, query: CubeQuery, error: UserError) -> tuple[Change | None, str | None, Run | None]:
    """Return the change of a percentile, or why there is none."""
    try:
        found = swapped(bench.recorder, query, error)
    except UserError as refused:
        return None, f"no interval for the change: {refused.message}", None
    change = change_of(found.cube, design=design_effect(found.cube, found.clusters))
    moved = found.now - found.before
    pct = moved / abs(found.before) if found.before else None
    change = replace(change, value_now=found.now, value_before=found.before, change_pct=pct)
    if not found.cube.nn.any():
        # Nearly all rows around it have one and the same value: no row drawn otherwise would move it.
        change = replace(change, ci=(moved, moved), p_value=1.0, significant=False)
    return change, None, None


def is_stock(spec: MetricSpec) -> bool:
    """Tell a count at a point in time, which does not grow with the days counted."""
    return spec.measure is not None and spec.measure.last


def _now(table: Table, metric: str) -> float | None:
    """Return the metric of the later window, or None without rows there."""
    held = dict(zip(table.column(PERIOD), table.column(metric), strict=True))
    return number(held.get(1))


def scalar(table: Table, column: str) -> float | None:
    """Return the single value of a one-row result, or None."""
    return number(table.column(column)[0]) if len(table) else None


def to_table(run: Run) -> ResultTable:
    """Turn a result into rows to show; null members become "(unknown)"."""
    columns = run.table.columns
    data = [
        tuple(_member(v) if c.kind == "dimension" else number(v) if c.kind == "metric" else _plain(v) for v in values)
        for c, values in zip(columns, run.table.data, strict=True)
    ]
    rows = tuple(zip(*data, strict=True))
    return ResultTable(columns=tuple(ResultColumn(name=c.name, unit=c.unit) for c in columns), rows=rows)


def _member(value: Any) -> Any:
    plain = _plain(value)
    return UNKNOWN if plain is None or plain != plain else plain


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
