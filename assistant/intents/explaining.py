"""From a question for a cube to drivers: by sums where a metric has them, by its formula's factors, or by swapping."""

from dataclasses import replace

from assistant.analysis.drivers import explain, explain_formula
from assistant.analysis.drivers.explain import MAX_DEPTH
from assistant.analysis.drivers.swap import METHOD
from assistant.analysis.drivers.traps import traps
from assistant.intents.in_parts import explained_in_parts
from assistant.measuring import Bench
from assistant.phrases import sentence_case
from assistant.recorder import number
from assistant.swapping import swapped
from assistant.types import DimensionSplit, Drivers, Segment
from semantic_layer.errors import UserError
from semantic_layer.identities import identities
from semantic_layer.query import CubeQuery, MetricQuery, TimeWindow

APPROXIMATE = (
    "{label} is no sum of parts: what each part contributes is approximate, by swapping its earlier rows for the later"
    " ones little by little"
)


def explained(
    bench: Bench, query: CubeQuery, label: str, days: tuple[int, int] | None
) -> tuple[Drivers, tuple[str, ...]]:
    """Explain the change a cube query spans; return what may mislead, too.

    `days` are the lengths of the windows, now and before, of what grows with them. Raises UserError
    when the metric cannot be split.
    """
    try:
        plan = bench.recorder.plan(query)
        if not plan.is_finest:
            drivers, cube, combined = explained_in_parts(bench, query, plan, label, days)
            return drivers, (combined, *cube.notes, *traps(cube, labels(bench)))
        cube = bench.recorder.cube(query, f"{label}, sums a cell of {len(query.dimensions)} dimensions")
    except UserError as error:
        if error.code != "not_decomposable":
            raise
        if bench.catalogue.metric(query.metric).type == "derived":
            return _by_formula(bench, query, error), ()
        return _by_swapping(bench, query, label, error)
    clusters = bench.recorder.clusters(query, cube, f"{label}, whose rows they are, in part")
    return explain(cube, labels=labels(bench), days=days, clusters=clusters), (*cube.notes, *traps(cube, labels(bench)))


def labels(bench: Bench) -> dict[str, str]:
    return {d.name: sentence_case(d.label) for d in bench.catalogue.dimensions}


def _by_formula(bench: Bench, query: CubeQuery, error: UserError) -> Drivers:
    for identity in identities(query.metric, bench.catalogue):
        if identity.rest:
            continue
        cubes = [
            bench.recorder.cube(replace(query, metric=m), f"{bench.catalogue.metric(m).label}, sums a cell")
            for m in identity.metrics
        ]
        return explain_formula(cubes, identity.value)
    raise error


def _by_swapping(bench: Bench, query: CubeQuery, label: str, error: UserError) -> tuple[Drivers, tuple[str, ...]]:
    """Explain a percentile. The values of named segments are their own percentiles, those of other rows null."""
    swap = swapped(bench.recorder, query, error)
    cube = swap.cube
    drivers = explain(cube, labels=labels(bench), clusters=swap.clusters)
    found = replace(
        drivers,
        method=METHOD.format(depth=MAX_DEPTH),
        segments=tuple(_valued(bench, query, segment) for segment in drivers.segments),
        by_dimension=tuple(
            DimensionSplit(dimension=split.dimension, rows=tuple(map(_without_values, split.rows)))
            for split in drivers.by_dimension
        ),
    )
    return found, (APPROXIMATE.format(label=label), *cube.notes, *traps(cube, labels(bench)))


def _without_values(row: Segment) -> Segment:
    return replace(row, value_now=None, value_before=None)


def _valued(bench: Bench, query: CubeQuery, segment: Segment) -> Segment:
    def value(window: TimeWindow | None) -> float | None:
        inside = MetricQuery(
            metrics=(query.metric,),
            filters=(*query.filters, *segment.filters),
            window=window,
            definition=((query.metric, query.definition),) if query.definition is not None else (),
        )
        table = bench.recorder.measure(inside, f"{bench.catalogue.metric(query.metric).label} of a segment").table
        return number(table.column(query.metric)[0]) if len(table) else None

    return replace(segment, value_now=value(query.now), value_before=value(query.before))
