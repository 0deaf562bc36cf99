"""Puts a role's limits into every scan of a statement, before any join.

Each table that a statement reads is replaced by the rows of it that the role may see. A table whose
rows cannot be told apart by the policy is refused, except where it only adds columns to rows that
are limited already (a LEFT JOIN).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sqlglot
from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import InternalError, UserError
from semantic_layer.model import Catalogue, MeasureSpec
from semantic_layer.policy import RolePolicy, check_policy, readable
from semantic_layer.query import Sql

MASK = "(masked)"


class Guard:
    """Rewrites statements for one role; `catalogue` is the whole dictionary, not the role's.

    `kept` are columns (`table.column`) that are never masked because something else rests on them.
    """

    def __init__(self, catalogue: Catalogue, policy: RolePolicy, *, kept: Iterable[str] = ()) -> None:
        check_policy(catalogue, policy)
        self._catalogue = catalogue
        self._policy = policy
        self._tables = {t.name.lower(): t.name for t in catalogue.tables}
        self._masks = _masks(catalogue, policy, frozenset(kept))

    def guarded(self, sql: Sql) -> Sql:
        """Return the statement over the role's rows; raise UserError (not_permitted)."""
        tree = sqlglot.parse_one(sql.text, dialect=sql.dialect)
        if not isinstance(tree, exp.Query):
            raise self._policy.refusal()
        shadows = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        if shadows & self._tables.keys():
            raise InternalError("a part of the statement is called like a table", code="unguarded", hint=sql.text)
        for table in list(tree.find_all(exp.Table)):
            if table.args.get("db") or table.name.lower() not in shadows:
                self._narrow(table, tree)
        return replace(sql, text=tree.sql(dialect=sql.dialect, pretty=True))

    def reads(self, table: str) -> bool:
        """Tell whether the role may read a table's rows."""
        return readable(self._catalogue, self._policy, table)

    def _narrow(self, node: exp.Table, tree: exp.Expr) -> None:
        name = self._tables.get(node.name.lower())
        if name is None or node.args.get("db"):
            raise self._policy.refusal()
        limited = self.reads(name)
        if not limited and not _only_looked_up(node, tree):
            raise UserError(
                f"rows of {name} cannot be narrowed to what the role '{self._policy.label}' may see",
                code="not_permitted",
                hint="a data owner can add the missing join, or name the table under open_tables in because.yml",
            )
        rows = self._policy.rows if limited and name not in self._policy.open_tables else ()
        if rows or name in self._masks:
            inner = exp.Subquery(this=self._rows(name, rows), alias=exp.TableAlias(this=_alias(node)))
            node.replace(inner)

    def _rows(self, name: str, rows: Iterable[object]) -> exp.Select:
        scan = Scan(self._catalogue, name)
        where = scan.kept(self._policy.rows) if rows else []
        masks = [ast.alias(value.copy(), column) for column, value in self._masks.get(name, {}).items()]
        star = exp.Star(replace=masks) if masks else exp.Star()
        return scan.select([exp.Column(this=star, table=exp.to_identifier(name))], where)


def _alias(node: exp.Table) -> exp.Identifier:
    return exp.to_identifier(node.alias or node.name)


def _only_looked_up(node: exp.Expr, tree: exp.Expr) -> bool:
    """Whether a table only adds columns to other rows, directly or through a named part of the statement."""
    if _left_joined(node):
        return True
    part = node.find_ancestor(exp.CTE)
    if part is None or not isinstance(node.parent, exp.From) or node.find_ancestor(exp.Select) is not part.this:
        return False
    readers = [t for t in tree.find_all(exp.Table) if t.name == part.alias]
    return bool(readers) and all(_left_joined(reader) for reader in readers)


def _left_joined(node: exp.Expr) -> bool:
    join = node.parent
    if not isinstance(join, exp.Join) or join.side != "LEFT":
        return False
    # On anything but a key, a join would bring in rows that belong to none of those already there.
    on = join.args.get("on")
    return isinstance(on, exp.EQ) and isinstance(on.this, exp.Column) and isinstance(on.expression, exp.Column)


def _masks(catalogue: Catalogue, policy: RolePolicy, kept: frozenset[str]) -> dict[str, dict[str, exp.Expr]]:
    """Return what stands in place of each masked column of each table.

    A column that a formula, a join or another dimension reads keeps its values, or numbers would
    change unseen; the dimension itself cannot be asked for either way.
    """
    shut = {*policy.masked, *policy.hidden}
    needed = {*kept, *_needed(catalogue, policy, shut)}
    found: dict[str, dict[str, exp.Expr]] = {}
    for spec in catalogue.dimensions:
        column = spec.column or spec.name
        if spec.name in shut and not spec.expr and f"{spec.table}.{column}" not in needed:
            value = ast.text(MASK) if spec.type == "text" else exp.Null()
            found.setdefault(spec.table, {})[column] = value
    return found


def _needed(catalogue: Catalogue, policy: RolePolicy, shut: set[str]) -> Iterator[str]:
    for table in catalogue.tables:
        columns = (*(table.key or "").split(","), table.time, table.entity, *(j.on for j in table.joins))
        yield from (f"{table.name}.{c.strip()}" for c in columns if c)
    limits = {f.dimension for f in policy.rows}
    for spec in catalogue.dimensions:
        if spec.name not in shut or spec.name in limits:
            yield from _columns(spec.expr, spec.table) if spec.expr else (f"{spec.table}.{spec.column or spec.name}",)
    for measure in _measures(catalogue):
        yield from _columns(measure.expr, measure.table)
        yield from _columns(measure.where, measure.table)
        if measure.time:
            yield measure.time if "." in measure.time else f"{measure.table}.{measure.time}"


def _measures(catalogue: Catalogue) -> Iterator[MeasureSpec]:
    for metric in catalogue.metrics:
        for formula in (metric, *metric.versions):
            yield from formula.measures()
            if formula.base is not None and formula.conversion is not None:
                follow = formula.conversion
                yield MeasureSpec(
                    table=follow.table, agg="count", expr=follow.entity or "*", where=follow.where, time=follow.time
                )


def _columns(text: str | None, table: str) -> Iterator[str]:
    if text and text != "*":
        yield from (f"{node.table or table}.{node.name}" for node in ast.parsed(text).find_all(exp.Column))
