"""Why one group differs from another: the same split, between groups instead of between periods."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.analysis.change import Change, change_of
from assistant.analysis.drivers import explain
from assistant.analysis.drivers.clusters import design_effect
from assistant.findings import Findings
from assistant.intents.apart import sums_apart
from assistant.intents.common import empty, first_findings
from assistant.intents.explaining import labels
from assistant.intents.listen import Aside, listen
from assistant.intents.why import driver_dimensions, said_left_out
from assistant.measuring import Bench, measure
from assistant.types import Decline, Figure, Plan, Reading, Step
from assistant.withheld import without_small_groups
from semantic_layer.errors import UserError
from semantic_layer.query import Clusters, Cube, CubeQuery, Filter

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
        cube, clusters, left_out = _cells(reading, bench, pair, plan.split_by)
        drivers = explain(cube, labels=labels(bench), clusters=clusters)
        drivers, withheld = without_small_groups(drivers, bench, reading)
    except UserError as error:
        decline = Decline(reason="no_data", message=f"The difference cannot be split: {error.message}.")
        yield replace(first_findings(plan, reading, bench), decline=decline)
        return
    change = change_of(cube, design=design_effect(cube, clusters))
    found = replace(
        first_findings(plan, reading, bench),
        figures=(_against(figures[0], change), figures[1]),
        drivers=drivers,
        smallest=change.n_now,
        notes=(*said_left_out(left_out), *withheld),
    )
    if change.significant is False:
        yield found
        return
    yield Step(name="evidence", text="Listening to what the customers of both groups said")
    yield listen(found, bench, Aside(own=sides[0], other=sides[1]))


def _pair(reading: Reading) -> Filter | None:
    return next(
        (f for f in reading.filters if f.dimension in reading.by and f.operator == "in" and len(f.values) == 2), None
    )


def _cells(
    reading: Reading, bench: Bench, pair: Filter, only: tuple[str, ...]
) -> tuple[Cube, Clusters | None, tuple[str, ...]]:
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
    cube, clusters = sums_apart(bench, query, (str(pair.values[0]),))
    return cube, clusters, left_out


def _against(figure: Figure, change: Change) -> Figure:
    """Return the first group's figure with the second's value as its baseline."""
    return replace(
        figure,
        baseline_value=change.value_before,
        change=change.change,
        change_pct=change.change_pct,
        change_ci=change.ci,
        significant=change.significant,
    )
