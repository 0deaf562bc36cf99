"""Quantiles of what one row says of a metric, so that its rows can be put into bins."""

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.linear import parts
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, MeasureSpec
from semantic_layer.query import Column, Filter, Sql, TimeWindow


def row_value(metric: str, catalogue: Catalogue) -> tuple[str, str]:
    """Return (table, expression) of a metric at one row: its numerator where the denominator counts the row.

    Raises UserError (not_decomposable, not_one_row).
    """
    found = parts(metric, catalogue, {})
    tables = {m.table for m in found.measures()}
    if len(tables) > 1 or (found.denominator is not None and found.denominator.agg != "count"):
        raise UserError(
            f"'{metric}' has no value at a single row", code="not_one_row", hint="ask for a metric of one table's rows"
        )
    terms = " + ".join(f"{factor!r} * {_summand(measure)}" for factor, measure in found.numerator)
    where = found.denominator.where if found.denominator is not None else None
    text = f"CASE WHEN {where} THEN {terms} END" if where else terms
    return tables.pop(), text


def _summand(measure: MeasureSpec) -> str:
    value = "1" if measure.expr == "*" else f"({measure.expr})"
    return f"(CASE WHEN {measure.where} THEN {value} ELSE 0 END)" if measure.where else value


def compile_quantiles(
    catalogue: Catalogue,
    *,
    metric: str,
    fractions: Sequence[float],
    filters: Sequence[Filter] = (),
    window: TimeWindow | None = None,
) -> Sql:
    """Compile the quantiles of a metric's row values, one column a fraction; raise as `row_value`."""
    table, text = row_value(metric, catalogue)
    scan = Scan(catalogue, table)
    value = scan.expression(text, table)
    shown = [
        ast.alias(exp.Anonymous(this="quantile_cont", expressions=[value.copy(), exp.Literal.number(f)]), f"q{i}")
        for i, f in enumerate(fractions)
    ]
    where = [*([scan.in_window(window)] if window and scan.table.time else []), *scan.kept(filters)]
    select = scan.select(shown, where)
    columns = tuple(Column(name=f"q{i}", kind="metric") for i in range(len(fractions)))
    return Sql(text=select.sql(dialect="duckdb", pretty=True, copy=False), columns=columns)
