"""What one row covers: months that start on their first day, and months without any row."""

from datetime import date

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.engine import SqlEngine
from semantic_layer.model import TableSpec
from semantic_layer.query import Column, Sql
from semantic_layer.validate.report import Report

_FEWEST_MONTHS = 3


def grain_problems(table: TableSpec, engine: SqlEngine, report: Report, *, measured: bool) -> None:
    """Note rows that do not have the grain their table is said to have, and missing months of a fact."""
    if not table.time:
        return
    when = ast.as_date(ast.column(table.time))
    month = ast.as_date(exp.TimestampTrunc(this=when.copy(), unit=exp.Var(this="MONTH")))
    inside = exp.CountIf(this=exp.NEQ(this=when, expression=month.copy()))
    months = exp.Count(this=exp.Distinct(expressions=[month.copy()]))
    values = (inside, months, exp.Min(this=month.copy()), exp.Max(this=month.copy()))
    select = exp.select(*values).from_(exp.Table(this=exp.to_identifier(table.name)))
    columns = tuple(Column(name=name, kind="metric") for name in ("inside", "months", "first", "last"))
    off, held, first, last = engine.run(Sql(text=select.sql(dialect="duckdb"), columns=columns)).rows()[0]
    source = f"table:{table.name}"
    if table.time_grain == "month" and off:
        report.error(
            source,
            "wrong_grain",
            f"table '{table.name}': {off:,} rows are not dated on the first of a month, and a row covers a month",
            "date each row on the first day of its month, or set `time_grain: day`",
        )
    if table.time_grain == "day" and held and held >= _FEWEST_MONTHS and not off:
        report.warning(
            source,
            "looks_monthly",
            f"table '{table.name}': every row is dated on the first of a month",
            "set `time_grain: month` if a row covers its month",
        )
    missing = _months(first, last) - held if measured and first else 0
    if missing:
        report.warning(
            source,
            "missing_months",
            f"table '{table.name}': {missing} month{'' if missing == 1 else 's'} between {first:%B %Y} and "
            f"{last:%B %Y} without rows",
            "load them, or expect trends with gaps",
        )


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1
