"""Small pieces of SQL trees that every statement is made of."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

import sqlglot
from sqlglot import exp

from semantic_layer.errors import UserError
from semantic_layer.query import UNKNOWN
from semantic_layer.spans import Span

ROW_DATE = "__row_date__"
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_AT_ROW_DATE = re.compile(r"@row_date\b")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> exp.Expr:
    try:
        tree = sqlglot.parse_one(_AT_ROW_DATE.sub(ROW_DATE, text), dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise UserError(
            f"cannot read the expression: {text}", code="bad_expression", hint=str(error).splitlines()[0]
        ) from error
    if not isinstance(tree, exp.Condition):
        raise UserError(
            f"not an expression: {text}", code="bad_expression", hint="write what stands between SELECT and FROM"
        )
    return tree


def forget_parsed() -> None:
    """Read every expression anew, as a fresh process does."""
    _parsed.cache_clear()


def parsed(text: str) -> exp.Expr:
    """Return a fresh tree of an expression; raise UserError (bad_expression)."""
    return _parsed(text).copy()


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a column, quoted when it must be."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def identifier(name: str) -> exp.Identifier:
    """Return a name, quoted when it must be."""
    return exp.Identifier(this=name, quoted=_PLAIN_NAME.fullmatch(name) is None)


def text(value: str) -> exp.Literal:
    """Return a string literal."""
    return exp.Literal.string(value)


def day(value: date) -> exp.Cast:
    """Return a date literal."""
    return exp.Cast(this=text(value.isoformat()), to=exp.DataType(this=exp.DataType.Type.DATE))


def moment(value: datetime) -> exp.Cast:
    """Return a timestamp literal without a zone."""
    return exp.Cast(this=text(value.isoformat(sep=" ")), to=exp.DataType(this=exp.DataType.Type.TIMESTAMP))


def by_clock(value: exp.Expr, *, written: str, here: str) -> exp.Expr:
    """Return what the clock of one zone shows when that of another shows a value."""
    known = exp.AtTimeZone(this=value, zone=text(written))
    return exp.Paren(this=exp.AtTimeZone(this=known, zone=text(here)))


def as_text(value: exp.Expr) -> exp.Cast:
    """Cast to text."""
    return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type.TEXT))


def as_date(value: exp.Expr) -> exp.Cast:
    """Cast to a date."""
    return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type.DATE))


def member(value: exp.Expr, *, is_text: bool) -> exp.Coalesce:
    """Return a dimension's value as text that is never NULL."""
    return exp.Coalesce(this=value if is_text else as_text(value), expressions=[text(UNKNOWN)])


def alias(value: exp.Expr, name: str) -> exp.Expr:
    """Name a projection."""
    return exp.Alias(this=value, alias=identifier(name))


def conjunction(conditions: Iterable[exp.Expr]) -> exp.Expr | None:
    """Join conditions by AND; parenthesise the parts that hold an OR."""
    whole: exp.Expr | None = None
    for condition in conditions:
        part = exp.Paren(this=condition) if isinstance(condition, exp.Or) else condition
        whole = part if whole is None else exp.And(this=whole, expression=part)
    return whole


def within(value: exp.Expr, first: date, last: date) -> exp.Expr:
    """Keep what falls on the days from first (`date.min`: the beginning) to last, whether a date or a timestamp."""
    before = exp.LT(this=value.copy(), expression=day(last + timedelta(days=1)))
    if first == date.min:
        return before
    return exp.And(this=exp.GTE(this=value, expression=day(first)), expression=before)


def quotient(above: exp.Expr, below: exp.Expr) -> exp.Div:
    """Divide; nothing by zero is NULL, where DuckDB would say infinity."""
    return exp.Div(this=operand(above), expression=nullif_zero(below), typed=False, safe=False)


def interval(span: Span) -> exp.Interval:
    """Return a length of time; its months or its days."""
    count, unit = (span.months, "MONTH") if span.months else (span.days, "DAY")
    return exp.Interval(this=text(str(count)), unit=exp.Var(this=unit))


def hashed(values: Iterable[exp.Expr]) -> exp.Expr:
    """Return a number that is the same for the same values and spread evenly over others."""
    return exp.Anonymous(this="HASH", expressions=[value.copy() for value in values])


def one_in(values: Iterable[exp.Expr], count: exp.Expr) -> exp.Expr:
    """Keep one in so many distinct values, and all rows of it."""
    # A hash is unsigned: modulo a signed number it would be widened, ten times slower.
    unsigned = exp.Cast(this=count, to=exp.DataType(this=exp.DataType.Type.UBIGINT))
    return exp.EQ(this=exp.Mod(this=hashed(values), expression=unsigned), expression=exp.Literal.number(0))


def nullif_zero(value: exp.Expr) -> exp.Nullif:
    """Turn zero into NULL."""
    return exp.Nullif(this=value, expression=exp.Literal.number(0))


def operand(value: exp.Expr) -> exp.Expr:
    """Parenthesise what binds weaker than a product."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Unary | exp.Case) else value


def ctes(query: exp.Select, named: Iterable[tuple[str, exp.Select]]) -> exp.Select:
    """Put common table expressions before a query."""
    parts = [exp.CTE(this=body, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, body in named]
    if parts:
        query.set("with_", exp.With(expressions=parts))
    return query
