"""What if it were otherwise: exact arithmetic on the metric's own sums, everything else as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.analysis.change import value_of
from assistant.analysis.moments import Moments, total
from assistant.analysis.supposition import supposed_total, supposed_value
from assistant.findings import Findings
from assistant.intents.common import empty, first_findings
from assistant.intents.following import following, otherwise
from assistant.measuring import Bench, measure
from assistant.phrases import sentence_case, show
from assistant.planner.facts import count_of
from assistant.types import Decline, Figure, Plan, Reading, ResultColumn, ResultTable, Step
from semantic_layer.errors import UserError
from semantic_layer.query import Cube, CubeQuery, Filter


def find_what_if(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Put the supposed value in the slice's place and work out the whole."""
    reading = plan.reading
    spec = bench.catalogue.metric(reading.metrics[0])
    assert plan.supposed is not None
    yield Step(name="run", text=f"Measuring {spec.label} as it is")
    now = measure(bench, spec.name, reading.filters, reading.window).figure
    if now.value is None:
        yield empty(plan, reading, bench)
        return
    value = supposed_value(now.value, plan.supposed)
    if spec.unit == "ratio" and spec.type == "ratio" and not 0 <= value <= 1:
        message = f"{spec.label} would come to {show(value, spec.unit)}, which no share can be."
        yield replace(first_findings(plan, reading, bench), decline=Decline(reason="no_data", message=message))
        return
    yield Step(name="analyse", text="Working out the whole")
    part = replace(otherwise(now, value), label=f"{spec.label}, supposed")
    found = first_findings(plan, reading, bench)
    follows = following(bench, reading, part)
    try:
        sums = [_sums(bench, reading, filters) for filters in (reading.filters, ())]
    except UserError as error:
        note = f"what it means for the whole cannot be worked out: {error.message}"
        yield replace(found, figures=(part, *follows), notes=(note,))
        return
    figures = _worked_out(bench, reading, part, sums)
    figures = (*figures, *(f for f in follows if f.metric not in {g.metric for g in figures}))
    table = _table(reading, spec.unit, figures)
    yield replace(found, figures=figures, table=table, notes=_assumptions(reading, bench))


def _sums(bench: Bench, reading: Reading, filters: tuple[Filter, ...]) -> tuple[Moments, Cube]:
    query = CubeQuery(metric=reading.metrics[0], dimensions=(), now=reading.window, filters=filters)
    cube = bench.recorder.cube(query, f"{bench.catalogue.metric(reading.metrics[0]).label}, sums")
    return total(cube, 1), cube


def _worked_out(bench: Bench, reading: Reading, part: Figure, sums: list[tuple[Moments, Cube]]) -> tuple[Figure, ...]:
    (inside, cube), (whole, _) = sums
    spec = bench.catalogue.metric(reading.metrics[0])
    figures = [part]
    if reading.filters:
        before = value_of(whole, cube.kind) or 0.0
        after = supposed_total(inside, whole, part.value or 0.0, cube.kind)
        overall = measure(bench, spec.name, (), reading.window).figure
        figures.append(replace(otherwise(replace(overall, value=before), after), label=f"{spec.label} overall"))
    counted = count_of(spec, bench.catalogue)
    if cube.kind == "ratio" and counted is not None:
        supposed = _count(reading, counted.name, counted.label, counted.unit, inside, part.value or 0.0)
        figures.append(replace(supposed, query=part.query))
    return tuple(figures)


def _count(reading: Reading, name: str, label: str, unit: str, inside: Moments, value: float) -> Figure:
    supposed, now = float(round(value * inside.d)), float(inside.n)
    return Figure(
        metric=name, label=f"{label}, supposed", value=supposed, unit=unit, text=show(supposed, unit),
        window=reading.window, filters=reading.filters, baseline_value=now, change=supposed - now,
        change_pct=(supposed - now) / now if now else None,
    )  # fmt: skip


def _table(reading: Reading, unit: str, figures: Sequence[Figure]) -> ResultTable:
    shown = [f for f in figures if f.metric == reading.metrics[0]]
    names = ("the group supposed", "everything") if len(shown) > 1 else ("everything",)
    columns = (
        ResultColumn(name="group"),
        ResultColumn(name="as it is", unit=unit),
        ResultColumn(name="as supposed", unit=unit),
    )
    rows = tuple((name, f.baseline_value, f.value) for name, f in zip(names, shown, strict=True))
    return ResultTable(columns=columns, rows=rows)


def _assumptions(reading: Reading, bench: Bench) -> tuple[str, ...]:
    label = sentence_case(bench.catalogue.metric(reading.metrics[0]).label)
    if not reading.filters:
        return (f"only {label} is changed; nothing is said about what would have to happen for it",)
    return (
        f"only the group's {label} is changed: its size and everyone else stay as they were, "
        "and nothing is said about what would have to happen for it",
    )
