"""Typed filters: a value is checked against its dimension's type before it becomes SQL."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.errors import UserError
from semantic_layer.model import DimensionSpec
from semantic_layer.query import UNKNOWN, Filter, Scalar

_TRUE = {"true", "yes", "1"}
_FALSE = {"false", "no", "0"}
_SHOWN = {"number": "a number like 42", "boolean": "true or false", "date": "an ISO date like 2026-10-31"}


def condition(value: exp.Expr, spec: DimensionSpec, kept: Filter) -> exp.Expr:
    """Return the condition of a filter; NULL is `(unknown)`, and `not in` keeps it unless named.

    Raises UserError (empty_filter, wrong_type).
    """
    if not kept.values:
        raise UserError(f"the filter on '{spec.name}' names no value", code="empty_filter", hint="name at least one")
    unknown = any(v is None or v == UNKNOWN for v in kept.values)
    literals = [_literal(v, spec) for v in kept.values if v is not None and v != UNKNOWN]
    missing = exp.Is(this=value.copy(), expression=exp.Null())
    listed = _listed(value, literals)
    if kept.operator == "in":
        return _either(listed, missing if unknown else None)
    present = exp.Not(this=missing) if unknown else None
    outside = _negated(listed) if listed is not None else None
    if present is not None:
        return present if outside is None else exp.And(this=present, expression=outside)
    return _either(outside, missing)


def _listed(value: exp.Expr, literals: list[exp.Expr]) -> exp.Expr | None:
    if not literals:
        return None
    if len(literals) == 1:
        return exp.EQ(this=ast.operand(value), expression=literals[0])
    return exp.In(this=ast.operand(value), expressions=literals)


def _negated(listed: exp.Expr) -> exp.Expr:
    if isinstance(listed, exp.EQ):
        return exp.NEQ(this=listed.this, expression=listed.expression)
    return exp.Not(this=listed)


def _either(one: exp.Expr | None, other: exp.Expr | None) -> exp.Expr:
    if one is not None and other is not None:
        return exp.Or(this=one, expression=other)
    return one if one is not None else other or exp.false()


def _literal(value: Scalar, spec: DimensionSpec) -> exp.Expr:
    if spec.type == "text":
        return ast.text(str(value))
    found = _number(value) if spec.type == "number" else _truth(value) if spec.type == "boolean" else _day(value)
    if found is None:
        raise UserError(
            f"'{value}' is no {spec.type}, but dimension '{spec.name}' is one",
            code="wrong_type",
            hint=f"give {_SHOWN[spec.type]}",
        )
    return found


def _number(value: Scalar) -> exp.Expr | None:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if isinstance(value, bool) or not number.is_finite():
        return None
    whole = number == number.to_integral_value() and abs(number) < 2**63
    return exp.Literal.number(int(number) if whole else float(number))


def _truth(value: Scalar) -> exp.Expr | None:
    said = str(value).strip().lower()
    return exp.true() if said in _TRUE else exp.false() if said in _FALSE else None


def _day(value: Scalar) -> exp.Expr | None:
    if isinstance(value, date):
        return ast.day(value.date() if isinstance(value, datetime) else value)
    try:
        return ast.day(date.fromisoformat(str(value)))
    except ValueError:
        return None
