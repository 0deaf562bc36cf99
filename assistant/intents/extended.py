"""The dictionary with a dimension more, for one analysis: bins of a measure, weeks of a row's date."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.measuring import Bench
from semantic_layer.compile.linear import parts
from semantic_layer.model import DimensionSpec
from semantic_layer.query import Cube, CubeQuery

WEEK = "row_week"
_SIMPLE = {"type": "simple", "numerator": None, "denominator": None, "expr": None, "versions": (), "hidden": True}


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


def with_sums(bench: Bench, metric: str) -> tuple[Bench, tuple[tuple[float, str], ...], str | None]:
    """Return a bench that measures a metric's sums by themselves, the numerator's with their factors, the other's name.

    Raises UserError `not_decomposable` for what is no sum or ratio of sums.
    """
    found, spec = parts(metric, bench.catalogue, {}), bench.catalogue.metric(metric)
    above = tuple((factor, f"{metric}_part_{i}") for i, (factor, _) in enumerate(found.numerator))
    below = f"{metric}_below" if found.denominator is not None else None
    named = [name for _, name in above] + ([below] if below else [])
    made = (
        spec.model_copy(update=_SIMPLE | {"name": n, "measure": m})
        for n, m in zip(named, found.measures(), strict=True)
    )
    catalogue = bench.catalogue.model_copy(update={"metrics": (*bench.catalogue.metrics, *made)}).indexed()
    return replace(bench, catalogue=catalogue, recorder=replace(bench.recorder, catalogue=catalogue)), above, below


def cells(bench: Bench, query: CubeQuery, purpose: str) -> Cube:
    """Run a cube on the bench's own dictionary."""
    return bench.recorder.cube(query, purpose)
