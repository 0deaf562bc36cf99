"""Runs queries and keeps what was run, so that the SQL shown is the SQL run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np

from semantic_layer.compile import compile_keys, compile_query
from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.records import compile_size
from semantic_layer.cube import run_clusters, run_cube
from semantic_layer.cube_plan import CubePlan, longest_fitting, plan_cube
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import Clusters, Cube, CubeQuery, Filter, MetricQuery, Run, Sql, Table, TimeWindow

MOST_IDS = 5_000_000


def number(value: Any) -> float | None:
    """Return a float for a finite number, None for anything else."""
    if value is None or np.ma.is_masked(value) or value != value or value in (float("inf"), float("-inf")):
        return None
    return float(value)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Compiles and runs for one question; `runs` grows in the order asked."""

    catalogue: Catalogue
    engine: SqlEngine
    as_of: date | None
    members: Mapping[str, Sequence[str]]
    runs: list[Run] = field(default_factory=list)

    def measure(self, query: MetricQuery, purpose: str) -> Run:
        """Compile and run a metric query."""
        return self._run(compile_query(query, self.catalogue, as_of=self.as_of), purpose, query)

    def cube(self, query: CubeQuery, purpose: str) -> Cube:
        """Compile, run and gather a cube; every statement of it is kept."""
        return self.cube_and_runs(query, purpose)[0]

    def cube_and_runs(self, query: CubeQuery, purpose: str) -> tuple[Cube, tuple[Run, ...]]:
        """Compile, run and gather a cube, and return what was run for it too."""
        cube, runs = run_cube(query, self.catalogue, self.engine, members=self.members, as_of=self.as_of)
        return cube, tuple(self._keep(replace(run, purpose=purpose, query=query)) for run in runs)

    def clusters(self, query: CubeQuery, cube: Cube, purpose: str) -> Clusters | None:
        """Compile, run and gather a sample of the entities behind a cube; None where none repeats."""
        found, runs = run_clusters(query, cube, self.catalogue, self.engine, as_of=self.as_of)
        for run in runs:
            self._keep(replace(run, purpose=purpose, query=None))
        return found

    def plan(self, query: CubeQuery) -> CubePlan:
        """Choose the cubes to read for a query at least cost; an estimate that this takes is kept."""
        rows = max(self._rows_of(leaf.measure.table) for leaf in leaves(query.metric, self.catalogue, {}))
        return plan_cube(query, self.catalogue, self._estimate, members=self.members, rows=rows, as_of=self.as_of)

    def fitting(self, query: CubeQuery, order: Sequence[str]) -> tuple[str, ...]:
        """Return as many dimensions, the first ones first, as one cube can hold."""
        return longest_fitting(query, order, self.catalogue, self._estimate, as_of=self.as_of)

    def _estimate(self, sql: Sql) -> Run:
        return self._run(sql, "about how many rows and cells there are", None)

    def _rows_of(self, table: str) -> int:
        return int(self.engine.run(self.engine.prepared(compile_size(self.catalogue, table))).rows()[0][0])

    def statement(self, sql: Sql, purpose: str) -> Run:
        """Run a statement that belongs to no metric query."""
        return self._run(sql, purpose, None)

    def kept(self, sql: Sql, purpose: str) -> Run:
        """Run a statement whose result serves later questions, too, until the warehouse changes."""
        sql = self.engine.prepared(sql)
        started = perf_counter()
        arrays = self.engine.arrays(sql)
        milliseconds = (perf_counter() - started) * 1000
        table = Table(columns=sql.columns, data=tuple(arrays[c.name] for c in sql.columns))
        return self._keep(Run(id="", purpose=purpose, sql=sql, table=table, rows=len(table), ms=milliseconds))

    def keys(self, table: str, key: str, filters: Sequence[Filter], window: TimeWindow | None) -> frozenset[str]:
        """Return the ids of a slice of a table as text."""
        sql = compile_keys(self.catalogue, table=table, key=key, filters=tuple(filters), window=window)
        run = self._run_whole(sql, "contacts of the slice")
        column: Any = run.table.data[0] if run.table.data else ()
        self.runs[-1] = replace(run, table=replace(run.table, data=()))
        return frozenset(map(str, column))

    def members_by_key(
        self, table: str, key: str, by: str, filters: Sequence[Filter], window: TimeWindow | None
    ) -> dict[str, str]:
        """Return the member of a dimension for each id of a slice."""
        sql = compile_keys(self.catalogue, table=table, key=key, filters=tuple(filters), window=window, by=by)
        run = self._run_whole(sql, f"{self.catalogue.dimension(by).label} of the contacts")
        ids, members = run.table.data or ((), ())
        self.runs[-1] = replace(run, table=replace(run.table, data=()))
        return dict(zip(map(str, ids), map(str, members), strict=True))

    def holders(self, table: str, key: str, filters: Sequence[Filter], window: TimeWindow | None) -> dict[str, str]:
        """Return the customer behind each id of a slice."""
        sql = compile_keys(self.catalogue, table=table, key=key, filters=tuple(filters), window=window, holders=True)
        run = self._run_whole(sql, "customers of the contacts")
        ids, whose = run.table.data or ((), ())
        self.runs[-1] = replace(run, table=replace(run.table, data=()))
        return dict(zip(map(str, ids), map(str, whose), strict=True))

    def _run_whole(self, sql: Sql, purpose: str) -> Run:
        """Run a list of ids; half of one would name the wrong contacts. Raises UserError too_many_contacts."""
        run = self._run(sql, purpose, None, most=MOST_IDS)
        if run.table.truncated:
            raise UserError(
                f"the slice has more than {MOST_IDS:,} rows", code="too_many_contacts", hint="name a shorter period"
            )
        return run

    def _run(self, sql: Sql, purpose: str, query: MetricQuery | None, *, most: int | None = None) -> Run:
        sql = self.engine.prepared(sql)
        started = perf_counter()
        table: Table = self.engine.run(sql, max_rows=most)
        milliseconds = (perf_counter() - started) * 1000
        return self._keep(
            Run(id="", purpose=purpose, sql=sql, table=table, rows=len(table), ms=milliseconds, query=query)
        )

    def _keep(self, run: Run) -> Run:
        kept = replace(run, id=f"q{len(self.runs) + 1}")
        self.runs.append(kept)
        return kept
