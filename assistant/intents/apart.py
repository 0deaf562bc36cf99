"""The sums of two groups, set against each other like two periods, with whose rows they are."""

from collections.abc import Sequence

import numpy as np

from assistant.analysis.change import Change, change_of
from assistant.analysis.drivers.clusters import design_effect
from assistant.analysis.reweigh import against, without_first
from assistant.measuring import Bench
from semantic_layer.query import Clusters, Cube, CubeQuery


def sums_apart(
    bench: Bench, query: CubeQuery, one: Sequence[str], other: Sequence[str] | None = None, cube: Cube | None = None
) -> tuple[Cube, Clusters | None]:
    """Return the sums of some members of a query's first dimension as the later period, those of others as the earlier.

    Without `other` they are held against everyone else. `cube` is that of the query, where it was read before.
    """
    label = bench.catalogue.metric(query.metric).label
    cube = cube or bench.recorder.cube(query, f"{label}, sums of both groups")
    clusters = bench.recorder.clusters(query, cube, f"{label}, whose rows they are, in part")
    named = cube.members[0]
    inside = np.array([m in one for m in named])
    outside = np.array([m in other for m in named]) if other is not None else ~inside
    sample = without_first(against(clusters, inside, outside)) if clusters is not None else None
    return without_first(against(cube, inside, outside)), sample


def difference_apart(
    bench: Bench, query: CubeQuery, one: Sequence[str], other: Sequence[str] | None = None, cube: Cube | None = None
) -> Change:
    """Return the difference of two groups, its error that of entities where rows repeat them."""
    sums, clusters = sums_apart(bench, query, one, other, cube)
    return change_of(sums, design=design_effect(sums, clusters))
