"""How much is it: a figure against the window before."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.expand import companions, with_baseline
from assistant.findings import Comparison, Findings
from assistant.intents.common import beside, empty, first_findings, rows_behind
from assistant.measuring import Bench, measure
from assistant.phrases import join_words
from assistant.types import Plan, Step


def find_value(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Measure every metric asked for and those to be read with it."""
    asked = plan.reading.baseline is not None
    reading = with_baseline(plan.reading, plan.usual)
    if reading.baseline and bench.first and reading.baseline.start < bench.first:
        reading = replace(reading, baseline=None)
    labels = [bench.catalogue.metric(m).label for m in reading.metrics]
    yield Step(name="run", text=f"Measuring {join_words(labels)}")
    measured = [measure(bench, m, reading.filters, reading.window, reading.baseline) for m in reading.metrics]
    if all(m.figure.value is None for m in measured):
        yield empty(plan, reading, bench)
        return
    beside_, notes = beside(bench, companions(reading, bench.catalogue), reading)
    comparison = None
    if reading.window and reading.baseline:
        comparison = Comparison(now=reading.window, before=reading.baseline, reason="asked" if asked else "default")
    yield replace(
        first_findings(plan, reading, bench),
        figures=tuple(m.figure for m in (*measured, *beside_)),
        comparison=comparison,
        smallest=rows_behind(measured),
        notes=(*notes, *(m.note for m in measured if m.note)),
    )
