"""Why one group differs from another: the same split, between groups instead of between periods."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assistant.analysis.change import change_of
from assistant.analysis.drivers import explain
from assistant.findings import Findings
from assistant.intents.common import empty, first_findings
from assistant.intents.why import driver_dimensions, said_left_out
from assistant.measuring import Bench, measure
from assistant.phrases import sentence_case
from assistant.types import Decline, Figure, Plan, Reading, Step
from semantic_layer.errors import UserError
from semantic_layer.query import Cube, CubeQuery, Filter

MOST_MEMBERS = 60


def is_gap(reading: Reading) -> bool:
    """Tell whether two members of a dimension are set against each other in one period."""
    return reading.baseline is None and bool(reading.by) and _pair(reading) is not None


def find_gap(plan: Plan, bench: Bench) -> Iterator[Step | Findings]:
    """Split the difference of two groups by every other dimension."""
    reading = plan.reading
    pair = _pair(reading)
    assert pair is not None
    spec = bench.catalogue.metric(reading.metrics[0])
    yield Step(name="run", text=f"Measuring {spec.label} in both groups")
    rest = tuple(f for f in reading.filters if f != pair)
    sides = [(*rest, Filter(dimension=pair.dimension, values=(value,))) for value in pair.values]
    figures = [measure(bench, spec.name, filters, reading.window).figure for filters in sides]
    if any(f.value is None for f in figures):
        yield empty(plan, reading, bench)
        return
    yield Step(name="analyse", text="Splitting the difference by every other dimension")
    try:
        cube, left_out = _cube(reading, bench, pair, plan.split_by)
        drivers = explain(cube, labels={d.name: sentence_case(d.label) for d in bench.catalogue.dimensions})
    except UserError as error:
        decline = Decline(reason="no_data", message=f"The difference cannot be split: {error.message}.")
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    notes = said_left_out(left_out)

    yield replace(
        first_findings(plan, reading, bench),
        figures=(_against(figures[0], cube), figures[1]),
        drivers=drivers,
        smallest=change_of(cube).n_now,
        notes=notes,
    )


def _pair(reading: Reading) -> Filter | None:
    return next(
        (f for f in reading.filters if f.dimension in reading.by and f.operator == "in" and len(f.values) == 2), None
    )


def _cube(reading: Reading, bench: Bench, pair: Filter, only: tuple[str, ...]) -> tuple[Cube, tuple[str, ...]]:
    """Return a cube whose current period is the first group and whose earlier one is the second."""
    inside = replace(reading, filters=(replace(pair, values=pair.values[:1]),))
    dimensions, left_out = (only, ()) if only else driver_dimensions(bench, inside)
    others = tuple(d for d in dimensions if d != pair.dimension and len(bench.values.get(d, ())) <= MOST_MEMBERS)
    query = CubeQuery(
        metric=reading.metrics[0],
        dimensions=(pair.dimension, *others),
        now=reading.window,
        filters=reading.filters,
    )
    cube = bench.recorder.cube(query, f"{bench.catalogue.metric(reading.metrics[0]).label}, sums of both groups")
    first = cube.members[0].index(str(pair.values[0]))
    kept = cube.period == 1
    return replace(
        cube,
        dimensions=cube.dimensions[1:],
        members=cube.members[1:],
        codes=cube.codes[kept][:, 1:],
        period=(cube.codes[kept][:, 0] == first).astype(np.int8),
        **{name: getattr(cube, name)[kept] for name in ("rows", "n", "d", "nn", "nd", "dd")},
    ), left_out


def _against(figure: Figure, cube: Cube) -> Figure:
    """Return the first group's figure with the second's value as its baseline."""
    change = change_of(cube)
    return replace(
        figure,
        baseline_value=change.value_before,
        change=change.change,
        change_pct=change.change_pct,
        change_ci=change.ci,
        significant=change.significant,
    )
