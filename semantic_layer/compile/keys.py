"""The ids of a slice of a table, such as the contacts of a segment."""

from collections.abc import Sequence

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.joins import path
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import Column, Filter, Sql, TimeWindow

HOLDER = "holder"


def compile_keys(
    catalogue: Catalogue,
    *,
    table: str,
    key: str,
    filters: Sequence[Filter],
    window: TimeWindow | None,
    by: str | None = None,
    holders: bool = False,
    limit: int | None = None,
) -> Sql:
    """Compile the ids, in order, of the rows that filters and window keep; `by` adds a row's member.

    `holders` adds whose row it is: the table's entity, or the id itself where it has none.

    Raises UserError: unknown_table, unknown_dimension, cannot_cut, wrong_type, no_time.
    """
    scan = Scan(catalogue, table)
    for name in dict.fromkeys((*(f.dimension for f in filters), *([by] if by else []))):
        if path(catalogue, table, catalogue.dimension(name).table) is None:
            reached = [d.name for d in catalogue.dimensions if path(catalogue, table, d.table) is not None]
            raise UserError(
                f"rows of {table} cannot be filtered by '{name}'",
                code="cannot_cut",
                hint=f"they can be filtered by: {', '.join(reached) or 'nothing'}",
            )
    where = [*([scan.in_window(window)] if window else []), *scan.kept(filters)]
    shown = [ast.alias(scan.column(table, key), key)]
    if by is not None:
        shown.append(ast.alias(scan.member(catalogue.dimension(by)), by))
    if holders:
        shown.append(ast.alias(scan.column(table, catalogue.table(table).entity or key), HOLDER))
    select = scan.select(shown, where)
    select.set("order", exp.Order(expressions=[exp.Literal.number(1)]))
    if limit is not None:
        select.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    columns = tuple(Column(name=name, kind="dimension") for name in (key, by, HOLDER if holders else None) if name)
    return Sql(text=select.sql(dialect="duckdb", pretty=True, copy=False), columns=columns)
