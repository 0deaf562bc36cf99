"""Aggregates of measures over the rows of a scan."""

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.follow import followed
from semantic_layer.compile.scan import Scan
from semantic_layer.errors import UserError
from semantic_layer.model import MeasureSpec

_PLAIN: dict[str, type[exp.Func]] = {
    "average": exp.Avg,
    "min": exp.Min,
    "max": exp.Max,
    "median": exp.Median,
    "sum": exp.Sum,
}


def aggregate(measure: MeasureSpec, scan: Scan, *, kept: bool = False) -> exp.Expr:
    """Return the aggregate of a measure; `kept` says that the rows already meet its condition."""
    where = _condition(measure, scan, kept=kept)
    if where is not None and measure.agg == "sum":
        return exp.Sum(this=_or_zero(where, scan.expression(measure.expr, measure.table)))
    value = _aggregated(measure, scan)
    return exp.Filter(this=value, expression=exp.Where(this=where)) if where is not None else value


def _condition(measure: MeasureSpec, scan: Scan, *, kept: bool) -> exp.Expr | None:
    own = [] if kept or not measure.where else [scan.expression(measure.where, measure.table)]
    follow = measure.followed_by
    return ast.conjunction([*own, *([followed(scan, follow)] if follow else [])])


def _aggregated(measure: MeasureSpec, scan: Scan) -> exp.Expr:
    if measure.agg == "count" and measure.expr == "*":
        return exp.Count(this=exp.Star())
    value = scan.expression(measure.expr, measure.table)
    if measure.agg == "count":
        return exp.Count(this=value)
    if measure.agg == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[value]))
    if measure.agg == "percentile":
        return exp.PercentileCont(this=value, expression=exp.Literal.number(_fraction(measure)))
    return _PLAIN[measure.agg](this=value)


def _fraction(measure: MeasureSpec) -> float:
    if measure.percentile is None:
        raise UserError(
            f"a percentile of {measure.expr} does not say which", code="bad_metric", hint="add `percentile: 0.9`"
        )
    return measure.percentile


def _or_zero(where: exp.Expr, value: exp.Expr) -> exp.Case:
    """Count a row outside the condition as zero, so that a sum over rows is zero and not NULL."""
    return exp.Case(ifs=[exp.If(this=where, true=value)], default=exp.Literal.number(0))


def summand(measure: MeasureSpec, scan: Scan, *, kept: bool = False) -> exp.Expr:
    """Return what a row adds to a sum or a count: a number, never NULL."""
    where = _condition(measure, scan, kept=kept)
    if measure.expr == "*":
        return _or_zero(where, exp.Literal.number(1)) if where is not None else exp.Literal.number(1)
    value = scan.expression(measure.expr, measure.table)
    if measure.agg == "count":
        present = exp.Not(this=exp.Is(this=ast.operand(value), expression=exp.Null()))
        both = ast.conjunction([c for c in (where, present) if c is not None])
        return _or_zero(both or present, exp.Literal.number(1))
    number = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
    return _or_zero(where, number) if where is not None else number


def is_binary(measure: MeasureSpec) -> bool:
    """Whether a row adds zero or one."""
    return measure.agg == "count"
