"""Definitions against the rows: keys that repeat, joins that miss, days and members that are absent."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.soundness import distinct_keys, key_columns
from semantic_layer.engine import SqlEngine
from semantic_layer.errors import did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec, Join, TableSpec
from semantic_layer.query import Column, Sql
from semantic_layer.validate.columns import column_values
from semantic_layer.validate.grain import grain_problems
from semantic_layer.validate.nesting import hierarchy_problems
from semantic_layer.validate.report import Report
from semantic_layer.values import distinct_values

_STALE, _AHEAD = timedelta(days=45), timedelta(days=366)
_MEMBERS = 5_000


def data_problems(catalogue: Catalogue, engine: SqlEngine, report: Report) -> frozenset[str]:
    """Note what the rows contradict; tables and dimensions with an error are passed over.

    Returns the tables that hold rows.
    """
    tables = [t for t in catalogue.tables if report.sound(f"table:{t.name}")]
    last: dict[str, date] = {}
    measured, filled = _measured(catalogue), set[str]()
    for table in tables:
        if not _rows(table, engine, report, last):
            continue
        filled.add(table.name)
        grain_problems(table, engine, report, measured=table.name in measured)
        column_values(table, catalogue, engine, report)
        for join in table.joins:
            if report.sound(f"table:{join.to}"):
                _orphans(table, join, catalogue, engine, report)
    _stale({name: day for name, day in last.items() if name in measured}, report)
    _members(catalogue, engine, report)
    hierarchy_problems(catalogue, engine, report)
    return frozenset(filled)


def _measured(catalogue: Catalogue) -> set[str]:
    return {measure.table for metric in catalogue.metrics for measure in metric.measures()}


def _numbers(engine: SqlEngine, select: exp.Select, *names: str) -> tuple[Any, ...]:
    columns = tuple(Column(name=n, kind="metric") for n in names)
    return engine.run(Sql(text=select.sql(dialect="duckdb"), columns=columns)).rows()[0]


def _rows(table: TableSpec, engine: SqlEngine, report: Report, last: dict[str, date]) -> bool:
    source, keys = f"table:{table.name}", [ast.column(name) for name in key_columns(table.key)]
    rows: exp.Expr = exp.Count(this=exp.Star())
    distinct = distinct_keys(keys) if keys else rows.copy()
    when = ast.column(table.time) if table.time else None
    dated = exp.Count(this=when) if when is not None else rows.copy()
    newest = ast.as_date(exp.Max(this=when.copy())) if when is not None else exp.Null()
    present = _present(keys)
    with_key = exp.CountIf(this=present) if present is not None else rows.copy()
    select = exp.select(rows, distinct, with_key, dated, newest).from_(exp.Table(this=exp.to_identifier(table.name)))
    n, unique, keyed, with_date, latest = _numbers(engine, select, "rows", "keys", "keyed", "dated", "last")
    if not n:
        report.warning(source, "empty_table", f"table '{table.name}' holds no rows")
        return False
    if keyed < n:
        report.error(
            source,
            "key_missing",
            f"table '{table.name}': {n - keyed:,} of {n:,} rows have no {table.key}",
            "a row without its key is joined to nothing; fill it in, or leave these rows out of the table",
        )
    if unique < keyed:
        report.error(
            source,
            "key_not_unique",
            f"table '{table.name}': key {table.key} is not unique: {keyed:,} rows, {unique:,} keys",
            "name the columns that tell rows apart, or remove the duplicates: joins would count rows twice",
        )
    if with_date < n:
        share = (n - with_date) / n
        report.warning(
            source,
            "undated_rows",
            f"table '{table.name}': {share:.1%} of rows have no '{table.time}' and are in no period",
        )
    if latest is not None:
        last[table.name] = latest
    return True


def _present(keys: list[exp.Column]) -> exp.Expr | None:
    return ast.conjunction([exp.Not(this=exp.Is(this=k.copy(), expression=exp.Null())) for k in keys])


def _orphans(table: TableSpec, join: Join, catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    key = catalogue.table(join.to).key or ""
    there = exp.select(ast.column(key, "there")).from_(_table(join.to, "there"))
    held = ast.column(join.on, "here")
    missed = exp.Not(this=exp.Exists(this=there.where(exp.EQ(this=ast.column(key, "there"), expression=held))))
    select = exp.select(
        exp.Count(this=held.copy()), exp.CountIf(this=exp.and_(exp.not_(held.copy().is_(exp.null())), missed))
    ).from_(_table(table.name, "here"))
    with report.noting(f"table:{table.name}", f"table '{table.name}', join on {join.on}"):
        held_rows, orphans = _numbers(engine, select, "held", "orphans")
        if orphans:
            report.warning(
                f"table:{table.name}",
                "orphans",
                f"table '{table.name}': {orphans:,} of {held_rows:,} rows ({orphans / held_rows:.1%}) have a "
                f"{join.on} that {join.to} does not hold",
                f"they count as (unknown) in every dimension of {join.to}",
            )


def _table(name: str, alias: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name), alias=exp.TableAlias(this=exp.to_identifier(alias)))


def _stale(last: Mapping[str, date], report: Report) -> None:
    ends = sorted(last.values())
    newest = ends[-1] if ends else date.min
    if len(ends) > 2 and newest - ends[-2] > _AHEAD:
        name = max(last, key=lambda n: last[n])
        report.warning(
            f"table:{name}",
            "dated_ahead",
            f"table '{name}' ends on {newest}, while no other goes beyond {ends[-2]}",
            "look for rows with a wrong date; they make every period look longer than it is",
        )
        newest = ends[-2]
    for name, day in last.items():
        if newest - day > _STALE:
            report.warning(
                f"table:{name}",
                "stale_table",
                f"table '{name}' ends on {day}, while others reach {newest}",
                "answers end where the shortest fact ends; load the missing days",
            )


def _members(catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    """Warn of members that the YAML names and no row has."""
    spoken = [d for d in catalogue.dimensions if (d.values or d.order) and not d.hidden]
    sound = [d for d in spoken if report.sound(f"dimension:{d.name}") and report.sound(f"table:{d.table}")]
    found = distinct_values(catalogue.model_copy(update={"dimensions": tuple(sound)}), engine, limit=_MEMBERS)
    for spec in sound:
        if len(found[spec.name]) < _MEMBERS:
            _absent(spec, found[spec.name], report)


def _absent(spec: DimensionSpec, members: tuple[str, ...], report: Report) -> None:
    for member in dict.fromkeys((*spec.values, *spec.order)):
        if member not in members:
            report.warning(
                f"dimension:{spec.name}",
                "unknown_member",
                f"dimension '{spec.name}': no row has '{member}'",
                did_you_mean(member, members),
            )
