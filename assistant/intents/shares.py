"""What share of a whole its parts make up."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.findings import Findings
from assistant.intents.common import empty, first_findings
from assistant.measuring import Bench, to_table
from assistant.phrases import join_words, sentence_case, show
from assistant.types import Figure, Plan, ResultColumn, ResultTable, Step
from semantic_layer.query import Filter, MetricQuery


def find_shares(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure every part of an additive metric and divide it by their sum."""
    reading = plan.reading
    spec, dimension = bench.catalogue.metric(reading.metrics[0]), reading.by[0]
    yield Step(name="run", text=f"Measuring {spec.label} by {bench.catalogue.dimension(dimension).label}")
    query = MetricQuery(
        metrics=(spec.name,), by=(dimension,), filters=reading.filters, window=reading.window,
        order_by=spec.name, order=reading.order or "desc",
    )  # fmt: skip
    run = bench.recorder.measure(query, f"{spec.label} of each part")
    parts = [(row[0], row[1] or 0.0) for row in to_table(run).rows]
    whole = sum(value for _, value in parts)
    if not whole:
        yield empty(plan, reading, bench)
        return
    rows = tuple((member, value / whole, value) for member, value in parts)
    columns = (
        ResultColumn(name=dimension),
        ResultColumn(name="share", unit="ratio"),
        ResultColumn(name=spec.name, unit=spec.unit),
    )
    shown = ResultTable(columns=columns, rows=rows[: reading.limit])
    asked = [str(m) for m in reading.shares or (parts[0][0],)]
    part = sum(value for member, value in parts if str(member) in asked)
    filters = (*reading.filters, Filter(dimension=dimension, values=tuple(asked)))
    figures = (
        Figure(
            metric=spec.name, label=f"Share of {sentence_case(spec.label)}", value=part / whole, unit="ratio",
            text=show(part / whole, "ratio"), window=reading.window, filters=filters, query=run.id,
        ),
        Figure(
            metric=spec.name, label=f"{spec.label}, {join_words(asked)}", value=part, unit=spec.unit,
            text=show(part, spec.unit), window=reading.window, filters=filters, query=run.id,
        ),
        Figure(
            metric=spec.name, label=f"{spec.label}, all together", value=whole, unit=spec.unit,
            text=show(whole, spec.unit), window=reading.window, filters=reading.filters, query=run.id,
        ),
    )  # fmt: skip
    yield replace(first_findings(plan, reading, bench), table=shown, figures=figures)
