"""Runs a cube query and puts its rows into arrays."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semantic_layer.compile import compile_cube
from semantic_layer.compile.cubes import CLUSTER, PERIOD, SUMS
from semantic_layer.compile.linear import parts
from semantic_layer.engine import SqlEngine
from semantic_layer.hierarchies import nested
from semantic_layer.model import Catalogue
from semantic_layer.query import OTHER, UNKNOWN, Clusters, Cube, CubeQuery, Run, Sql, Table
from semantic_layer.values import members_of

SAMPLED = 20_000


def run_cube(
    query: CubeQuery,
    catalogue: Catalogue,
    engine: SqlEngine,
    *,
    members: Mapping[str, Sequence[str]] | None = None,
    as_of: date | None = None,
) -> tuple[Cube, tuple[Run, ...]]:
    """Run a cube query; a metric over two facts has independent sums, so its `nd` is zero.

    `members` of dimensions that are known already need not be read again. Raises the UserErrors
    of `compile_cube` and of the engine.
    """
    known = {d: _listed(d, members or {}, catalogue, engine) for d in query.dimensions}
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    ratio = parts(query.metric, catalogue, definitions).denominator is not None
    statements = compile_cube(query, catalogue, members=known, as_of=as_of)
    ran = [_run(number, sql, query, catalogue, engine) for number, sql in enumerate(statements)]
    cube = _cube(query, known, [arrays for _, arrays in ran], kind="ratio" if ratio else "additive")
    cube = replace(cube, nested=nested(query.dimensions, catalogue))
    return cube, tuple(run for run, _ in ran)


def run_clusters(
    query: CubeQuery, cube: Cube, catalogue: Catalogue, engine: SqlEngine, *, as_of: date | None = None
) -> tuple[Clusters | None, tuple[Run, ...]]:
    """Run a cube query cut by entity, for a sample of them; None where the tables have none that repeats."""
    listed = {d: tuple(m for m in named if m != OTHER) for d, named in zip(cube.dimensions, cube.members, strict=True)}
    every = max(1, int(cube.rows.sum()) // SAMPLED)
    statements = compile_cube(query, catalogue, members=listed, as_of=as_of, every=every)
    if not statements:
        return None, ()
    ran = [_run(number, sql, query, catalogue, engine) for number, sql in enumerate(statements)]
    results = [arrays for _, arrays in ran]
    _, cluster = np.unique(np.concatenate([np.asarray(r[CLUSTER]) for r in results]), return_inverse=True)
    found = Clusters(
        cluster=cluster.ravel(),
        codes=_all_codes(query, listed, results),
        period=np.concatenate([np.asarray(r[PERIOD], dtype=np.int8) for r in results]),
        sums=_all_sums(results),
    )
    # Rows of single entities are no result to keep or show.
    return found, tuple(replace(run, table=replace(run.table, data=())) for run, _ in ran)


def _listed(
    dimension: str, members: Mapping[str, Sequence[str]], catalogue: Catalogue, engine: SqlEngine
) -> tuple[str, ...]:
    """Return a dimension's members, the unknown one last; rows of any other count as `(other)`."""
    found = members.get(dimension) or members_of(catalogue.dimension(dimension), catalogue, engine)
    return (*(m for m in found if m != UNKNOWN), UNKNOWN)


def _run(
    number: int, sql: Sql, query: CubeQuery, catalogue: Catalogue, engine: SqlEngine
) -> tuple[Run, dict[str, Any]]:
    sql = engine.prepared(sql)
    start = time.perf_counter()
    arrays = engine.arrays(sql)
    ms = (time.perf_counter() - start) * 1000
    purpose = f"parts of {catalogue.metric(query.metric).label.lower()} in both periods"
    table = Table(columns=sql.columns, data=tuple(arrays[c.name] for c in sql.columns))
    return Run(id=f"cube-{number}", purpose=purpose, sql=sql, table=table, rows=len(table), ms=ms, query=query), arrays


def _cube(
    query: CubeQuery,
    members: Mapping[str, tuple[str, ...]],
    results: Sequence[dict[str, Any]],
    *,
    kind: Literal["ratio", "additive"],
) -> Cube:
    """Put the statements' rows side by side."""
    sums, codes = _all_sums(results), _all_codes(query, members, results)
    period = np.concatenate([np.asarray(r[PERIOD], dtype=np.int8) for r in results])
    named: list[tuple[str, ...]] = []
    for position, name in enumerate(query.dimensions):
        beyond = bool(np.any(codes[:, position] == len(members[name])))
        named.append((*members[name], OTHER) if beyond else members[name])
    if len(results) > 1 or any(OTHER in found[-1:] for found in named):
        codes, period, sums = _merged(codes, period, sums)
    if kind == "additive":
        sums |= {name: np.zeros(len(period)) for name in ("d", "nd", "dd")}
    return Cube(
        metric=query.metric,
        kind=kind,
        dimensions=query.dimensions,
        members=tuple(named),
        codes=codes,
        period=period,
        rows=sums["row_count"],
        n=sums["n"],
        d=sums["d"],
        nn=sums["nn"],
        nd=sums["nd"],
        dd=sums["dd"],
    )


def _all_sums(results: Sequence[dict[str, Any]]) -> dict[str, NDArray[np.float64]]:
    """Join the statements' sums; the last statement counts the rows."""
    sums = {name: np.concatenate([_numbers(r[name]) for r in results]) for name in SUMS}
    sums["row_count"][: sum(len(r[PERIOD]) for r in results[:-1])] = 0.0
    return sums


def _all_codes(
    query: CubeQuery, members: Mapping[str, tuple[str, ...]], results: Sequence[dict[str, Any]]
) -> NDArray[np.int32]:
    codes = np.empty((sum(len(r[PERIOD]) for r in results), len(query.dimensions)), dtype=np.int32)
    for position, name in enumerate(query.dimensions):
        codes[:, position] = np.concatenate([_codes(r[name], len(members[name])) for r in results])
    return codes


def _numbers(values: Any) -> NDArray[np.float64]:
    return np.ma.filled(np.ma.asarray(values, dtype=np.float64), 0.0)


def _codes(values: Any, other: int) -> NDArray[np.int32]:
    return np.ma.filled(np.ma.asarray(values, dtype=np.int32), other)


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
