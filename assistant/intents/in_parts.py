"""A change over too many cells for one cube: every cut exact from coarse cubes, causes from the telling dimensions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.analysis.drivers import explain
from assistant.analysis.drivers.cells import cells_of
from assistant.analysis.drivers.screen import most_telling
from assistant.measuring import Bench
from assistant.phrases import join_words, sentence_case
from assistant.types import Drivers
from semantic_layer.cube_plan import CubePlan
from semantic_layer.query import Cube, CubeQuery

COMBINED = "causes were sought in combinations of {combined}; every other cut is exact by itself"


def explained_in_parts(
    bench: Bench, query: CubeQuery, plan: CubePlan, label: str, days: tuple[int, int] | None
) -> tuple[Drivers, Cube, str]:
    """Explain a change by the cubes of a plan; return the drivers, the cube searched, and what was combined."""
    cubes = [_cube(bench, replace(query, dimensions=group), label) for group in plan.groups]
    exposure = days[0] / days[1] if days else 1.0
    order = most_telling((cells_of(cube) for cube in cubes), exposure)
    chosen = bench.recorder.fitting(query, order)
    inner = replace(query, dimensions=tuple(name for name in query.dimensions if name in chosen))
    cube = _cube(bench, inner, label)
    labels = {d.name: sentence_case(d.label) for d in bench.catalogue.dimensions}
    asked = [(inner, cube), *((replace(query, dimensions=c.dimensions), c) for c in _enough(cubes, inner.dimensions))]
    found = [
        explain(
            each, labels=labels, days=days, offered=len(query.dimensions),
            clusters=bench.recorder.clusters(part, each, f"{label}, whose rows they are, in part"),
        )
        for part, each in asked
    ]  # fmt: skip
    splits = {split.dimension: split for drivers in reversed(found) for split in drivers.by_dimension}
    paradoxes = {p.dimension: p for drivers in reversed(found) for p in drivers.paradox}
    drivers = replace(
        found[0],
        by_dimension=tuple(splits[name] for name in query.dimensions),
        paradox=tuple(paradoxes[name] for name in query.dimensions if name in paradoxes),
    )
    return drivers, cube, COMBINED.format(combined=join_words([labels[name] for name in inner.dimensions], "and"))


def _enough(cubes: Sequence[Cube], held: Iterable[str]) -> Iterator[Cube]:
    """Yield the cubes that hold a dimension which none before them did."""
    seen = set(held)
    for cube in cubes:
        if not seen.issuperset(cube.dimensions):
            seen.update(cube.dimensions)
            yield cube


def _cube(bench: Bench, query: CubeQuery, label: str) -> Cube:
    return bench.recorder.cube(query, f"{label}, sums a cell of {len(query.dimensions)} dimensions")
