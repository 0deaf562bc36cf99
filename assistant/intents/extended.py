"""The dictionary with a dimension more, for one analysis: bins of a measure, weeks of a row's date."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.measuring import Bench
from semantic_layer.model import DimensionSpec
from semantic_layer.query import Cube, CubeQuery

WEEK = "row_week"


def with_dimension(bench: Bench, spec: DimensionSpec, members: Sequence[str]) -> Bench:
    """Return a bench that knows one dimension more; statements are kept with the others."""
    dimensions = (*bench.catalogue.dimensions, spec)
    catalogue = bench.catalogue.model_copy(update={"dimensions": dimensions}).indexed()
    values = {**bench.values, spec.name: tuple(members)}
    recorder = replace(bench.recorder, catalogue=catalogue, members=values)
    return replace(bench, catalogue=catalogue, values=values, recorder=recorder)


def weekly(table: str) -> DimensionSpec:
    """Return the dimension of the week that a fact's row falls into."""
    expr = "strftime(date_trunc('week', @row_date), '%Y-%m-%d')"
    return DimensionSpec(name=WEEK, label="Week", table=table, expr=expr, hidden=True)


def cells(bench: Bench, query: CubeQuery, purpose: str) -> Cube:
    """Run a cube on the bench's own dictionary."""
    return bench.recorder.cube(query, purpose)
