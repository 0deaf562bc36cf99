"""From a question for a cube to drivers: by sums where a metric has them, else by the factors of its formula."""

from dataclasses import replace

from assistant.analysis.drivers import explain, explain_formula
from assistant.analysis.drivers.traps import traps
from assistant.measuring import Bench
from assistant.phrases import sentence_case
from assistant.types import Drivers
from semantic_layer.errors import UserError
from semantic_layer.identities import identities
from semantic_layer.query import CubeQuery


def explained(
    bench: Bench, query: CubeQuery, label: str, days: tuple[int, int] | None
) -> tuple[Drivers, tuple[str, ...]]:
    """Explain the change a cube query spans; return what may mislead, too.

    `days` are the lengths of the windows, now and before, of what grows with them. Raises UserError
    when the metric cannot be split.
    """
    try:
        cube = bench.recorder.cube(query, f"{label}, sums a cell of {len(query.dimensions)} dimensions")
    except UserError as error:
        if error.code != "not_decomposable":
            raise
        return _by_formula(bench, query, error), ()
    labels = {d.name: sentence_case(d.label) for d in bench.catalogue.dimensions}
    return explain(cube, labels=labels, days=days), (*cube.notes, *traps(cube, labels))


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
