"""A metric's formula as a tree whose leaves are measures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue, Formula, MeasureSpec, MetricSpec


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure in the place it has in a metric's formula."""

    metric: MetricSpec
    role: str
    measure: MeasureSpec


LeafTree = Callable[[Leaf], exp.Expr]


def leaves(name: str, catalogue: Catalogue, definitions: Mapping[str, int]) -> tuple[Leaf, ...]:
    """Return the measures that a metric rests on, in the order of its formula."""
    found: list[Leaf] = []

    def keep(leaf: Leaf) -> exp.Expr:
        found.append(leaf)
        return exp.Null()

    tree(name, catalogue, definitions, keep)
    return tuple(dict.fromkeys(found))


def tree(
    name: str, catalogue: Catalogue, definitions: Mapping[str, int], leaf: LeafTree, above: tuple[str, ...] = ()
) -> exp.Expr:
    """Return the expression of a metric.

    Raises UserError: unknown_metric, unknown_version, bad_metric, cyclic_metric, unknown_name.
    """
    if name in above:
        raise UserError(
            f"metric '{name}' is defined by itself: {' > '.join((*above, name))}",
            code="cyclic_metric",
            hint="break the circle in the YAML",
        )
    metric = catalogue.metric(name)
    formula = metric.formula(definitions.get(name))
    if metric.type == "derived":
        return _derived(metric, formula, catalogue, lambda n: tree(n, catalogue, definitions, leaf, (*above, name)))
    parts = measures(metric, formula)
    if metric.type == "ratio":
        numerator, denominator = parts
        return ast.quotient(leaf(numerator), leaf(denominator))
    return leaf(parts[0])


def measures(metric: MetricSpec, formula: Formula) -> tuple[Leaf, ...]:
    """Return the leaves of a metric that is not derived; raise UserError (bad_metric)."""
    roles = ("numerator", "denominator") if metric.type == "ratio" else ("measure",)
    specs = [(role, getattr(formula, role)) for role in roles]
    for role, spec in specs:
        if spec is None:
            raise UserError(
                f"metric '{metric.name}' is of type {metric.type} but has no {role}",
                code="bad_metric",
                hint=f"add `{role}: {{table: …, agg: …}}`",
            )
    age = max(spec.matures_after for _, spec in specs)
    last = metric.type == "semi_additive"
    return tuple(
        Leaf(metric, role, spec.model_copy(update={"matures_after": age, "last": spec.last or last}))
        for role, spec in specs
    )


def formula_tree(metric: MetricSpec, formula: Formula) -> exp.Expr:
    """Parse the expression of a derived metric; raise UserError (bad_metric)."""
    if not formula.expr:
        raise UserError(
            f"metric '{metric.name}' is of type derived but has no expr",
            code="bad_metric",
            hint="add `expr: metric_a - metric_b`",
        )
    return ast.parsed(formula.expr)


def unknown_name(name: str, metric: MetricSpec, catalogue: Catalogue) -> UserError:
    """Say that a derived metric speaks of something that is neither metric nor parameter."""
    known = [m.name for m in catalogue.metrics] + list(catalogue.parameters)
    return UserError(
        f"metric '{metric.name}' speaks of '{name}', which is neither a metric nor a parameter",
        code="unknown_name",
        hint=did_you_mean(name, known),
    )


def _derived(metric: MetricSpec, formula: Formula, catalogue: Catalogue, named: Callable[[str], exp.Expr]) -> exp.Expr:
    whole = exp.Paren(this=formula_tree(metric, formula))
    for division in list(whole.find_all(exp.Div)):
        division.set("expression", ast.nullif_zero(division.expression))
    known = {m.name for m in catalogue.metrics}
    for node in list(whole.find_all(exp.Column)):
        if node.name in known:
            node.replace(ast.operand(named(node.name)))
        elif node.name in catalogue.parameters:
            node.replace(exp.Literal.number(catalogue.parameters[node.name]))
        else:
            raise unknown_name(node.name, metric, catalogue)
    return whole.this  # type: ignore[no-any-return]


def shared(conditions: list[str | None]) -> str | None:
    """Return the condition that all measures state alike, if there is one."""
    return reduce(lambda a, b: a if a == b else None, conditions) if conditions else None
