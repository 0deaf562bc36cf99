"""Runs a cube query and puts its rows into arrays."""

import time
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semantic_layer.compile import compile_cube
from semantic_layer.compile.cubes import PERIOD, SUMS
from semantic_layer.compile.linear import parts
from semantic_layer.engine import SqlEngine
from semantic_layer.model import Catalogue
from semantic_layer.query import Cube, CubeQuery, Run, Sql, Table

MAX_CELLS = 20_000_000


def run_cube(
    query: CubeQuery, catalogue: Catalogue, engine: SqlEngine, *, as_of: date | None = None
) -> tuple[Cube, tuple[Run, ...]]:
    """Run a cube query; a metric over two facts has independent sums, so its `nd` is zero.

    Raises the UserErrors of `compile_cube` and of the engine.
    """
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    ratio = parts(query.metric, catalogue, definitions).denominator is not None
    runs = tuple(
        _run(number, sql, query, catalogue, engine)
        for number, sql in enumerate(compile_cube(query, catalogue, as_of=as_of))
    )
    return _cube(query, [run.table for run in runs], kind="ratio" if ratio else "additive"), runs


def _run(number: int, sql: Sql, query: CubeQuery, catalogue: Catalogue, engine: SqlEngine) -> Run:
    start = time.perf_counter()
    table = engine.run(sql, max_rows=MAX_CELLS)
    ms = (time.perf_counter() - start) * 1000
    purpose = f"parts of {catalogue.metric(query.metric).label.lower()} in both periods"
    return Run(id=f"cube-{number}", purpose=purpose, sql=sql, table=table, ms=ms, query=query)


def _cube(query: CubeQuery, tables: Sequence[Table], *, kind: Literal["ratio", "additive"]) -> Cube:
    """Put the statements' rows side by side; the last one counts the rows."""
    encoded = [_encoded([table.column(d) for table in tables]) for d in query.dimensions]
    period = np.concatenate([np.asarray(table.column(PERIOD), dtype=np.int8) for table in tables])
    sums = {name: np.concatenate([_numbers(table, name) for table in tables]) for name in SUMS}
    for table in tables[:-1]:
        sums["row_count"][: len(table)] = 0.0
    codes = np.column_stack([codes for codes, _ in encoded]) if encoded else np.empty((len(period), 0), np.int32)
    if len(tables) > 1:
        codes, period, sums = _merged(codes, period, sums)
    if kind == "additive":
        sums |= {name: np.zeros(len(period)) for name in ("d", "nd", "dd")}
    return Cube(
        metric=query.metric,
        kind=kind,
        dimensions=query.dimensions,
        members=tuple(members for _, members in encoded),
        codes=codes,
        period=period,
        rows=sums["row_count"],
        n=sums["n"],
        d=sums["d"],
        nn=sums["nn"],
        nd=sums["nd"],
        dd=sums["dd"],
    )


def _numbers(table: Table, name: str) -> NDArray[np.float64]:
    values = table.column(name)
    return np.array([0.0 if v is None else float(v) for v in values], dtype=np.float64)


def _encoded(columns: Sequence[Iterable[Any]]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Number the members of a dimension in order of their names."""
    values = [str(value) for column in columns for value in column]
    members = tuple(sorted(set(values)))
    number = {member: i for i, member in enumerate(members)}
    return np.fromiter((number[v] for v in values), dtype=np.int32, count=len(values)), members


def _merged(
    codes: NDArray[np.int32], period: NDArray[np.int8], sums: dict[str, NDArray[np.float64]]
) -> tuple[NDArray[np.int32], NDArray[np.int8], dict[str, NDArray[np.float64]]]:
    """Add up the entries of the same cell and period."""
    keys = np.column_stack([codes, period.astype(np.int32)])
    unique, where = np.unique(keys, axis=0, return_inverse=True)
    added = {
        name: np.bincount(where.ravel(), weights=v, minlength=len(unique)).astype(np.float64)
        for name, v in sums.items()
    }
    return unique[:, :-1].astype(np.int32), unique[:, -1].astype(np.int8), added
