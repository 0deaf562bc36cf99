"""Whether rows can be counted as they are: keys that repeat, outcomes that are not known."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.cubes import PERIOD
from semantic_layer.compile.formulas import leaves
from semantic_layer.compile.joins import path
from semantic_layer.compile.scan import Scan
from semantic_layer.model import Catalogue, MeasureSpec
from semantic_layer.query import Column, CubeQuery, Sql

ENOUGH = 20_000
ROWS, KEYS, COUNTED = "rows", "keys", "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A statement about a table's rows.

    Of rows of both windows, one line a window: `is_now`, the `rows` that have a key and the `keys`, the rows `counted`
    by the metric and, for each of `outcomes`, how many of those have none. Of a joined table, one line: `rows`, `keys`.
    """

    table: str
    outcomes: tuple[str, ...]
    sql: Sql


def key_columns(key: str | None) -> tuple[str, ...]:
    """Return the columns of a table's key."""
    return tuple(part.strip() for part in (key or "").split(",") if part.strip())


def distinct_keys(columns: Sequence[exp.Expr]) -> exp.Expr:
    """Count the distinct keys; a key with a NULL in it is none."""
    value: exp.Expr = columns[0] if len(columns) == 1 else exp.Tuple(expressions=list(columns))
    counted = exp.Count(this=exp.Distinct(expressions=[value.copy()]))
    return exp.Filter(this=counted, expression=exp.Where(this=_known(columns)))


def compile_row_checks(query: CubeQuery, catalogue: Catalogue) -> tuple[Check, ...]:
    """Compile a check of each table that a metric is measured on, over the windows of a query.

    A large table is read in part: whole keys, chosen by their hash.
    """
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    parts = [leaf.measure for leaf in leaves(query.metric, catalogue, definitions) if not leaf.frame]
    places = dict.fromkeys((part.table, part.time) for part in parts)
    return tuple(
        _row_check(query, Scan(catalogue, table, time), [p for p in parts if (p.table, p.time) == (table, time)])
        for table, time in places
    )


def compile_join_checks(query: CubeQuery, catalogue: Catalogue) -> tuple[Check, ...]:
    """Compile a check of each table that the query's dimensions and filters join."""
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    sources = dict.fromkeys(leaf.measure.table for leaf in leaves(query.metric, catalogue, definitions))
    named = (*query.dimensions, *(f.dimension for f in query.filters))
    wanted = dict.fromkeys(catalogue.dimension(d).table for d in named)
    ways = [path(catalogue, source, target) or () for source in sources for target in wanted]
    return tuple(
        _join_check(table, key) for table, key in dict.fromkeys((s.target, s.key) for way in ways for s in way)
    )


def _row_check(query: CubeQuery, scan: Scan, parts: Sequence[MeasureSpec]) -> Check:
    keys = [ast.column(name, scan.table.name) for name in key_columns(scan.table.key)]
    base = parts[-1].where
    counted = scan.expression(base, scan.table.name) if base else exp.true()
    outcomes = _outcomes(parts)
    windows = [scan.in_window(window) for window in (query.now, query.before) if window]
    now = exp.Cast(
        this=windows[0].copy() if len(windows) == 2 else exp.true(), to=exp.DataType(this=exp.DataType.Type.TINYINT)
    )
    rows = exp.Count(this=exp.Star())
    values = {
        ROWS: exp.CountIf(this=_known(keys)) if keys else rows,
        KEYS: distinct_keys(keys) if keys else rows.copy(),
        COUNTED: exp.CountIf(this=counted),
        **{
            f"unknown_{i}": exp.CountIf(this=_and(counted, ast.column(name, scan.table.name).is_(exp.null())))
            for i, name in enumerate(outcomes)
        },
    }
    either = [exp.Paren(this=exp.or_(*windows))] if windows else []
    where = [*either, *scan.kept(query.filters), *_some(keys, scan.table.name)]
    select = scan.select([ast.alias(now, PERIOD), *(ast.alias(v, n) for n, v in values.items())], where, group=1)
    columns = (Column(name=PERIOD, kind="period"), *(Column(name=n, kind="metric") for n in values))
    return Check(table=scan.table.name, outcomes=outcomes, sql=_sql(select, columns))


def _join_check(table: str, key: str) -> Check:
    column = ast.column(key)
    known = [exp.Not(this=column.copy().is_(exp.null())), *_some([column], table)]
    select = exp.select(ast.alias(exp.Count(this=exp.Star()), ROWS), ast.alias(distinct_keys([column]), KEYS)).from_(
        exp.Table(this=ast.identifier(table))
    )
    where = ast.conjunction(known)
    assert where is not None
    columns = tuple(Column(name=n, kind="metric") for n in (ROWS, KEYS))
    return Check(table=table, outcomes=(), sql=_sql(select.where(where), columns))


def _sql(select: exp.Select, columns: tuple[Column, ...]) -> Sql:
    return Sql(text=select.sql(dialect="duckdb", pretty=True), columns=columns)


def _outcomes(parts: Sequence[MeasureSpec]) -> tuple[str, ...]:
    """Return the table's own columns whose value the numerator reads, save those it only asks to be there or not."""
    above, below = parts[0], parts[-1]
    texts = [text for text in (above.expr, above.where) if text and text != "*"]
    base = _columns(below.where) if below is not above else set()
    read: dict[str, None] = {}
    for text in texts:
        tree = ast.parsed(text)
        nulls = {id(c) for test in tree.find_all(exp.Is) for c in test.find_all(exp.Column)}
        read |= {c.name: None for c in tree.find_all(exp.Column) if id(c) not in nulls and not c.table}
    return tuple(name for name in read if name not in base and name != ast.ROW_DATE)


def _columns(text: str | None) -> set[str]:
    return {c.name for c in ast.parsed(text).find_all(exp.Column)} if text else set()


def _some(keys: Sequence[exp.Expr], table: str) -> list[exp.Expr]:
    """Keep about as many keys as are enough, all rows of each."""
    if not keys:
        return []
    rows = exp.select(exp.Count(this=exp.Star())).from_(exp.Table(this=ast.identifier(table)))
    times = exp.IntDiv(this=exp.Subquery(this=rows), expression=exp.Literal.number(ENOUGH))
    return [ast.one_in(keys, exp.Anonymous(this="GREATEST", expressions=[exp.Literal.number(1), times]))]


def _known(columns: Sequence[exp.Expr]) -> exp.Expr:
    present = ast.conjunction([exp.Not(this=c.copy().is_(exp.null())) for c in columns])
    assert present is not None
    return present


def _and(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    both = ast.conjunction([one.copy(), other])
    assert both is not None
    return both
