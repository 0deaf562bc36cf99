"""Columns against their rows: how many values are missing, and numbers that cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.engine import SqlEngine
from semantic_layer.model import Catalogue, MeasureSpec, MetricSpec, TableSpec
from semantic_layer.query import Column, Sql
from semantic_layer.validate.report import Report

# A cut with most rows unknown misleads; so does a mean that speaks for a part of its rows.
_MOSTLY_EMPTY, _OFTEN_EMPTY = 0.5, 0.2
_NEVER_NEGATIVE = ("seconds", "months")


@dataclass(frozen=True, slots=True)
class _Use:
    """A column that a definition reads, and over which rows."""

    source: str
    subject: str
    column: str
    most: float
    where: str | None = None
    positive: bool = False


def column_values(table: TableSpec, catalogue: Catalogue, engine: SqlEngine, report: Report) -> None:
    """Warn of columns with many values missing, and of negative lengths of time."""
    uses = [*_cuts(table, catalogue, report), *_joined(table), *_measured(table, catalogue, report)]
    if not uses:
        return
    counted = [value for use in uses for value in _counts(use)]
    select = exp.select(*counted).from_(exp.Table(this=exp.to_identifier(table.name)))
    columns = tuple(Column(name=f"c{i}", kind="metric") for i in range(len(counted)))
    with report.noting(f"table:{table.name}", f"table '{table.name}'"):
        found = engine.run(Sql(text=select.sql(dialect="duckdb"), columns=columns)).rows()[0]
        for i, use in enumerate(uses):
            _judge(use, table, *(int(n or 0) for n in found[3 * i : 3 * i + 3]), report=report)


def _cuts(table: TableSpec, catalogue: Catalogue, report: Report) -> Iterator[_Use]:
    for spec in catalogue.dimensions:
        plain = spec.table == table.name and not (spec.expr or spec.outcome or spec.hidden)
        if plain and report.sound(f"dimension:{spec.name}"):
            yield _Use(f"dimension:{spec.name}", f"dimension '{spec.name}'", spec.column or spec.name, _MOSTLY_EMPTY)


def _joined(table: TableSpec) -> Iterator[_Use]:
    for join in table.joins:
        yield _Use(f"table:{table.name}", f"table '{table.name}', join to {join.to}", join.on, _MOSTLY_EMPTY)


def _measured(table: TableSpec, catalogue: Catalogue, report: Report) -> Iterator[_Use]:
    for metric in catalogue.metrics:
        if not report.sound(f"metric:{metric.name}"):
            continue
        for measure in metric.measures():
            if measure.table == table.name and _is_plain(measure) and not _elsewhere(measure):
                yield _Use(
                    f"metric:{metric.name}", f"metric '{metric.name}'", measure.expr, _OFTEN_EMPTY, measure.where,
                    positive=_is_length(metric),
                )  # fmt: skip


def _is_plain(measure: MeasureSpec) -> bool:
    """Whether it takes the values of one column; a count of a column is meant to leave some out."""
    return measure.agg not in ("count", "count_distinct") and isinstance(ast.parsed(measure.expr), exp.Column)


def _elsewhere(measure: MeasureSpec) -> bool:
    """Whether it reads columns of joined tables."""
    texts = (measure.expr, measure.where)
    return any(node.table for text in texts if text for node in ast.parsed(text).find_all(exp.Column))


def _is_length(metric: MetricSpec) -> bool:
    return metric.unit in _NEVER_NEGATIVE


def _counts(use: _Use) -> tuple[exp.Expr, exp.Expr, exp.Expr]:
    """Count the rows, those with a value and those below zero."""
    value = ast.parsed(use.column) if use.most == _OFTEN_EMPTY else ast.column(use.column)
    kept = ast.parsed(use.where) if use.where else exp.true()
    below = exp.LT(this=value.copy(), expression=exp.Literal.number(0)) if use.positive else exp.false()
    present = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    return (
        exp.CountIf(this=kept),
        exp.CountIf(this=exp.And(this=exp.Paren(this=kept.copy()), expression=present)),
        exp.CountIf(this=exp.And(this=exp.Paren(this=kept.copy()), expression=below)),
    )


def _judge(use: _Use, table: TableSpec, rows: int, present: int, below: int, *, report: Report) -> None:
    if rows and (rows - present) / rows > use.most:
        report.warning(
            use.source,
            "null_share",
            f"{use.subject}: {(rows - present) / rows:.1%} of {rows:,} rows of {table.name} have no {use.column}",
            "they count as (unknown) in a cut and as nothing in a sum or mean; load the values, or say so in the "
            "definition's caveat",
        )
    if below:
        report.warning(
            use.source,
            "negative_values",
            f"{use.subject}: {below:,} of {rows:,} rows of {table.name} have a negative {use.column}",
            "a length of time is never negative: correct the rows, or leave them out with `where`",
        )
