"""What the warehouse holds: the members of every dimension, and the days it covers."""

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.calendar import period_end
from semantic_layer.compile import ast
from semantic_layer.compile.cells import bands
from semantic_layer.compile.scan import Scan
from semantic_layer.engine import SqlEngine
from semantic_layer.model import Catalogue, DimensionSpec, TableSpec
from semantic_layer.query import Column, Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRange:
    """The first day of data and the as-of day: the last one that every dated fact covers."""

    first: date
    as_of: date


def distinct_values(catalogue: Catalogue, engine: SqlEngine, *, limit: int = 5_000) -> dict[str, tuple[str, ...]]:
    """Return the members of each dimension as text, in order; at most `limit` of each."""
    return {d.name: members_of(d, catalogue, engine, limit=limit) for d in catalogue.dimensions if not d.hidden}


def members_of(
    spec: DimensionSpec, catalogue: Catalogue, engine: SqlEngine, *, limit: int = 5_000, home: str | None = None
) -> tuple[str, ...]:
    """Return the members of one dimension as text, in its own order, else by name.

    `home` is the table whose rows are read, if it is not the dimension's own. A CASE of literals has
    these as its members; no row is read for them.
    """
    members = bands(spec) or _found(spec, catalogue, engine, limit, home or _home(spec, catalogue))
    rank = {member: i for i, member in enumerate(spec.order)}
    return tuple(sorted(members, key=lambda m: (rank.get(m, len(rank)), m)))


def _found(spec: DimensionSpec, catalogue: Catalogue, engine: SqlEngine, limit: int, home: str) -> tuple[str, ...]:
    scan = Scan(catalogue, home)
    select = scan.select([ast.alias(scan.member(spec), spec.name)], [], group=1)
    select = select.order_by(exp.Literal.number(1)).limit(limit)
    sql = Sql(text=select.sql(dialect="duckdb"), columns=(Column(name=spec.name, kind="dimension"),))
    return tuple(str(value) for value in engine.run(sql, max_rows=limit).data[0])


def _home(spec: DimensionSpec, catalogue: Catalogue) -> str:
    """Return the table whose rows have all members: the fact that dates them, for a dimension that needs a date."""
    if spec.expr and "@row_date" in spec.expr and not catalogue.table(spec.table).time:
        dated = (t.name for t in catalogue.tables if t.time and any(j.to == spec.table for j in t.joins))
        return next(dated, spec.table)
    return spec.table


def data_range(catalogue: Catalogue, engine: SqlEngine, *, as_of: date | None = None) -> DataRange | None:
    """Return the days the data covers, or None where no fact has dates or rows.

    `as_of` overrides the last day; a monthly fact covers its whole last month.
    """
    covered = [found for table in _facts(catalogue) if (found := _covered(table, catalogue, engine))]
    if not covered:
        return None
    first, last = min(f for f, _ in covered), min(e for _, e in covered)
    return DataRange(first=first, as_of=as_of or last)


def _facts(catalogue: Catalogue) -> list[TableSpec]:
    """Return the dated tables that a metric is measured on."""
    used = {measure.table for metric in catalogue.metrics for measure in metric.measures()}
    return [t for t in catalogue.tables if t.time and t.name in used]


def _covered(table: TableSpec, catalogue: Catalogue, engine: SqlEngine) -> tuple[date, date] | None:
    when = Scan(catalogue, table.name).when()
    select = exp.select(
        ast.alias(ast.as_date(exp.Min(this=when)), "first"), ast.alias(ast.as_date(exp.Max(this=when.copy())), "last")
    ).from_(exp.to_table(table.name))
    columns = (Column(name="first", kind="period"), Column(name="last", kind="period"))
    rows = engine.run(Sql(text=select.sql(dialect="duckdb"), columns=columns)).rows()
    first, last = rows[0]
    if first is None:
        return None
    return first, period_end(last, "month") if table.time_grain == "month" else last
