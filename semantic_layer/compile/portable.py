"""What other engines would read differently without a word: weekdays, weeks, division, percentiles, dates.

A statement written for DuckDB is rewritten so that each engine means the same by it.
"""

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.errors import UserError

Rewrite = Callable[[exp.Expr, str], exp.Expr]
_NO_PERCENTILE = ("bigquery", "trino")


def portable(tree: exp.Expr, dialect: str) -> exp.Expr:
    """Return a DuckDB statement as one that means the same elsewhere; raise UserError (unsupported)."""
    for rewrite in (_clock, _weekday, _truncation, _difference, _percentile, _division, _comparison):
        tree = tree.transform(rewrite, dialect)
    return tree


def _clock(node: exp.Expr, dialect: str) -> exp.Expr:
    """A timestamp without a zone, from one clock to another; `AT TIME ZONE` is not the same everywhere."""
    inner = node.this if isinstance(node, exp.AtTimeZone) else None
    if not isinstance(inner, exp.AtTimeZone) or dialect in ("duckdb", "postgres"):
        return node
    value, written, here = inner.this, inner.args["zone"], node.args["zone"]
    if dialect == "snowflake":
        return _call("CONVERT_TIMEZONE", written, here, value)
    if dialect == "spark":
        return _call("FROM_UTC_TIMESTAMP", _call("TO_UTC_TIMESTAMP", value, written), here)
    if dialect == "bigquery":
        return _call("DATETIME", _call("TIMESTAMP", value, written), here)
    moment = _call("AT_TIMEZONE", _call("WITH_TIMEZONE", value, written), here)
    return exp.Cast(this=moment, to=exp.DataType(this=exp.DataType.Type.TIMESTAMP))


def _weekday(node: exp.Expr, dialect: str) -> exp.Expr:
    """DuckDB counts `dow` from Sunday = 0 and `isodow` from Monday = 1."""
    part = node.name.upper() if isinstance(node, exp.Extract) else ""
    iso = isinstance(node, exp.DayOfWeekIso) or part == "ISODOW"
    if not (iso or part in ("DOW", "DAYOFWEEK", "WEEKDAY") or isinstance(node, exp.DayOfWeek)):
        return node
    day = node.expression if isinstance(node, exp.Extract) else node.this
    if dialect == "postgres":
        return exp.Extract(this=exp.Var(this="ISODOW" if iso else "DOW"), expression=day)
    if dialect in ("snowflake", "trino"):
        monday_first = _call("DAYOFWEEKISO" if dialect == "snowflake" else "DAY_OF_WEEK", day)
        sunday_zero = exp.Paren(this=exp.Mod(this=monday_first, expression=exp.Literal.number(7)))
        return monday_first if iso else sunday_zero
    if dialect in ("bigquery", "spark"):
        sunday_one = (
            exp.Extract(this=exp.Var(this="DAYOFWEEK"), expression=day)
            if dialect == "bigquery"
            else _call("DAYOFWEEK", day)
        )
        return _shifted(sunday_one) if iso else exp.Paren(this=_plus(sunday_one, -1))
    return node


def _shifted(sunday_one: exp.Expr) -> exp.Expr:
    """Count from Monday = 1 what counts from Sunday = 1."""
    turned = exp.Mod(this=exp.Paren(this=_plus(sunday_one, 5)), expression=exp.Literal.number(7))
    return exp.Paren(this=_plus(turned, 1))


def _truncation(node: exp.Expr, dialect: str) -> exp.Expr:
    """A week begins on Monday; BigQuery's begins on Sunday, Snowflake's where the session says."""
    if not isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        return node
    unit = node.text("unit").upper()
    if dialect == "bigquery":
        return _call("DATE_TRUNC", ast.as_date(node.this), exp.Var(this="ISOWEEK" if unit == "WEEK" else unit))
    if dialect == "snowflake" and unit == "WEEK":
        back = exp.Sub(this=exp.Literal.number(1), expression=_call("DAYOFWEEKISO", node.this.copy()))
        return _call("DATEADD", exp.Var(this="DAY"), back, ast.as_date(node.this))
    return node


def _difference(node: exp.Expr, dialect: str) -> exp.Expr:
    """DuckDB counts the boundaries between two dates; Spark counts whole units that have passed."""
    unit = node.text("unit").upper() if isinstance(node, exp.DateDiff) else ""
    if dialect != "spark" or not unit:
        return node

    def start(value: exp.Expr) -> exp.Expr:
        return exp.TimestampTrunc(this=value, unit=exp.Var(this=unit))

    if isinstance(node.this, exp.TimestampTrunc):
        return node
    node.set("this", start(node.this))
    node.set("expression", start(node.expression))
    return node


def _percentile(node: exp.Expr, dialect: str) -> exp.Expr:
    if not isinstance(node, exp.PercentileCont | exp.Median):
        return node
    if dialect in _NO_PERCENTILE:
        raise UserError(
            f"{dialect} has no exact percentile that can be grouped",
            code="unsupported",
            hint="ask for an average, or for another dialect; an approximation would be another number",
        )
    if dialect == "spark" and isinstance(node, exp.PercentileCont):
        return _call("PERCENTILE", node.this, node.expression)
    return node


def _division(node: exp.Expr, dialect: str) -> exp.Expr:
    """Snowflake keeps six digits of a quotient of whole numbers."""
    if dialect != "snowflake" or not isinstance(node, exp.Div) or isinstance(node.this, exp.Cast):
        return node
    node.set("this", exp.Cast(this=node.this, to=exp.DataType(this=exp.DataType.Type.DOUBLE)))
    return node


def _comparison(node: exp.Expr, dialect: str) -> exp.Expr:
    """BigQuery compares no timestamp with a date."""
    if dialect != "bigquery" or not isinstance(node, exp.GTE | exp.LT):
        return node
    if _is_day(node.expression) and not _is_day(node.this):
        node.set("this", ast.as_date(node.this))
    return node


def _is_day(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.is_type(exp.DataType.Type.DATE)


def _call(name: str, *values: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(values))


def _plus(value: exp.Expr, number: int) -> exp.Expr:
    kind = exp.Add if number > 0 else exp.Sub
    return kind(this=value, expression=exp.Literal.number(abs(number)))
