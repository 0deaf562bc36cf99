"""A metric as sums: a numerator that adds up over rows, and a denominator for ratios."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile.formulas import Leaf, formula_tree, input_of, measures
from semantic_layer.errors import UserError
from semantic_layer.model import Catalogue, Formula, MeasureSpec, MetricSpec

_SUMS = ("sum", "count")


@dataclass(frozen=True, slots=True)
class Parts:
    """Σ factor × numerator over rows, divided by the rows' denominator unless that is None."""

    numerator: tuple[tuple[float, MeasureSpec], ...]
    denominator: MeasureSpec | None

    def measures(self) -> tuple[MeasureSpec, ...]:
        """Return all measures, the numerator's first."""
        above = tuple(measure for _, measure in self.numerator)
        return above if self.denominator is None else (*above, self.denominator)

    def times(self, factor: float) -> "Parts":
        """Return the parts of `factor` times the metric."""
        return Parts(tuple((factor * f, m) for f, m in self.numerator), self.denominator)


def parts(name: str, catalogue: Catalogue, definitions: Mapping[str, int]) -> Parts:
    """Return a metric's sums.

    A derived metric has them when it is a linear combination of metrics over one denominator.
    Raises UserError (not_decomposable) for what is no ratio of sums, such as a median.
    """
    metric = catalogue.metric(name)
    formula = metric.formula(definitions.get(name))
    if metric.type == "derived":
        found = _linear(formula_tree(metric, formula), metric, formula, catalogue, definitions)
        if isinstance(found, Parts):
            return found
        raise _not_decomposable(metric, "it does not depend on any metric")
    return _plain(metric, measures(metric, formula))


def _plain(metric: MetricSpec, leaves: tuple[Leaf, ...]) -> Parts:
    framed = next((leaf.frame for leaf in leaves if leaf.frame), None)
    if framed:
        raise _not_decomposable(metric, f"it reads {framed.text()}, so that a row counts more than once")
    if len(leaves) == 2:
        above, below = (leaf.measure for leaf in leaves)
        _require_sums(metric, above, below)
        return Parts(((1.0, above),), below)
    measure = leaves[0].measure
    if measure.agg == "average":
        total, count = (measure.model_copy(update={"agg": agg}) for agg in _SUMS)
        return Parts(((1.0, total),), count)
    _require_sums(metric, measure)
    return Parts(((1.0, measure),), None)


def _require_sums(metric: MetricSpec, *found: MeasureSpec) -> None:
    for measure in found:
        if measure.agg not in _SUMS:
            raise _not_decomposable(metric, f"a {measure.agg.replace('_', ' ')} does not add up over parts")


def _not_decomposable(metric: MetricSpec, why: str) -> UserError:
    return UserError(
        f"{metric.label} cannot be split into drivers: {why}",
        code="not_decomposable",
        hint="ask for it by a dimension instead",
    )


def _linear(
    node: exp.Expr, metric: MetricSpec, formula: Formula, catalogue: Catalogue, definitions: Mapping[str, int]
) -> Parts | float:
    """Reduce an expression to parts, or to a number where no metric is in it."""
    if isinstance(node, exp.Paren):
        return _linear(node.this, metric, formula, catalogue, definitions)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this)
    if isinstance(node, exp.Column):
        found = input_of(node.name, metric, formula, catalogue)
        if isinstance(found, float):
            return found
        if found.offset:
            raise _not_decomposable(metric, f"it compares with {found.offset} earlier")
        return parts(found.metric, catalogue, definitions)
    if isinstance(node, exp.Neg):
        return _product(-1.0, _linear(node.this, metric, formula, catalogue, definitions), metric)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
        left, right = (_linear(side, metric, formula, catalogue, definitions) for side in (node.left, node.right))
        return _combined(node, left, right, metric)
    raise _not_decomposable(metric, f"'{node.sql()}' is no sum of parts")


def _combined(node: exp.Expr, left: Parts | float, right: Parts | float, metric: MetricSpec) -> Parts | float:
    if isinstance(node, exp.Mul):
        return _product(left, right, metric)
    if isinstance(node, exp.Div):
        if isinstance(right, Parts) or right == 0:
            raise _not_decomposable(metric, "it divides by a metric")
        return _product(1.0 / right, left, metric)
    return _sum(left, right if isinstance(node, exp.Add) else _product(-1.0, right, metric), metric)


def _product(left: Parts | float, right: Parts | float, metric: MetricSpec) -> Parts | float:
    if isinstance(left, Parts) and isinstance(right, Parts):
        raise _not_decomposable(metric, "it is a product of metrics")
    if isinstance(left, Parts):
        return left.times(right) if not isinstance(right, Parts) else left
    return right.times(left) if isinstance(right, Parts) else left * right


def _shifted(found: Parts, constant: float, metric: MetricSpec) -> Parts:
    """Return n/d + c as (n + c·d)/d."""
    if found.denominator is None:
        raise _not_decomposable(metric, "it adds a constant to a total")
    return Parts((*found.numerator, (constant, found.denominator)), found.denominator)


def _sum(left: Parts | float, right: Parts | float, metric: MetricSpec) -> Parts | float:
    if not isinstance(left, Parts):
        return left + right if not isinstance(right, Parts) else _shifted(right, left, metric)
    if not isinstance(right, Parts):
        return _shifted(left, right, metric)
    if left.denominator != right.denominator:
        raise _not_decomposable(metric, "its parts have different denominators")
    return Parts(left.numerator + right.numerator, left.denominator)
