"""A metric query as one statement.

Measures that read the same rows are aggregated together; readings of several facts are
aggregated each by itself and joined on the dimensions they share, so that no fact multiplies
the rows of another.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.formulas import Leaf, tree
from semantic_layer.compile.measures import aggregate
from semantic_layer.compile.notes import notes
from semantic_layer.compile.reach import require
from semantic_layer.compile.readings import (
    Needs,
    Reading,
    conditions,
    grouped,
    key_projections,
    named_aggregates,
    needs,
    place_of,
    readings,
    typed_filters,
)
from semantic_layer.compile.small_cells import SHOWN, with_sizes, withheld
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue, DimensionSpec
from semantic_layer.query import Column, MetricQuery, Sql

_COMPARE: dict[str, type[exp.Expr]] = {
    ">": exp.GT, ">=": exp.GTE, "<": exp.LT, "<=": exp.LTE, "=": exp.EQ, "!=": exp.NEQ,
}  # fmt: skip
_ZERO_WHEN_ABSENT = ("count", "count_distinct")


def compile_query(query: MetricQuery, catalogue: Catalogue, *, as_of: date | None = None) -> Sql:
    """Compile a metric query to one DuckDB statement.

    Raises UserError: no_metric, unknown_metric, unknown_dimension, unknown_version, cannot_cut,
    outcome_dimension, ambiguous_join, wrong_type, empty_filter, no_time, grain_too_fine,
    bad_order, bad_limit, bad_metric, bad_expression, cyclic_metric, not_permitted.
    """
    names = (*query.metrics, *(h.metric for h in query.having))
    catalogue.permit(names)
    wanted = needs(names, catalogue, dict(query.definition))
    columns = _columns(query, catalogue)
    _check(query, wanted, columns, catalogue)
    found = readings(wanted, query, catalogue)
    if catalogue.small_cells:
        select = _without_small_cells(query, catalogue, as_of)
    else:
        select = _measured(query, found, catalogue, as_of)
    _ordered(select, query, catalogue)
    return Sql(
        text=select.sql(dialect="duckdb", pretty=True, copy=False),
        columns=columns,
        notes=notes(wanted, found, query, as_of),
    )


def _measured(query: MetricQuery, found: list[Reading], catalogue: Catalogue, as_of: date | None) -> exp.Select:
    definitions = dict(query.definition)
    if len(found) == 1 and not found[0].apart(query) and not _ranked(query, catalogue):
        return _direct(found[0], query, catalogue, definitions, as_of)
    return _joined(found, query, catalogue, definitions, as_of)


def _without_small_cells(query: MetricQuery, catalogue: Catalogue, as_of: date | None) -> exp.Select:
    """Measure who is behind each figure too, and leave out those of too few before anything else is chosen."""
    names = tuple(dict.fromkeys((*query.metrics, *(h.metric for h in query.having))))
    wider, sizes = with_sizes(query, catalogue, names)
    every = (*names, *(size for name in names for size in sizes[name]))
    whole = replace(query, metrics=every, having=(), order_by=None, limit=None)
    found = readings(needs(every, wider, dict(query.definition)), whole, wider)
    shown = withheld(_measured(whole, found, wider, as_of), query, sizes, catalogue.small_cells or 0, names)
    keys = [*dict.fromkeys(query.by), *(["period"] if query.grain else [])]
    columns = (ast.column(name) for name in (*keys, *dict.fromkeys(query.metrics)))
    select = exp.select(*columns, copy=False).from_(exp.to_table(SHOWN), copy=False)
    thresholds = _thresholds(query, {h.metric: ast.column(h.metric) for h in query.having})
    if thresholds is not None:
        select.set("where", exp.Where(this=thresholds))
    return ast.ctes(select, [(SHOWN, shown)])


def _direct(
    reading: Reading, query: MetricQuery, catalogue: Catalogue, definitions: Mapping[str, int], as_of: date | None
) -> exp.Select:
    """Compute everything in the one scan there is."""
    kept = reading.where() is not None

    def leaf(part: Leaf) -> exp.Expr:
        return _known(aggregate(part.measure, reading.scan, kept=kept), part)

    keys = key_projections(reading, query)
    values = [ast.alias(tree(m, catalogue, definitions, leaf), m) for m in dict.fromkeys(query.metrics)]
    thresholds = _thresholds(query, {h.metric: tree(h.metric, catalogue, definitions, leaf) for h in query.having})
    select = reading.scan.select([*keys, *values], conditions(reading, query, as_of), group=len(keys))
    if thresholds is not None:
        select.set("having", exp.Having(this=thresholds))
    return select


def _joined(
    found: list[Reading], query: MetricQuery, catalogue: Catalogue, definitions: Mapping[str, int], as_of: date | None
) -> exp.Select:
    """Aggregate each reading by itself, then put them side by side on their keys."""
    home = {(r.place, m): (r, name) for r in found for m, name in r.measures.items()}
    many = len(found) > 1

    def leaf(part: Leaf) -> exp.Expr:
        reading, name = home[place_of(part, query, catalogue), part.measure]
        value = _known(ast.column(name, reading.name), part)
        absent_is_zero = part.measure.agg in _ZERO_WHEN_ABSENT and not part.measure.edge
        if many and not part.frame.offset and (absent_is_zero or part.role == "numerator"):
            return exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
        return value

    keys = [*dict.fromkeys(query.by), *(["period"] if query.grain else [])]
    values = [ast.alias(tree(m, catalogue, definitions, leaf), m) for m in dict.fromkeys(query.metrics)]
    select = exp.select(*(ast.column(k) for k in keys), *values, copy=False)
    _side_by_side(select, found, keys)
    thresholds = _thresholds(query, {h.metric: tree(h.metric, catalogue, definitions, leaf) for h in query.having})
    if thresholds is not None:
        select.set("where", exp.Where(this=thresholds))
    return ast.ctes(select, (cte for r in found for cte in grouped(r, query, as_of, named_aggregates)))


def _known(value: exp.Expr, part: Leaf) -> exp.Expr:
    """Leave out a count of nothing in an earlier period: it may lie before the data begins."""
    return ast.nullif_zero(value) if part.frame.offset and part.measure.agg in _ZERO_WHEN_ABSENT else value


def _side_by_side(select: exp.Select, found: list[Reading], keys: list[str]) -> None:
    select.from_(exp.Table(this=exp.to_identifier(found[0].name)), copy=False)
    for reading in found[1:]:
        table = exp.Table(this=exp.to_identifier(reading.name))
        if keys:
            join = exp.Join(this=table, side="FULL", using=[exp.to_identifier(k) for k in keys])
        else:
            join = exp.Join(this=table, kind="CROSS")
        select.append("joins", join)


def _thresholds(query: MetricQuery, values: Mapping[str, exp.Expr]) -> exp.Expr | None:
    return ast.conjunction(
        _COMPARE[h.operator](this=ast.operand(values[h.metric].copy()), expression=exp.Literal.number(h.value))
        for h in query.having
    )


def _ordered(select: exp.Select, query: MetricQuery, catalogue: Catalogue) -> None:
    keys = [*dict.fromkeys(query.by), *(["period"] if query.grain else [])]
    first = [query.order_by] if query.order_by else []
    terms: list[exp.Expr] = []
    for name in [*first, *(k for k in keys if k not in first)]:
        down = name == query.order_by and query.order == "desc"
        spec = next((d for d in catalogue.dimensions if d.name == name), None) if name in query.by else None
        if spec is not None and _has_rank(spec):
            terms.append(exp.Ordered(this=_rank(spec), desc=down, nulls_first=False))
        terms.append(exp.Ordered(this=ast.column(name), desc=down, nulls_first=False))
    if terms:
        select.set("order", exp.Order(expressions=terms))
    if query.limit is not None:
        select.set("limit", exp.Limit(expression=exp.Literal.number(query.limit)))


def _ranked(query: MetricQuery, catalogue: Catalogue) -> bool:
    return any(_has_rank(catalogue.dimension(d)) for d in query.by)


def _has_rank(spec: DimensionSpec) -> bool:
    return bool(spec.order) or spec.type == "number"


def _rank(spec: DimensionSpec) -> exp.Expr:
    """Return where a member stands among the others."""
    if not spec.order:
        return exp.TryCast(this=ast.column(spec.name), to=exp.DataType(this=exp.DataType.Type.DOUBLE), safe=True)
    ifs = [exp.If(this=ast.text(m), true=exp.Literal.number(i)) for i, m in enumerate(spec.order)]
    return exp.Case(this=ast.column(spec.name), ifs=ifs, default=exp.Literal.number(len(ifs)))


def _columns(query: MetricQuery, catalogue: Catalogue) -> tuple[Column, ...]:
    keys = [Column(name=d, kind="dimension") for d in dict.fromkeys(query.by)]
    period = [Column(name="period", kind="period")] if query.grain else []
    metrics = [Column(name=m, kind="metric", unit=catalogue.metric(m).unit) for m in dict.fromkeys(query.metrics)]
    return (*keys, *period, *metrics)


def _check(query: MetricQuery, wanted: Needs, columns: tuple[Column, ...], catalogue: Catalogue) -> None:
    if not query.metrics:
        raise UserError("the query names no metric", code="no_metric", hint="name at least one")
    if query.limit is not None and query.limit < 1:
        raise UserError(f"a limit of {query.limit} rows shows nothing", code="bad_limit", hint="use 1 or more")
    names = [c.name for c in columns]
    if query.order_by is not None and query.order_by not in names:
        raise UserError(
            f"cannot order by '{query.order_by}': it is no column of the result",
            code="bad_order",
            hint=did_you_mean(query.order_by, names),
        )
    for metric, parts in wanted:
        require((*query.by, *typed_filters(query.filters)), metric, parts, catalogue, across=_one_place(query, wanted))


def _one_place(query: MetricQuery, wanted: Needs) -> bool:
    """Whether all is measured on the rows of one table, none of which stands for a period."""
    leaves = [leaf for _, parts in wanted for leaf in parts]
    tables = {leaf.measure.table for leaf in leaves}
    return len(tables) == 1 and not query.grain and not any(leaf.frame or leaf.measure.edge for leaf in leaves)
