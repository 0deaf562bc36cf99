"""Which dimensions can cut which metric."""

from collections.abc import Iterable

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.across import crossing
from semantic_layer.compile.formulas import Leaf, leaves
from semantic_layer.compile.joins import path
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, DimensionSpec, MeasureSpec, MetricSpec


def sliceable(metric_name: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the shown dimensions that a metric can be cut and filtered by, in the catalogue's order."""
    rate = any(_is_rate(leaf.metric) for leaf in leaves(metric_name, catalogue, {}))
    shown = (d for d in catalogue.dimensions if not d.hidden and not (d.outcome and rate))
    return tuple(d.name for d in shown if can_cut(metric_name, d.name, catalogue))


def can_cut(metric_name: str, dimension: str, catalogue: Catalogue) -> bool:
    """Tell whether every part of a metric reaches a dimension by one N:1 way; outcomes are no matter of reach."""
    key = ("can_cut", metric_name, dimension)
    if key not in catalogue.worked_out:
        parts = leaves(metric_name, catalogue, {})
        catalogue.worked_out[key] = _cuts_all(catalogue.dimension(dimension), parts, catalogue)
    return bool(catalogue.worked_out[key])


def restating(metric_name: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the dimensions whose column the metric's own formula reads, which can drive none of its changes.

    `churned` says nothing of the churn rate. A list that all parts share (`channel IN (…)`) leaves members to compare.
    """
    parts = [leaf.measure for leaf in leaves(metric_name, catalogue, {})]
    own = {column for part in parts for column in _columns(part, exp.Expr)}
    shared = frozenset.intersection(*(_columns(part, exp.In) for part in parts)) if parts else frozenset()
    return frozenset(
        d.name for d in catalogue.dimensions if not d.expr and (d.table, d.column or d.name) in own - shared
    )


def _columns(measure: MeasureSpec, inside: type[exp.Expr]) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs that a measure reads inside nodes of a kind."""
    texts = [text for text in (measure.expr, measure.where) if text and text != "*"]
    nodes = [node for text in texts for node in ast.parsed(text).find_all(inside)]
    return frozenset((c.table or measure.table, c.name) for node in nodes for c in node.find_all(exp.Column))


def reaches(catalogue: Catalogue, table: str, dimension: str) -> bool:
    """Tell whether the rows of a table can be cut by a dimension."""
    return path(catalogue, table, catalogue.dimension(dimension).table) is not None


def recorded_reason(catalogue: Catalogue, table: str) -> str | None:
    """Return the dimension that records what a row of a table was about, where there is one."""
    names = (d.name for d in catalogue.dimensions if d.theme and not d.hidden)
    return next((name for name in names if reaches(catalogue, table, name)), None)


def crosses(metric_name: str, dimension: str, catalogue: Catalogue) -> bool:
    """Tell whether a row of the one table that a metric is measured on has many members of a dimension."""
    tables = {leaf.measure.table for leaf in leaves(metric_name, catalogue, {})}
    try:
        ways = [crossing(catalogue, table, catalogue.dimension(dimension).table) for table in tables]
    except UserError:
        return False
    return len(ways) == 1 and ways[0] is not None


def require(
    dimensions: Iterable[str], metric: MetricSpec, parts: Iterable[Leaf], catalogue: Catalogue, *, across: bool = False
) -> None:
    """Raise UserError (unknown_dimension, cannot_cut, outcome_dimension, ambiguous_join).

    `across` allows dimensions of which a row has many members.
    """
    parts = tuple(parts)
    for name in dict.fromkeys(dimensions):
        spec = catalogue.dimension(name)
        if spec.outcome and _is_rate(metric):
            raise _outcome(spec, metric, parts, catalogue)
        blocked = next((p for p in parts if not _reaches(spec, p.measure, catalogue)), None)
        if blocked is None or (across and crossing(catalogue, blocked.measure.table, spec.table)):
            continue
        raise UserError(
            f"metric '{metric.name}' cannot be cut by '{name}': {_between(blocked.measure.table, spec, catalogue)}",
            code="cannot_cut",
            hint=f"it can be cut by: {', '.join(sliceable(metric.name, catalogue)) or 'nothing'}",
        )


def _between(table: str, spec: DimensionSpec, catalogue: Catalogue) -> str:
    """Say what lies between a fact and a dimension that does not cut it."""
    if crossing(catalogue, table, spec.table):
        return (
            f"a row of {table} has many in {spec.table}, which only a metric of one table can be cut by, as a whole "
            "and not by period"
        )
    shared = [
        t.name for t in catalogue.tables if _leads(catalogue, table, t.name) and _leads(catalogue, spec.table, t.name)
    ]
    if shared:
        return (
            f"{table} and {spec.table} meet only at {' and '.join(shared)}, for each row of which both have many, so "
            "that a join would count each row again for every row of the other"
        )
    return f"no join leads from {table} to {spec.table}"


def _leads(catalogue: Catalogue, source: str, target: str) -> bool:
    try:
        return path(catalogue, source, target) is not None
    except UserError:
        return False


def _outcome(spec: DimensionSpec, metric: MetricSpec, parts: tuple[Leaf, ...], catalogue: Catalogue) -> UserError:
    tables = {p.measure.table for p in parts}
    counts = [
        m.name
        for m in catalogue.metrics
        if m.type == "simple" and m.measure and m.measure.where and m.measure.table in tables and not m.hidden
    ]
    return UserError(
        f"'{spec.name}' is known only for rows with the outcome, so it cannot cut the rate '{metric.name}'",
        code="outcome_dimension",
        hint=f"cut a count by it: {', '.join(counts)}" if counts else "cut a count by it",
    )


def _is_rate(metric: MetricSpec) -> bool:
    return metric.type in ("ratio", "average", "derived")


def _cuts_all(spec: DimensionSpec, parts: tuple[Leaf, ...], catalogue: Catalogue) -> bool:
    try:
        return all(_reaches(spec, p.measure, catalogue) for p in parts)
    except UserError:
        return False


def _reaches(spec: DimensionSpec, measure: MeasureSpec, catalogue: Catalogue) -> bool:
    if spec.expr and "@row_date" in spec.expr and not (measure.time or catalogue.table(measure.table).time):
        return False
    return path(catalogue, measure.table, spec.table) is not None
