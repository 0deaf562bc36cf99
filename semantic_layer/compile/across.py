"""Cuts by tables that hold many rows for each row that is measured: customers by the channels they used.

A join would count a customer once per contact. Instead the pairs of row and member are found first,
each once, so that a row counts once in each member it has. The groups overlap and do not add up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.joins import path
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue
from semantic_layer.query import Filter, MetricQuery, TimeWindow

KEY = "crossed_key"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Column `on` of `holder`, which `table` joins or is, holds the key `key` of the measured table."""

    table: str
    holder: str
    on: str
    key: str


def crossing(catalogue: Catalogue, source: str, target: str) -> Crossing | None:
    """Return the table with many rows for each of `source` that reaches `target`, the nearest one.

    Raises UserError (ambiguous_join) where several are equally near.
    """
    ways = {
        t.name: way for t in catalogue.tables if t.name != source and (way := _way(catalogue, t.name, source, target))
    }
    nearest = min((hops for hops, _ in ways.values()), default=0)
    found = [name for name, (hops, _) in ways.items() if hops == nearest]
    if len(found) > 1:
        raise UserError(
            f"several tables lead from {source} to {target}: {', '.join(found)}",
            code="ambiguous_join",
            hint="measure on one of them, or leave a join out of the YAML",
        )
    return ways[found[0]][1] if found else None


def _way(catalogue: Catalogue, table: str, source: str, target: str) -> tuple[int, Crossing] | None:
    back, on = path(catalogue, table, source), path(catalogue, table, target)
    if back is None or on is None:
        return None
    last = back[-1]
    return len(back) + len(on), Crossing(table, last.source, last.on, last.key)


def crossed(dimensions: Iterable[str], source: str, catalogue: Catalogue) -> dict[str, Crossing]:
    """Return the dimensions that only many rows of another table have, with the way to them."""
    found = {}
    for name in dict.fromkeys(dimensions):
        target = catalogue.dimension(name).table
        if path(catalogue, source, target) is None and (way := crossing(catalogue, source, target)):
            found[name] = way
    return found


def cut_across(scan: Scan, query: MetricQuery, window: TimeWindow | None) -> None:
    """Let a scan be cut and filtered by what many rows of other tables say of each of its own.

    Raises UserError (cannot_exclude) for a filter that leaves members out.
    """
    ways = crossed((*query.by, *(f.dimension for f in query.filters)), scan.table.name, scan.catalogue)
    for way in dict.fromkeys(ways.values()):
        names = [name for name, other in ways.items() if other == way]
        filters = [f for f in query.filters if f.dimension in names]
        _join(scan, way, [d for d in dict.fromkeys(query.by) if d in names], filters, window)
        scan.filtered_elsewhere.update(f.dimension for f in filters)


def _join(scan: Scan, way: Crossing, by: Sequence[str], filters: Sequence[Filter], window: TimeWindow | None) -> None:
    for kept in filters:
        if kept.operator == "not in":
            raise UserError(
                f"'{kept.dimension}' has many members for each row of {scan.table.name}, so it is not clear whether "
                "one or all of them must be others",
                code="cannot_exclude",
                hint="name the members to keep, or ask for each of them",
            )
    many = Scan(scan.catalogue, way.table)
    specs = [scan.catalogue.dimension(name) for name in by]
    key = many.column(way.holder, way.on)
    where = [exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null())), *many.kept(filters)]
    if window is not None and many.table.time:
        where.append(many.in_window(window))
    shown = [ast.alias(key, KEY), *(ast.alias(many.member(spec), spec.name) for spec in specs)]
    name = f"{way.table}_of_{scan.table.name}"
    pairs = exp.Subquery(
        this=many.select(shown, where).distinct(copy=False), alias=exp.TableAlias(this=exp.to_identifier(name))
    )
    on = exp.EQ(this=ast.column(KEY, name), expression=ast.column(way.key, scan.table.name))
    scan.join_beside(
        name, exp.Join(this=pairs, side=None if filters else "LEFT", kind="INNER" if filters else None, on=on)
    )
    scan.members_elsewhere.update({spec.name: ast.column(spec.name, name) for spec in specs})


def overlapping(query: MetricQuery, scan: Scan) -> Iterator[str]:
    """Say of each cut across that its groups overlap."""
    for name, way in crossed(
        (*query.by, *(f.dimension for f in query.filters)), scan.table.name, scan.catalogue
    ).items():
        label = scan.catalogue.dimension(name).label
        within = " of the same days" if query.window and scan.catalogue.table(way.table).time else ""
        if name in query.by:
            yield (
                f"a row of {scan.table.name} counts once in each {label} that its rows in {way.table}{within} have: "
                "the groups overlap and do not add up"
            )
        else:
            yield f"{scan.table.name} with at least one row in {way.table}{within} of that {label}"
