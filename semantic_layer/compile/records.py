"""The rows of a small table of records, such as the interventions a workspace keeps."""

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.scan import Scan
from semantic_layer.model import Catalogue
from semantic_layer.query import Column, Sql


def compile_size(catalogue: Catalogue, table: str) -> Sql:
    """Compile the number of rows of a table; raise UserError (unknown_table)."""
    select = Scan(catalogue, table).select([ast.alias(exp.Count(this=exp.Star()), "row_count")], [])
    return Sql(text=select.sql(dialect="duckdb"), columns=(Column(name="row_count", kind="metric"),))


def compile_records(catalogue: Catalogue, *, table: str, columns: Sequence[str], limit: int) -> Sql:
    """Compile the named columns of a table as text, at most `limit` rows; raise UserError (unknown_table)."""
    scan = Scan(catalogue, table)
    names = [f"c{position}" for position in range(len(columns))]
    shown = [ast.alias(ast.as_text(scan.column(table, c)), n) for c, n in zip(columns, names, strict=True)]
    select = scan.select(shown, [])
    select.set("order", exp.Order(expressions=[exp.Literal.number(1), exp.Literal.number(2)]))
    select.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    kept = tuple(Column(name=name, kind="dimension") for name in names)
    return Sql(text=select.sql(dialect="duckdb", pretty=True, copy=False), columns=kept)
