"""A metric's formula as a tree whose leaves are measures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.frames import Frame
from semantic_layer.errors import UserError, did_you_mean
from semantic_layer.model import Catalogue, Formula, Input, MeasureSpec, MetricSpec
from semantic_layer.spans import Span

PLAIN = Frame()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure in the place it has in a metric's formula, and the days it reads for a period."""

    metric: MetricSpec
    role: str
    measure: MeasureSpec
    frame: Frame = PLAIN


LeafTree = Callable[[Leaf], exp.Expr]
_ROLES = {"ratio": ("numerator", "denominator"), "conversion": ("base", "conversion")}


def leaves(name: str, catalogue: Catalogue, definitions: Mapping[str, int]) -> tuple[Leaf, ...]:
    """Return the measures that a metric rests on, in the order of its formula."""
    found: list[Leaf] = []

    def keep(leaf: Leaf) -> exp.Expr:
        found.append(leaf)
        return exp.Null()

    tree(name, catalogue, definitions, keep)
    return tuple(dict.fromkeys(found))


def tree(
    name: str,
    catalogue: Catalogue,
    definitions: Mapping[str, int],
    leaf: LeafTree,
    above: tuple[str, ...] = (),
    offset: Span = PLAIN.offset,
) -> exp.Expr:
    """Return the expression of a metric as it was `offset` earlier.

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

        def named(input: Input) -> exp.Expr:
            return tree(input.metric, catalogue, definitions, leaf, (*above, name), offset + input.offset)

        return _derived(metric, formula, catalogue, named)
    parts = [replace(part, frame=replace(part.frame, offset=offset)) for part in measures(metric, formula)]
    if len(parts) == 2:
        return ast.quotient(leaf(parts[0]), leaf(parts[1]))
    return leaf(parts[0])


def measures(metric: MetricSpec, formula: Formula) -> tuple[Leaf, ...]:
    """Return the leaves of a metric that is not derived, what is divided first; raise UserError (bad_metric)."""
    for role in _ROLES.get(metric.type, ("measure",)):
        if getattr(formula, role) is None:
            raise UserError(
                f"metric '{metric.name}' is of type {metric.type} but has no {role}",
                code="bad_metric",
                hint=f"add `{role}: {{table: …, agg: …}}`",
            )
    if metric.type == "conversion":
        return _conversion(metric, formula)
    roles = _ROLES.get(metric.type, ("measure",))
    found: list[MeasureSpec] = [getattr(formula, role) for role in roles]
    age = max(spec.matures_after for spec in found)
    edge = metric.type == "semi_additive"
    running = metric.type == "cumulative"
    frame = Frame(running=running, window=formula.window, to_date=formula.to_date) if running else PLAIN
    return tuple(
        Leaf(metric, role, _settled(spec, age, last=spec.last or (edge and not spec.first)), frame)
        for role, spec in zip(roles, found, strict=True)
    )


def _settled(spec: MeasureSpec, age: int, *, last: bool) -> MeasureSpec:
    if (spec.matures_after, spec.last) == (age, last):
        return spec
    return spec.model_copy(update={"matures_after": age, "last": last})


def _conversion(metric: MetricSpec, formula: Formula) -> tuple[Leaf, ...]:
    """Divide the base rows that were followed in time by all that had the time."""
    base, follow = formula.base, formula.conversion
    assert base is not None
    assert follow is not None
    wait = follow.within.days + 31 * follow.within.months
    below = _settled(base, max(base.matures_after, wait), last=base.last)
    above = below.model_copy(update={"followed_by": follow})
    return Leaf(metric, "numerator", above), Leaf(metric, "denominator", below)


def formula_tree(metric: MetricSpec, formula: Formula) -> exp.Expr:
    """Parse the expression of a derived metric; raise UserError (bad_metric)."""
    if not formula.expr:
        raise UserError(
            f"metric '{metric.name}' is of type derived but has no expr",
            code="bad_metric",
            hint="add `expr: metric_a - metric_b`",
        )
    return ast.parsed(formula.expr)


def _derived(
    metric: MetricSpec, formula: Formula, catalogue: Catalogue, named: Callable[[Input], exp.Expr]
) -> exp.Expr:
    whole = exp.Paren(this=formula_tree(metric, formula))
    for division in list(whole.find_all(exp.Div)):
        division.set("expression", ast.nullif_zero(division.expression))
    for node in list(whole.find_all(exp.Column)):
        found = input_of(node.name, metric, formula, catalogue)
        value = ast.operand(named(found)) if isinstance(found, Input) else exp.Literal.number(found)
        node.replace(value)
    return whole.this  # type: ignore[no-any-return]


def input_of(name: str, metric: MetricSpec, formula: Formula, catalogue: Catalogue) -> Input | float:
    """Return what a name in a derived metric stands for; raise UserError (unknown_name)."""
    if name in formula.inputs:
        return formula.inputs[name]
    if catalogue.has_metric(name):
        return Input(metric=name)
    if name in catalogue.parameters:
        return catalogue.parameters[name]
    if f"metric:{name}" in catalogue.left_out:
        catalogue.metric(name)
    known = [*formula.inputs, *(m.name for m in catalogue.metrics), *catalogue.parameters]
    raise UserError(
        f"metric '{metric.name}' speaks of '{name}', which is neither a metric nor a parameter",
        code="unknown_name",
        hint=did_you_mean(name, known),
    )


def shared(conditions: list[str | None]) -> str | None:
    """Return the condition that all measures state alike, if there is one."""
    return reduce(lambda a, b: a if a == b else None, conditions) if conditions else None
