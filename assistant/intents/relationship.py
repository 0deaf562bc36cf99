"""Does one thing go with another: by bins of the rows, and within the same group of everything that matters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.analysis.association import Association, Contrast, associate, bin_sums
from assistant.analysis.change import value_of
from assistant.analysis.drivers.clusters import design_effect
from assistant.findings import Findings, Relation
from assistant.intents.apart import sums_apart
from assistant.intents.common import empty, first_findings
from assistant.intents.extended import with_dimension
from assistant.intents.why import driver_dimensions
from assistant.measuring import Bench, measure
from assistant.phrases import show
from assistant.planner.facts import tables
from assistant.recorder import number
from assistant.types import Decline, Figure, Plan, Reading, ResultColumn, ResultTable, Step
from semantic_layer.compile import compile_quantiles, reaches, restating, row_value
from semantic_layer.errors import UserError
from semantic_layer.model import DimensionSpec
from semantic_layer.query import UNKNOWN, Cube, CubeQuery

FRACTIONS = (0.2, 0.4, 0.6, 0.8)
MOST_CONFOUNDERS = 8
MOST_MEMBERS = 30
BIN = "bin_of_rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bins:
    """A dimension of the rows, its members in order and what they are called."""

    dimension: str
    label: str
    members: tuple[str, ...]
    names: tuple[str, ...]
    bench: Bench


def find_relationship(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Cut the outcome's rows by what it may go with, and adjust for what differs between the bins."""
    reading = plan.reading
    yield Step(name="run", text="Putting the rows into bins")
    try:
        outcome, bins = _bins(reading, bench)
    except UserError as error:
        yield _declined(plan, bench, error)
        return
    reading = replace(reading, metrics=(outcome, *(m for m in reading.metrics if m != outcome)))
    whole = measure(bench, outcome, reading.filters, reading.window).figure
    if whole.value is None:
        yield empty(plan, reading, bench)
        return
    yield Step(name="analyse", text="Comparing like with like")
    try:
        query, cube, confounders = _cube(reading, bench, bins)
    except UserError as error:
        yield _declined(plan, bench, error)
        return
    yield _found(plan, reading, bench, query, cube, bins, confounders)


def _declined(plan: Plan, bench: Bench, error: UserError) -> Findings:
    message = f"The two cannot be related row by row: {error.message}."
    return replace(first_findings(plan, plan.reading, bench), decline=Decline(reason="no_data", message=message))


def _bins(reading: Reading, bench: Bench) -> tuple[str, _Bins]:
    """Return the outcome and the bins it is looked at by; the two change places where only that way rows meet."""
    if reading.by:
        name = reading.by[0]
        spec = bench.catalogue.dimension(name)
        members = tuple(m for m in bench.values.get(name, ()) if m != UNKNOWN)
        return reading.metrics[0], _Bins(dimension=name, label=spec.label, members=members, names=members, bench=bench)
    cause, outcome = reading.metrics
    for first, second in ((cause, outcome), (outcome, cause)):
        table, text = row_value(first, bench.catalogue)
        if all(_meets(t.name, table, bench) for t in tables(bench.catalogue.metric(second), bench.catalogue)):
            return second, _measured(first, table, text, reading, bench)
    labels = [bench.catalogue.metric(m).label for m in reading.metrics]
    raise UserError(
        f"{labels[0]} and {labels[1]} are measured on different things, and no row of one belongs to one of the other",
        code="not_one_row",
        hint="compare the two by group or over time",
    )


def _meets(table: str, other: str, bench: Bench) -> bool:
    probe = DimensionSpec(name=BIN, label="", table=other, expr="1")
    return reaches(with_dimension(bench, probe, ()).catalogue, table, BIN)


def _measured(metric: str, table: str, text: str, reading: Reading, bench: Bench) -> _Bins:
    """Cut a measure at its quintiles; of a yes or no there are two bins."""
    spec = bench.catalogue.metric(metric)
    sql = compile_quantiles(bench.catalogue, metric=metric, fractions=(0.0, *FRACTIONS, 1.0), window=reading.window)
    run = bench.recorder.statement(sql, f"{spec.label}, quintiles of its rows")
    found = [number(column[0]) for column in run.table.data]
    if any(v is None for v in found):
        raise UserError(f"{spec.label} has no rows in that period", code="no_rows", hint="name another period")
    low, *cuts, high = (float(v or 0.0) for v in found)
    if {low, high} <= {0.0, 1.0}:
        cuts, names = [0.0], ["no", "yes"]
    else:
        cuts = sorted({c for c in cuts if low <= c < high})
        names = _names(cuts, spec.unit)
    if low == high or not cuts:
        raise UserError(f"{spec.label} is the same at every row", code="no_rows", hint="nothing varies with it")
    members = tuple(str(i) for i in range(1, len(cuts) + 2))
    arms = " ".join(f"WHEN ({text}) <= {c!r} THEN '{m}'" for c, m in zip(cuts, members, strict=False))
    expr = f"CASE WHEN ({text}) IS NULL THEN NULL {arms} ELSE '{members[-1]}' END"
    made = DimensionSpec(name=BIN, label=spec.label, table=table, expr=expr, hidden=True)
    extended = with_dimension(bench, made, members)
    return _Bins(dimension=BIN, label=spec.label, members=members, names=tuple(names), bench=extended)


def _names(cuts: Sequence[float], unit: str) -> list[str]:
    shown = [show(c, unit) for c in cuts]
    middle = [f"{a} to {b}" for a, b in pairwise(shown)]
    return [f"up to {shown[0]}", *middle, f"over {shown[-1]}"]


def _cube(reading: Reading, bench: Bench, bins: _Bins) -> tuple[CubeQuery, Cube, tuple[str, ...]]:
    outcome = reading.metrics[0]
    spec = bench.catalogue.metric(outcome)
    shut = {bins.dimension, *(d for m in reading.metrics for d in restating(m, bench.catalogue))}
    free = [d for d in driver_dimensions(bench, reading)[0] if d not in shut]
    free = [d for d in free if len(bench.values.get(d, ())) <= MOST_MEMBERS][:MOST_CONFOUNDERS]
    query = CubeQuery(
        metric=outcome,
        dimensions=(bins.dimension, *free),
        now=reading.window,
        filters=reading.filters,
    )
    cube = bins.bench.recorder.cube(query, f"{spec.label} by {bins.label}, within {len(free)} dimensions")
    if cube.kind != "ratio":
        raise UserError(f"{spec.label} is a count, and a row has none", code="not_one_row", hint="ask for a rate")
    return query, cube, tuple(free)


def _found(
    plan: Plan,
    reading: Reading,
    bench: Bench,
    query: CubeQuery,
    cube: Cube,
    bins: _Bins,
    confounders: tuple[str, ...],
) -> Findings:
    spec = bench.catalogue.metric(reading.metrics[0])
    sums = [bin_sums(cube, cube.members[0].index(m)) for m in bins.members]
    held = [i for i, m in enumerate(sums) if m.d > 0 and m.rows >= (bench.catalogue.small_cells or 0)]
    rows = tuple((bins.names[i], value_of(sums[i], "ratio"), round(float(sums[i].rows))) for i in held)
    table = ResultTable(
        columns=(
            ResultColumn(name=bins.label),
            ResultColumn(name=spec.name, unit=spec.unit),
            ResultColumn(name="rows", unit="count"),
        ),
        rows=rows,
    )
    places = held if bins.dimension == BIN else list(_extremes(held, sums))
    low, high = places[0], places[-1]
    codes = [cube.members[0].index(bins.members[i]) for i in places]
    ends = ((bins.members[low],), (bins.members[high],))
    design = design_effect(*sums_apart(bins.bench, query, *ends, cube))
    found = associate(cube, bins=codes, candidates=range(1, len(cube.dimensions)), design=design)
    if found is None:
        decline = Decline(reason="no_data", message="There are too few rows at either end to compare them.")
        return replace(first_findings(plan, reading, bench), decline=decline)
    values = [value_of(sums[i], "ratio") for i in (low, high)]
    return replace(
        first_findings(plan, reading, bench),
        figures=tuple(_figures(reading, spec.label, spec.unit, found, values)),
        table=table,
        smallest=round(min(float(sums[i].rows) for i in (low, high))),
        detail=Relation(
            cause=bins.label,
            low=bins.names[low],
            high=bins.names[high],
            adjusted_for=tuple(bench.catalogue.dimension(confounders[d - 1]).label for d in found.dimensions),
        ),
        caveats=("This is an association in what was recorded, not proof that one moves the other.",),
    )


def _extremes(held: Sequence[int], sums: Sequence[object]) -> tuple[int, int]:
    """Of groups, compare the one with the lowest value with the one with the highest, of those with rows enough."""
    large = [i for i in held if sums[i].rows >= 100] or list(held)  # type: ignore[attr-defined]
    ranked = sorted(large, key=lambda i: value_of(sums[i], "ratio") or 0.0)  # type: ignore[arg-type]
    return ranked[0], ranked[-1]


def _figures(
    reading: Reading, label: str, unit: str, found: Association, values: Sequence[float | None]
) -> Iterator[Figure]:
    """Yield the adjusted contrast first where there is one, then the crude one."""
    before, after = (float(v or 0.0) for v in values)
    if found.adjusted is not None:
        yield _figure(reading, f"{label}, like with like", unit, found.adjusted, before, before + found.adjusted.change)
    yield _figure(reading, label, unit, found.crude, before, after)


def _figure(reading: Reading, label: str, unit: str, contrast: Contrast, before: float, after: float) -> Figure:
    return Figure(
        metric=reading.metrics[0],
        label=label,
        value=after,
        unit=unit,
        text=show(after, unit),
        window=reading.window,
        filters=reading.filters,
        baseline_value=before,
        change=contrast.change,
        change_pct=contrast.change / abs(before) if before else None,
        change_ci=contrast.ci,
        significant=None if contrast.p_value is None else contrast.p_value < 0.05,
        query="q1",
    )
