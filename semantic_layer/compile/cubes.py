"""The additive sums of a metric in two windows, cut at the finest grain asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.cells import Members, band, block_key, blocks, number, numbered_tables, unpacked
from semantic_layer.compile.formulas import Leaf, leaves, tree
from semantic_layer.compile.linear import Parts, parts
from semantic_layer.compile.measures import aggregate, is_binary, summand
from semantic_layer.compile.notes import notes
from semantic_layer.compile.reach import require
from semantic_layer.compile.readings import needs, readings
from semantic_layer.compile.scan import Scan
from semantic_layer.compile.small_cells import customers
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, Edge, MeasureSpec
from semantic_layer.query import Column, CubeQuery, MetricQuery, Sql, TimeWindow

PERIOD = "is_now"
CLUSTER = "cluster"
SUMS = ("row_count", "n", "d", "nn", "nd", "dd")


def compile_cube(
    query: CubeQuery,
    catalogue: Catalogue,
    *,
    members: Members,
    as_of: date | None = None,
    every: int | None = None,
) -> tuple[Sql, ...]:
    """Compile a cube to one statement, or several where its measures are of different facts.

    Columns: each dimension's member by its number in `members` (NULL, or the number after the
    last, for one not listed), `is_now` (1 in the later window), `row_count`, and the sums `n, d`
    of numerator and denominator over rows with those of their products `nn, nd, dd`. Without
    dimensions, one statement also has the metric itself, under its name. With `every`, the rows of
    one entity in so many are cut by the entity, too: `cluster` is its number. No statement where a
    table has no entity that repeats.
    Raises UserError (not_decomposable, overlapping_windows) and those of `compile_query`.
    """
    catalogue.permit((query.metric,))
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    metric = catalogue.metric(query.metric)
    needed = leaves(query.metric, catalogue, definitions)
    require((*query.dimensions, *(f.dimension for f in query.filters)), metric, needed, catalogue)
    found = parts(query.metric, catalogue, definitions)
    halves = _halves(found)
    if catalogue.small_cells and len(halves) > 1 and found.denominator is None:
        raise UserError(
            f"the parts of {metric.label} are counted apart, so small groups cannot be told from large ones",
            code="withheld",
            hint="ask for the metric without its change",
        )
    if every is not None:
        return _clustered(halves, query, catalogue, members, as_of, every=every)
    whole = not query.dimensions and len(halves) == 1 and query.metric not in (PERIOD, *SUMS)
    return tuple(_statement(half, query, catalogue, members, as_of, whole=whole) for half in halves)


def _clustered(
    halves: Sequence["_Half"],
    query: CubeQuery,
    catalogue: Catalogue,
    members: Members,
    as_of: date | None,
    *,
    every: int,
) -> tuple[Sql, ...]:
    tables = [catalogue.table(half.measures()[0].table) for half in halves]
    if any(t.entity is None or t.entity == t.key for t in tables) or len({t.entity for t in tables}) > 1:
        return ()
    return tuple(_statement(half, query, catalogue, members, as_of, every=every) for half in halves)


def compile_cube_sizes(
    query: CubeQuery, subsets: Sequence[tuple[str, ...]], catalogue: Catalogue, *, as_of: date | None = None
) -> tuple[Sql, ...]:
    """Compile an estimate of the rows a cube reads and the cells of subsets of its dimensions, in one pass a fact."""
    catalogue.permit((query.metric,))
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    return tuple(
        _sizes(half, query, subsets, catalogue, as_of) for half in _halves(parts(query.metric, catalogue, definitions))
    )


_Place = tuple[str, str | None, int, Edge | None]


@dataclass(frozen=True, slots=True)
class _Half:
    """What one scan sums: the numerator, the denominator or both."""

    numerator: tuple[tuple[float, MeasureSpec], ...]
    denominator: MeasureSpec | None

    def measures(self) -> tuple[MeasureSpec, ...]:
        above = tuple(measure for _, measure in self.numerator)
        return above if self.denominator is None else (*above, self.denominator)


def _halves(found: Parts) -> tuple[_Half, ...]:
    """Give measures that read the same rows one scan; the denominator's, or else the first's, comes last."""
    places: dict[_Place, list[tuple[float, MeasureSpec]]] = {}
    for factor, measure in found.numerator:
        places.setdefault(_place(measure), []).append((factor, measure))
    below = found.denominator
    last = _place(below or found.numerator[0][1])
    others = tuple(_Half(tuple(above), None) for place, above in places.items() if place != last)
    return (*others, _Half(tuple(places.get(last, ())), below))


def _place(measure: MeasureSpec) -> _Place:
    return measure.table, measure.time, measure.matures_after, measure.edge


def _statement(
    half: _Half,
    query: CubeQuery,
    catalogue: Catalogue,
    members: Members,
    as_of: date | None,
    *,
    whole: bool = False,
    every: int | None = None,
) -> Sql:
    first = half.measures()[0]
    scan = Scan(catalogue, first.table, first.time)
    if query.now and query.before:
        _require_apart(scan, query.now, query.before)
    base = _base_condition(half)
    held = blocks(query.dimensions, scan, members)
    numbered = numbered_tables(held, scan, members)
    places = unpacked(held)
    keys = [block_key(block, scan, members) for block in held]
    for spec in (catalogue.dimension(d) for d in query.dimensions if d not in places):
        place = band(spec, scan, members[spec.name])
        # A cast that cannot fail is done once a dictionary entry, and numbers group faster than text.
        keys.append(ast.alias(number(scan.member(spec), members[spec.name]) if place is None else place, spec.name))
        places[spec.name] = ast.column(spec.name)
    is_now, where = _periods(scan, query, first)
    if every is not None:
        entity = ast.column(scan.table.entity or "", scan.table.name)
        keys.append(ast.alias(ast.hashed([entity]), CLUSTER))
        where += [exp.Not(this=entity.is_(exp.null())), ast.one_in([entity], exp.Literal.number(every))]
    now = ast.alias(exp.Cast(this=is_now, to=exp.DataType(this=exp.DataType.Type.TINYINT)), PERIOD)
    sums = [ast.alias(value, name) for name, value in zip(SUMS, _sums(half, scan, base), strict=True)]
    names = [*SUMS]
    if whole:
        sums.append(ast.alias(_value(query, scan, base), query.metric))
        names.append(query.metric)
    where += _kept(scan, query, first, base, as_of)
    select = scan.select([*keys, now, *sums], where, group=len(keys) + 1)
    if catalogue.small_cells and not query.dimensions and every is None:
        _withhold(select, half, scan, catalogue.small_cells)
    if keys:
        shown = [ast.alias(places[d], d) for d in query.dimensions]
        rest = [ast.column(name) for name in (*([CLUSTER] if every is not None else []), PERIOD, *names)]
        outer = exp.select(*shown, *rest, copy=False).from_(exp.Table(this=exp.to_identifier("cells")), copy=False)
        select = ast.ctes(outer, [*numbered, ("cells", select)])
    columns = (
        *(Column(name=d, kind="dimension") for d in query.dimensions),
        *([Column(name=CLUSTER, kind="dimension")] if every is not None else []),
        Column(name=PERIOD, kind="period"),
        *(Column(name=name, kind="metric") for name in names),
    )
    said = _notes(query, catalogue, as_of) if whole else ()
    return Sql(text=select.sql(dialect="duckdb", pretty=True, copy=False), columns=columns, notes=said)


def _kept(scan: Scan, query: CubeQuery, first: MeasureSpec, base: str | None, as_of: date | None) -> list[exp.Expr]:
    """Return what a row of the windows must meet: filters, its age, the condition all measures share."""
    where = scan.kept(query.filters)
    if first.matures_after:
        where.append(scan.older_than(first.matures_after, as_of))
    if base:
        where.append(scan.expression(base, first.table))
    return where


def _sizes(
    half: _Half, query: CubeQuery, subsets: Sequence[tuple[str, ...]], catalogue: Catalogue, as_of: date | None
) -> Sql:
    first = half.measures()[0]
    scan = Scan(catalogue, first.table, first.time)
    members = {name: scan.member(catalogue.dimension(name)) for name in dict.fromkeys(sum(subsets, ()))}
    names = ("row_count", *(f"cells_{i}" for i in range(1, len(subsets) + 1)))
    cells = [exp.ApproxDistinct(this=ast.hashed([members[name] for name in subset])) for subset in subsets]
    shown = [ast.alias(value, name) for name, value in zip(names, [exp.Count(this=exp.Star()), *cells], strict=True)]
    _, where = _periods(scan, query, first)
    select = scan.select(shown, [*where, *_kept(scan, query, first, _base_condition(half), as_of)])
    columns = tuple(Column(name=name, kind="metric") for name in names)
    return Sql(text=select.sql(dialect="duckdb", pretty=True, copy=False), columns=columns)


def _withhold(select: exp.Select, half: _Half, scan: Scan, least: int) -> None:
    """Leave out a period of too few customers: of the denominator's, where there is one."""
    counted = [half.denominator] if half.denominator else [measure for _, measure in half.numerator]
    enough = [
        exp.GTE(this=aggregate(customers(m, scan.catalogue), scan), expression=exp.Literal.number(least))
        for m in counted
    ]
    select.set("having", exp.Having(this=ast.conjunction(enough)))


def _notes(query: CubeQuery, catalogue: Catalogue, as_of: date | None) -> tuple[str, ...]:
    """Say of the later window what a query of it alone would say."""
    alone = MetricQuery(metrics=(query.metric,), window=query.now)
    definitions = {query.metric: query.definition} if query.definition is not None else {}
    wanted = needs(alone.metrics, catalogue, definitions)
    return notes(wanted, readings(wanted, alone, catalogue), alone, as_of)


def _value(query: CubeQuery, scan: Scan, base: str | None) -> exp.Expr:
    """Return the metric over the rows of a group."""
    definitions = {query.metric: query.definition} if query.definition is not None else {}

    def leaf(part: Leaf) -> exp.Expr:
        return aggregate(_beyond(part.measure, base), scan)

    return tree(query.metric, scan.catalogue, definitions, leaf)


def _periods(scan: Scan, query: CubeQuery, measure: MeasureSpec) -> tuple[exp.Expr, list[exp.Expr]]:
    """Return what tells a row of the later window, and the condition on the rows to read."""
    if query.before is None or query.now is None:
        only = query.now or query.before
        return exp.true(), [_inside(scan, only, measure)] if only or measure.edge else []
    now, before = (_inside(scan, window, measure) for window in (query.now, query.before))
    return now, [exp.Paren(this=exp.Or(this=before, expression=now.copy()))]


def _require_apart(scan: Scan, later: TimeWindow, earlier: TimeWindow) -> None:
    """A row of both windows would count in one only."""
    now, before = scan.days(later), scan.days(earlier)
    if now[0] <= before[1] and before[0] <= now[1]:
        raise UserError(
            f"{scan.table.name} has rows in both periods: {before[0]} to {before[1]} and {now[0]} to {now[1]}",
            code="overlapping_windows",
            hint="compare periods that do not overlap; a table of months needs whole months",
        )


def _inside(scan: Scan, window: TimeWindow | None, measure: MeasureSpec) -> exp.Expr:
    """Keep a window's rows: all of them, or those of its first or last snapshot."""
    if not measure.edge:
        return scan.in_window(window) if window else exp.true()
    inner = scan.anew()
    outermost = exp.Min if measure.edge == "first" else exp.Max
    chosen = inner.select([outermost(this=_snapshot(inner))], [inner.in_window(window)] if window else [])
    same = exp.EQ(this=_snapshot(scan), expression=exp.Subquery(this=chosen))
    # A window without rows has no snapshot: nothing equals it, and nothing is unknown about that.
    return exp.Coalesce(this=same, expressions=[exp.false()])


def _snapshot(scan: Scan) -> exp.Expr:
    return scan.when() if scan.monthly else ast.as_date(scan.when())


def _base_condition(half: _Half) -> str | None:
    """Return the denominator's condition when each numerator's includes it: other rows add nothing."""
    if half.denominator is None or half.denominator.where is None:
        return None
    base = _conjuncts(half.denominator.where)
    return half.denominator.where if all(base <= _conjuncts(m.where) for _, m in half.numerator) else None


def _conjuncts(condition: str | None) -> set[str]:
    if condition is None:
        return set()
    tree = ast.parsed(condition)
    return {part.sql() for part in (tree.flatten() if isinstance(tree, exp.And) else (tree,))}


def _sums(half: _Half, scan: Scan, base: str | None) -> Sequence[exp.Expr]:
    """Return row count, n, d, nn, nd and dd; products that equal a plain sum are not computed twice."""
    n, d = _numerator(half, scan, base), _denominator(half, scan, base)
    zero = exp.Literal.number(0)
    rows: exp.Expr = exp.Count(this=exp.Star())
    unit = d is not None and isinstance(d, exp.Literal)
    total_d = rows.copy() if unit else _sum(d) if d is not None else zero
    flag = len(half.numerator) == 1 and half.numerator[0][0] == 1.0 and is_binary(half.numerator[0][1])
    total_n = aggregate(_beyond(half.numerator[0][1], base), scan) if flag else _sum(n)
    squared_n = total_n.copy() if flag or n is None else _sum(_times(n, n))
    if unit:
        return rows, total_n, total_d, squared_n, total_n.copy(), rows.copy()
    both = _sum(_times(n, d)) if n is not None and d is not None else zero.copy()
    binary = d is None or (half.denominator is not None and is_binary(half.denominator))
    squared_d = total_d.copy() if binary else _sum(_times(d, d)) if d is not None else zero.copy()
    return rows, total_n, total_d, squared_n, both, squared_d


def _numerator(half: _Half, scan: Scan, base: str | None) -> exp.Expr | None:
    total: exp.Expr | None = None
    for factor, measure in half.numerator:
        value = summand(_beyond(measure, base), scan)
        if factor != 1.0:
            value = exp.Mul(this=exp.Literal.number(factor), expression=ast.operand(value))
        total = value if total is None else exp.Add(this=total, expression=value)
    return total


def _denominator(half: _Half, scan: Scan, base: str | None) -> exp.Expr | None:
    if half.denominator is None:
        return None
    return summand(half.denominator, scan, kept=base is not None)


def _beyond(measure: MeasureSpec, base: str | None) -> MeasureSpec:
    """Drop the conditions that the rows already meet."""
    if base is None or measure.where is None:
        return measure
    met = _conjuncts(base)
    tree = ast.parsed(measure.where)
    left = [p for p in (tree.flatten() if isinstance(tree, exp.And) else (tree,)) if p.sql() not in met]
    rest = ast.conjunction([part.copy() for part in left])
    return measure.model_copy(update={"where": rest.sql(dialect="duckdb") if rest is not None else None})


def _sum(value: exp.Expr | None) -> exp.Expr:
    return exp.Sum(this=value.copy()) if value is not None else exp.Literal.number(0)


def _times(left: exp.Expr | None, right: exp.Expr | None) -> exp.Expr:
    assert left is not None
    assert right is not None
    # Integers would overflow at the width of their column.
    wide = exp.Cast(this=left.copy(), to=exp.DataType(this=exp.DataType.Type.DOUBLE))
    return exp.Mul(this=wide, expression=ast.operand(right.copy()))
