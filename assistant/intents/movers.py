"""Ranks the members of a cut by how far a metric moved between two windows."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.findings import Comparison, Findings
from assistant.intents.common import empty, first_findings, rows_behind
from assistant.measuring import Bench, measure, to_table
from assistant.types import Plan, Reading, ResultColumn, ResultTable, Step
from semantic_layer.query import UNKNOWN, Filter, MetricQuery, Scalar, TimeWindow

Members = tuple[Scalar, ...]
TESTED = 3


def find_movers(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure every member in both windows; the first few get the interval of their change."""
    reading = plan.reading
    label = bench.catalogue.metric(reading.metrics[0]).label
    yield Step(name="run", text=f"Measuring {label} in both periods")
    table = _moved(reading, bench, label)
    if table is None:
        yield empty(plan, reading, bench)
        return
    yield Step(name="analyse", text="Ranking by the change")
    measured = [measure(bench, reading.metrics[0], reading.filters, reading.window, reading.baseline)]
    for row in table.rows[:TESTED]:
        only = tuple(Filter(dimension=d, values=(m,)) for d, m in zip(reading.by, row, strict=False))
        measured.append(measure(bench, reading.metrics[0], (*reading.filters, *only), reading.window, reading.baseline))
    assert reading.window is not None
    assert reading.baseline is not None
    yield replace(
        first_findings(plan, reading, bench),
        table=table,
        figures=tuple(m.figure for m in measured),
        comparison=Comparison(now=reading.window, before=reading.baseline, reason="asked"),
        smallest=rows_behind(measured),
        notes=tuple(m.note for m in measured if m.note),
    )


def _moved(reading: Reading, bench: Bench, label: str) -> ResultTable | None:
    """Return rows of members, value, value before and change, largest move in the asked direction first."""
    now, before = (_by_member(reading, bench, w, label) for w in (reading.window, reading.baseline))
    moves = [(member, now[member], before[member]) for member in now if member in before]
    moves.sort(key=lambda m: m[1] - m[2], reverse=reading.order != "asc")
    if not moves:
        return None
    spec = bench.catalogue.metric(reading.metrics[0])
    names = [ResultColumn(name=d) for d in reading.by]
    values = [ResultColumn(name=n, unit=spec.unit) for n in (spec.name, "before", "change")]
    rows = tuple((*member, value, was, value - was) for member, value, was in moves[: reading.limit])
    return ResultTable(columns=(*names, *values), rows=rows)


def _by_member(reading: Reading, bench: Bench, window: TimeWindow | None, label: str) -> dict[Members, float]:
    query = MetricQuery(metrics=reading.metrics[:1], by=reading.by, filters=reading.filters, window=window)
    rows = to_table(bench.recorder.measure(query, f"{label} of each member")).rows
    return {row[:-1]: row[-1] for row in rows if row[-1] is not None and UNKNOWN not in row[:-1]}
