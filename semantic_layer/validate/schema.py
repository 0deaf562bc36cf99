"""Definitions against the warehouse's tables, columns and types; no row is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlglot import exp

from semantic_layer.compile import ast, compile_query
from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.scan import Scan
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec, MeasureSpec, MetricSpec, TableSpec
from semantic_layer.query import Column, MetricQuery, Sql, TimeWindow
from semantic_layer.validate.report import Report

_COLUMNS = "SELECT table_name, column_name, data_type FROM information_schema.columns"
_DATED = ("DATE", "TIMESTAMP")
_FAMILIES = {
    "number": (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
        "DECIMAL",
        "FLOAT",
        "DOUBLE",
    ),
    "boolean": ("BOOLEAN",),
    "date": _DATED,
    "text": ("VARCHAR", "ENUM", "CHAR", "TEXT"),
}
# Binding a statement costs more than what stands in it, up to a point.
_AT_ONCE = 25
Schema = dict[str, dict[str, str]]


def schema_problems(catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    """Note tables and columns that are gone, types that do not fit, and metrics that do not run."""
    there = schema_of(engine)
    column_problems(catalogue, there, report)
    for dimension in catalogue.dimensions:
        if _all_sound(report, f"dimension:{dimension.name}", f"table:{dimension.table}"):
            _kind(dimension, catalogue, there, engine, report)
    _explained([m for m in catalogue.metrics if _can_run(m, catalogue, report)], catalogue, engine, report)


def column_problems(catalogue: Catalogue, there: Schema, report: Report) -> None:
    """Note tables and columns that are gone; the warehouse is not asked."""
    for table in catalogue.tables:
        _table(table, there, report)
    for spec in catalogue.dimensions:
        if _all_sound(report, f"dimension:{spec.name}", f"table:{spec.table}"):
            for table_name, column in _read(spec):
                _require(column, table_name, f"dimension '{spec.name}'", f"dimension:{spec.name}", there, report)
    for metric in catalogue.metrics:
        if _can_run(metric, catalogue, report):
            _columns(metric, there, report)


def family_of(kind: str) -> str | None:
    """Return the type of dimension that a column of a warehouse's type is, or None."""
    return next((name for name, kinds in _FAMILIES.items() if kind.startswith(kinds)), None)


def schema_of(engine: SqlEngine) -> Schema:
    """Return the type of each column of each table, under lower-case names as DuckDB compares them."""
    columns = tuple(Column(name=n, kind="dimension") for n in ("table", "column", "type"))
    found: Schema = {}
    for table, column, kind in engine.run(Sql(text=_COLUMNS, columns=columns)).rows():
        found.setdefault(str(table).lower(), {})[str(column).lower()] = str(kind).upper()
    return found


def _can_run(metric: MetricSpec, catalogue: Catalogue, report: Report) -> bool:
    tables = {m.table for m in _measures(metric)}
    if metric.type == "derived" and report.sound(f"metric:{metric.name}"):
        tables |= {leaf.measure.table for leaf in leaves(metric.name, catalogue, {})}
    return _all_sound(report, f"metric:{metric.name}", *(f"table:{name}" for name in tables))


def _all_sound(report: Report, *sources: str) -> bool:
    return all(report.sound(source) for source in sources)


def _table(table: TableSpec, there: Schema, report: Report) -> None:
    source = f"table:{table.name}"
    if table.name.lower() not in there:
        report.error(
            source,
            "missing_table",
            f"the warehouse has no table '{table.name}'",
            did_you_mean(table.name, there),
        )
        return
    keys = [("key", k.strip()) for k in (table.key or "").split(",") if k.strip()]
    others = [("time", table.time), ("entity", table.entity), *(("join", j.on) for j in table.joins)]
    for role, column in (*keys, *others):
        if column:
            _require(column, table.name, f"table '{table.name}', {role}", source, there, report)
    kind = there[table.name.lower()].get((table.time or "").lower())
    if kind and table.timezone and kind != "TIMESTAMP":
        report.error(
            source,
            "wrong_type",
            f"table '{table.name}': time '{table.time}' is {kind}, and `timezone` speaks of plain timestamps",
            "leave out `timezone`: a date has no clock, and TIMESTAMP WITH TIME ZONE carries its zone",
        )
    if kind and not kind.startswith(_DATED):
        report.error(
            source,
            "wrong_type",
            f"table '{table.name}': time '{table.time}' is {kind}, neither a date nor a timestamp",
            "name a column of type DATE or TIMESTAMP, or convert it in the warehouse",
        )


def _require(column: str, table: str, subject: str, source: str, there: Schema, report: Report) -> None:
    known = there.get(table.lower())
    if known is not None and column.lower() not in known:
        report.error(
            source,
            "missing_column",
            f"{subject}: column '{column}' is not in table {table}",
            did_you_mean(column, known),
        )


def _named(text: str | None, table: str) -> Iterator[tuple[str, str]]:
    """Yield the (table, column) pairs that an expression speaks of."""
    if text and text != "*":
        for node in ast.parsed(text).find_all(exp.Column):
            if node.name != ast.ROW_DATE:
                yield node.table or table, node.name


def _read(spec: DimensionSpec) -> Iterator[tuple[str, str]]:
    """Yield the (table, column) pairs that a dimension reads."""
    if spec.expr:
        yield from _named(spec.expr, spec.table)
    else:
        yield spec.table, spec.column or spec.name


def _kind(spec: DimensionSpec, catalogue: Catalogue, there: Schema, engine: SqlEngine, report: Report) -> None:
    source, subject = f"dimension:{spec.name}", f"dimension '{spec.name}'"
    with report.noting(source, subject):
        plain = None if spec.expr else there[spec.table.lower()][(spec.column or spec.name).lower()]
        kind = plain or _kind_of(spec, catalogue, engine)
        if kind is not None and not kind.startswith(_FAMILIES[spec.type]):
            fits = family_of(kind)
            hint = f"set `type: {fits}`" if fits else "cast it in `expr`"
            report.error(source, "wrong_type", f"{subject} is said to be {spec.type} but holds {kind}", hint)


def _kind_of(spec: DimensionSpec, catalogue: Catalogue, engine: SqlEngine) -> str | None:
    """Return the type of a dimension's value; None where no dated fact reaches it."""
    home = spec.table
    if spec.expr and "@row_date" in spec.expr and not catalogue.table(home).time:
        dated = (t.name for t in catalogue.tables if t.time and any(j.to == home for j in t.joins))
        found = next(dated, None)
        if found is None:
            return None
        home = found
    scan = Scan(catalogue, home)
    select = scan.select([ast.alias(scan.dimension(spec), "value")], [])
    columns = tuple(Column(name=n, kind="dimension") for n in ("name", "type"))
    rows = _run(engine, Sql(text=f"DESCRIBE {select.sql(dialect='duckdb')}", columns=columns))
    return str(rows[0][1]).upper()


def _run(engine: SqlEngine, sql: Sql) -> tuple[tuple[object, ...], ...]:
    try:
        return engine.run(sql).rows()
    except UserError as error:
        raise UserError(error.message, code=error.code, hint=f"statement: {' '.join(sql.text.split())}") from error


def _measures(metric: MetricSpec) -> Iterable[MeasureSpec]:
    for formula in (metric, *metric.versions):
        yield from formula.measures()


def _any_day(name: str, version: int, catalogue: Catalogue) -> TimeWindow | None:
    """Return a period for metrics that cannot do without one."""
    framed = any(leaf.frame for leaf in leaves(name, catalogue, {name: version}))
    return TimeWindow(start=date(2000, 1, 1), end=date(2000, 1, 31)) if framed else None


def _columns(metric: MetricSpec, there: Schema, report: Report) -> None:
    source, subject = f"metric:{metric.name}", f"metric '{metric.name}'"
    for measure in _measures(metric):
        clock = [tuple(measure.time.rpartition(".")[::2])] if measure.time else []
        named = [*_named(measure.expr, measure.table), *_named(measure.where, measure.table), *clock]
        for table, column in dict.fromkeys(named):
            _require(column, table or measure.table, subject, source, there, report)


def _explained(metrics: Sequence[MetricSpec], catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    """Let the warehouse plan every version of every metric; many in one statement, alone where that fails."""
    wanted = [(m, v) for m in metrics for v in sorted({m.version, *(entry.version for entry in m.versions)})]
    by_version: dict[int, list[MetricSpec]] = {}
    for metric, version in wanted:
        by_version.setdefault(version, []).append(metric)
    for version, held in by_version.items():
        for start in range(0, len(held), _AT_ONCE):
            some = held[start : start + _AT_ONCE]
            try:
                _plan(some, version, catalogue, engine)
            except UserError:
                for metric in some:
                    with report.noting(f"metric:{metric.name}", f"metric '{metric.name}'"):
                        _plan([metric], version, catalogue, engine)


def _plan(metrics: Sequence[MetricSpec], version: int, catalogue: Catalogue, engine: SqlEngine) -> None:
    days = (_any_day(m.name, version, catalogue) for m in metrics)
    query = MetricQuery(
        metrics=tuple(m.name for m in metrics),
        definition=tuple((m.name, version) for m in metrics),
        window=next((found for found in days if found), None),
    )
    sql = compile_query(query, catalogue)
    plan = (Column(name="kind", kind="dimension"), Column(name="plan", kind="dimension"))
    _run(engine, replace(sql, text=f"EXPLAIN {sql.text}", columns=plan))
