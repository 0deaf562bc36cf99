"""Rows that were followed by another event of the same entity."""

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import UserError
from semantic_layer.model import FollowUp, TableSpec


def followed(scan: Scan, follow: FollowUp) -> exp.Expr:
    """Tell whether a row's entity met the event in time; raise UserError (no_entity, no_key, no_time).

    The rows that were followed are found apart, each once, so that joining them multiplies none.
    """
    keys = _keys(scan.table)
    name = f"followed_by_{follow.table.removeprefix('fct_')}_{scan.place_beside(follow)}"
    if not scan.is_beside(follow):
        alias = exp.TableAlias(this=exp.to_identifier(name))
        rows = exp.Subquery(this=_followed_rows(scan.anew(), follow, keys), alias=alias)
        pairs = [exp.EQ(this=ast.column(k, scan.table.name), expression=ast.column(k, name)) for k in keys]
        scan.join_beside(follow, exp.Join(this=rows, side="LEFT", on=ast.conjunction(pairs)))
    return exp.Not(this=exp.Is(this=ast.column(keys[0], name), expression=exp.Null()))


def _followed_rows(scan: Scan, follow: FollowUp, keys: tuple[str, ...]) -> exp.Select:
    entity = scan.table.entity
    if not entity:
        raise _no_entity(scan.table)
    here, after = scan.when(), ast.column("followed_at", "later")
    within = exp.Add(this=here.copy(), expression=ast.interval(follow.within))
    begins = exp.GT if follow.table == scan.table.name else exp.GTE
    on = ast.conjunction(
        [
            exp.EQ(this=ast.column(entity, scan.table.name), expression=ast.column("entity", "later")),
            begins(this=after, expression=here),
            exp.LT(this=after.copy(), expression=within),
        ]
    )
    later = exp.Subquery(this=_events(scan, follow), alias=exp.TableAlias(this=exp.to_identifier("later")))
    scan.join_beside("later", exp.Join(this=later, kind="INNER", on=on))
    return scan.select([ast.column(k, scan.table.name) for k in keys], []).distinct(copy=False)


def _events(scan: Scan, follow: FollowUp) -> exp.Select:
    events = Scan(scan.catalogue, follow.table, follow.time)
    entity = follow.entity or events.table.entity
    if not entity:
        raise _no_entity(events.table)
    shown = [ast.alias(events.column(follow.table, entity), "entity"), ast.alias(events.when(), "followed_at")]
    return events.select(shown, [events.expression(follow.where, follow.table)] if follow.where else [])


def _keys(table: TableSpec) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in (table.key or "").split(",") if part.strip())
    if not keys:
        raise UserError(
            f"rows of '{table.name}' cannot be told apart", code="no_key", hint=f"set `key` of {table.name}"
        )
    return keys


def _no_entity(table: TableSpec) -> UserError:
    return UserError(
        f"'{table.name}' does not say whom an event befell",
        code="no_entity",
        hint=f"set `entity` of {table.name}, or of the conversion, to a column such as customer_id",
    )
